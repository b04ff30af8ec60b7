"""Data sets: what they hold, and what they say when their files are missing or damaged."""

import gzip
import math
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import make_moons

from lantern.lab.data import Data
from lantern.lab.datasets.blobs import Blobs
from lantern.lab.datasets.circle import Circle
from lantern.lab.datasets.diagonal import Diagonal
from lantern.lab.datasets.digits import Digits
from lantern.lab.datasets.gauss import Gauss
from lantern.lab.datasets.linear import Linear
from lantern.lab.datasets.mnist import Mnist
from lantern.lab.datasets.moons import Moons
from lantern.lab.datasets.multi_gauss import MultiGauss
from lantern.lab.datasets.plane import Plane
from lantern.lab.datasets.sine import Sine
from lantern.lab.datasets.spiral import Spiral
from lantern.lab.datasets.spiral_arms import SpiralArms
from lantern.lab.datasets.xor import Xor
from lantern.protocol.problems import ProblemError

PLANE = (Circle, Xor, Gauss, Spiral, Moons, Linear, Diagonal)
SEVERAL = (Blobs, SpiralArms)
VALUES = (Plane, MultiGauss, Sine)


def whole(data: Data) -> tuple[torch.Tensor, torch.Tensor]:
    """Return all points (n, 2) and targets (n,), training ones first."""
    splits = (data.train, data.validation)
    inputs = torch.cat([split.inputs for split in splits])
    return inputs, torch.cat([split.targets for split in splits])


@pytest.mark.parametrize("plugin", PLANE)
def test_points_are_split_as_asked(plugin):
    data = plugin(samples=200, train_share=0.3).load(Path(), 1)
    assert (len(data.train), len(data.validation)) == (60, 140)
    assert data.classes == ("orange", "blue")
    assert data.extent == (-6, 6, -6, 6)
    both = torch.cat([data.train.targets, data.validation.targets])
    assert 0.35 < both.float().mean() < 0.65


@pytest.mark.parametrize("plugin", PLANE + SEVERAL + VALUES)
def test_points_stay_in_the_plane_at_full_noise(plugin):
    data = plugin(samples=5000, noise=0.5).load(Path(), 2)
    assert data.train.inputs.abs().max() <= 6


def test_a_circle_without_noise_is_a_disc_in_a_ring():
    data = Circle(samples=500, noise=0).load(Path(), 0)
    radius = data.train.inputs.norm(dim=1)
    assert torch.equal(data.train.targets, (radius < 2.5).long())
    assert not ((radius > 2.5) & (radius < 3.5)).any()


def test_exclusive_or_without_noise_is_the_sign_of_the_product():
    data = Xor(samples=500, noise=0).load(Path(), 0)
    assert torch.equal(data.train.targets, (data.train.inputs.prod(dim=1) > 0).long())
    assert data.train.inputs.abs().min() >= 0.3


def test_spirals_without_noise_are_each_other_turned_by_half_a_circle():
    data = Spiral(samples=100, noise=0, train_share=0.9).load(Path(), 0)
    points = torch.cat([data.train.inputs, data.validation.inputs])
    labels = torch.cat([data.train.targets, data.validation.targets])
    blue, orange = points[labels == 1], points[labels == 0]
    distance = (blue[:, None] + orange[None]).norm(dim=2).amin(dim=1)
    assert distance.max() < 1e-5
    assert points.norm(dim=1).max() == pytest.approx(5 * 49 / 50)


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.2, 1.9)])
def test_clouds_have_the_variance_of_their_noise(noise, variance):
    data = Gauss(samples=5000, noise=noise, train_share=0.9).load(Path(), 0)
    blue = data.train.inputs[data.train.targets == 1]
    assert blue.mean(dim=0).tolist() == pytest.approx([2, 2], abs=0.12)
    assert blue.var(dim=0).tolist() == pytest.approx([variance] * 2, rel=0.1)


@pytest.mark.parametrize(
    ("plugin", "first"),
    [
        (Circle, [0.244064, 0.111836, 1]),
        (Xor, [-3.34363, -1.075187, 1]),
        (Gauss, [0.786981, 2.57892, 1]),
        (Spiral, [-2.068125, -2.711235, 0]),
    ],
)
def test_a_seed_gives_the_points_that_shared_links_were_made_with(plugin, first):
    data = plugin(samples=200, noise=0.2).load(Path(), 7)
    found = [*data.train.inputs[0].tolist(), int(data.train.targets[0])]
    assert found == pytest.approx(first, abs=1e-5)


def test_moons_without_noise_are_scikit_learns():
    points, labels = whole(Moons(samples=100, noise=0).load(Path(), 0))
    expected, sides = make_moons(100, shuffle=False)
    for label in (0, 1):
        wanted = 3 * (torch.tensor(expected[sides == label]) - torch.tensor([0.5, 0.25]))
        found = points[labels == label].double()
        assert torch.cdist(wanted, found).amin(dim=1).max() < 1e-5
        assert len(found) == 50


