"""One exercise in a process of its own: load the parts, run the programs, answer.

The parts are the modules of a package, some of them the student's source, some reference code.
"""

from __future__ import annotations

import errno
import gc
import math
import os
import random
import signal
import sys
from _thread import start_new_thread
from importlib.machinery import ModuleSpec
from time import monotonic, process_time, sleep

try:
    import resource
except ImportError:  # Windows and browsers, where limits are set from outside
    resource = None  # type: ignore[assignment]

from . import walls
from .wire import MISFIT, RAISED, TEXT_LIMIT, Answer, Misfit, a, read_request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any, NoReturn

FRAME_LIMIT = 6
FILES = 64  # the modules of the standard library are read one by one
# An exit code for a process that finds its pipe closed, where no filter keeps code from closing it.
CLOSED = 121
# What is said when all is ready: whether there is a filter, by which no code can end its own process.
FILTERED, UNFILTERED = b"f", b"u"
TICK = 0.1  # seconds between two looks at the memory, where the system does not limit it
HELD = 1 if sys.platform == "darwin" else 1024  # bytes in the unit that the system counts memory in


def alone(
    requests_fd: int,
    numbers_fd: int,
    text_fd: int,
    told: tuple[Any, tuple[str, str] | None],
    subject: ModuleType,
) -> NoReturn:
    """Be the only process of a worker, without a zygote: see sandbox/spawned.py.

    told: what the cage leaves to the worker, and a package to be loaded, both as zygote.main has them.
    """
    inside, package = told
    if hasattr(signal, "SIGKILL"):
        walls.process_control(walls.PR_SET_PDEATHSIG, signal.SIGKILL)
    walls.close_all_but({requests_fd, numbers_fd, text_fd})
    if inside is not None:
        _, _, listed, read = inside
        walls.see_only(listed, read)
    if package is not None:
        load_package(*package)
    os.write(numbers_fd, FILTERED if walls.filters() else UNFILTERED)
    serve_to_the_end(requests_fd, numbers_fd, text_fd, subject)


def load_package(name: str, folder: str) -> None:
    """Import a package of the grader's own environment, once.

    It is found by its folder alone: nothing else that lies beside it can be imported. A package that does not
    load here is none.
    """
    import random
    import secrets
    from importlib.util import module_from_spec, spec_from_file_location

    # A worker may start no thread, and what it draws has to be the same each time, as by random.seed(0).
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    setattr(secrets, "randbits", random.getrandbits)  # noqa: B010 (its stub says that it takes a name)
    spec = spec_from_file_location(name, f"{folder}/__init__.py", submodule_search_locations=[folder])
    if spec is None or spec.loader is None:
        return
    sys.modules[name] = module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception:
        for known in [known for known in sys.modules if known.partition(".")[0] == name]:
            del sys.modules[known]


def serve_to_the_end(requests_fd: int, numbers_fd: int, text_fd: int, subject: ModuleType) -> NoReturn:
    """Serve, and end this process, with an exit code that says how that went."""
    code = 1
    try:
        serve(requests_fd, numbers_fd, text_fd, subject)
        code = 0
    except OSError as error:
        code = CLOSED if error.errno == errno.EBADF else 1
    finally:
        os._exit(code)


def serve(requests_fd: int, numbers_fd: int, text_fd: int, subject: ModuleType) -> None:
    """Answer requests until there are no more; the first one brings the parts and the limits.

    subject: what assembles an engine of the parts, and runs programs on it.
    """
    serving = Serving(subject)
    while request := read_request(requests_fd):
        head, programs = request
        serving.take(head)
        answer = Answer(numbers_fd, text_fd, head["nonce"], serving.folder, serving.counted)
        if "parts" in head:
            bounded = _limit(head["memory"], head["seconds"])
            _flush_before(head["seconds"], head["patience"], answer, 0 if bounded else head["memory"])
            walls.close((requests_fd, numbers_fd, text_fd))
            serving.load(head)
            _collect_less()
        serving.answer(programs, answer)


class Serving:
    """What one exercise's engine answers; nothing of it knows where answers go.

    subject: as for serve(); COUNTED in it: what its programs observe is counted, see wire.Answer.
    folder: where the student's files lie, if that may be known.
    """

    def __init__(self, subject: ModuleType) -> None:
        self.subject = subject
        self.counted = getattr(subject, "COUNTED", False)
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


def _limit(memory: int, seconds: float) -> bool:
    """Bound this process against accidents; a cage bounds it against malice. Whether memory is bounded."""
    if resource is None:
        return True
    whole = math.ceil(seconds)
    refused = set()
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
            refused.add(what)  # some systems know the name and refuse the limit
    return resource.RLIMIT_AS not in refused


