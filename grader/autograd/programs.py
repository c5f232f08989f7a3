"""What the grader can ask of programs over Value, see grader/subject.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.autograd.as_python import COURSES_OWN, Names, labels, shown
from grader.autograd.program import Fresh, Program, View, size, unpack
from grader.model import Counterexample
from grader.subject import Packed


@dataclass(frozen=True)
class ProgramsOverValue:
    """Programs over Value, and what PyTorch says of them.

    names: what a counterexample calls things, for it is pasted beside a student's own code.
    """

    names: Names = COURSES_OWN

    unpack = staticmethod(unpack)
    size = staticmethod(size)
    view = staticmethod(View)
    labels = staticmethod(labels)

    def shown(
        self,
        program: Program,
        exercise: str,
        expected: tuple[float, ...],
        got: tuple[float, ...] | None = None,
        drawn: bool = False,
        before: Sequence[Program] = (),
    ) -> Counterexample:
        """A case as a student sees it."""
        return shown(program, exercise, expected, got, drawn, self.names, before)

    def random(self, packed: Packed) -> bool:
        """The first weights of a module are nobody's to foretell."""
        return bool(packed[0] == Fresh.tag)

    def answer(self, program: Program, kink: bool) -> tuple[float, ...]:
        """What torch observes, which is imported only now: a grade of recorded cases needs none."""
        from grader.autograd.oracle import answer

        return answer(program, kink)
