"""The cage and what runs in it: chosen by name, started bare, ended whole, and nothing lost on the way."""

import marshal
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.autograd.program import Chain
from grader.autograd.subject import SUBJECT
from grader.errors import MachineError
from grader.examine.setting import parts
from grader.model import Ended, Numbers, Raised
from grader.sandbox.cage import Process
from grader.sandbox.cages import CAGES, NAMES, Bwrap, Uid, choose
from grader.sandbox.launch import FILES, Death, How, Launched, worker_code
from grader.sandbox.runner import Limits, Request, Runner
from tests import needs
from tests.grader.sandbox.unwalled import leave_out
from tests.needs import linux

SAYS = """
import os, sys
os.write(int(sys.argv[1]), repr(({})).encode())
"""
STAYS = """
import os, sys, time
os.fork()
os.write(int(sys.argv[1]), b"x")
time.sleep(60)
"""

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder in which every temporary folder of a test is made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def descriptors():
    return sorted(os.listdir("/dev/fd"))


def children():
    """The processes that this one has started, dead ones included."""
    return sorted(
        pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()
    )


# The choice


@pytest.mark.parametrize("name", ["", "nonsense", "Process", "bubblewrap"])
def test_unknown_cage_is_the_machines_fault(name):
    with pytest.raises(MachineError) as caught:
        choose(name)
    assert caught.value.exit_code == 71
    assert f"'{name}'" in caught.value.what
    assert "--sandbox" in caught.value.next_step


@pytest.mark.parametrize("name", CAGES)
def test_cage_is_chosen_by_its_name_or_it_is_said_why_not(name):
    kind, why_not = CAGES[name]
    if reason := why_not():
        with pytest.raises(MachineError) as caught:
            choose(name)
        assert caught.value.what == f"the sandbox '{name}' is not available here: {reason}"
        assert "--sandbox" in caught.value.next_step
    else:
        assert type(choose(name)) is kind


@pytest.fixture
def machine_with(monkeypatch):
    """Makes this a machine that has only the cages of these names."""

    def make(*names):
        for name, (kind, _) in CAGES.items():
            reason = "" if name in names else f"no {name} here"
            monkeypatch.setitem(CAGES, name, (kind, lambda reason=reason: reason))

    return make


@pytest.mark.parametrize(
    ("there", "kind"),
    [
        (("bwrap", "uid", "process"), Bwrap),
        (("uid", "process"), Uid),
        (("bwrap", "process"), Bwrap),
        (("process",), Process),
    ],
)
def test_auto_takes_the_strongest_that_is_there(there, kind, machine_with):
    machine_with(*there)
    assert type(choose("auto")) is kind


def test_auto_takes_no_weak_cage_for_strangers_and_says_why(machine_with):
    machine_with("process")
    with pytest.raises(MachineError) as caught:
        choose("auto", strangers=True)
    assert caught.value.exit_code == 71
    assert caught.value.what.endswith("code of strangers: no bwrap here; no uid here")
    assert "--sandbox process" in caught.value.next_step


def test_weak_cage_is_taken_for_strangers_where_it_is_asked_for_by_name(machine_with):
    machine_with("process")
    assert type(choose("process", strangers=True)) is Process


def test_strong_cage_is_taken_for_strangers(machine_with):
    machine_with("uid", "process")
    assert type(choose("auto", strangers=True)) is Uid


def test_every_known_cage_is_offered_by_name():
    assert ("auto", *CAGES) == NAMES


def test_process_says_that_it_is_no_cage():
    assert choose("process").isolation == "none"


# A process


@pytest.fixture
def pipe():
    """A pipe's reader and its writer, which may be taken off and closed."""
    ends = list(os.pipe())
    yield ends
    for fd in ends:
        os.close(fd)


@pytest.fixture
def started(temporary, pipe):
    """Starts Python source in the process cage, once, and leaves it the pipe's writer as its argument."""
    running = []

    def start(source):
        writer = pipe.pop()
        try:
            running.append(Process().start(["-c", source, str(writer)], [writer]))
        finally:
            os.close(writer)
        return running[-1]

    yield start
    for process in running:
        process.kill()


