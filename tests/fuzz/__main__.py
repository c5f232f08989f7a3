"""python -m tests.fuzz TARGET --seconds N: one target by hand, guided by coverage if atheris is there."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.running import Found


def main() -> int:
    """Fuzz, keep what broke the target, and say so; 1 where something did."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz")
    arguments.add_argument("target")
    arguments.add_argument("--seconds", type=float, default=60.0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--plain", action="store_true", help="change inputs at random, without atheris")
    asked = arguments.parse_args()
    if not asked.plain:
        try:
            import atheris
        except ImportError:
            print("atheris is not installed (pip install atheris), so nothing guides the changes")
        else:
            return guided(atheris, asked)
    from tests.fuzz.running import for_seconds, fuzz
    from tests.fuzz.targets import TARGETS

    found = fuzz(asked.target, TARGETS[asked.target], for_seconds(asked.seconds), asked.seed)
    return told(asked.target, found)


def told(name: str, found: Found, last: bool = False) -> int:
    """Keep what broke a target, or only the last of it, and say where."""
    from tests.fuzz.running import keep

    for place, (data, text) in list(found.troubles.items())[-1 if last else 0 :]:
        print(f"{name}: {place}, kept as {keep(name, data)}\n{text}")
    print(f"{name}: {found.runs:,} inputs, {len(found.troubles)} troubles", flush=True)
    return 1 if found.troubles else 0


def guided(atheris: ModuleType, asked: argparse.Namespace) -> int:
    """Let atheris choose the inputs; it ends the process itself, so what is found is said at once."""
    with atheris.instrument_imports(include=["grader"]):
        from tests.fuzz.targets import TARGETS
    from tests.fuzz import scratch
    from tests.fuzz.running import LARGEST, Found, kept

    target = TARGETS[asked.target]
    found = Found(target)

    def once(data: bytes) -> None:
        before = len(found.troubles)
        found(data)
        if len(found.troubles) > before:
            told(asked.target, found, last=True)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        own = chance.random() < 0.5
        return (target.mutate(chance, data) if own else atheris.Mutate(data, len(data) + 64))[:most]

    with tempfile.TemporaryDirectory(dir=scratch.SHARED) as folder:
        # What atheris ends tidies nothing up, so that is left to a process around it.
        if child := os.fork():
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        scratch.SHARED, seeds = Path(folder), Path(folder, "seeds")
        seeds.mkdir()
        for number, seed in enumerate([*target.seeds(), *kept(asked.target)]):
            (seeds / f"seed-{number}").write_bytes(seed)
        options = [f"-max_total_time={asked.seconds:.0f}", f"-max_len={LARGEST}", "-rss_limit_mb=3072"]
        options += ["-verbosity=0", "-print_final_stats=1", "-timeout=60", f"-seed={asked.seed}"]
        atheris.Setup([sys.argv[0], str(seeds), *options], once, custom_mutator=mutate)
        atheris.Fuzz()
    raise AssertionError("atheris does not return")


if __name__ == "__main__":
    sys.exit(main())
