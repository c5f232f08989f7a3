"""A student's code as the grader meets it: whatever it does is seen, ends, and spares the next exercise."""

import time

import pytest

from grader.agreement import agree
from grader.model import Ended, Misfit, Numbers, Overtime, Raised
from grader.printable import printable
from grader.sandbox.runner import Request
from grader.worker.wire import TEXT_LIMIT
from tests.grader.sandbox.adding import ABORTED, PARENT, PRODUCT, PRODUCT_SEEN, SUM, SUM_SEEN, adding, plus
from tests.grader.sandbox.family import family
from tests.needs import every_cage, filtered, linux

# Right answers


def test_right_code_gives_right_numbers(observed, solutions):
    assert observed(solutions["add"]) == [SUM_SEEN]


def test_programs_are_answered_in_order(observed, solutions):
    programs = [plus(float(number)) for number in range(5000)]
    seen = observed(solutions["add"], *programs)
    assert [observation.values[2] for observation in seen] == [number + 3.0 for number in range(5000)]


def test_no_program_gives_no_observation(observed, student_with, attempting):
    with attempting(student_with()) as attempt:
        assert attempt.observe(Request.of([])) == []


def test_attempt_answers_one_request_after_the_other(student_with, attempting):
    with attempting(student_with()) as attempt:
        for number in range(20):
            (seen,) = attempt.observe(Request.of([plus(float(number))]))
            assert seen.values[2] == number + 3.0


def test_every_request_gets_its_own_texts(student_with, attempting):
    with attempting(student_with(), source=adding("raise ValueError(self.data)")) as attempt:
        seen = attempt.observe(Request.of([plus(1.0)])) + attempt.observe(Request.of([plus(2.0)]))
    assert [raised.error for raised in seen] == ["ValueError: 1.0", "ValueError: 2.0"]


def test_every_exercise_has_a_process_of_its_own(student_with, attempting):
    runner = student_with()
    source = "import exercises.value\nexercises.value.Value.__mul__ = None\n" + adding("")
    with attempting(runner, source=source) as attempt:
        assert attempt.observe(Request.of([SUM])) == [SUM_SEEN]
    with attempting(runner, "mul") as attempt:
        assert attempt.observe(Request.of([PRODUCT])) == [PRODUCT_SEEN]


def test_student_outlives_its_lanes(student_with, attempting):
    runner = student_with(lanes=1)
    for _ in range(3):
        with attempting(runner) as attempt:
            assert attempt.observe(Request.of([SUM])) == [SUM_SEEN]


def test_attempt_that_asks_nothing_ends(student_with, attempting):
    runner = student_with()
    with attempting(runner):
        pass
    with attempting(runner) as attempt:
        assert attempt.observe(Request.of([SUM])) == [SUM_SEEN]


def test_student_may_be_closed_without_use_and_more_than_once(student_with):
    runner = student_with()
    runner.close()
    runner.close()


# What raises


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("raise ValueError('no')", "ValueError: no"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("sys.exit()", "SystemExit"),
        ("sys.exit(0)", "SystemExit: 0"),
        ("exit()", "NameError: name 'exit' is not defined"),
        ("raise 3", "TypeError: exceptions must derive from BaseException"),
    ],
)
def test_exception_is_seen_with_its_place(body, error, observed):
    assert observed(adding(body)) == [Raised(error, ("add.py, line 11, in add",))]


def test_program_that_raises_leaves_the_others_alone(observed):
    source = adding("if self.data == 7.0: raise ValueError(other.data)")
    seen = observed(source, plus(1.0), plus(7.0, 1.0), plus(2.0), plus(7.0, 2.0))
    assert [type(observation) for observation in seen] == [Numbers, Raised, Numbers, Raised]
    assert [seen[1].error, seen[3].error] == ["ValueError: 1.0", "ValueError: 2.0"]


@pytest.mark.untraced(reason="a tracer's calls count as well")
def test_endless_recursion_is_raised_with_few_frames(observed):
    (raised,) = observed(adding("return add(self, other)"))
    assert raised.error == "RecursionError: maximum recursion depth exceeded"
    assert 0 < len(raised.frames) <= 6


