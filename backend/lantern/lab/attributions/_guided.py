"""Gradients that are changed at every ReLU on their way back, by captum."""

from captum._utils.common import _register_backward_hook
from captum.attr import Deconvolution, GuidedBackprop
from torch import Tensor, nn

from lantern.lab.attributions._rectifiers import RECTIFIERS, own_input, quiet, require_own_modules
from lantern.lab.capture import traced
from lantern.lab.questions import Question

WEAK = (
    "Weakly dependent on the weights: it mostly finds the edges of the input, even when the layers "
    "are randomised (Adebayo and others, 2018; Nie and others, 2018)."
)


class GuidedModules(GuidedBackprop):
    """captum's guided backpropagation, at ReLU6 as at ReLU."""

    def _register_hooks(self, module: nn.Module) -> None:
        _hook(self, module)


class DeconvolvedModules(Deconvolution):
    """captum's deconvnet, at ReLU6 as at ReLU."""

    def _register_hooks(self, module: nn.Module) -> None:
        _hook(self, module)


def _hook(method: GuidedModules | DeconvolvedModules, module: nn.Module) -> None:
    if isinstance(module, RECTIFIERS):
        method.backward_hooks.append(module.register_forward_pre_hook(own_input))
        # captum hooks ReLU alone; what it does there holds for any rectifier.
        method.backward_hooks += _register_backward_hook(module, method._backward_hook, method)


def guided_by(method: type[GuidedModules] | type[DeconvolvedModules], question: Question) -> Tensor:
    """Return the changed gradient of the score over the input, (b, c, h, w)."""
    require_own_modules(question, RECTIFIERS)
    free = question.inputs.detach().clone().requires_grad_()
    with quiet():
        return method(question.model).attribute(free, target=question.target).detach()


def rectified(question: Question) -> tuple[str, ...]:
    """Return what is to be said of the network's non-linearities, the weak dependence first."""
    calls, _ = traced(question.model, question.inputs[:1])
    found = [call.module for call in calls if call.kind == "activation"]
    others = [module for module in found if not isinstance(module, RECTIFIERS)]
    if len(others) == len(found):
        return ("This network has no ReLU to guide, so this is the plain gradient.",)
    if others:
        names = ", ".join(sorted({type(module).__name__ for module in others}))
        return (WEAK, f"Only ReLU is guided: {names} passes its gradient on as it is.")
    return (WEAK,)
