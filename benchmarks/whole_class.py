"""Measures grading a class: python benchmarks/whole_class.py [--size N] [--sample N] [--light N].

A generated class is graded on two cores, and a sample of it the naive way, one pytest process for each
submission. CPU is that of whole process trees, from the operating system's account; ratios are of one run.
Nothing fails for being slow; what fails is a command that fails.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from time import perf_counter, sleep

from bench import floor_input
from classroom import generate

from grader.classroom.store import add_up
from grader.course.course import here
from grader.render.export import CLASS, SINGLE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
UNBOUNDED = {"endless", "empty", "exit", "crash_at_import", "syntax_error", "missing_files"}


@dataclass(frozen=True)
class Run:
    """What a command took: seconds of CPU and of the clock, and the most MiB its first process had."""

    cpu: float
    wall: float
    memory: float


def main() -> None:
    """Measure one thing after the other, and print each as soon as it is known."""
    parser = argparse.ArgumentParser(description="Measure grading a class.")
    parser.add_argument("--size", type=int, default=1000, metavar="N", help="of the class (default: 1000)")
    parser.add_argument("--sample", type=int, default=12, metavar="N", help="graded the naive way, too")
    parser.add_argument("--light", type=int, default=10_000, metavar="N", help="of the largest light class")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nanograd-class-") as folder:
        base = Path(folder)
        book = whole(base, arguments.size, arguments.sample)
        passing(base)
        stored(base, book, 10_000)
        memory(base, arguments.light)


def whole(base: Path, size: int, sample: int) -> Path:
    """A class on two cores, beside a sample of it in pytest processes; its gradebook."""
    expected = generate(base / "class", size)
    book = base / "class.sqlite"
    # Fills the caches of cases and readings.
    shutil.copytree(here().root / "solutions", base / "warm" / "p", ignore=shutil.ignore_patterns("__*"))
    batch(base / "warm", base / "warm.sqlite")
    run = batch(base / "class", book)
    print(
        f"class of {size}: {run.wall:.0f} s, {run.cpu:.0f} s of CPU, {run.cpu / size:.2f} a submission",
        flush=True,
    )
    able = [e.id for e in expected if e.kind not in UNBOUNDED and (base / "class" / e.id).is_dir()]
    chosen = able[:: max(1, len(able) // sample)][:sample]
    suite = ["-m", "pytest", "-c", os.devnull, "-p", "no:cacheprovider", "-q", str(HERE / "naive_suite.py")]
    folders = [str(base / "class" / name) for name in chosen]
    naive = [measured([sys.executable, *suite], {0, 1}, SUBMISSION=folder) for folder in folders]
    slow = mean(one.cpu for one in naive)
    print(
        f"naive, {len(naive)} of them: {slow:.1f} s of CPU each (median {median(n.cpu for n in naive):.1f})"
    )
    print(
        f"submissions a CPU-second, class / naive: {slow * size / run.cpu:.1f} (at least 25 wanted)",
        flush=True,
    )
    return book


def passing(base: Path) -> None:
    """What a right submission costs beside the floor, and two jobs beside one."""
    course = here()
    for number in range(80):
        shutil.copytree(
            course.root / "solutions", base / "right" / f"p{number}", ignore=shutil.ignore_patterns("__*")
        )
        for path in (base / "right" / f"p{number}").glob("*.py"):
            path.write_text(f"{path.read_text()}# {number}\n")
    few = [shutil.copytree(base / "right" / f"p{n}", base / "few" / f"p{n}") for n in range(20)]
    floor = ["-I", "-S", str(HERE / "floor.py"), str(floor_input(course, base / "floor.marshal"))]
    runs: dict[int, list[Run]] = {}
    floors = []
    for jobs in (1, 2, 1, 2):
        floors += [measured([sys.executable, *floor], {0}) for _ in range(3)]
        more, less = (
            batch(base / name, base / f"{name}{len(floors)}.sqlite", jobs=jobs) for name in ("right", "few")
        )
        runs.setdefault(jobs, []).append(Run(more.cpu - less.cpu, more.wall - less.wall, 0))
    count = 80 - len(few)
    one = mean(run.cpu for run in runs[1]) / count
    least = median(run.cpu for run in floors)
    print(
        f"right work: {one:.2f} s of CPU each; floor {least:.2f}; ratio {one / least:.2f} (at most 3 wanted)"
    )
    walls = [mean(run.wall for run in runs[jobs]) for jobs in (1, 2)]
    print(f"two jobs / one: {walls[0] / walls[1]:.2f} times as fast (1.8 wanted)", flush=True)


def memory(base: Path, most: int) -> None:
    """Memory of the process that leads, for classes of growing size."""
    for size in (100, 1_000, most):
        generate(base / f"light{size}", size, light=True)
        run = batch(base / f"light{size}", base / f"light{size}.sqlite")
        print(f"light class of {size:,}: {run.memory:.0f} MiB, {run.wall:.0f} s", flush=True)
        shutil.rmtree(base / f"light{size}")


def stored(base: Path, book: Path, people: int) -> None:
    """What is stored for so many people: scored anew, exported in every format, and reported."""
    large = base / "large.sqlite"
    grow(book, large, people)
    formats = sorted({*CLASS, *SINGLE})
    steps = [["rescore", str(large)]]
    steps += [["export", str(large), "--format", form, "--to", str(base / f"out-{form}")] for form in formats]
    steps.append(["report", str(large), "--html", str(base / "class.html")])
    total = 0.0
    for step in steps:
        run = measured([sys.executable, "-m", "grader", *step], {0})
        total += run.wall
        print(f"  {step[0]} {step[3] if step[0] == 'export' else ''}: {run.wall:.1f} s, {run.memory:.0f} MiB")
    size = (base / "class.html").stat().st_size / 2**20
    print(
        f"{people:,} people, rescored, exported and reported: {total:.0f} s (60 wanted); page {size:.1f} MiB",
        flush=True,
    )


def grow(book: Path, large: Path, people: int) -> None:
    """A gradebook with everybody of another one, again and again under other ids, until they are so many."""
    with closing(sqlite3.connect(book)) as source, closing(sqlite3.connect(large)) as target:
        source.backup(target)
        there = target.execute("SELECT count(*) FROM people").fetchone()[0]
        for turn in range(1, -(-people // there)):
            step = turn * 10_000_000
            target.execute(
                "INSERT INTO people SELECT id || ?, name, email FROM people WHERE id NOT LIKE '%~%'",
                (f"~{turn}",),
            )
            target.execute(
                "INSERT INTO attempts SELECT id + ?1, person || ?2, submission, course, seed, version,"
                " handed_in, number, name, isolation, versions, rules FROM attempts WHERE id < 10000000",
                (step, f"~{turn}"),
            )
            target.execute(
                "INSERT INTO marks SELECT attempt + ?, position, exercise, outcome FROM marks"
                " WHERE attempt < 10000000",
                (step,),
            )
        add_up(target)
        target.commit()


def batch(folder: Path, book: Path, jobs: int = 2) -> Run:
    """Grade a folder; what could not be read is no failure."""
    command = ["batch", str(folder), "--gradebook", str(book), "--jobs", str(jobs)]
    return measured([sys.executable, "-m", "grader", *command], {0, 1})


def measured(command: Sequence[str], codes: set[int], **environment: str) -> Run:
    """Run a command; exits with its output where it does not end as it must."""
    # Plugins that happen to be installed here would slow down a plain suite for nothing.
    surroundings = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | environment
    with tempfile.TemporaryFile() as output:
        start = perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=surroundings, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        peaks = [0.0]
        watcher = threading.Thread(target=watch, args=(process.pid, peaks), daemon=True)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            output.seek(0)
            said = output.read().decode("utf-8", "replace")[-3000:]
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}\n{said}")
    return Run(usage.ru_utime + usage.ru_stime, wall, max(peaks))


def watch(pid: int, peaks: list[float]) -> None:
    """Note the most memory a process has had, for as long as it runs."""
    while True:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            peaks += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
        except (OSError, IndexError):
            return
        sleep(0.2)


if __name__ == "__main__":
    main()
