"""What the members of a generated class hand in: one maker for each kind of work."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from grader.course.course import BEGIN, END, Course
from grader.course.misconceptions import Misconception, misconceptions, variants
from grader.model import Exercise

ENDLESS = ("backward", "never_ends")  # the one misconception that never ends: among the endless only
CRASHES = ("1 / 0", "undefined", "import a_module_nobody_has", "raise RuntimeError('not today')")
EXITS = ("exit()", "raise SystemExit", "import sys; sys.exit(0)", "import os; os._exit(0)")


@dataclass
class Work:
    """What somebody hands in, before it is written: sources by exercise, helpers beside their exercise."""

    pieces: dict[str, dict[str, str]]
    statuses: dict[str, str]
    mistakes: dict[str, str] = field(default_factory=dict)

    def spoil(self, name: str, source: str, status: str) -> None:
        """Let an exercise be this file alone, with this outcome."""
        self.pieces[name], self.statuses[name] = {name: source}, status


class Material:
    """What submissions are made of, dealt by one generator of random numbers."""

    def __init__(self, course: Course, random: Random) -> None:
        self.exercises = course.exercises
        self.names = course.names
        self.random = random
        self.stubs = {name: course.stub(name) for name in course.names}
        self.given = {name: course.solution(name) for name in course.given}
        self.solved = {name: _unmarked(course.solution(name)) for name in course.names}
        self._right = {name: [{name: source}] for name, source in self.solved.items()}
        for variant in variants(course.root / "tests" / "grader" / "autograd" / "right"):
            sources = {stem: self.as_handed_in(stem, text) for stem, text in variant.sources.items()}
            self._right[variant.exercise].append(sources)
        known = [wrong for name in course.names for wrong in misconceptions(name)]
        self.endless = [wrong for wrong in known if (wrong.exercise, wrong.id) == ENDLESS]
        self._ending = [wrong for wrong in known if wrong not in self.endless]
        self._deck: list[Misconception] = []

    def as_handed_in(self, stem: str, source: str) -> str:
        """A catalogued source under the stub's docstring; its own says what it is an example of."""
        header = _docstring(self.stubs[stem]) if stem in self.stubs else ""
        return header + source.removeprefix(_docstring(source))

    def right(self) -> Work:
        """Every exercise right, in a style chosen at random."""
        pieces = {name: dict(self.random.choice(self._right[name])) for name in self.names}
        return Work(pieces, dict.fromkeys(self.names, "passed"))

    def exercise(self) -> Exercise:
        """One of them at random."""
        return self.random.choice(self.exercises)

    def wrong(self, most: int) -> list[Misconception]:
        """One to most misconceptions of different exercises; each comes before any comes again."""
        if not self._deck:
            self._deck = list(self._ending)
            self.random.shuffle(self._deck)
        dealt: dict[str, Misconception] = {}
        for wrong in self._deck:
            if len(dealt) < most:
                dealt.setdefault(wrong.exercise, wrong)
        self._deck = [wrong for wrong in self._deck if wrong not in dealt.values()]
        return list(dealt.values())


def mistaken(material: Material) -> Work:
    """Right but for one to three exercises."""
    work = material.right()
    for wrong in material.wrong(material.random.randint(1, 3)):
        _mistake(work, wrong, material)
    return work


def half_finished(material: Material) -> Work:
    """The first ones right, the later ones untouched."""
    work = material.right()
    for name in material.names[material.random.randint(1, len(material.names) - 1) :]:
        work.spoil(name, material.stubs[name], "not_started")
    return work


def crash_at_import(material: Material) -> Work:
    """One file that raises when it is loaded."""
    work, name = material.right(), material.exercise().name
    work.spoil(name, material.solved[name] + material.random.choice(CRASHES) + "\n", "crashed")
    return work


def crash_in_function(material: Material) -> Work:
    """One exercise whose function raises when it is called."""
    return _begins_with(material, material.random.choice(CRASHES), "crashed")


def syntax_error(material: Material) -> Work:
    """One file that is no Python."""
    work, name = material.right(), material.exercise().name
    source = material.solved[name]
    slips = (source + "answer = (1, 2\n", source + "   out = 0\n", source.replace(":\n    ", "\n    ", 1))
    work.spoil(name, material.random.choice(slips), "crashed")
    return work


def endless(material: Material) -> Work:
    """One exercise that never answers; the misconception that does not comes first."""
    if not material.endless:
        return _begins_with(material, "while True: pass", "timed_out")
    work, wrong = material.right(), material.endless.pop()
    _mistake(work, wrong, material)
    work.statuses[wrong.exercise] = "timed_out"
    return work


def leaves(material: Material) -> Work:
    """One exercise that ends its process, at import or when it is called."""
    how = material.random.choice(EXITS)
    if material.random.random() < 0.5:
        return _begins_with(material, how, "crashed")
    work, name = material.right(), material.exercise().name
    work.spoil(name, f"{material.solved[name]}{how}\n", "crashed")
    return work


def missing_files(material: Material) -> Work:
    """One to four files that are not there."""
    work = material.right()
    for name in material.random.sample(material.names, material.random.randint(1, 4)):
        work.pieces[name], work.statuses[name] = {}, "not_started"
    return work


def light(material: Material) -> Work:
    """One exercise right, all others untouched."""
    work, done = material.right(), material.exercise().name
    for name in material.names:
        if name != done:
            work.spoil(name, material.stubs[name], "not_started")
    return work


MAKERS: dict[str, Callable[[Material], Work]] = {
    "right": Material.right,
    "misconceptions": mistaken,
    "half_finished": half_finished,
    "crash_at_import": crash_at_import,
    "crash_in_function": crash_in_function,
    "syntax_error": syntax_error,
    "endless": endless,
    "exit": leaves,
    "missing_files": missing_files,
    "light": light,
}


def _mistake(work: Work, wrong: Misconception, material: Material) -> None:
    """Put a misconception in its exercise's place."""
    name = wrong.exercise
    work.pieces[name] = {name: material.as_handed_in(name, wrong.source)}
    work.mistakes[name] = wrong.id
    del work.statuses[name]


def _begins_with(material: Material, statement: str, status: str) -> Work:
    """One exercise whose function, or __call__, begins with a statement."""
    work, exercise = material.right(), material.exercise()
    source = material.solved[exercise.name]
    first = _first_statement(source, exercise.defines)
    lines = source.splitlines(keepends=True)
    lines.insert(first.lineno - 1, f"{' ' * first.col_offset}{statement}\n")
    work.spoil(exercise.name, "".join(lines), status)
    return work


def _first_statement(source: str, defines: str) -> ast.stmt:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name in (defines, "__call__"):
            return node.body[0 if ast.get_docstring(node) is None else 1]
    raise ValueError(f"there is neither {defines} nor __call__")


def _docstring(source: str) -> str:
    """A module's docstring with its quotes, as it stands at the very top; empty where there is none."""
    tree = ast.parse(source)
    if ast.get_docstring(tree) is None:
        return ""
    return "".join(source.splitlines(keepends=True)[: tree.body[0].end_lineno])


def _unmarked(solution: str) -> str:
    """A solution without the marks that the stub is cut at."""
    lines = solution.splitlines(keepends=True)
    return "".join(line for line in lines if line.strip() not in (BEGIN, END))
