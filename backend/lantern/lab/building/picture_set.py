"""From a shelf of picture files to data: chosen, decoded, kept for the next time, split."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from lantern.lab.building import kept
from lantern.lab.building.decode import decoded
from lantern.lab.building.images import image_data, stratified
from lantern.lab.building.kept import Decoded
from lantern.lab.building.shelf import Shelf
from lantern.lab.data import Data, Split
from lantern.lab.randomness import generator_for
from lantern.lab.subject import Progress
from lantern.protocol.picture_sets import Arrangement, readable
from lantern.protocol.problems import ProblemError

MOST_BYTES = 600_000_000
"""Of the decoded pictures in memory."""
TELL_EVERY = 100
"""Pictures, about a hundredth of a second."""
VERSION = 1
"""Of the way pictures are decoded; another one leaves what was kept aside."""


@dataclass(frozen=True)
class Wanted:
    """What is made of the files."""

    side: int
    channels: int
    samples: int
    """Of each class at most, in either part."""
    train_share: float
    """Where the set has no parts of its own."""
    seed: int


@dataclass(frozen=True)
class _Plan:
    """The chosen files, mixed, so that the first of them are of many classes."""

    names: list[str]
    labels: Tensor
    """(n,) int64."""
    is_train: Tensor | None
    """(n,) bool; None where the set is yet to be split."""


def reading(shelf: Shelf, arrangement: Arrangement, wanted: Wanted) -> Iterator[Progress | Data]:
    """Yield progress, then the data; raises ProblemError where most files cannot be read."""
    plan = _plan(arrangement, wanted)
    _check_size(len(plan.names), wanted)
    key = _key(shelf, plan, wanted)
    found = kept.recall(key)
    if found is None:
        for item in _decoding(shelf, plan, wanted):
            if isinstance(item, Decoded):
                found = item
            else:
                yield item
        assert found is not None  # decoding ends with it, or with a ProblemError
        yield Progress(0.99, "Keeping the pictures for the next time")
        kept.keep(key, found)
    yield replace(_split(found, plan, arrangement, wanted), note=_note(found, plan))


def last_of(items: Iterator[Progress | Data]) -> Data:
    """Return the data that come in the end."""
    *_, data = items
    assert isinstance(data, Data)
    return data


def _plan(arrangement: Arrangement, wanted: Wanted) -> _Plan:
    by = generator_for(wanted.seed, "data/pictures")
    names: list[str] = []
    labels: list[int] = []
    counts: list[int] = []
    for part in (arrangement.train, arrangement.validation):
        before = len(names)
        for label, title in enumerate(arrangement.classes):
            files = _some(part.get(title, ()), wanted.samples, by)
            names.extend(files)
            labels.extend([label] * len(files))
        counts.append(len(names) - before)
    # mixed by a seed of its own, so that another data seed finds the same pictures kept
    mixed = torch.cat([_mixed(counts[0]), counts[0] + _mixed(counts[1])])
    is_train = (mixed < counts[0]) if counts[1] else None
    return _Plan([names[at] for at in mixed.tolist()], torch.tensor(labels)[mixed], is_train)


def _some(files: tuple[str, ...], most: int, by: torch.Generator) -> list[str]:
    if len(files) <= most:
        return list(files)
    return [files[at] for at in torch.randperm(len(files), generator=by)[:most].sort().values]


def _mixed(count: int) -> Tensor:
    return torch.randperm(count, generator=torch.Generator().manual_seed(0))


def _check_size(count: int, wanted: Wanted) -> None:
    size = count * wanted.channels * wanted.side**2
    if size > MOST_BYTES:
        raise ProblemError(
            f"dataset: {count:,} pictures of {wanted.side} x {wanted.side} pixels take "
            f"{size / 1e6:,.0f} MB of memory, and {MOST_BYTES / 1e6:.0f} MB is the most.",
            field="dataset.params.samples",
            hint="Take fewer of each class, or a smaller side.",
        )


def _key(shelf: Shelf, plan: _Plan, wanted: Wanted) -> str:
    digest = hashlib.blake2b(digest_size=16)
    facts = (VERSION, shelf.digest, wanted.side, wanted.channels, *plan.names)
    digest.update(os.fsencode("\n".join(map(str, facts))))
    return digest.hexdigest()


def _decoding(shelf: Shelf, plan: _Plan, wanted: Wanted) -> Iterator[Progress | Decoded]:
    count = len(plan.names)
    images = np.empty((count, wanted.channels, wanted.side, wanted.side), dtype=np.uint8)
    places: list[int] = []
    complaint = ""
    for at, name in enumerate(plan.names):
        if at % TELL_EVERY == 0:
            yield Progress(0.98 * at / count, f"Reading pictures: {at:,} of {count:,}")
        try:
            picture = decoded(shelf.read(name), side=wanted.side, channels=wanted.channels)
        except (OSError, ProblemError) as error:
            complaint = complaint or f"{readable(name)[-60:]}: {error}"
            _check_readable(at + 1 - len(places), at + 1, complaint)
        else:
            images[len(places)] = picture.numpy()
            places.append(at)
    _check_readable(count - len(places), count, complaint, at_least=0)
    yield Decoded(torch.from_numpy(images[: len(places)]), torch.tensor(places), complaint)


def _check_readable(bad: int, seen: int, complaint: str, *, at_least: int = 200) -> None:
    if seen > at_least and 2 * bad > seen:
        raise ProblemError(
            f"dataset: {bad:,} of {seen:,} pictures cannot be read, the first one {complaint}",
            field="dataset.params.path",
        )


def _split(found: Decoded, plan: _Plan, arrangement: Arrangement, wanted: Wanted) -> Data:
    labels = plan.labels[found.places]
    _check_classes(labels, arrangement, found.complaint)
    if plan.is_train is not None:
        cut = int(plan.is_train[found.places].sum())  # training files come first
        train = Split(found.images[:cut], labels[:cut])
        rest = Split(found.images[cut:], labels[cut:])
    else:
        by = generator_for(wanted.seed, "data/pictures/split")
        parts = stratified(labels, share=wanted.train_share, by=by)
        train, rest = (Split(found.images[part], labels[part]) for part in parts)
    if not len(train) or not len(rest):
        raise ProblemError(
            "dataset: too few pictures can be read to train and to validate.",
            field="dataset.params.path",
        )
    return image_data(train, rest, arrangement.classes)


def _check_classes(labels: Tensor, arrangement: Arrangement, complaint: str) -> None:
    """Refuse a class of which nothing can be read: it would be learnt as one that never comes."""
    counts = torch.bincount(labels, minlength=len(arrangement.classes)).tolist()
    for name, count in zip(arrangement.classes, counts, strict=True):
        if count == 0:
            raise ProblemError(
                f"dataset: no picture of the class {name!r} can be read. {complaint}",
                field="dataset.params.path",
                hint="Mend its pictures, or take its folder away.",
            )


def _note(found: Decoded, plan: _Plan) -> str:
    bad = len(plan.names) - len(found.places)
    if not bad:
        return ""
    if bad == 1:
        return f"1 picture is left out, as it cannot be read: {found.complaint}"
    return f"{bad:,} pictures are left out, as they cannot be read; the first: {found.complaint}"