def _flush_before(seconds: float, patience: float, answer: Answer, most: int) -> None:
    """Send what is done shortly before the time is up, so that the parent sees which program hangs.

    most: how many bytes of memory this process may come to hold, where the system has refused to limit that.
    """
    if not hasattr(signal, "setitimer"):
        start_new_thread(_flush_by_thread, (seconds, patience, answer))
        return
    # Processor time tells of a loop on a busy machine, the clock of code that waits.
    timers = [
        (signal.ITIMER_PROF, signal.SIGPROF, seconds * 0.9, seconds * 0.02),
        (signal.ITIMER_REAL, signal.SIGALRM, seconds * patience * 0.9, seconds * patience * 0.02),
    ]
    if most:
        timers[1] = (signal.ITIMER_REAL, signal.SIGALRM, TICK, TICK)

    # Linux counts, too, what the process held that this one was made from.
    before = held()

    def tick(*_: Any) -> None:
        if most and held() > max(most, before):
            os.kill(os.getpid(), signal.SIGKILL)
        answer.flush()

    for timer, sent, first, again in timers:
        signal.signal(sent, tick)
        signal.setitimer(timer, first, again)


def held() -> int:
    """The most bytes of memory that this process has held."""
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * HELD


def _flush_by_thread(seconds: float, patience: float, answer: Answer) -> None:
    begun = monotonic()
    while True:
        sleep(seconds * 0.02)
        if process_time() > seconds * 0.9 or monotonic() - begun > seconds * patience * 0.9:
            answer.flush()


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
    # No more than its beginning is told, however much somebody has put into it.
    return "\n".join([" ".join(head[: 10 * TEXT_LIMIT].split()), *lines])


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
            file = code.co_filename.replace(os.sep, "/").rpartition("/")[2]
            frames.append(f"{file}, line {trace.tb_lineno}, in {code.co_name}")
    return frames[::-1]


PACKAGE = "exercises"


class Missing(Exception):
    """A part does not define what it should."""


class Parts:
    """Finds the package's modules among parts that were sent, before or after they are compiled.

    parts: module name to source text (the student's) or code (the reference's).
    folder: where the student's files lie, if that may be known; their code says that it comes from there.
    A module is found as exercises.name, .name and, where the standard library has no module of that name,
    plain name; it is one module under all of them. Meets the protocols of importlib.abc's MetaPathFinder
    and Loader without importing them, which would double the worker's start.
    """

    def __init__(self, parts: dict[str, str | CodeType], folder: str = "") -> None:
        self.parts = parts
        self.folder = folder

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002 (the protocol's)
        if fullname == PACKAGE:
            return ModuleSpec(fullname, self, is_package=True)  # type: ignore[arg-type]  # see above
        package, _, name = fullname.rpartition(".")
        if name not in self.parts or package not in ("", PACKAGE):
            return None
        if package:
            return ModuleSpec(fullname, self)  # type: ignore[arg-type]  # see above
        if name in sys.stdlib_module_names:
            return None
        # Imported before anything stands under the plain name, for which the module may ask as well.
        module = import_(f"{PACKAGE}.{name}")
        sys.modules.pop(name, None)  # where it has asked; Python would load the module once more
        return ModuleSpec(name, Known(module))  # type: ignore[arg-type]  # see above

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:  # noqa: ARG002 (the protocol's)
        return None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__.removeprefix(PACKAGE + ".")
        # A student's exercises.py does not stand in for the package around it.
        part = "" if name == PACKAGE else self.parts.get(name, "")
        if isinstance(part, str):
            module.__file__ = self.file("__init__" if name == PACKAGE else name)
            part = compile(part, module.__file__, "exec", dont_inherit=True)
        exec(part, module.__dict__)

    def file(self, name: str) -> str:
        """The file that a module of the student's says it comes from."""
        return f"{self.folder}/{name}.py" if self.folder else f"{name}.py"


class Lines:
    """Gives linecache the student's lines once it is imported, as a cage may not let their files be read.

    From there tracebacks and inspect have them. Imported by us, it would take longer than all the rest.
    """

    def __init__(self, parts: Parts) -> None:
        self.students = parts

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002 (the protocol's)
        if fullname != "linecache":
            return None
        sys.meta_path.remove(self)
        linecache = import_(fullname)
        for name, part in self.students.parts.items():
            if isinstance(part, str):
                file = self.students.file(name)
                # Without a time, as what is never looked up again.
                linecache.cache[file] = len(part), None, part.splitlines(keepends=True), file
        del sys.modules[fullname]
        return ModuleSpec(fullname, Known(linecache))  # type: ignore[arg-type]  # see Parts


class Known:
    """Gives a module that is loaded already, under another name."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:  # noqa: ARG002 (the protocol's)
        return None

    def exec_module(self, module: ModuleType) -> None:
        sys.modules[module.__name__] = self.module


def placed(head: dict[str, Any]) -> Parts:
    """Have the parts that a request's head tells of found by what is imported from now on."""
    parts = Parts(head["parts"], head["folder"])
    # Last on the path, so that a submission's random.py never stands in for the real one.
    sys.meta_path.append(parts)
    sys.meta_path.insert(0, Lines(parts))
    return parts


def import_(fullname: str) -> ModuleType:
    """The module of that full name."""
    __import__(fullname)
    return sys.modules[fullname]


def defined(module: ModuleType, name: str) -> Any:
    """What a part defines by a name; raises Missing where it does not."""
    try:
        return getattr(module, name)
    except AttributeError:
        file = module.__name__.rpartition(".")[2]
        raise Missing(f"{file}.py defines no {name}") from None