def test_huge_exception_text_is_cut(observed):
    (raised,) = observed(adding("raise ValueError('x' * 10_000_000)"))
    assert raised.error.startswith("ValueError: xxx")
    assert len(raised.error) <= TEXT_LIMIT


def test_exception_whose_text_raises_is_seen(observed):
    body = "class Mute(Exception):\n    def __str__(self): raise RuntimeError\nraise Mute"
    (raised,) = observed(adding(body))
    assert raised.error == "Mute: an exception that cannot be shown"


NAME_RAISES = """
class Meta(type):
    __name__ = property(lambda cls: 1 / 0)
class Odd(Exception, metaclass=Meta): pass
raise Odd
"""
TEXT_RAISES = """
class Text(str):
    def __format__(self, spec): raise KeyError
class Odd(Exception):
    def __str__(self): return Text("x")
raise Odd
"""
TRACEBACK_RAISES = """
class Odd(Exception):
    __traceback__ = property(lambda self: 1 / 0)
raise Odd
"""


@pytest.mark.parametrize(
    "body",
    [NAME_RAISES, TEXT_RAISES, TRACEBACK_RAISES],
    ids=["name of its class", "text of its own type", "traceback"],
)
def test_exception_that_raises_while_it_is_described_is_still_raised(body, observed):
    (seen,) = observed(adding(body))
    assert isinstance(seen, Raised)


def test_exception_text_comes_out_printable(observed):
    (raised,) = observed(adding(r"raise ValueError('\x1b[2J\u202e\n\r\ud800 end')"))
    assert raised.error == r"ValueError: \x1b[2J\u202e ? end"
    assert raised.error == printable(raised.error)


def test_name_that_steers_a_terminal_comes_out_printable(observed):
    (misfit,) = observed(adding(r"self.grad = type('\x1b[2J\u202e', (), {})()"), plus(2.0))
    assert misfit == Misfit(r"{3} is a \x1b[2J\u202e, expected a number")


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("def add(", "SyntaxError: '(' was never closed"),
        ("x = 1", "Missing: add.py defines no add"),
        ("import sys\nsys.exit(0)", "SystemExit: 0"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import torch", "ModuleNotFoundError: No module named 'torch'"),
    ],
)
def test_file_that_does_not_load_raises_in_every_program(source, error, observed):
    seen = observed(source, SUM, SUM, SUM)
    assert [raised.error for raised in seen] == [error] * 3


@pytest.mark.parametrize("source", ["(" * 100_000, "-" * 300_000 + "1", "x" + ".y" * 100_000])
def test_source_nested_too_deeply_is_seen_as_trouble(source, observed):
    (seen,) = observed(source)
    assert isinstance(seen, Raised | Ended)


# What comes back


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Value(3.0)", "a Value"),
        ("None", "None"),
        ("'3'", "a str"),
        ("[3.0]", "a list"),
        ("3j", "a complex"),
        ("add", "a function"),
    ],
)
def test_gradient_that_is_no_number_is_a_misfit(value, kind, observed):
    assert observed(adding(f"self.grad = {value}"), plus(2.0)) == [
        Misfit(f"{{3}} is {kind}, expected a number")
    ]


def test_gradient_too_large_for_a_float_is_a_misfit(observed):
    assert observed(adding("self.grad = 10 ** 400"), plus(2.0)) == [Misfit("{3} is too large for a float")]


def test_gradient_within_the_graph_may_be_a_huge_int(observed):
    (seen,) = observed(adding("out.grad = 10**400"), plus(1.0))
    assert isinstance(seen, Numbers)


def test_number_that_is_one_only_the_second_time_is_a_misfit(observed):
    body = (
        "class Odd:\n    times = 0\n    def __float__(self):\n        Odd.times += 1\n"
        "        return 1.0 if Odd.times > 1 else None\nself.grad = Odd()"
    )
    (seen,) = observed(adding(body), plus(1.0))
    assert isinstance(seen, Misfit)


