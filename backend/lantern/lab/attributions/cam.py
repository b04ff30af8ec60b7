"""CAM: the class activation map of a network that ends in a mean of its maps."""

import torch
from torch import Tensor, nn

from lantern.lab.capture import Call, traced
from lantern.lab.kinds import Attribution
from lantern.lab.questions import Question
from lantern.protocol.problems import ProblemError

HINT = "Grad-CAM gives the same map where CAM applies, and works with every convolution."


class Cam(Attribution, name="cam", title="CAM"):
    """What each place of the last maps adds to the score, exactly.

    Only for networks that end in global average pooling and one linear layer: there the score is
    the mean over all places of sum(w A), plus the bias. Zhou and others (2016), arXiv:1512.04150.
    """

    order = 45
    tags = ("needs-conv", "needs-average")

    def attribute(self, question: Question) -> Tensor:
        """Return sum over channels of the class's weight x map, (b, 1, h', w')."""
        calls, outputs = traced(question.model, question.inputs)
        head = _head(calls)
        maps = _averaged(calls, head)
        weight, bias = _row(calls[head].module, question.target)
        found = torch.einsum("k,bkhw->bhw", weight, maps)[:, None]
        if not torch.allclose(
            found.mean((1, 2, 3)) + bias, outputs[:, question.target], 1e-3, 1e-4, equal_nan=True
        ):
            raise _refusal(f"more follows after its last linear layer {calls[head].path!r}")
        return found.detach().float()

    def checks(self, question: Question, scores: Tensor) -> dict[str, float]:
        """Return the mean over all places, which is the score without the bias."""
        return {"mean of the map": float(scores.mean((1, 2, 3)).sum())}


def _head(calls: list[Call]) -> int:
    """Return the place of the last linear layer among the calls."""
    linear = [index for index, call in enumerate(calls) if call.kind == "linear"]
    if not linear:
        raise _refusal("this network has no linear layer at its end")
    return linear[-1]


def _row(layer: nn.Module, target: int) -> tuple[Tensor, Tensor]:
    """Return weight (k,) and bias of a class; a single output z stands for the scores -z and z."""
    assert isinstance(layer, nn.Linear)
    bias = layer.weight.new_zeros(layer.out_features) if layer.bias is None else layer.bias
    if layer.out_features == 1:
        sign = 1 if target else -1
        return sign * layer.weight[0], sign * bias[0]
    return layer.weight[target], bias[target]


def _averaged(calls: list[Call], head: int) -> Tensor:
    """Return the maps (b, k, h', w') whose means are what the linear layer is given."""
    features, before = calls[head].source, calls[:head]  # (b, k)
    for call in reversed(before):
        for maps in (call.output, call.source):
            if _are_means(features, maps):
                return maps
    between = [call.path for call in before if call.kind == "linear"]
    if between:
        raise _refusal(f"here {between[-1]!r} lies in between")
    raise _refusal(f"what {calls[head].path!r} is given are not the means of maps")


def _are_means(features: Tensor, maps: Tensor) -> bool:
    if maps.dim() != 4 or maps.shape[1] != features.shape[-1] or maps[0, 0].numel() == 1:
        return False
    return torch.allclose(maps.mean((2, 3)), features, 1e-3, 1e-5, equal_nan=True)


def _refusal(reason: str) -> ProblemError:
    return ProblemError(
        f"method: CAM needs global average pooling followed by one linear layer, and {reason}.",
        field="method",
        hint=HINT,
    )
