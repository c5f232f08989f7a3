"""What can go wrong outside of a submission's own mistakes, by whose move it is."""


class GraderError(Exception):
    """Grading could not be done; says what, where, and the next step in one line each.

    exit_code: what the command ends with.
    """

    exit_code = 70

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step


class UsageError(GraderError):
    """The caller's move: wrong use of the command, or a submission that cannot be read."""

    exit_code = 2


class CourseError(GraderError):
    """The author's move: the course or the grader itself is at fault."""

    exit_code = 70


class MachineError(GraderError):
    """The machine's owner's move: no sandbox, no process, no disk."""

    exit_code = 71
