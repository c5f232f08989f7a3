"""What the grader can ask of programs over Value, see grader/subject.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from grader.autograd.as_python import COURSES_OWN, Form, Names, labels, shown
from grader.autograd.program import Bare, Forward, Fresh, Nudge, Program, Training, View, size, unpack
from grader.model import Counterexample, Numbers, Observation
from grader.printable import by_make
from grader.subject import Packed, Unanswerable
from grader.version import DISTRIBUTION

SIZE = "on Linux that is 3 GB, or 200 MB from the index for CPUs that pytorch.org names"
HOW = (
    f"run: make torch; {SIZE}: make torch INDEX=…"
    if by_make()
    else f"have it beside the grader: pip install torch, pipx inject {DISTRIBUTION} torch, or "
    f"uv tool install --with torch {DISTRIBUTION}; {SIZE}"
)


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
        misfit: bool = False,
        also: Observation | None = None,
    ) -> Counterexample:
        """A case as a student sees it."""
        listed = isinstance(also, Numbers) and also.values == (0.0,)
        form = Form(listed, misfit)
        return shown(program, exercise, expected, got, drawn, self.names, before, form)

    def also_asked(self, program: Program) -> Program | None:
        """Whether a module's single output comes in a list, which is right, but read otherwise."""
        if not isinstance(program, Forward | Nudge | Training) or program.shape.name == "Neuron":
            return None
        return Bare(program.shape) if program.shape.outputs == 1 else None

    def random(self, packed: Packed) -> bool:
        """The first weights of a module are nobody's to foretell."""
        return bool(packed[0] == Fresh.tag)

    def answer(self, program: Program, kink: bool) -> tuple[float, ...]:
        """What torch observes, which is imported only now: a grade of recorded cases needs none."""
        numbers: tuple[float, ...] = oracle().answer(program, kink)
        return numbers

    def make_ready(self) -> None:
        """Import torch and hypothesis."""
        oracle()
        import_module("grader.autograd.strategies")


def oracle() -> ModuleType:
    """The module that asks PyTorch; raises Unanswerable where that is not installed, or cannot be loaded."""
    try:
        return import_module("grader.autograd.oracle")
    except (ImportError, OSError) as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == "torch"
        why = "is not installed" if missing else f"cannot be loaded: {error}"
        raise Unanswerable(f"PyTorch, which says what is right, {why}", HOW) from None
