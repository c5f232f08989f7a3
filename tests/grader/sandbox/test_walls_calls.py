"""What the walls ask of a kernel: the filter run by hand for both processors, and calls only noted."""

import ctypes
import os
import re
import resource
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.worker import walls
from tests.needs import linux

ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
ONES = (1 << 64) - 1
PIPE = (3, 7)
# By which argument, with what it may be, and with what not.
JUDGED = {
    "futex": (1, [128, 129, 0x180], [0, 1, 64, 127, 0x100]),
    "mmap": (3, [0, 1, 0x22, 0x20000, 0x80000], [0x40000, 0x40022, 0x60000]),
    "madvise": (2, [4, 8, 14, 15], [*range(4), *range(5, 8), *range(9, 14), 16, 21, 25]),
    "clock_gettime": (0, [0, 1, 7, 11], [12, 13, 0xFFFFFFF8]),
    "clock_getres": (0, [0, 1, 7, 11], [12, 13, 0xFFFFFFF8]),
    "clock_nanosleep": (0, [0, 1, 7, 11], [12, 13, 0xFFFFFFF8]),
    "sched_getaffinity": (0, [0], [1, 2, 0xFFFFFFFF]),
    "getpgid": (0, [0], [1, 2, 0xFFFFFFFF]),
    "getsid": (0, [0], [1, 2, 0xFFFFFFFF]),
    "fcntl": (1, [0, 1, 2, 3, 1030], [4, 5, 6, 7, 8, 9, 10, 1024, 1029, 1031, 1036]),
    "ioctl": (1, [0x5401, 0x5450, 0x5451], [0x5400, 0x5402, 0x5412, 0x5421, 0x544F, 0x5452, 0x8901]),
}
CLOSING = {"close": 0, "dup2": 1, "dup3": 1}
machines = pytest.mark.parametrize("machine", ["x86_64", "aarch64"])


@cache
def filter_of(machine):
    return walls._program(*walls.PROCESSORS[machine], PIPE)


def verdict(machine, number, arguments=(), mark=None):
    """What the filter says of a call; runs the instructions that there are."""
    known, program = walls.PROCESSORS[machine][0], filter_of(machine)
    call = struct.pack("<iIQ6Q", number, known if mark is None else mark, 0, *(*arguments, *[ONES] * 6)[:6])
    at, word = 0, 0
    while True:
        code, yes, no, value = struct.unpack_from("<HBBI", program, 8 * at)
        at += 1
        match code:
            case 0x20:
                (word,) = struct.unpack_from("<I", call, value)
            case 0x15 | 0x35 | 0x45:
                holds = {0x15: word == value, 0x35: word >= value, 0x45: bool(word & value)}[code]
                at += yes if holds else no
            case 0x06:
                return value
            case _:
                raise AssertionError(f"no instruction {code:#x}")


def numbers(machine, table):
    """Of each call, its number; those that a processor lacks are left out."""
    column = walls.PROCESSORS[machine][1]
    found = {
        name: (entry if table in (walls.ALLOWED, walls.CLOSING_ALL) else entry[0])[column]
        for name, entry in table.items()
    }
    return {name: number for name, number in found.items() if number is not None}


def given(place, value, others):
    return [value if place == at else others for at in range(6)]


# The filter


@machines
def test_what_computing_needs_is_allowed_whatever_its_arguments(machine):
    assert {verdict(machine, number) for number in numbers(machine, walls.ALLOWED).values()} == {ALLOW}


@machines
@pytest.mark.parametrize("others", [0, ONES])
def test_calls_are_judged_by_one_argument_and_by_its_lower_half(machine, others):
    found = numbers(machine, walls.BY_ARGUMENT)
    assert found.keys() == JUDGED.keys()
    for name, (place, good, bad) in JUDGED.items():
        for high in (0, 1 << 32):
            for values, said in ((good, ALLOW), (bad, EPERM)):
                asked = [
                    verdict(machine, found[name], given(place, high | value, others)) for value in values
                ]
                assert asked == [said] * len(values), name


