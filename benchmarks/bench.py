"""Measures a warm grade beside a naive suite and a floor: python benchmarks/bench.py [--runs N].

Every figure is a whole process with all it waited for: CPU from the operating system's account of the
child, wall-clock time from outside. The rows take turns, so that a busy machine slows all of them alike;
what counts are the ratios of one run. Nothing fails for being slow; what fails is a command that fails.
"""

from __future__ import annotations

import argparse
import json
import marshal
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from statistics import median
from time import perf_counter
from types import CodeType
from typing import NoReturn

from figures import CPU, Section

from grader.course.course import Course, here
from grader.course.properties import declared_in
from grader.examine.cases import default_folder, key, recall

HERE = Path(__file__).resolve().parent
SEED = 0  # what `grader grade` takes where it is not told
HEAVIEST = 8
# Runs the command in the process that looks; the last line on standard error is the answer.
PROBE = """
import atexit, sys
from grader.cli import main
atexit.register(lambda: print("torch" in sys.modules, file=sys.stderr))
main()
"""


@dataclass(frozen=True)
class Sample:
    """What one run took: seconds of CPU, user and system together, and of the clock."""

    cpu: float
    wall: float


@dataclass
class Row:
    """A command that is measured.

    arguments: what the interpreter is given.
    code: the exit code it must end with.
    torch: whether it imported torch; empty where that is not asked.
    """

    title: str
    arguments: list[str]
    code: int = 0
    torch: str = ""
    samples: list[Sample] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        return median(sample.cpu for sample in self.samples)

    @property
    def wall(self) -> float:
        return median(sample.wall for sample in self.samples)


def main() -> None:
    """Measure, and print what each takes and the ratios."""
    parser = argparse.ArgumentParser(description="Measure a warm grade, a naive suite and the floor.")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="of each row (default: 3)")
    runs = parser.parse_args().runs
    if runs < 1:
        parser.error("--runs needs at least 1")
    course = here()
    with tempfile.TemporaryDirectory(prefix="nanograd-bench-") as folder:
        rows = prepared(course, Path(folder))
        before = keys(course)
        for turn in range(runs):
            for row in rows:
                print(f"run {turn + 1} of {runs}: {row.title}", file=sys.stderr, flush=True)
                row.samples.append(measured(row, course.root))
            if keys(course) != before:
                sys.exit("bench: the cases' makers were edited meanwhile, so a cache was cold; run it again")
    show(rows, imported(course.root))


def keys(course: Course) -> list[str]:
    """The names of the cached banks that a grade reads."""
    return [key(course.subject, course.properties(part.name), SEED) for part in course.parts]


def prepared(course: Course, folder: Path) -> list[Row]:
    """The rows, ready: caches are warm, inputs are written, and each grade gives what it should."""
    failing = broken_add(course, folder / "failing")
    whole = ["grade", "solutions", "--json", "-"]
    right = ["grade", "solutions", "--exercise", "add"]
    wrong = ["grade", str(failing), "--exercise", "add"]
    naive = ["-m", "pytest", "-c", os.devnull, "-p", "no:cacheprovider", "-q", str(HERE / "naive_suite.py")]
    grades = [
        graded("warm grade", whole, "passed", course.root),
        graded("thorough grade", [*whole, "--thorough"], "passed", course.root),
        graded("save to verdict: add, right", right, "passed", course.root),
        graded("save to verdict: add, = for +=", wrong, "failed", course.root),
    ]
    # Written after the first grade, which draws what the cache does not hold yet.
    floor = ["-I", "-S", str(HERE / "floor.py"), str(floor_input(course, folder / "floor.marshal"))]
    return [grades[0], Row("naive suite", naive), Row("floor", floor), *grades[1:]]


def graded(title: str, command: list[str], status: str, root: Path) -> Row:
    """A row for a grade whose exercises must all end in the status; runs it twice, uncounted."""
    row = Row(title, ["-m", "grader", *command], int(status != "passed"))
    print(f"warming up: {title}", file=sys.stderr, flush=True)
    measured(row, root)
    arguments = [sys.executable, "-c", PROBE, *command, *([] if "--json" in command else ["--json", "-"])]
    probe = subprocess.run(arguments, cwd=root, capture_output=True, text=True, check=False)
    if probe.returncode != row.code:
        failed(row, probe.returncode, probe.stdout + probe.stderr)
    if {exercise["status"] for exercise in json.loads(probe.stdout)["exercises"]} != {status}:
        failed(row, probe.returncode, f"expected every exercise to be {status}:\n{probe.stdout}")
    row.torch = "yes" if probe.stderr.splitlines()[-1] == "True" else "no"
    return row


