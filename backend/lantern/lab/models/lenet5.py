"""LeNet-5."""

from collections import OrderedDict

from torch import nn

from lantern.lab.building.initial import initialise
from lantern.lab.building.normalise import Normalise
from lantern.lab.building.resize import Resize
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture

SIDE = 32


class LeNet5(Architecture, name="lenet5", title="LeNet-5"):
    """The network that read cheques: LeCun, Bottou, Bengio and Haffner, 1998.

    5x5 convolutions with 6, 16 and 120 channels, tanh, 2x2 average pooling, 84 neurons, one output
    per class: 61 706 parameters for 32x32 grey images of ten classes. 28x28 images get a border,
    other sizes are scaled to 32x32. Simplified, as is common: every channel of conv2 sees all
    six of pool1 (the paper joined some), pooling has no weights of its own, tanh is not scaled and
    comes before the pooling, and the output is linear where the paper has radial basis functions.
    """

    tags = ("images", "needs-conv")
    order = 30

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain resize, normalise, conv1, tanh1, pool1, ..., fc1, tanh4, output."""
        channels, side, _ = data.shape
        chain = OrderedDict[str, nn.Module](
            resize=Resize(side, SIDE),
            normalise=Normalise(data.mean, data.deviation),
            conv1=nn.Conv2d(channels, 6, 5),  # 28 x 28
            tanh1=nn.Tanh(),
            pool1=nn.AvgPool2d(2),  # 14 x 14
            conv2=nn.Conv2d(6, 16, 5),  # 10 x 10
            tanh2=nn.Tanh(),
            pool2=nn.AvgPool2d(2),  # 5 x 5
            conv3=nn.Conv2d(16, 120, 5),  # 1 x 1
            tanh3=nn.Tanh(),
            flatten=nn.Flatten(),
            fc1=nn.Linear(120, 84),
            tanh4=nn.Tanh(),
            output=nn.Linear(84, outputs),
        )
        module = nn.Sequential(chain)
        initialise(module, "xavier_uniform")
        return module