@machines
@pytest.mark.parametrize("others", [0, 3, 7])
def test_who_closes_the_pipe_ends_and_other_descriptors_may_be_closed(machine, others):
    for name, number in numbers(machine, walls.CLOSING).items():
        place = CLOSING[name]
        told = {fd: verdict(machine, number, given(place, fd, others)) for fd in range(10)}
        assert told == {fd: KILL if fd in PIPE else ALLOW for fd in range(10)}, name


@machines
@pytest.mark.parametrize(("first", "last"), [(first, last) for first in range(9) for last in range(9)])
def test_who_closes_a_range_with_the_pipe_in_it_ends(machine, first, last):
    (number,) = numbers(machine, walls.CLOSING_ALL).values()
    inside = any(first <= fd <= last for fd in PIPE)
    assert verdict(machine, number, [first, last]) == (KILL if inside else ALLOW)


@machines
def test_all_other_calls_are_refused_and_later_ones_are_missing(machine):
    let_through = {
        number
        for table in (walls.ALLOWED, walls.BY_ARGUMENT, walls.CLOSING, walls.CLOSING_ALL)
        for number in numbers(machine, table).values()
    }
    for number in {*range(600), 1 << 30, 0xFFFFFFF} - let_through:
        missing = number == walls.CLONE3 or number >= walls.UNKNOWN
        assert verdict(machine, number, [0] * 6) == (ENOSYS if missing else EPERM), number


@machines
@pytest.mark.parametrize("mark", [0, 0x40000003, 0x40000028, 0xFFFFFFFF])
def test_every_call_in_the_way_of_another_architecture_is_missing(machine, mark):
    assert {verdict(machine, number, [0] * 6, mark) for number in range(0, 500, 7)} == {ENOSYS}


def test_the_marks_are_those_of_the_architectures():
    assert {name: mark for name, (mark, _) in walls.PROCESSORS.items()} == {
        "x86_64": 0xC000003E,
        "aarch64": 0xC00000B7,
    }


# Calls


class Library:
    """A C library that notes what it is asked, and answers as it is told."""

    def __init__(self, monkeypatch, machine="x86_64", platform="linux", **answers):
        self.asked, self.answers, self.errno = [], answers, None
        monkeypatch.setattr(walls.sys, "platform", platform)
        monkeypatch.setattr(walls.os, "uname", lambda: SimpleNamespace(machine=machine))
        monkeypatch.setattr(walls.ctypes, "CDLL", lambda name, **_: self)

    def prctl(self, *arguments):
        self.asked.append(("prctl", *arguments))
        return self.answers.get("prctl", {}).get(arguments[0], 0)

    def syscall(self, number, *arguments):
        self.asked.append((number, *arguments))
        return self.answers.get("syscall", {}).get((number, len(arguments)), 0)


@pytest.mark.parametrize(
    ("machine", "platform", "answer", "there"),
    [
        ("x86_64", "linux", 0, True),
        ("aarch64", "linux", 0, True),
        ("x86_64", "linux", 2, True),
        ("x86_64", "linux", -1, False),
        ("riscv64", "linux", 0, False),
        ("x86_64", "darwin", 0, False),
        ("x86_64", "aix", 0, False),
        ("x86_64", "win32", 0, False),
    ],
)
def test_there_is_a_filter_where_the_kernel_has_one_for_a_known_processor(
    monkeypatch, machine, platform, answer, there
):
    Library(monkeypatch, machine, platform, prctl={21: answer})
    assert walls.filters() is there