def broken_add(course: Course, folder: Path) -> Path:
    """A copy of the solutions whose add overwrites gradients instead of adding to them."""
    copytree(course.root / "solutions", folder)
    path = folder / "add.py"
    path.write_text(path.read_text("utf-8").replace(".grad += ", ".grad = "), "utf-8")
    return folder


def floor_input(course: Course, path: Path) -> Path:
    """Write what floor.py reads: the runner's code, the solutions' sources and the recorded programs."""
    code = runner_code(course)
    sources = [(name, course.solution(name)) for name in (*course.common, *course.names, "__init__")]
    path.write_bytes(marshal.dumps((code, sources, [programs(course, part.name) for part in course.parts])))
    return path


def runner_code(course: Course) -> list[tuple[str, CodeType]]:
    """What runs a program, as floor.py loads it."""
    worker = course.root / "grader"
    return [
        (name, compile((worker / f"{name}.py").read_text("utf-8"), f"<{name}>", "exec", dont_inherit=True))
        for name in ("worker/wire", "worker/walls", "worker/child", "autograd/worker")
    ]


def programs(course: Course, name: str) -> bytes:
    """The programs that are asked of an exercise which is right, as marshal."""
    file = course.properties(name)
    bank = recall(course.subject, default_folder(), file, SEED, declared_in(file), lambda _: None)
    return bank.few.request.packed


def measured(row: Row, root: Path) -> Sample:
    """Run the row's command once; exits with its output where it does not end as it must."""
    # Plugins that happen to be installed here would slow down a plain suite for nothing.
    surroundings = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with tempfile.TemporaryFile() as output:
        start = perf_counter()
        process = subprocess.Popen(
            [sys.executable, *row.arguments],
            cwd=root,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        # Not Popen.wait: only wait4 tells this child's CPU, and that of all it has waited for, from others'.
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != row.code:
            output.seek(0)
            failed(row, process.returncode, output.read().decode("utf-8", "replace"))
    return Sample(usage.ru_utime + usage.ru_stime, wall)


def failed(row: Row, code: int, output: str) -> NoReturn:
    """Say which command failed and how, and end."""
    print(f"bench: {row.title}: exit code {code}, expected {row.code}", file=sys.stderr)
    print(f"       python {' '.join(row.arguments)}\n{output}", file=sys.stderr)
    sys.exit(1)


def show(rows: Sequence[Row], imports: Mapping[str, float]) -> None:
    """Print what each takes, the ratios that are watched, and what a grade imports."""
    grade, naive, floor, *_ = rows
    section = Section(
        "A grade",
        f"Whole processes, warm; processor time, medians of {len(grade.samples)} runs in turns.",
    )
    for row in rows:
        least = min(sample.cpu for sample in row.samples)
        torch = f"; imports torch: {row.torch}" if row.torch else ""
        section.add(row.title, row.cpu, CPU, note=f"least {least:.2f}; by the clock {row.wall:.2f} s{torch}")
    section.add("warm grade / floor", grade.cpu / floor.cpu, most=1.3)
    section.add("naive suite / warm grade", naive.cpu / grade.cpu, least=4)
    heaviest = sorted(imports, key=lambda name: -imports[name])[:HEAVIEST]
    note = ", ".join(f"{name} {imports[name]:.0f}" for name in heaviest)
    section.add("save to verdict: imports", sum(imports.values()), "ms", digits=0, note=note)
    section.keep()


def imported(root: Path) -> dict[str, float]:
    """Milliseconds that a grade of one exercise spends on imports, by package: what -X importtime tells."""
    command = [sys.executable, "-X", "importtime", "-m", "grader", "grade", "solutions", "--exercise", "add"]
    told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stderr
    spent: dict[str, float] = defaultdict(float)
    for own, _, name in (line.split("|") for line in told.splitlines() if line.count("|") == 2):
        number = own.rpartition(":")[2].strip()
        if number.isdigit():  # else it is the heading
            spent[".".join(name.strip().split(".")[:2])] += int(number) / 1000
    return spent


if __name__ == "__main__":
    main()
