"""Measures other graders beside us: python benchmarks/beside.py [--size N] [--rounds N].

Every tool grades the same submissions in its usual way, by the same cases with the same numbers: those that
we ask of right work. Figures are processor time of whole process trees, medians of rounds in which the tools
take turns, the other way round each time. Each tool isolates as it comes: a kernel for each notebook
(nbgrader, otter), a process for each check (check50), nothing (gradescope-utils). The peers are installed
into build/peers, once; without a network to install them from, there is nothing to measure.
"""

from __future__ import annotations

import argparse
import marshal
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from random import Random
from statistics import median

from bench import SEED, runner_code
from classroom import write
from coursework import MAKERS, Material
from figures import BUILD, CPU, Section
from floor import load, load_runner
from peers.layouts import LAYOUTS, Batch, Command, Kit, Verdicts
from whole_class import batch, measured

from grader.agreement import agree
from grader.classroom.gradebook import reading
from grader.course.course import INIT, Course, here
from grader.course.properties import declared_in
from grader.examine.cases import default_folder, recall
from grader.model import Kind
from grader.report.scoring import exercise_status
from grader.subject import Packed

HERE = Path(__file__).resolve().parent
ENVIRONMENT = BUILD / "peers"
REQUIRED = HERE / "peers" / "requirements.txt"
OURS = "grader batch"
BONUS = "_bonus"
LEAST = 2.5
# Nothing that never ends: not all of them have a limit.
KINDS = ("right", "misconceptions", "right", "half_finished", "misconceptions", "crash_in_function")


@dataclass
class Tool:
    """Somebody who grades: gives its processor time, and everybody's verdicts."""

    grade: Callable[[], float]
    verdicts: Callable[[], Mapping[str, Verdicts]]
    times: list[float] = field(default_factory=list)


def main() -> None:
    """Install the peers, lay the assignment out for each, and let them take turns."""
    parser = argparse.ArgumentParser(description="Measure other graders beside us.")
    parser.add_argument("--size", type=int, default=6, metavar="N", help="of the class (default: 6)")
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="(default: 1)")
    parser.add_argument("--peers", nargs="+", choices=LAYOUTS, default=list(LAYOUTS), metavar="NAME")
    given = parser.parse_args()
    if not installed():
        print("beside: the peers could not be installed into build/peers; they are not measured")
        return
    with tempfile.TemporaryDirectory(prefix="nanograd-beside-") as folder:
        compare(Path(folder), given.size, given.rounds, given.peers)


