"""The inverted residual block of MobileNet v2, which EfficientNet is built of too."""

from torch import nn

from lantern.lab.building.convolution import Layers, Style, convolution
from lantern.lab.building.excitation import SqueezeExcite
from lantern.lab.building.residual import Residual


def inverted(
    before: int,
    after: int,
    *,
    expansion: int,
    style: Style,
    kernel: int = 3,
    stride: int = 1,
    excited: bool = False,
    skips: bool = True,
) -> nn.Module:
    """Return a block that widens, filters each channel by itself, and narrows (Sandler, 2018).

    `conv1` widens by `expansion` (left out at 1), `conv2` is depthwise, `conv3` has no
    non-linearity behind it. Where neither shape nor channels change, there is a shortcut.
    `excited`: squeeze and excitation before `conv3`, to a quarter of the channels the block has
    at its ends (Tan and Le, 2019).
    """
    inner = before * expansion
    branch = Layers()
    if expansion > 1:
        branch |= convolution("1", before, inner, kernel=1, style=style)
    branch |= convolution(
        "2", inner, inner, kernel=kernel, stride=stride, groups=inner, style=style
    )
    if excited:
        branch["excite"] = SqueezeExcite(inner, max(1, before // 4), "silu")
    branch |= convolution("3", inner, after, kernel=1, style=style, activated=False)
    if skips and stride == 1 and before == after:
        return Residual(branch)
    return nn.Sequential(branch)
