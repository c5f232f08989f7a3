"""A plugin of coverage.py that is loaded in every process that it measures; __main__.py puts it in place.

- Interpreters without packages, as workers are, begin with a tracer. It writes where their code has been into
  a FIFO, which is open before there are walls; see __main__.py for who reads it.
- A fork whose answer has come is given a moment to save what it has been through before it is killed.
- Programs that a test starts in an environment of its own are measured, too.
"""

import dis
import errno
import fcntl
import inspect
import os
import signal
import subprocess
import sys
import time

FIFO, CONFIG = "NANOGRAD_COVERAGE", "COVERAGE_PROCESS_CONFIG"
BEYOND = 300  # above all descriptors that a test looks at
MOMENT, SAVING = 0.005, 0.5  # seconds
forks = set()


def trace(fd, resume, handling, after_yield):
    """Write every way from line to line in code of a worker's own; sent as text, and complete in itself."""
    import os
    import sys

    # Code that has shown nothing new for so many lines is left alone, and a process after so many calls, so
    # that limits of time hold.
    patience, calls = 1000, 200_000
    write, settrace, generator = os.write, sys.settrace, 0x20
    known, left, texts = set(), {}, {}
    quiet = 0

    def note(code, start, end):
        nonlocal quiet
        way = (code.co_filename, start, end)
        if way in known:
            left[id(code)] = left.get(id(code), patience) - 1
            return
        try:
            write(fd, f"{code.co_filename} {start} {end}\n".encode())
        except BlockingIOError:
            return
        except OSError:
            settrace(None)  # somebody has closed it
        quiet = 0
        known.add(way)
        left[id(code)] = patience

    def begin(frame, event, arg):
        nonlocal quiet
        quiet += 1
        if quiet == calls:
            settrace(None)
        code = frame.f_code
        if code.co_filename[:1] != "<" or left.get(id(code)) == 0:
            return None
        text = texts.get(id(code))
        if text is None:
            text = texts[id(code)] = code.co_code
        first = code.co_firstlineno
        again = code.co_flags & generator and text[frame.f_lasti + 1]
        last = frame.f_lineno if again else -first

        def go_on(frame, event, arg):
            nonlocal last
            at = frame.f_lasti
            if event == "line" and text[at] != handling:
                note(code, last, frame.f_lineno)
                last = frame.f_lineno
            elif event == "return" and text[at + after_yield : at + after_yield + 1] != resume:
                note(code, last, -first)
            if left.get(id(code)) == 0:
                frame.f_trace = None
                return None
            return go_on

        return go_on

    settrace(begin)


def as_text():
    """The tracer and its call, in front of a program."""
    after_yield = 0 if sys.version_info[:2] == (3, 13) else 2
    resume = bytes([dis.opmap["RESUME"]])
    call = f"trace({fifo}, {resume!r}, {dis.opmap['PUSH_EXC_INFO']}, {after_yield})"
    return f"{inspect.getsource(trace)}\n{call}\ndel trace\n"


def coverage_init(reg, options):
    """Nothing to register: what there is to do is done when this is imported."""


def start(self, args, *more, **named):
    """Popen's own, but for what is said above."""
    env = named.get("env")
    if env and "PATH" in env:
        named["env"] = {name: os.environ[name] for name in (FIFO, CONFIG) if name in os.environ} | dict(env)
    if isinstance(args, list | tuple) and "-S" in args and "-c" in args:
        place = args.index("-c") + 1
        args = [*args[:place], tracer + args[place], *args[place + 1 :]]
        named["pass_fds"] = (*named.get("pass_fds", ()), fifo)
    popen(self, args, *more, **named)


def fork():
    """The number of a child; it is remembered."""
    pid = forked()
    if pid:
        forks.add(pid)
    else:
        forks.clear()
    return pid


def kill(pid, sent):
    """Send a signal; a fork of ours may end by itself first."""
    if pid in forks and sent == signal.SIGKILL:
        by = time.monotonic() + SAVING
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while time.monotonic() < by and not os.waitid(os.P_PID, pid, how):
            time.sleep(MOMENT)
        forks.discard(pid)
    killed(pid, sent)


def opened(path):
    """A descriptor of the FIFO, which never makes anybody wait."""
    low = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        return fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, BEYOND)
    finally:
        os.close(low)


if FIFO in os.environ:
    try:
        fifo = opened(os.environ[FIFO])
    except OSError as error:
        if error.errno not in (errno.ENXIO, errno.ENOENT):
            raise
    else:
        tracer = as_text()
        popen, subprocess.Popen.__init__ = subprocess.Popen.__init__, start
        forked, os.fork = os.fork, fork
        killed, os.kill = os.kill, kill
