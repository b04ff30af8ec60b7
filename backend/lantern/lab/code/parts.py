"""The fixed parts of a script, with places for what differs."""

from collections.abc import Sequence

HEAD = '''\
"""{title}, as plain PyTorch.

Needs torch and nothing else, and prints the losses of the run in Lantern:
the same first weights, the same batches in the same order, the same steps.{note}
"""

{imports}

SEED = {seed}
STEPS = {steps}
torch.set_num_threads({threads})'''

MAIN = """\
def main():
{settings}
    inputs, targets = samples(TRAIN)
    model = network()
    optimizer = {optimizer}
{frozen}
    epochs, position = 0, 0
    order = shuffled(len(inputs), epochs)
    for step in range(STEPS):
{changes}
{rate}
{noise}
        chosen = order[position : position + batch_size]

        outputs = model(inputs[chosen])
        loss = loss_of(outputs, targets[chosen]).mean()
{objective}
        optimizer.zero_grad()
        objective.backward()
        optimizer.step()
{held}
        if is_told(step + 1):
            print(f"step {{step + 1:6d}}   loss {{loss.item():.9g}}")
        position += len(chosen)
        if position >= len(inputs):
            epochs, position = epochs + 1, 0
            order = shuffled(len(inputs), epochs)

    model.eval()
    with torch.no_grad():
        inputs, targets = samples(VALIDATION)
        outputs = model(inputs)
        print(f"validation loss {{loss_of(outputs, targets).mean().item():.6g}}")
"""

ACCURACY = """\
        accuracy = ({chosen} == targets).float().mean().item()
        print(f"validation accuracy {{accuracy:.1%}}")"""

VALIDATION = {
    (True, False): ACCURACY.format(chosen="(outputs[:, 0] > 0).long()"),
    (True, True): ACCURACY.format(chosen="outputs.argmax(dim=1)"),
    (False, False): "",
    (False, True): "",
}
"""The end of `main`, by whether there are classes and whether there are several outputs."""

GENERATOR = '''\
def samples(rows):
    """Points (n, 2) and their targets (n,)."""
    inputs = torch.tensor([(x1, x2) for x1, x2, _ in rows], dtype=torch.float32)
    return inputs, torch.tensor([target for _, _, target in rows], dtype=torch.TYPE)


def shuffled(count, epoch):
    """The order of the samples in an epoch."""
    return torch.randperm(count, generator=generator("order", epoch))


def generator(purpose, number):
    """Randomness that follows from the seed, what it is for, and a number alone."""
    digest = hashlib.blake2b(f"{SEED}/{purpose}/{number}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "little") >> 1)


def is_told(step):
    """Whether a step is 1, 2 or 5 times a power of ten, or the last."""
    return step == STEPS or str(step).rstrip("0") in ("1", "2", "5")'''


class Frozen:
    """How a script keeps layers and units as they are."""

    hold: list[str]

    def __init__(self) -> None:
        self.hold = [
            "with torch.no_grad():  # frozen units stay as they were, whatever the optimizer did",
            "    for layer, units in frozen:",
            "        for name, weight in model.get_submodule(layer).named_parameters():",
            '            weight[units] = first[f"{layer}.{name}"][units]',
        ]

    def begin(self, names: Sequence[str]) -> list[str]:
        """Return what is noted before the first step; nothing where nothing is frozen."""
        if not names:
            return []
        pairs = [name.partition(":") for name in names]
        rows = [
            f'("{layer}", {f"[{unit}]" if unit else "slice(None)"})' for layer, _, unit in pairs
        ]
        return [
            f"frozen = [{', '.join(rows)}]",
            "first = {name: weight.detach().clone() for name, weight in model.named_parameters()}",
        ]


FROZEN = Frozen()


def indented(lines: Sequence[str], depth: int) -> str:
    """Return lines at a depth of indentation; a place that nothing fills is marked for removal."""
    return "\n".join("    " * depth + line for line in lines) if lines else EMPTY


EMPTY = "\0"


def tidied(text: str) -> str:
    """Return the text without the lines that nothing filled."""
    return "\n".join(line for line in text.split("\n") if line != EMPTY)