def test_object_equal_to_everything_is_a_misfit(observed):
    body = "class Equal:\n    __eq__ = __ge__ = __le__ = lambda self, other: True\nself.grad = Equal()"
    assert observed(adding(body), plus(2.0)) == [Misfit("{3} is an Equal, expected a number")]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("True", 1.0),
        ("7", 7.0),
        ("type('Odd', (float,), {'__float__': lambda self: 9.0, '__eq__': lambda *_: True})(1.5)", 1.5),
    ],
)
def test_number_of_another_type_is_seen_as_a_float(value, number, observed):
    (seen,) = observed(adding(f"self.grad = {value}"), plus(2.0))
    assert seen == Numbers((2.0, 3.0, 5.0, number, 0.0, 0.0))
    assert {type(value) for value in seen.values} == {float}


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_number_that_is_not_finite_agrees_with_nothing(number, observed):
    (seen,) = observed(adding(f"self.grad = float('{number}')"), plus(2.0))
    assert str(seen.values[3]) == number
    assert not agree(seen.values, seen.values)
    assert agree(seen.values[:3], (2.0, 3.0, 5.0))


@pytest.mark.parametrize(("value", "kind"), [("5.0", "a float"), ("None", "None"), ("(out,)", "a tuple")])
def test_result_that_is_no_value_is_a_misfit(value, kind, observed):
    assert observed(adding(f"return {value}")) == [Misfit(f"a + b gave {kind}, expected a Value")]


# What ends its process


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os._exit(0)", "its process ended with exit code 0, as exit() or os._exit() does"),
        ("os._exit(3)", "its process ended with exit code 3, as exit() or os._exit() does"),
        ("import ctypes; ctypes.string_at(0)", "its process was ended by SIGSEGV"),
    ],
)
def test_process_that_ends_is_seen_with_how_it_ended(body, reason, observed):
    assert observed(adding(body)) == [Ended(reason, busy=True)]


@pytest.mark.parametrize(
    ("body", "signal"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("os.kill(os.getpid(), signal.SIGTERM)", "SIGTERM"),
        ("os.abort()", "SIGABRT"),
    ],
)
def test_process_that_is_let_signal_itself_is_seen_with_the_signal(body, signal, observed, unfiltered):
    assert observed(adding(body)) == [Ended(f"its process was ended by {signal}", busy=True)]


def test_process_that_aborts_is_seen_to_end_by_a_signal(observed):
    (ended,) = observed(adding("os.abort()"))
    assert ended.reason.startswith("its process was ended by SIG")


def test_process_that_ends_while_the_file_loads_is_seen(observed):
    reason = "its process ended with exit code 0, as exit() or os._exit() does"
    assert observed("import os\nos._exit(0)", SUM, SUM) == [
        Ended(reason, busy=True),
        Ended(reason, busy=False),
    ]


def test_exit_handler_of_a_right_file_changes_nothing(observed):
    source = "import atexit, os\natexit.register(os._exit, 0)\n" + adding("")
    assert observed(source) == [SUM_SEEN]


def test_attempt_whose_process_ended_answers_nothing_more(student_with, attempting):
    with attempting(student_with(), source=adding("os._exit(0)")) as attempt:
        (first,) = attempt.observe(Request.of([SUM]))
        again = attempt.observe(Request.of([SUM, SUM]))
    assert again == [Ended(first.reason, busy=False)] * 2


def test_junk_on_every_descriptor_is_out_of_turn(observed):
    body = """
for fd in range(256):
    try:
        os.write(fd, b"junk" * 1000)
    except OSError:
        pass
"""
    assert observed(adding(body)) == [Ended(ABORTED, busy=True)]


def test_second_answer_by_a_fork_is_out_of_turn(student_with, attempting, unfiltered):
    with attempting(student_with(), source=adding("os.fork()")) as attempt:
        first = attempt.observe(Request.of([SUM]))
        time.sleep(0.3)
        assert first + attempt.observe(Request.of([SUM])) in (
            [Ended(ABORTED, busy=True), Ended(ABORTED, busy=False)],
            [SUM_SEEN, Ended(ABORTED, busy=True)],
        )


def test_bytes_written_after_the_answer_are_out_of_turn(student_with, attempting, unfiltered):
    body = """
def late():
    time.sleep(0.2)
    for fd in range(3, 256):
        try:
            os.set_blocking(fd, False)
            os.write(fd, bytes(8))
        except OSError:
            pass
threading.Thread(target=late, daemon=True).start()
"""
    with attempting(student_with(), source=adding(body)) as attempt:
        assert attempt.observe(Request.of([SUM])) == [SUM_SEEN]
        time.sleep(0.5)
        assert attempt.observe(Request.of([SUM])) == [Ended(ABORTED, busy=True)]