@pytest.fixture
def says(started, pipe):
    """What an expression is worth in the cage, as repr shows it."""

    def ask(expression):
        started(SAYS.format(expression))
        return os.read(pipe[0], 10_000).decode()

    return ask


def test_interpreter_is_bare(says):
    flags = "(sys.flags.isolated, sys.flags.no_site, sys.flags.dont_write_bytecode, 'site' in sys.modules)"
    assert says(flags) == "(1, 1, 1, False)"


def test_interpreter_is_the_graders_own_version(says):
    assert says("sys.version") == repr(sys.version)


def test_process_has_no_environment_of_ours(says, monkeypatch):
    monkeypatch.setenv("NANOGRAD_TOKEN", "secret")
    assert says("{*os.environ} - {'LC_CTYPE'}") == "set()"


def test_process_is_in_a_session_of_its_own(says):
    assert says("os.getsid(0) == os.getpgid(0) == os.getpid()") == "True"


def test_process_is_in_an_empty_folder(says, temporary):
    assert says("(os.listdir('.'), os.path.dirname(os.getcwd()))") == repr(([], str(temporary.resolve())))


@linux
def test_process_has_only_the_descriptors_it_was_given(says, pipe):
    given = [0, 1, 2, pipe[1]]
    with open(os.devnull) as other:
        os.set_inheritable(other.fileno(), True)
        assert says("[fd for fd in range(256) if os.path.exists(f'/proc/self/fd/{fd}')]") == repr(given)


def test_killing_ends_the_process_and_what_it_forked(started, pipe):
    process, (reader,) = started(STAYS), pipe
    assert os.read(reader, 1) + os.read(reader, 1) == b"xx"
    process.kill()
    assert os.read(reader, 1) == b""  # nobody is left who could write


def test_killing_takes_the_folder_away(started, temporary, pipe):
    process = started(STAYS)
    os.read(pipe[0], 1)
    assert len(list(temporary.iterdir())) == 1
    process.kill()
    assert list(temporary.iterdir()) == []


def test_killing_takes_what_was_left_in_the_folder_away(started, temporary, pipe):
    left = "os.makedirs('a/b/c'), open('a/file', 'w').close(), os.symlink('/', 'a/root'), os.mkfifo('a/fifo')"
    process = started(SAYS.format(left))
    os.read(pipe[0], 100)
    process.kill()
    assert list(temporary.iterdir()) == []


def test_process_may_be_killed_more_than_once(started):
    process = started(STAYS)
    process.kill()
    ended = process.process.returncode
    process.kill()
    assert process.process.returncode == ended == -signal.SIGKILL


def test_process_that_has_ended_may_be_killed(started, pipe):
    process = started("")
    assert process.process.wait() == 0
    process.kill()
    assert process.process.returncode == 0


@pytest.mark.parametrize("executable", ["nowhere", "folder", "text"])
def test_interpreter_that_does_not_start_is_the_machines_fault(
    executable, temporary, tmp_path_factory, monkeypatch
):
    elsewhere = tmp_path_factory.mktemp("python")
    (elsewhere / "folder").mkdir()
    (elsewhere / "text").write_text("no program\n")
    (elsewhere / "text").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(elsewhere / executable))
    before = descriptors()
    with pytest.raises(MachineError) as caught:
        Process().start(["-c", ""], [])
    assert caught.value.exit_code == 71
    assert caught.value.what.startswith("cannot start a worker process: ")
    assert caught.value.next_step
    assert list(temporary.iterdir()) == []
    assert descriptors() == before


# A launched worker


class Watched:
    """The process cage, and what it started last."""

    isolation = "none"
    inside = package = None

    def start(self, arguments, pass_fds):
        self.running = Process().start(arguments, pass_fds)
        return self.running


@pytest.fixture
def cage():
    return Watched()


@pytest.fixture
def launched(cage):
    launched = Launched(cage, 3, SUBJECT.worker)
    yield launched
    launched.close()


def test_workers_code_can_be_mistaken_for_no_students_file():
    modules = marshal.loads(worker_code(SUBJECT.worker))
    assert [name for name, _ in modules] == [*FILES, *SUBJECT.worker]
    assert all(code.co_filename == f"<{name}>" for name, code in modules)


