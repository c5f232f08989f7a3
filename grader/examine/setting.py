"""Everything that a verdict depends on besides the submission; and what code stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import CodeType

from grader.course.course import COMMON, Course, changed, misplaced
from grader.course.properties import Property
from grader.examine.cases import Bank, recall
from grader.examine.reading import Reference, answers_to_itself, from_bytes, reference_name, to_bytes
from grader.machine.cache import recall as recalled
from grader.model import Exercise
from grader.report.words import not_counted, to_take_over
from grader.sandbox.cage import Cage
from grader.sandbox.runner import Limits, Parts


@dataclass(frozen=True)
class Setting:
    """How and with what to examine.

    cache: the folder of recorded cases.
    say: called with a sentence before something that takes seconds and happens only once.
    told: the exercises of which the student has been shown almost the code; only there a finding says what
        should be done.
    lenient: whether an implementation in a shape of its own is judged by its own promises, not the course's.
    """

    course: Course
    cage: Cage
    cache: Path
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    say: Callable[[str], None] = lambda _: None
    lenient: bool = False
    told: frozenset[str] = frozenset()
    # Read once, and kept for the next submission.
    _said: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    _banks: dict[str, Bank] = field(default_factory=dict, init=False, repr=False, compare=False)
    _references: dict[str, Reference] = field(default_factory=dict, init=False, repr=False, compare=False)

    def telling(self, told: frozenset[str]) -> Setting:
        """The same, with what was read once, for a student who has been told more."""
        other = replace(self, told=told)
        for name in ("_said", "_banks", "_references"):
            object.__setattr__(other, name, getattr(self, name))
        return other

    def bank(self, exercise: Exercise, properties: Sequence[Property]) -> Bank:
        """The exercise's cases: kept here once asked for, else from the cache, or drawn now and told so."""
        if exercise.name not in self._banks:
            self._banks[exercise.name] = self._recalled(exercise, properties)
        return self._banks[exercise.name]

    def _recalled(self, exercise: Exercise, properties: Sequence[Property]) -> Bank:
        path = self.course.properties(exercise.name)
        return recall(self.course.subject, self.cache, path, self.seed, properties, self.say_once)

    def reference(self, exercise: Exercise) -> Reference:
        """What the exercise's solution answers where code is read; kept like its cases."""
        if exercise.name not in self._references:
            course, source = self.course, self.course.solution(exercise.name)
            solution = replace(
                parts(course, {exercise.name: source}, exercise), reading=course.subject.reading
            )
            new = Reference({}, course.subject, solution, self.cage)
            asked = partial(answers_to_itself, new, exercise, source)
            name = reference_name(course, exercise)
            known = recalled(self.cache, name, from_bytes, asked, to_bytes, self.say_once)
            self._references[exercise.name] = replace(new, answers=known)
        return self._references[exercise.name]

    def say_once(self, sentence: str) -> None:
        """Say a sentence that has not been said yet, if there is somebody to hear it."""
        if sentence not in self._said:
            self._said.add(sentence)
            # In a process that was forked for one submission of a class nobody listens any more.
            with suppress(OSError):
                self.say(sentence)


def on_given(course: Course, sources: Mapping[str, str], exercise: Exercise) -> tuple[str, ...]:
    """What is to be said where a student has changed files that are given, a sentence each."""
    files = changed(course, sources)
    if not files:
        return ()
    found = None if exercise.own else misplaced(sources, files, exercise)
    return (not_counted(files), *([to_take_over(found, exercise)] if found else []))


def parts(course: Course, sources: Mapping[str, str], exercise: Exercise, folder: str = "") -> Parts:
    """The student's file with reference siblings; or, for the last mark, all the student's own.

    The reference of the exercise itself is never among them. Helper modules of the student's own are.
    folder: where the student's files lie, if their code may say so.
    """
    own = set(course.names) if exercise.own else {exercise.name}
    modules: dict[str, str | CodeType] = {
        name: text for name, text in sources.items() if name not in (*course.names, *COMMON)
    }
    modules |= {name: code for name, code in course.reference.items() if name not in own}
    modules |= {name: sources[name] for name in own}
    needed = course.names if exercise.own else (*exercise.siblings, exercise.name)
    chosen = (part for part in course.exercises if part.name in needed)
    needs = tuple((part.name, part.defines, part.attach) for part in chosen)
    return Parts(modules, needs, folder=folder)