def test_closed_descriptors_end_the_attempt(observed):
    (ended,) = observed(adding("os.closerange(0, 256)"))
    assert isinstance(ended, Ended)


@linux
def test_killed_parent_is_seen_and_replaced(observed, unfiltered):
    body = PARENT + "os.kill(zygote, signal.SIGKILL)\nos._exit(0)"
    assert observed(adding(body)) == [Ended("its process was killed from inside", busy=True)]


@linux
def test_process_that_kills_its_parent_dies_with_it(observed, unfiltered):
    start = time.monotonic()
    body = PARENT + "os.kill(zygote, signal.SIGKILL)\ntime.sleep(60)"
    assert observed(adding(body)) == [Ended("its process was killed from inside", busy=True)]
    assert time.monotonic() - start < 40


# What takes too much


@linux
@pytest.mark.parametrize(
    "body",
    [
        "wanted = bytearray(10 * 2**30)",
        "wanted = [0] * 10**10",
        "wanted = 'x' * 10**10",
        "out.data = 1 << 10**12",
    ],
)
def test_memory_beyond_the_limit_is_refused(body, observed):
    assert observed(adding(body)) == [Raised("MemoryError", ("add.py, line 11, in add",))]


@linux
def test_memory_taken_bit_by_bit_ends_at_the_limit(observed):
    body = "kept = []\nwhile True: kept.append(bytearray(2**20))"
    (seen,) = observed(adding(body), memory=128 * 2**20)
    assert seen.error == "MemoryError"


def test_gigabyte_of_output_changes_nothing(observed):
    body = "for _ in range(512):\n    for fd in (1, 2): os.write(fd, bytes(2**20))\nprint('x' * 2**20)"
    assert observed(adding(body)) == [SUM_SEEN]


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
        "10 ** 10 ** 9",
        "while True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass",
    ],
    ids=["loop", "signals blocked", "one long operation", "sleep that cannot be interrupted"],
)
def test_code_without_end_is_overtime_and_ends_soon(body, observed):
    start = time.monotonic()
    assert observed(adding(body), seconds=1.0) == [Overtime(1.0, busy=True)]
    assert 0.9 < time.monotonic() - start < 40


def test_process_that_stops_is_overtime_and_ends_soon(observed, unfiltered):
    start = time.monotonic()
    stopping = adding("os.kill(os.getpid(), signal.SIGSTOP)")
    assert observed(stopping, seconds=1.0) == [Overtime(1.0, busy=True)]
    assert 0.9 < time.monotonic() - start < 40


def test_file_that_never_finishes_loading_is_overtime(observed):
    assert observed("while True: pass", SUM, SUM, seconds=0.5) == [
        Overtime(0.5, busy=True),
        Overtime(0.5, busy=False),
    ]


def test_program_that_hangs_is_the_busy_one(observed):
    source = adding("if self.data == 7.0:\n    while True: pass")
    seen = observed(source, plus(1.0), plus(2.0), plus(7.0), plus(3.0), plus(7.0), seconds=1.0, patience=2.0)
    assert [type(observation) for observation in seen[:2]] == [Numbers, Numbers]
    assert seen[2:] == [Overtime(1.0, busy=True), Overtime(1.0, busy=False), Overtime(1.0, busy=False)]


def test_attempt_that_was_overtime_answers_nothing_more_and_at_once(student_with, attempting):
    with attempting(student_with(seconds=0.5), source=adding("while True: pass")) as attempt:
        attempt.observe(Request.of([SUM]))
        start = time.monotonic()
        for _ in range(40):
            assert attempt.observe(Request.of([SUM, SUM])) == [Overtime(0.5, busy=False)] * 2
        assert time.monotonic() - start < 15  # were each waited for, it would take 20 s


