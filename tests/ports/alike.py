"""Compares what the grader has seen on two systems, as tests.ports.outcomes writes it.

    python -m tests.ports.alike ONE OTHER
ends with 1 where they differ, and says in what. The standard library is enough.
"""

import json
import sys
from pathlib import Path

# The last digits of what PyTorch trains are not the same on every processor.
RELATIVE, ABSOLUTE = 1e-9, 1e-12
# How a system ends what crashes, or takes all memory, is its own to say.
OF_THE_SYSTEM = ("crash", "memory")


def alike(one, other):
    """Whether two things say the same, but for the last digits of numbers."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or abs(one - other) <= ABSOLUTE + RELATIVE * abs(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return one == other


def differing(one, other):
    """What was seen otherwise, by name."""
    return [
        f"{part}: {name}"
        for part in one
        for name in one[part]
        if name not in OF_THE_SYSTEM and not alike(one[part][name], other[part].get(name))
    ]


def main(first, second):
    one, other = (json.loads(Path(path).read_text("utf-8")) for path in (first, second))
    for name in (names := differing(one, other)):
        print(f"{name} is seen otherwise in {second}")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
