"""Measures grading a class: python benchmarks/whole_class.py [--size N] [--people N] [--light N].

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
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean, median
from time import perf_counter, sleep

from bench import floor_input
from classroom import generate, write
from coursework import MAKERS, Material, Work
from figures import CPU, Section

from grader.classroom.store import add_up
from grader.course.course import here
from grader.render.export import CLASS, SINGLE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ROSTER = {"blackboard", "moodle"}  # need the platform's own, which a generated class has not
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
    parser.add_argument("--size", type=int, default=40, metavar="N", help="of the class (default: 40)")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="graded the naive way, too")
    parser.add_argument("--each", type=int, default=12, metavar="N", help="right ones (default: 12)")
    parser.add_argument("--people", type=int, default=1000, metavar="N", help="exported (default: 1000)")
    parser.add_argument("--light", type=int, default=0, metavar="N", help="of a large light class, too")
    asked = parser.parse_args()
    section = Section(
        "A class",
        "Processor time of whole process trees, warm. The naive way is one pytest process with torch and "
        "hypothesis for each submission.",
    )
    with tempfile.TemporaryDirectory(prefix="nanograd-class-") as folder:
        base = Path(folder)
        book = whole(section, base, asked.size, asked.sample)
        passing(section, base, asked.each)
        stored(section, base, book, asked.people)
        if asked.light:
            memory(section, base, asked.light)
    section.keep()


def whole(section: Section, base: Path, size: int, sample: int) -> Path:
    """A class on two cores, beside a sample of it in pytest processes; its gradebook."""
    expected = generate(base / "class", size)
    book = base / "class.sqlite"
    # Fills the caches of cases and readings.
    shutil.copytree(here().root / "solutions", base / "warm" / "p", ignore=shutil.ignore_patterns("__*"))
    batch(base / "warm", base / "warm.sqlite")
    run = batch(base / "class", book)
    note = f"{run.wall:.0f} s by the clock, two jobs; {run.memory:.0f} MiB in the process that leads"
    section.add(f"class of {size}, a submission", run.cpu / size, CPU, note=note)
    able = [e.id for e in expected if e.kind not in UNBOUNDED and (base / "class" / e.id).is_dir()]
    chosen = able[:: max(1, len(able) // sample)][:sample]
    suite = ["-m", "pytest", "-c", os.devnull, "-p", "no:cacheprovider", "-q", str(HERE / "naive_suite.py")]
    folders = [str(base / "class" / name) for name in chosen]
    naive = [measured([sys.executable, *suite], {0, 1}, SUBMISSION=folder) for folder in folders]
    slow = mean(one.cpu for one in naive)
    section.add(f"naive, {len(naive)} of them, each", slow, CPU, digits=1)
    section.add("submissions a CPU-second, class / naive", slow * size / run.cpu, digits=1, least=25)
    return book


def passing(section: Section, base: Path, each: int) -> None:
    """A right submission beside the floor, a wrong one beside a right one, and two jobs beside one."""
    course, few, bad = here(), max(1, each // 4), max(1, each // 2)
    material = Material(course, Random(0))
    for number in range(each):
        right = Work({name: {name: material.solved[name]} for name in material.names}, {})
        for name in ("right", "few") if number < few else ("right",):
            (base / name).mkdir(exist_ok=True)
            write(base / name, f"p{number}", right, material, number)
    (base / "wrong").mkdir()
    for number in range(bad):
        write(base / "wrong", f"p{number}", MAKERS["misconceptions"](material), material, number)
    floor = ["-I", "-S", str(HERE / "floor.py"), str(floor_input(course, base / "floor.marshal"))]
    runs: dict[tuple[str, int], list[Run]] = {}
    floors = []
    for turn, order in enumerate(((1, 2), (2, 1))):
        floors += [measured([sys.executable, *floor], {0}) for _ in range(3)]
        for jobs in order:
            for name in ("right", "few", "wrong") if jobs == 1 else ("right", "few"):
                run = batch(base / name, base / f"{name}{turn}{jobs}.sqlite", jobs=jobs)
                runs.setdefault((name, jobs), []).append(run)

    def more(jobs: int, what: Callable[[Run], float]) -> float:
        """What the others of the right ones take on top of the few: the start is in neither."""
        return sum(map(what, runs["right", jobs])) / 2 - sum(map(what, runs["few", jobs])) / 2

    one = more(1, lambda run: run.cpu) / (each - few)
    start = mean(run.cpu for run in runs["few", 1]) - few * one
    wrong = (mean(run.cpu for run in runs["wrong", 1]) - start) / bad
    least = median(run.cpu for run in floors)
    section.add("a right submission", one, CPU, note=f"floor {least:.2f}; the start of a batch {start:.2f}")
    section.add("a right submission / floor", one / least, most=1.2)
    section.add(
        "a wrong one / a right one",
        wrong / one,
        most=2,
        note="one to three misconceptions, readings included",
    )
    faster = more(1, lambda run: run.wall) / more(2, lambda run: run.wall)
    section.add("two jobs / one, by the clock", faster, least=1.9, note=f"load {os.getloadavg()[0]:.1f}")


def memory(section: Section, base: Path, most: int) -> None:
    """Memory of the process that leads, for classes of growing size."""
    for size in (most // 5, most):
        generate(base / f"light{size}", size, light=True)
        run = batch(base / f"light{size}", base / f"light{size}.sqlite")
        section.add(f"light class of {size:,}, memory", run.memory, "MiB", digits=0, note=f"{run.wall:.0f} s")
        shutil.rmtree(base / f"light{size}")


def stored(section: Section, base: Path, book: Path, people: int) -> None:
    """What is stored for so many people: scored anew, exported in every format, and reported."""
    large = base / "large.sqlite"
    grow(book, large, people)
    formats = sorted({*CLASS, *SINGLE} - ROSTER)
    steps = {"rescore": ["rescore", str(large)]}
    for form in formats:
        to = str(base / f"out-{form}")
        steps[form] = ["export", str(large), "--format", form, "--to", to]
    steps["report"] = ["report", str(large), "--html", str(base / "class.html")]
    seconds = {
        name: measured([sys.executable, "-m", "grader", *step], {0}).wall for name, step in steps.items()
    }
    slowest = max(seconds, key=lambda name: seconds[name])
    size = (base / "class.html").stat().st_size / 2**20
    note = f"slowest {slowest}, {seconds[slowest]:.1f} s; page {size:.1f} MiB"
    title = f"{people:,} people, rescored, exported in {len(formats)} formats and reported"
    section.add(title, sum(seconds.values()), "s", digits=0, most=60, note=note)


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


def measured(command: Sequence[str], codes: set[int], folder: Path = ROOT, **environment: str) -> Run:
    """Run a command; exits with its output where it does not end as it must."""
    # Plugins that happen to be installed here would slow down a plain suite for nothing.
    surroundings = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | environment
    with tempfile.TemporaryFile() as output:
        start = perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=surroundings, stdin=subprocess.DEVNULL, stdout=output, stderr=output
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
