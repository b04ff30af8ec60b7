"""Networks with branches, written in the ways that strangers write them."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def conv(before: int, after: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False)


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 and a skip, joined by `+` (He et al., 2016)."""

    def __init__(self, before: int, width: int, stride: int, *, early: bool) -> None:
        super().__init__()
        after = 4 * width
        first, second = (stride, 1) if early else (1, stride)
        self.conv1, self.bn1 = conv(before, width, 1, first), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3, second), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = conv(width, after, 1), nn.BatchNorm2d(after)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = (
            nn.Sequential(conv(before, after, 1, stride), nn.BatchNorm2d(after))
            if stride > 1 or before != after
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        skip = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += skip
        return self.relu(out)


def resnet50(*, early: bool = False) -> nn.Module:
    """Table 1 of the paper; `early` has the stride in the 1x1 convolution, as the paper does."""
    stages: list[nn.Module] = []
    before = 64
    for width, count, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        blocks = []
        for index in range(count):
            blocks.append(Bottleneck(before, width, stride if index == 0 else 1, early=early))
            before = 4 * width
        stages.append(nn.Sequential(*blocks))
    net = nn.Sequential()
    stem = (nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU())
    for name, part in zip(("conv1", "bn1", "relu"), stem, strict=True):
        net.add_module(name, part)
    net.add_module("maxpool", nn.MaxPool2d(3, 2, 1))
    for index, stage in enumerate(stages, start=1):
        net.add_module(f"layer{index}", stage)
    net.add_module("avgpool", nn.AdaptiveAvgPool2d(1))
    net.add_module("flatten", nn.Flatten())
    net.add_module("fc", nn.Linear(2048, 1000))
    return net


def vgg16() -> nn.Module:
    parts: list[nn.Module] = []
    before = 3
    for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            parts += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
            before = width
        parts.append(nn.MaxPool2d(2))
    parts += [nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU()]
    return nn.Sequential(*parts, nn.Linear(4096, 1000))


class Residual(nn.Module):
    """Two convolutions and the input, joined by `+` in front of a function for a non-linearity."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = conv(4, 4), conv(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv2(F.relu(self.conv1(x))) + x)


class Inception(nn.Module):
    """Four branches side by side (Szegedy et al., 2015)."""

    def __init__(self) -> None:
        super().__init__()
        self.one = conv(4, 2, 1)
        self.three = nn.Sequential(conv(4, 3, 1), nn.ReLU(), conv(3, 5, 3))
        self.five = nn.Sequential(conv(4, 1, 1), nn.ReLU(), conv(1, 2, 5))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), conv(4, 3, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)


class Dense(nn.Module):
    """Every layer sees all before it (Huang et al., 2017)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(conv(4 + 2 * index, 2) for index in range(3))

    def forward(self, x: Tensor) -> Tensor:
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, 1)))
        return torch.cat(features, 1)


class Add(nn.Module):
    """A join as a module of its own."""

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        return one + other


class Gated(nn.Module):
    """Squeeze and excitation by hand (Hu et al., 2018), and a skip through a module."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.down, self.up = conv(4, 4), nn.Linear(4, 2), nn.Linear(2, 4)
        self.skip, self.add = nn.Identity(), Add()

    def forward(self, x: Tensor) -> Tensor:
        skip = self.skip(x)
        x = self.conv(x)
        gate = torch.sigmoid(self.up(F.relu(self.down(x.mean((2, 3))))))
        return self.add(x * gate[:, :, None, None], skip)


class Classic(nn.Module):
    """A network as in the first tutorials: functions for all that has no weights."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(256, 120), nn.Linear(120, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), (2, 2))
        return self.fc2(F.relu(self.fc1(torch.flatten(x, 1))))


class Twice(nn.Module):
    """One convolution used two times, and the channels split in two."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = conv(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        left, right = x.chunk(2, 1)
        return torch.cat([left, self.conv(self.conv(right))], 1)