def test_ending_a_lane_says_how_its_process_ended(launched):
    launched.begin(0)
    death = launched.end(0)
    assert (death.how, death.number) == (How.STAYED, signal.SIGKILL)


def test_process_without_a_request_to_come_ends_by_itself(launched):
    lane = launched.begin(0)
    with open(os.devnull, "wb") as null:
        os.dup2(null.fileno(), lane.requests)
    os.set_blocking(lane.numbers, True)
    assert os.read(lane.numbers, 1) == b""
    death = launched.end(0, gone=True)
    assert (death.how, death.number) == (How.EXITED, 0)


def test_lanes_are_used_one_after_the_other(launched):
    for number in range(3):
        launched.begin(number)
        assert launched.end(number).how is How.STAYED


def test_worker_that_is_gone_takes_no_command(launched, cage):
    launched.begin(0)
    launched.end(0)
    cage.running.kill()
    with pytest.raises(BrokenPipeError):
        launched.begin(1)


def test_worker_that_is_gone_says_nothing_of_how_a_process_ended(launched, cage):
    launched.begin(0)
    cage.running.kill()
    assert launched.end(0) == Death(How.UNKNOWN)


def test_closing_lets_the_worker_end_by_itself(cage):
    launched = Launched(cage, 3, SUBJECT.worker)
    launched.begin(0)
    launched.close()
    assert cage.running.process.returncode == 0


def test_closing_ends_a_worker_that_was_never_used(cage):
    Launched(cage, 3, SUBJECT.worker).close()
    assert cage.running.process.returncode is not None


def test_closing_gives_every_descriptor_back(cage):
    before = descriptors()
    Launched(cage, 9, SUBJECT.worker).close()
    assert descriptors() == before


class Refusing:
    isolation = "none"
    inside = package = None

    def start(self, arguments, pass_fds):
        raise MachineError("no process", "wait")


def test_cage_that_does_not_start_leaks_no_descriptor():
    before = descriptors()
    with pytest.raises(MachineError):
        Launched(Refusing(), 3, SUBJECT.worker)
    assert descriptors() == before


class Blind:
    """A cage that does not know what its workers may see."""

    isolation = "none"
    package = None

    @property
    def inside(self):
        raise MachineError("no listing", "make one")

    def start(self, arguments, pass_fds):
        raise AssertionError("nothing is started before it is known")


def test_cage_that_does_not_know_what_may_be_seen_starts_nothing_and_leaks_no_descriptor():
    before = descriptors()
    with pytest.raises(MachineError):
        Launched(Blind(), 3, SUBJECT.worker)
    assert descriptors() == before


class Dying:
    """A cage whose interpreter ends at once, as where memory is short."""

    isolation = "none"
    inside = package = None

    def start(self, arguments, pass_fds):
        return Process().start(["-c", "import os; os._exit(1)"], pass_fds)


def test_interpreter_that_ends_at_once_is_the_machines_fault_and_not_the_students(course):
    runner = Runner(Dying(), Limits(seconds=2.0), 3, SUBJECT.worker)
    chosen = parts(course, {"add": course.solution("add")}, course.exercises[0])
    try:
        with pytest.raises(MachineError), runner.attempt(chosen) as attempt:
            attempt.observe(Request.of([Chain(1)]))
    finally:
        runner.close()


# Twenty attempts

ADD = """
import os, time
from exercises.value import Value

def add(self, other):
    {}
    out = Value(self.data + other.data, (self, other), "+")
    def _backward():
        self.grad += out.grad
        other.grad += out.grad
    out._backward = _backward
    return out
"""
RIGHT = Numbers((2.0, 2.0))
EXITED = Ended("its process ended with exit code 0, as exit() or os._exit() does", busy=True)
KILLED = Ended("its process was killed from inside", busy=True)
KILLS = """
    zygote = os.getppid()
    assert os.getsid(0) == os.getsid(zygote) == zygote
    os.kill(zygote, 9)
    os._exit(0)
"""
NOT_PERMITTED = Raised("PermissionError: [Errno 1] Operation not permitted", ("add.py, line 6, in add",))
LEAVES = "os.mkfifo(f'{time.time()}'); os.makedirs(f'{time.time()}/b')"
# What it does, what comes of it, and the walls that are not there.
KINDS = {
    "answers": ("", RIGHT, ()),
    "raises": ("raise ValueError", Raised("ValueError", ("add.py, line 6, in add",)), ()),
    "exits": ("os._exit(0)", EXITED, ()),
    "is refused a child": ("os.fork()", NOT_PERMITTED, ()),
    "kills its parent": (KILLS, KILLED, ("close",)),
    "forks": ("if not os.fork(): os.setsid(); time.sleep(60)", RIGHT, ("close",)),
    "leaves files": (LEAVES, RIGHT, ("see_only", "close")),
}


