"""One exercise in a process of its own: load the parts, run the programs, answer."""

from __future__ import annotations

import gc
import math
import random
import signal

try:
    import resource
except ImportError:  # Windows and browsers, where limits are set from outside
    resource = None  # type: ignore[assignment]

from . import walls
from .wire import MISFIT, RAISED, Answer, Misfit, a, read_request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

FRAME_LIMIT = 6
FILES = 64  # the modules of the standard library are read one by one


def serve(requests_fd: int, numbers_fd: int, text_fd: int, subject: ModuleType) -> None:
    """Answer requests until there are no more; the first one brings the parts and the limits.

    subject: what assembles an engine of the parts, and runs programs on it.
    """
    serving = Serving(subject)
    while request := read_request(requests_fd):
        head, programs = request
        serving.take(head)
        answer = Answer(numbers_fd, text_fd, head["nonce"], serving.folder)
        if "parts" in head:
            _limit(head["memory"], head["seconds"])
            _flush_before(head["seconds"], head["patience"], answer)
            walls.close((requests_fd, numbers_fd, text_fd))
            serving.load(head)
            _collect_less()
        serving.answer(programs, answer)


class Serving:
    """What one exercise's engine answers; nothing of it knows where answers go.

    subject: as for serve(). folder: where the student's files lie, if that may be known.
    """

    def __init__(self, subject: ModuleType) -> None:
        self.subject = subject
        self.folder = self.trouble = ""
        self.engine: dict[str, Any] = {}

    def take(self, head: dict[str, Any]) -> None:
        """Note what a request's head says before anything of the student's is loaded."""
        if "parts" in head:
            self.folder = head.get("folder", "")

    def load(self, head: dict[str, Any]) -> None:
        """Assemble the engine; what goes wrong there is what every program then comes to."""
        self.engine, self.trouble = _load(head, self.subject)

    def answer(self, programs: list[Any], answer: Answer) -> None:
        """Answer each program, in order."""
        for packed in programs:
            if self.trouble:
                answer.trouble(RAISED, self.trouble)
            else:
                _answer(answer, packed, self.engine, self.subject)
        answer.end()


def _limit(memory: int, seconds: float) -> None:
    """Bound this process against accidents; a cage bounds it against malice."""
    if resource is None:
        return
    whole = math.ceil(seconds)
    for what, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, FILES, FILES),
        (resource.RLIMIT_CPU, whole, whole + 1),  # at the first a signal that says why, then the end
    ):
        try:
            resource.setrlimit(what, (soft, hard))
        except (ValueError, OSError):
            continue  # some systems know the name and refuse the limit


def _flush_before(seconds: float, patience: float, answer: Answer) -> None:
    """Send what is done shortly before the time is up, so that the parent sees which program hangs."""
    # Processor time tells of a loop on a busy machine, the clock of code that waits.
    for timer, sent, limit in (
        (signal.ITIMER_PROF, signal.SIGPROF, seconds),
        (signal.ITIMER_REAL, signal.SIGALRM, seconds * patience),
    ):
        signal.signal(sent, lambda *_: answer.flush())
        signal.setitimer(timer, limit * 0.9, limit * 0.02)


def _collect_less() -> None:
    """Collect garbage less often: graphs are many small cycles, and looking at each is half the time."""
    gc.freeze()
    gc.set_threshold(50_000, 1_000, 1_000)


def _load(head: dict[str, Any], subject: ModuleType) -> tuple[dict[str, Any], str]:
    """The engine, or what went wrong while its parts were loaded."""
    try:
        return subject.assemble(head), ""
    except BaseException as error:
        return {}, describe(error)


def _answer(answer: Answer, packed: tuple[Any, ...], engine: dict[str, Any], subject: ModuleType) -> None:
    random.seed(0)  # the same program gives the same numbers, wherever in the request it stands
    try:
        values = subject.run(packed, engine)
    except Misfit as error:
        return answer.trouble(MISFIT, str(error))
    except BaseException as error:
        return answer.trouble(RAISED, describe(error))
    try:
        answer.numbers(values)
    except TypeError as error:
        place = error.args[0]
        wrong = values[place]
        what = "too large for a float" if type(wrong) is int else f"{a(wrong)}, expected a number"
        answer.trouble(MISFIT, f"{{{place}}} is {what}")


def describe(error: BaseException) -> str:
    """The exception in one line, then the innermost frames outside of this package, a line each."""
    try:
        return _described(error)
    except BaseException:  # even its name and its message are the student's to make
        return "an exception that cannot be shown"


def _described(error: BaseException) -> str:
    try:
        message = str(error)
    except BaseException:
        message = "an exception that cannot be shown"
    if isinstance(error, SyntaxError):
        lines = [f"{error.filename}, line {error.lineno}"]
        message = str(error.msg)
    else:
        lines = _frames(error)
    head = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return "\n".join([" ".join(head.split()), *lines])


def _frames(error: BaseException) -> list[str]:
    traces = []
    trace = error.__traceback__
    while trace is not None:
        traces.append(trace)
        trace = trace.tb_next
    frames: list[str] = []
    # From the innermost on: of the thousand frames of an endless recursion only a few are looked at.
    while traces and len(frames) < FRAME_LIMIT:
        trace = traces.pop()
        code = trace.tb_frame.f_code
        # The worker's own code is compiled under names in angle brackets, as Python's frozen modules are.
        if not code.co_filename.startswith("<"):
            file = code.co_filename.rpartition("/")[2]
            frames.append(f"{file}, line {trace.tb_lineno}, in {code.co_name}")
    return frames[::-1]