@linux
@pytest.mark.parametrize(("answer", "works"), [(0, True), (-1, False)])
@pytest.mark.parametrize(("machine", "capset"), [("x86_64", 126), ("aarch64", 91)])
def test_closing_drops_all_rights_and_then_sets_the_filter(monkeypatch, machine, capset, answer, works):
    monkeypatch.setattr(walls.resource, "setrlimit", lambda *_: None)
    library = Library(monkeypatch, machine, prctl={22: answer})
    seen = []
    fill = ctypes.create_string_buffer

    def noted(data):
        seen.append((data, made := fill(data)))
        return made

    monkeypatch.setattr(walls.ctypes, "create_string_buffer", noted)
    assert walls.close(iter(PIPE)) is works
    (program, code), (whole, handed) = seen
    assert program == walls._program(*walls.PROCESSORS[machine], PIPE)
    assert struct.unpack("@HP", whole) == (len(program) // 8, ctypes.addressof(code))
    assert library.asked == [
        ("prctl", 21, 0, 0, 0, 0),
        (capset, struct.pack("<II", 0x20080522, 0), bytes(24)),
        ("prctl", 38, 1, 0, 0, 0),
        ("prctl", 22, 2, handed, 0, 0),
    ]


@linux
def test_nothing_that_a_user_shares_can_be_taken_where_there_is_no_filter():
    names = ("NPROC", "SIGPENDING", "MEMLOCK", "MSGQUEUE")
    asked = (
        "import resource; from grader.worker import walls; walls.filters = lambda: False\n"
        f"print(walls.close(), [resource.getrlimit(getattr(resource, 'RLIMIT_' + n)) for n in {names}"
        " if hasattr(resource, 'RLIMIT_' + n)])"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    wanted = {"NPROC": 0, "SIGPENDING": 64, "MEMLOCK": 0, "MSGQUEUE": 0}
    assert said.strip() == f"False {[(wanted[n],) * 2 for n in names if hasattr(resource, f'RLIMIT_{n}')]}"


@pytest.fixture
def noted(monkeypatch):
    """The calls that change who a process is, noted in their order."""
    calls = []
    for name in ("chroot", "chdir", "setgroups", "setgid", "setuid", "umask"):
        monkeypatch.setattr(walls.os, name, lambda *given, name=name: calls.append((name, *given)))
    return calls


REST = [("chdir", "/"), ("setgroups", []), ("setgid", 7), ("setuid", 7), ("umask", 0o777)]


def test_entering_goes_to_another_root_and_then_becomes_a_user_who_owns_nothing(noted):
    assert walls.enter("/other", 7) is True
    assert noted == [("chroot", "/other"), *REST]


def test_without_another_root_only_the_user_changes(noted):
    assert walls.enter("", 7) is False
    assert noted == REST


def test_where_there_is_no_right_to_another_root_it_is_said(noted, monkeypatch):
    def refused(root):
        raise PermissionError(root)

    monkeypatch.setattr(walls.os, "chroot", refused)
    assert walls.enter("/other", 7) is False
    assert noted == REST


# Landlock

# By version: the rights over files, over TCP and what is kept apart, as many bytes as the kernel knows.
RULES = {
    1: (0x1FFF, 0, 0, 8),
    2: (0x3FFF, 0, 0, 8),
    3: (0x7FFF, 0, 0, 8),
    4: (0x7FFF, 3, 0, 16),
    5: (0xFFFF, 3, 0, 16),
    6: (0xFFFF, 3, 3, 24),
    7: (0xFFFF, 3, 3, 24),
}


@pytest.mark.parametrize(
    ("platform", "version", "there"),
    [
        ("linux", 1, True),
        ("linux", 5, True),
        ("linux", 0, False),
        ("linux", -1, False),
        ("darwin", 1, False),
        ("aix", 1, False),
        ("win32", 1, False),
    ],
)
def test_landlock_is_there_where_it_has_a_version(monkeypatch, platform, version, there):
    library = Library(monkeypatch, platform=platform, syscall={(444, 3): version})
    assert walls.sees_only() is there
    assert library.asked == ([(444, None, 0, 1)] if platform == "linux" else [])


@linux
@pytest.mark.parametrize("version", RULES)
@pytest.mark.parametrize(("refused", "works"), [(0, True), (-1, False)])
def test_each_version_of_landlock_is_asked_for_all_that_it_knows(
    monkeypatch, tmp_path, version, refused, works
):
    *words, size = RULES[version]
    ruleset = os.open(tmp_path, os.O_RDONLY)
    rules = struct.pack("<QQQ", *words)
    library = Library(monkeypatch, syscall={(446, 2): refused})
    library.syscall = lambda *call: (
        library.asked.append(call)
        or {444: version if call[1] is None else ruleset, 446: refused}.get(call[0], 0)
    )
    (tmp_path / "file").touch()
    listed, read = [str(tmp_path)], [str(tmp_path / "none"), str(tmp_path / "file")]
    before = os.listdir("/proc/self/fd")
    assert walls.see_only(listed, read) is works
    assert len(os.listdir("/proc/self/fd")) == len(before) - 1  # the rules are closed, and what they name
    asked = [call for call in library.asked if call != (444, None, 0, 1)]
    assert [call[0] for call in asked] == [444, 445, 445, "prctl", 446]
    made, folder, file, prctl, restrict = asked
    assert made == (444, rules, size, 0)
    rights = [(call[1], call[2], struct.unpack("<Qi", call[3])[0], call[4]) for call in (folder, file)]
    assert rights == [(ruleset, 1, 8, 0), (ruleset, 1, 4, 0)]
    assert prctl == ("prctl", 38, 1, 0, 0, 0)
    assert restrict == (446, ruleset, 0)


def test_without_landlock_all_files_are_seen(monkeypatch):
    library = Library(monkeypatch, syscall={(444, 3): -1})
    assert walls.see_only(["/"], []) is False
    assert library.asked == [(444, None, 0, 1)]


# As the kernel's own headers have them; aarch64 has the numbers that all newer processors share.
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
# Some stand there for both widths of numbers: __NR3264_lseek, say, is lseek where they have 64 bits.
DEFINED = re.compile(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", re.MULTILINE)
CALLED = {"newfstatat": "fstatat"}


@machines
def test_numbers_are_those_of_the_kernels_headers(machine):
    path = HEADERS[machine]
    if not path.is_file():
        pytest.skip("needs the kernel's headers; apt install linux-libc-dev")
    known = {name: int(number) for name, number in DEFINED.findall(path.read_text("utf-8"))}
    tables = (walls.ALLOWED, walls.BY_ARGUMENT, walls.CLOSING, walls.CLOSING_ALL)
    ours = {name: number for table in tables for name, number in numbers(machine, table).items()}
    assert len(ours) > 50
    assert ours == {name: known.get(name, known.get(CALLED.get(name, ""))) for name in ours}
    assert {walls.CREATE, walls.ADD, walls.RESTRICT} == {known[f"landlock_{of}"] for of in LANDLOCK}
    assert walls.CAPSET[machine] == known["capset"]
    assert known["clone3"] == walls.CLONE3


LANDLOCK = ("create_ruleset", "add_rule", "restrict_self")


def alone(lines):
    """What lines print in a process of their own."""
    told = subprocess.run(
        [sys.executable, "-c", f"import ctypes, os\nfrom grader.worker import walls\n{lines}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.stderr == ""
    return told.stdout.split()


CLOSED = """
def is_open(known):
    try:
        return os.fstat(known) is not None
    except OSError:
        return False


for known in (3, 5, 8, 9, 12, 13, *range(30, 170)):
    os.dup2(1, known)
walls.close_all_but({-1, 8, 12, 13}, (30, 9))
print(*filter(is_open, range(200)))
"""


@linux
def test_descriptors_beside_the_known_ones_are_closed_up_to_some_beyond_the_last():
    kept = [int(known) for known in alone(CLOSED)]
    assert kept == [0, 1, 2, 8, 12, 13, *range(30 + walls.AFTER, 170)]


@linux
@pytest.mark.parametrize(("sets", "asks", "value"), [("PDEATHSIG", 2, 15), ("CHILD_SUBREAPER", 37, 1)])
def test_process_is_told_what_it_is_told(sets, asks, value):
    told = f"walls.process_control(walls.PR_SET_{sets}, {value})"
    asked = f"ctypes.CDLL(None).prctl({asks}, ctypes.byref(found), 0, 0, 0)"
    assert alone(f"{told}\nfound = ctypes.c_int()\n{asked}\nprint(found.value)") == [str(value)]