def installed() -> bool:
    """Whether the peers are there, in an environment of their own; installs them where they are not."""
    done = ENVIRONMENT / "ready"
    if done.exists() and done.read_text() == REQUIRED.read_text():
        return True
    print("Installing the peers into build/peers, once; it takes minutes …", file=sys.stderr, flush=True)
    make = [sys.executable, "-I", "-m", "venv", "--clear", str(ENVIRONMENT)]
    pip = [str(ENVIRONMENT / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    for command in (make, [*pip, "--requirement", str(REQUIRED)]):
        if subprocess.run(
            command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ).returncode:
            return False
    shutil.copy(REQUIRED, done)
    return True


def compare(base: Path, size: int, rounds: int, names: Sequence[str]) -> None:
    """Measure, and print each figure."""
    course = here()
    works = hand_in(course, base / "class", size)
    known, counts = known_numbers(course)
    (base / "known.marshal").write_bytes(known)
    beside = (HERE / "peers" / "known.py", HERE / "floor.py", base / "known.marshal")
    points = {exercise.name: float(exercise.points) for exercise in course.exercises}
    kit = Kit({test: points.get(test, 0.0) for test in counts}, beside, works)
    warm = base / "warm" / works[0].name
    shutil.copytree(works[0], warm)
    batch(warm.parent, base / "warm.sqlite")  # fills the caches of cases and readings
    tools = {OURS: ours(base)}
    for name in names:
        (base / name).mkdir()
        tools[name] = peer(base / name, LAYOUTS[name](kit, base / name))
    for turn in range(rounds):
        others = [name for name in tools if name != OURS]
        # Ours at both ends: whatever else begins or ends here meanwhile is a part of ours, too.
        for name in (OURS, *others[:: -1 if turn % 2 else 1], OURS):
            print(f"round {turn + 1} of {rounds}: {name}", file=sys.stderr, flush=True)
            tools[name].times.append(tools[name].grade() / size)
    show(tools, counts, size)


def show(tools: Mapping[str, Tool], counts: Mapping[str, int], size: int) -> None:
    """Each tool's time for a submission, as a ratio to ours, and where its verdicts differ."""
    what = (
        f"The same {size} submissions, graded by every tool in its usual way. A submission's processor time, "
        f"children included; rounds in turns: {len(tools[OURS].times) // 2}, with ours at both ends of each."
    )
    section = Section("Beside other graders", what)
    mine = tools[OURS].verdicts()
    least = median(tools[OURS].times)
    asked = sum(counts.values())
    note = f"{asked} cases of eight exercises, and those of all together"
    section.add(f"{OURS}, a submission", least, CPU, note=note)
    versions = {name: version(name) for name in tools if name != OURS}
    for name, tool in tools.items():
        if name == OURS:
            continue
        took = median(tool.times)
        said = f"{took:.2f} {CPU}, {asked} cases; {differing(mine, tool.verdicts())}"
        section.add(f"{name} {versions[name]} / {OURS}", took / least, least=LEAST, note=said)
    section.keep()


def differing(mine: Mapping[str, Verdicts], theirs: Mapping[str, Verdicts]) -> str:
    """Where another's verdicts are not ours, in words."""
    pairs = [(mine[id_][name], theirs[id_].get(name, False)) for id_ in mine for name in mine[id_]]
    down, up = pairs.count((True, False)), pairs.count((False, True))
    if not down and not up:
        return f"all {len(pairs)} verdicts are ours"
    return f"of {len(pairs)} exercises it turns {down} down that are right, and passes {up} that are wrong"


def version(name: str) -> str:
    """Of a peer, as it is installed."""
    words = ["-I", "-c", f"import importlib.metadata as m; print(m.version({name!r}))"]
    command = [str(ENVIRONMENT / "bin" / "python"), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def hand_in(course: Course, folder: Path, size: int) -> list[Path]:
    """Write the submissions, some right and some wrong; a folder each."""
    material = Material(course, Random(0))
    # Handed out with the exercises: we bring our own, others import the package by it.
    material.given |= {name: course.solution(name) for name in course.complete}
    folder.mkdir()
    return [
        write(folder, f"s{number:02}", MAKERS[kind](material), material, number)
        for number, kind in enumerate(islice(cycle(KINDS), size))
    ]


def known_numbers(course: Course) -> tuple[bytes, dict[str, int]]:
    """What known.marshal holds, and how many cases each test has.

    Those of ours that have one right answer: what a new network draws at random has none.
    """
    code = runner_code(course)
    runner = load_runner(code)
    engine = load([(name, course.solution(name)) for name in (*course.common, *course.names, INIT)])
    cases: dict[str, list[tuple[Packed, tuple[float, ...]]]] = {}
    for exercise in course.exercises:
        file = course.properties(exercise.name)
        properties = declared_in(file)
        few = recall(course.subject, default_folder(), file, SEED, properties, lambda _: None).few
        for number, prop in enumerate(properties):
            test = exercise.name + ("" if prop.claim.kind is Kind.GRADED else BONUS)
            asked = [(few.programs[place], few.answer(place)) for place in few.places(number)]
            right = [case for case in asked if agree(runner.run(case[0], engine), case[1])]
            cases.setdefault(test, []).extend(right)
    return marshal.dumps((code, cases)), {name: len(some) for name, some in cases.items()}


def ours(base: Path) -> Tool:
    """A batch of ours, with a new gradebook each time."""
    book = base / "class.sqlite"

    def grade() -> float:
        for old in base.glob("class.sqlite*"):
            old.unlink()
        return float(batch(base / "class", book, jobs=1).cpu)

    def verdicts() -> dict[str, Verdicts]:
        with reading(book) as reader:
            reports = {one.person.id: one.report for one in reader.standings().each()}
        found = {id_: report.marks if report else () for id_, report in reports.items()}
        names = {e.name for e in here().exercises}
        return {
            id_: {m.exercise.name: exercise_status(m) == "passed" for m in marks if m.exercise.name in names}
            for id_, marks in found.items()
        }

    return Tool(grade, verdicts)


def peer(base: Path, laid: Batch) -> Tool:
    """One of the others, in its own environment and with a home of its own."""
    home = base / "home"
    home.mkdir()
    given = {"HOME": str(home), "PATH": f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ['PATH']}"}

    def run(command: Command) -> float:
        words = [str(ENVIRONMENT / "bin" / command.words[0]), *command.words[1:]]
        return float(measured(words, {0, 1}, folder=command.folder, **given).cpu)

    for command in laid.before:
        run(command)

    def grade() -> float:
        for path in laid.after:
            shutil.rmtree(path, ignore_errors=True)
        return sum(map(run, laid.commands))

    return Tool(grade, laid.read)


if __name__ == "__main__":
    main()
