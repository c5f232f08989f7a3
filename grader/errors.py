"""What can go wrong outside of a submission's own mistakes, by whose move it is."""

from errno import EDQUOT, EFBIG, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC

# What a system says when it has no more to give, and what its owner can do.
NO_ROOM = {
    ENOSPC: "make room",
    EDQUOT: "make room",
    EFBIG: "raise the limit: ulimit -f",
    EIO: "check the disk",
}
NO_MORE = {
    **NO_ROOM,
    EMFILE: "raise the limit: ulimit -n 1024",
    ENFILE: "close other programs",
    ENOMEM: "close other programs, or use fewer --jobs",
}


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


def refuse_of_machine(error: OSError) -> None:
    """Raise MachineError where reading failed for want of something that this machine should have given."""
    if error.errno in NO_MORE:
        raise of_machine(error) from None


def unwritable(error: OSError, what: str, next_step: str) -> GraderError:
    """Why something cannot be written: the machine's owner's move where it is full, else the caller's.

    what, next_step: as for a GraderError, without the reason, and for the caller.
    """
    said = f"{what}: {error.strerror or error}"
    if error.errno in NO_ROOM:
        return MachineError(said, f"{NO_ROOM[error.errno]}, or {next_step}")
    return UsageError(said, next_step)


def of_machine(error: OSError | MemoryError, what: str = "") -> MachineError:
    """An error of the system's that nobody else has put into words.

    what: what could not be done; by default the error's own place.
    """
    if isinstance(error, MemoryError):
        return MachineError(f"{what or 'the grader'}: there is no memory left", NO_MORE[ENOMEM])
    said = error.strerror or str(error) or type(error).__name__
    where = what or (str(error.filename) if error.filename else "the grader cannot go on")
    return MachineError(
        f"{where}: {said}", NO_MORE.get(error.errno or 0, "check this machine, then try again")
    )