@pytest.mark.parametrize("angle", [-90, -30, 0, 20, 45, 90])
def test_the_line_rises_at_its_angle(angle):
    points, labels = whole(Linear(samples=500, angle=angle).load(Path(), 0))
    slope = math.radians(angle)
    above = points[:, 1] * math.cos(slope) - points[:, 0] * math.sin(slope)
    assert torch.equal(labels, (above > 0).long())


@pytest.mark.parametrize("stripes", [2, 4, 7])
def test_stripes_take_turns_along_the_diagonal(stripes):
    data = Diagonal(samples=1000, stripes=stripes).load(Path(), 0)
    points, labels = whole(data)
    along = points.sum(dim=1)
    in_order = labels[along.argsort()]
    assert in_order[0] == 0
    assert int((in_order[1:] != in_order[:-1]).sum()) == stripes - 1
    border = 20 / stripes - 10
    assert (labels[along < border] == 0).all()


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_blobs_are_round_clouds_in_a_ring(classes):
    data = Blobs(samples=3000, classes=classes, noise=0, train_share=0.9).load(Path(), 0)
    points, labels = whole(data)
    assert torch.bincount(labels).tolist() == [3000 // classes] * classes
    assert len(data.classes) == classes
    for label in range(classes):
        cloud = points[labels == label]
        assert cloud.mean(dim=0).norm().item() == pytest.approx(4, abs=0.15)
        assert cloud.var(dim=0).tolist() == pytest.approx([0.3, 0.3], rel=0.25)


@pytest.mark.parametrize("arms", [3, 4, 6])
def test_spiral_arms_are_one_another_turned(arms):
    data = SpiralArms(samples=60 * arms, arms=arms, noise=0).load(Path(), 0)
    points, labels = whole(data)
    points = points.double()
    assert data.classes == ("orange", "blue", "green", "magenta", "violet", "red")[:arms]
    turn = 2 * math.pi / arms  # clockwise
    cos, sin = math.cos(turn), math.sin(turn)
    turn_all = torch.tensor([[cos, -sin], [sin, cos]], dtype=torch.float64)
    turned = points[labels == 0] @ turn_all
    assert torch.cdist(turned, points[labels == 1]).amin(dim=1).max() < 1e-5


@pytest.mark.parametrize("plugin", VALUES)
def test_values_are_split_as_asked(plugin):
    data = plugin(samples=200, train_share=0.3).load(Path(), 1)
    assert (len(data.train), len(data.validation)) == (60, 140)
    assert (data.classes, data.problem) == ((), "values")
    assert data.train.targets.dtype == torch.float32


def test_the_plane_is_the_playgrounds():
    points, values = whole(Plane(samples=500, noise=0).load(Path(), 0))
    torch.testing.assert_close(values, points.sum(dim=1) / 10)
    _, noisy = whole(Plane(samples=500, noise=0.5).load(Path(), 0))
    assert (noisy - values).abs().max() <= 0.6 + 1e-6
    assert (noisy - values).abs().mean() > 0.1


def test_multi_gauss_is_the_playgrounds():
    points, values = whole(MultiGauss(samples=1000, noise=0).load(Path(), 0))
    for point, value in zip(points.tolist(), values.tolist(), strict=True):
        assert value == pytest.approx(height(*point), abs=1e-5)
    assert values.max() > 0.8
    assert values.min() < -0.8
    assert (values == 0).float().mean() > 0.3


def height(x: float, y: float) -> float:
    """What TensorFlow Playground's regressGaussian says of a place, written out."""
    found = 0.0
    for cx, cy, sign in (
        *((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1)),
        *((-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)),
    ):
        here = sign * max(0.0, 1 - math.dist((x, y), (cx, cy)) / 2)
        found = here if abs(here) > abs(found) else found
    return found


def test_sine_depends_on_x1_and_its_noise_is_normal():
    points, values = whole(Sine(samples=5000, noise=0.3).load(Path(), 0))
    rest = values - points[:, 0].sin()
    assert rest.std().item() == pytest.approx(0.3, rel=0.05)
    assert abs(rest.mean().item()) < 0.02
    _, exact = whole(Sine(samples=100, noise=0).load(Path(), 0))
    assert exact.abs().max() <= 1


def test_a_positive_sine_has_no_negative_values():
    _, values = whole(Sine(samples=1000, noise=0.5, positive=True).load(Path(), 0))
    assert values.min() == 0
    _, exact = whole(Sine(samples=1000, noise=0, positive=True).load(Path(), 0))
    assert exact.max().item() == pytest.approx(2, abs=0.01)


def test_digits_are_split_by_class():
    data = Digits().load(Path(), 0)
    assert data.shape == (1, 8, 8)
    assert len(data.train) + len(data.validation) == 1797
    assert data.train.inputs.dtype == torch.uint8
    assert int(data.train.inputs.max()) == 255
    counts = torch.bincount(data.validation.targets)
    assert (counts.min(), counts.max()) == (35, 37)
    other = Digits().load(Path(), 1)
    assert not torch.equal(data.train.inputs, other.train.inputs)


def write_idx(path: Path, values: np.ndarray) -> None:
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    path.write_bytes(gzip.compress(header + values.astype(np.uint8).tobytes()))


@pytest.fixture
def tiny_mnist(tmp_path: Path) -> Path:
    """A data folder with a set of MNIST's form, 300 + 50 images."""
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for part, count in (("train", 300), ("t10k", 50)):
        write_idx(folder / f"{part}-images-idx3-ubyte.gz", rng.integers(0, 256, (count, 28, 28)))
        write_idx(folder / f"{part}-labels-idx1-ubyte.gz", rng.integers(0, 10, count))
    return tmp_path


def test_mnist_reads_idx_files(tiny_mnist):
    data = Mnist().load(tiny_mnist, 0)
    assert data.shape == (1, 28, 28)
    assert data.card().model_dump() == {
        "kind": "images",
        "shape": (1, 28, 28),
        "classes": tuple("0123456789"),
        "train_count": 300,
        "validation_count": 50,
        "note": "",
    }
    pixels = np.random.default_rng(0).integers(0, 256, (300, 28, 28))
    assert np.array_equal(data.train.inputs[:, 0].numpy(), pixels)
    assert data.mean == (pytest.approx(pixels.mean() / 255),)
    assert data.deviation == (pytest.approx(pixels.std() / 255),)


def test_fewer_training_images_are_a_choice_by_seed(tiny_mnist):
    one, same, other = (Mnist(train_samples=100).load(tiny_mnist, seed) for seed in (1, 1, 2))
    assert len(one.train) == 100
    assert torch.equal(one.train.inputs, same.train.inputs)
    assert not torch.equal(one.train.inputs, other.train.inputs)
    assert len(one.validation) == 50


def spoil(path: Path, how: str) -> None:
    raw = path.read_bytes()
    plain = gzip.decompress(raw)
    spoilt = {
        "truncated": raw[: len(raw) // 2],
        "flipped": raw[:100] + bytes(b ^ 0xFF for b in raw[100:200]) + raw[200:],
        "not gzip": b"<html>not found</html>",
        "empty": b"",
        "empty inside": gzip.compress(b""),
        "other type": gzip.compress(plain[:2] + b"\x0d" + plain[3:]),
        "too few bytes": gzip.compress(plain[:-1]),
    }
    path.write_bytes(spoilt[how])


@pytest.mark.parametrize(
    "how",
    ["truncated", "flipped", "not gzip", "empty", "empty inside", "other type", "too few bytes"],
)
def test_damaged_files_are_named(tiny_mnist, how):
    spoil(tiny_mnist / "MNIST" / "raw" / "train-images-idx3-ubyte.gz", how)
    with pytest.raises(ProblemError, match=r"train-images-idx3-ubyte\.gz is damaged") as caught:
        Mnist().load(tiny_mnist, 0)
    assert caught.value.problem.field == "dataset.name"


def test_missing_files_are_named(tmp_path):
    with pytest.raises(ProblemError, match=r"train-images-idx3-ubyte\.gz is missing"):
        Mnist().load(tmp_path, 0)


def test_images_and_labels_must_belong_together(tiny_mnist):
    write_idx(tiny_mnist / "MNIST" / "raw" / "t10k-labels-idx1-ubyte.gz", np.zeros(49))
    with pytest.raises(ProblemError, match="do not belong together"):
        Mnist().load(tiny_mnist, 0)


def test_remote_files_have_a_checksum_and_a_second_mirror():
    assert len(Mnist.files) == 4
    for file in Mnist.files:
        assert len(file.sha256) == 64
        assert [url.rpartition("/")[2] for url in file.urls] == [Path(file.path).name] * 2


@pytest.fixture
def mnist_folder(tiny_mnist: Path) -> Path:
    """The real files where there are some, else the tiny ones."""
    folder = Path(os.environ.get("LANTERN_DATA", "/nonexistent"))
    return folder if (folder / "MNIST" / "raw").is_dir() else tiny_mnist


def test_mnist_as_it_lies_in_the_data_folder(mnist_folder):
    data = Mnist().load(mnist_folder, 0)
    assert data.train.inputs.dtype == data.validation.inputs.dtype == torch.uint8
    assert set(data.train.targets.tolist()) == set(range(10))
    if len(data.train) == 60_000:
        assert len(data.validation) == 10_000
        assert data.mean == (pytest.approx(0.1307, abs=1e-4),)
        assert data.deviation == (pytest.approx(0.3081, abs=1e-4),)
        assert data.train.targets[:5].tolist() == [5, 0, 4, 1, 9]
