"""Random numbers from (seed, stream, step) alone, so that looking never disturbs a run."""

import hashlib

import torch


def seed_for(seed: int, stream: str, step: int = 0) -> int:
    """Return 63 bits that are a pure function of the three."""
    digest = hashlib.blake2b(f"{seed}/{stream}/{step}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def generator_for(
    seed: int, stream: str, step: int = 0, *, device: torch.device | str = "cpu"
) -> torch.Generator:
    """Return a generator of its own for one purpose at one step."""
    generator = torch.Generator(device=device)
    generator.manual_seed(seed_for(seed, stream, step))
    return generator