def test_limit_holds_for_all_requests_of_an_attempt_together(student_with, attempting):
    with attempting(student_with(seconds=1.0), source=adding("time.sleep(0.4)")) as attempt:
        start = time.monotonic()
        seen = [attempt.observe(Request.of([plus(1.0)]))[0] for _ in range(50)]
        assert time.monotonic() - start < 15  # without a common limit it sleeps for 20 s
    assert isinstance(seen[-1], Overtime)


FLOOD = """
import os, struct, sys
frame = sys._getframe()
while "text_fd" not in frame.f_locals: frame = frame.f_back
text = b"\\n" * 65000
os.write(frame.f_locals["text_fd"], struct.pack("<H", len(text)) + text)
def add(self, other): raise ValueError
"""


def test_long_text_planted_in_the_pipe_costs_the_grader_little(student_with, attempting):
    with attempting(student_with(), source=FLOOD) as attempt:
        start = time.process_time()
        attempt.observe(Request.of([plus(1.0)] * 100))
        assert time.process_time() - start < 2


# What it is refused

NOT_PERMITTED = "PermissionError: [Errno 1] Operation not permitted"
NO_THREAD = "RuntimeError: can't start new thread"
REFUSED = {
    "child": ("os.fork()", NOT_PERMITTED),
    "child of the library's": ("multiprocessing.Process(target=print).start()", NOT_PERMITTED),
    # In a folder of its own, for which no Python spawns: the others name the program from 3.13 on.
    "program": ("subprocess.run(['/bin/true'], cwd='/')", NOT_PERMITTED),
    "program spawned": ("os.posix_spawn('/bin/true', ['true'], {})", f"{NOT_PERMITTED}: '/bin/true'"),
    "program in its own place": ("os.execv('/bin/true', ['true'])", NOT_PERMITTED),
    "thread": ("threading.Thread(target=print).start()", NO_THREAD),
    "daemon thread": ("threading.Thread(target=print, daemon=True).start()", NO_THREAD),
    "thread of the library's": ("concurrent.futures.ThreadPoolExecutor().submit(print)", NO_THREAD),
    "signal to its parent": ("os.kill(os.getppid(), signal.SIGKILL)", NOT_PERMITTED),
    "signal to everybody": ("os.kill(-1, 0)", NOT_PERMITTED),
    "signal to its group": ("os.killpg(0, signal.SIGSTOP)", NOT_PERMITTED),
    "signal to itself": ("os.kill(os.getpid(), signal.SIGSTOP)", NOT_PERMITTED),
    "raised signal": ("signal.raise_signal(signal.SIGTERM)", NOT_PERMITTED),
    "session of its own": ("os.setsid()", NOT_PERMITTED),
    "group of its own": ("os.setpgid(0, 0)", NOT_PERMITTED),
    "socket": ("socket.socket()", NOT_PERMITTED),
    "sockets between its own": ("socket.socketpair()", NOT_PERMITTED),
    "event loop": ("asyncio.new_event_loop()", NOT_PERMITTED),
    "memory to share": ("os.memfd_create('shared')", NOT_PERMITTED),
}
IMPORTS = "import asyncio, concurrent.futures, multiprocessing, socket"


@filtered
@every_cage
def test_attempt_to_reach_others_raises_and_harms_nothing(observed, solutions):
    numbered = enumerate(body for body, _ in REFUSED.values())
    cases = "\n".join(f"if self.data == {number}: {body}" for number, body in numbered)
    programs = [plus(float(number)) for number in range(len(REFUSED) + 1)]
    *seen, last = observed(f"{IMPORTS}\n{adding(cases)}", *programs)
    assert [raised.error for raised in seen] == [error for _, error in REFUSED.values()]
    assert isinstance(last, Numbers)


@filtered
@every_cage
def test_attempt_to_reach_others_leaves_no_process(student_with, attempting):
    unworried = "\n".join(f"try: {body}\nexcept Exception: pass" for body, _ in REFUSED.values())
    runner, before = student_with(), family()
    with attempting(runner) as attempt:
        attempt.observe(Request.of([SUM]))
        quiet = len(family())
    with attempting(runner, source=f"{IMPORTS}\n{adding(unworried)}") as attempt:
        assert attempt.observe(Request.of([SUM])) == [SUM_SEEN]
        assert len(family()) == quiet
    runner.close()
    assert family() == before
