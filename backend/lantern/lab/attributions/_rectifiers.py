"""Are the non-linearities modules of their own, used once, so that hooks on them tell the truth."""

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn

from lantern.lab.capture import Call, traced
from lantern.lab.functions import NODES, RECTIFYING, called, plain
from lantern.lab.questions import Question
from lantern.protocol.problems import ProblemError

RECTIFIERS = (nn.ReLU, nn.ReLU6)


def require_own_modules(
    question: Question, kinds: tuple[type[nn.Module], ...], others: frozenset[str] = RECTIFYING
) -> list[Call]:
    """Return the calls of modules of these kinds, or raise a ProblemError if hooks would miss some.

    A module that is called twice, or a function such as `torch.relu` or one of the `others` called
    without one, would make the explanation silently wrong.
    """
    calls, _ = traced(question.model, question.inputs[:1])
    found = [call for call in calls if isinstance(call.module, kinds)]
    shared = [path for path, times in Counter(call.path for call in found).items() if times > 1]
    if shared:
        raise ProblemError(
            f"method: the module {shared[0]!r} is used more than once, so this method would be "
            "silently wrong.",
            field="method",
            hint="Give every non-linearity a module of its own.",
        )
    _refuse_functions(question, calls, kinds, others)
    return found


def _refuse_functions(
    question: Question,
    calls: list[Call],
    kinds: tuple[type[nn.Module], ...],
    others: frozenset[str],
) -> None:
    wanted = {NODES[kind] for kind in kinds if kind in NODES} | others
    owned = Counter(NODES[type(call.module)] for call in calls if type(call.module) in NODES)
    functions = called(question.model, question.inputs[:1]) - owned
    for name in sorted(wanted & set(functions)):
        times = "once" if functions[name] == 1 else f"{functions[name]} times"
        raise ProblemError(
            f"method: this network calls {plain(name)} {times} as a function, not as a "
            "module, so this method would be silently wrong.",
            field="method",
            hint="Use a module such as torch.nn.ReLU() for each, in its own place.",
        )


def own_input(_: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Hand a module a copy of its input, as a hook.

    captum's hooks change the gradient of the very tensor that a module is given; were another
    branch given the same one, its gradient would be changed with it.
    """
    return (given[0].clone(), *given[1:])


@contextmanager
def quiet() -> Iterator[None]:
    """Keep captum from warning that it sets hooks, which it removes again."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\s*Setting (backward|forward)")
        yield