def twenty_attempts(course, cage, body, expected):
    chosen = parts(course, {"add": ADD.format(body)}, course.exercises[0])
    request = Request.of([Chain(1)])
    runner = Runner(cage, Limits(), 9, SUBJECT.worker)
    for _ in range(20):
        with runner.attempt(chosen) as attempt:
            assert attempt.observe(request) == [expected]
    runner.close()


@linux
@pytest.mark.parametrize("kind", KINDS)
def test_twenty_attempts_leak_no_process_no_descriptor_and_no_folder(kind, course, temporary, monkeypatch):
    body, expected, missing = KINDS[kind]
    leave_out(monkeypatch, *missing)
    before = descriptors(), children()
    twenty_attempts(course, Process(), body, expected)
    assert (descriptors(), children()) == before
    assert list(temporary.iterdir()) == []


@needs.bwrap
@pytest.mark.parametrize("kind", [kind for kind, (_, _, missing) in KINDS.items() if not missing])
def test_twenty_attempts_in_the_strong_cage_leak_no_process_and_no_descriptor(kind, course):
    before = descriptors(), children()
    twenty_attempts(course, Bwrap(), *KINDS[kind][:2])
    assert (descriptors(), children()) == before


# A grader that is killed

# Orphans come to this process, so that it sees each that is left.
ORPHANS = """
import ctypes, os, signal, sys, time
from grader.course.course import here
from grader.sandbox.cages import choose
from tests.grader.sandbox.asking import observe

cage, course = choose(sys.argv[1]), here()
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)

def gone():
    for _ in range(400):
        try:
            while os.waitpid(-1, os.WNOHANG)[0]: pass
        except ChildProcessError:
            return True
        time.sleep(0.01)
    sys.exit(1)
"""
AT_ANY_MOMENT = f"""{ORPHANS}
for moment in range(20):
    grader = os.fork()
    if not grader:
        observe(course, cage, "while True: pass")
        os._exit(1)
    children = f"/proc/{{grader}}/task/{{grader}}/children"
    while moment % 2 and not open(children).read(): time.sleep(0.001)
    time.sleep(moment * 0.01)
    os.kill(grader, signal.SIGKILL)
    print(gone())
"""
# A worker starts nothing of a student's before it was sent some, and then it is behind its walls.
DEAF = f"""{ORPHANS}
deaf = '''
import os, sys, time
until = time.monotonic() + 20
os.write(int(sys.argv[1]), b"x")
while time.monotonic() < until: pass
'''
for _ in range(20):
    reader, writer = os.pipe()
    grader = os.fork()
    if not grader:
        cage.start(["-c", deaf, str(writer)], [writer])
        signal.pause()
    os.close(writer)
    assert os.read(reader, 1) == b"x"
    os.kill(grader, signal.SIGKILL)
    print(gone())
"""


def said_by(script, cage, folder):
    # A grader that is killed removes no folder.
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-c", script, cage]
    return subprocess.run(run, capture_output=True, text=True, check=True, env=environment).stdout.split()


@linux
@pytest.mark.parametrize("cage", ["process", pytest.param("bwrap", marks=needs.bwrap)])
def test_no_process_outlives_a_grader_that_is_killed_at_any_moment(cage, tmp_path):
    assert said_by(AT_ANY_MOMENT, cage, tmp_path) == ["True"] * 20


@needs.bwrap
def test_no_worker_that_hears_of_nothing_outlives_its_grader_in_the_strong_cage(tmp_path):
    assert said_by(DEAF, "bwrap", tmp_path) == ["True"] * 20
