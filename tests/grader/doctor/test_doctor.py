"""The doctor: each probe escapes where nothing holds it, none from a cage, and what is said of it is so."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from click.testing import CliRunner
from rich.console import Console

from grader.commands.author import doctor
from grader.doctor import worker
from grader.doctor.doctor import (
    ESCAPED,
    KINDS,
    LEFTOVERS,
    LIMITS,
    VARIABLE,
    Absent,
    Canaries,
    Examined,
    Probe,
    Tried,
    _end_what_is_left,
    examine,
    examined,
    probes,
    processes_of,
    recommended,
    sound,
)
from grader.doctor.screen import Machine, advice, render, steps, to_json
from grader.errors import MachineError, UsageError
from grader.sandbox.cage import Process, Running
from grader.sandbox.cages import CAGES, choose
from tests.grader.sandbox.unwalled import leave_out
from tests.limits import probes_that_escape
from tests.needs import bwrap_reason, landlock, linux, uid_reason

pytestmark = linux

# Only the superuser gets these outside of any cage; the last ones not even he on every machine.
FOR_ROOT = {"device", "first", "superuser", "capabilities", "root_folder", "mount", "library"}
MAY_BE_OFF = {"programs", "rings", "keys", "key", "namespace", "old_calls", "memory_call", "tracing"}
# Older kernels and some file systems have them not, and some are for a file's owner.
MAY_BE_OFF |= {"mounts", "cached", "hint", "attributes", "contexts"}


def known(name, kind):
    return next(probe for probe in probes() if (probe.name, probe.kind) == (name, kind))


def made(body, kind="files", name="made"):
    return Probe(name, kind, "Does this.", f"import os\ndef {name}(scene):\n    {body}\n")


# Outside of any cage, by the doctor's own worker
OUTSIDE = f"""
import sys, types
worker = sys.modules["doctor.worker"] = types.ModuleType("doctor.worker")
worker.__package__ = "doctor"
with open({worker.__file__!r}) as file:
    exec(file.read(), worker.__dict__)
"""


def run_outside(probe, folder, canaries, turn):
    """Run a probe in a plain interpreter; its exit code and what it says was the outcome."""
    lasting = probe.name == "process"  # it is to be found when all else is over
    more = {"memory": 513 << 20, "seconds": 20.0 if lasting else 0.2, "variable_says": "secret"}
    head = {"parts": {"probe": probe.module(canaries.scene(more, turn))}}
    source = f"{OUTSIDE}print(worker.run((), worker.assemble({head!r}))[0])\n"
    # These alone look for installed packages; without them Python begins in half the time.
    bare = () if probe.kind == "interpreter" else ("-I", "-S")
    reader, writer = os.pipe()
    stray = os.open(folder, os.O_RDONLY)
    said = folder / "said"
    try:
        with said.open("w") as out:
            done = subprocess.run(
                [sys.executable, *bare, "-c", source, canaries.token],
                env={VARIABLE: "secret"},
                cwd=folder,
                pass_fds=[writer, stray],
                stdout=out,
                stderr=out,
                check=False,
            )
    finally:
        for fd in (reader, writer, stray):
            os.close(fd)
    return done.returncode, said.read_text().strip()


@pytest.mark.parametrize("probe", probes(), ids=lambda probe: f"{probe.kind}-{probe.name}")
def test_probe_escapes_where_nothing_holds_it(probe, tmp_path):
    if probe.name in FOR_ROOT and os.geteuid() != 0:
        pytest.skip("only root may do this; run the tests as root")
    with Canaries() as canaries:
        for turn in (1, 2) if probe.kind == LEFTOVERS else (1,):
            code, said = run_outside(probe, tmp_path, canaries, turn)
            if left := _end_what_is_left(canaries.token):
                break
        if probe.name in MAY_BE_OFF and said == "0.0":
            pytest.skip("this kernel allows it to nobody; run the tests on a kernel with all its parts")
        assert left or canaries.harm() or code == ESCAPED or said == "1.0", said


def test_there_are_probes_of_every_kind():
    assert {probe.kind for probe in probes()} == set(KINDS)
    assert len(probes()) >= 33


def test_every_probe_has_a_name_of_its_own_and_says_what_it_does():
    assert len({(probe.kind, probe.name) for probe in probes()}) == len(probes())
    assert all(probe.title[0].isupper() and probe.title.endswith(".") for probe in probes())
    assert len({probe.title for probe in probes()}) == len(probes())


# In a cage


@pytest.mark.parametrize("name", [name for name in CAGES if name != "process"])
def test_every_probe_is_held_by_a_cage_but_for_its_known_limits(name):
    (found,) = examine(name)
    if isinstance(found, Absent):
        pytest.skip(bwrap_reason() if name == "bwrap" else uid_reason())
    cage = choose(name)
    assert {(one.probe.kind, one.probe.name) for one in found.escapes} == probes_that_escape(cage)
    assert [one.probe for one in found.tried] == list(probes())
    assert found.isolation == cage.isolation


@pytest.fixture(scope="module")
def without_a_cage():
    """What the command says of the place that is none; each of these tests looks at something else."""
    return CliRunner().invoke(doctor, ["--sandbox", "process", "--json"])


@pytest.mark.untraced(reason="the tracer writes to a pipe of its own")
@pytest.mark.xdist_group("doctor without a cage")
@landlock
def test_every_probe_is_held_without_a_cage_but_for_known_limits(without_a_cage):
    (found,) = json.loads(without_a_cage.stdout)["cages"]
    escaped = {(probe["kind"], probe["name"]) for probe in found["probes"] if not probe["held"]}
    assert escaped == probes_that_escape(choose("process"))


class Uncaged(Process):
    """Says that it is a cage, and is none: an interpreter with all that this one has, and a descriptor."""

    isolation, lacking = "full", ""
    inside = package = None

    def __init__(self, folder):
        self.folder = folder

    def start(self, arguments, pass_fds, standard=subprocess.DEVNULL):
        stray = os.open(self.folder, os.O_RDONLY)
        try:
            process = subprocess.Popen(
                [sys.executable, "-B", *arguments], pass_fds=[*pass_fds, stray], cwd=self.folder
            )
        finally:
            os.close(stray)
        return Running(process, None)


# The grader reads no more than it asked for, whatever the cage; a child leads a group of its own,
# and what it starts is ended with it.
HELD_WITHOUT_CAGE = {
    ("processes", "session"),
    ("leftovers", "process"),
    ("pipe", "early"),
    ("pipe", "late"),
    ("pipe", "foreign"),  # the zygote closes what it does not know
}


@pytest.mark.untraced(reason="the tracer writes to a pipe of its own")
def test_broken_cage_is_told_with_every_escape_by_name(monkeypatch, tmp_path):
    leave_out(monkeypatch, "close", "see_only")
    # The worker limits time and memory by itself.
    found = examined("uncaged", Uncaged(tmp_path), [probe for probe in probes() if probe.kind != LIMITS])
    assert found.broken
    assert found.isolation == "reduced"
    may_be_held = HELD_WITHOUT_CAGE | {(p.kind, p.name) for p in probes() if p.name in MAY_BE_OFF}
    if os.geteuid() != 0:
        may_be_held |= {(p.kind, p.name) for p in probes() if p.name in FOR_ROOT}
    held = {(one.probe.kind, one.probe.name) for one in found.tried if one.held}
    assert held - may_be_held == set()
    said = text([found])
    assert "Reads a private file." in said
    assert "files private" in said
    assert "Grade no class with uncaged" in said


def test_process_that_outlives_its_worker_is_told(monkeypatch, tmp_path):
    leave_out(monkeypatch, "close", "see_only")
    # The zygote is gone before it can end what it has adopted.
    body = "os.fork() or (os.setsid(), __import__('time').sleep(9)); os.kill(os.getppid(), 9)"
    (tried,) = examined("uncaged", Uncaged(tmp_path), [made(body, LEFTOVERS)]).tried
    assert not tried.held
    assert tried.how == "a process outlived its worker"


def test_no_cage_is_called_none_whatever_it_holds():
    found = examined("process", choose("process"), [made("raise PermissionError(1, 'no')")])
    assert found.isolation == "none"
    assert not found.broken


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("raise PermissionError(1, 'no')", "Operation not permitted"),
        ("raise FileNotFoundError(2, 'no')", "No such file or directory"),
        ("raise MemoryError", "Cannot allocate memory"),
        ("return False", "nothing came of it"),
    ],
)
def test_refused_probe_is_held_and_says_how(body, how):
    (tried,) = examined("process", choose("process"), [made(body)]).tried
    assert (tried.held, tried.how) == (True, how)


@pytest.mark.parametrize(
    "body",
    [
        "return 1 / 0",
        "import nothing_of_that_name",
        "return missing",
        "os._exit(0)",
        "os._exit(3)",
        "import ctypes; ctypes.string_at(0)",
        "return (",
    ],
)
def test_what_could_not_be_tried_is_not_held(body):
    (tried,) = examined("process", choose("process"), [made(body)]).tried
    assert not tried.held
    assert tried.how.startswith("it could not be tried: ")


class Dead:
    """A cage in which no worker starts."""

    isolation, lacking = "full", ""
    inside = package = None

    def start(self, arguments, pass_fds, standard=subprocess.DEVNULL):
        raise MachineError("no room", "")


def test_cage_in_which_no_worker_starts_holds_nothing():
    found = examined("dead", Dead(), [known("private", "files"), known("file", LEFTOVERS)])
    assert [one.how for one in found.tried] == ["it could not be tried: no room"] * 2
    assert found.broken


def test_escape_is_believed_only_of_a_process_that_still_answers_in_order():
    probe = known("late", "pipe")
    (tried,) = examined("process", choose("process"), [probe]).tried
    assert tried.held
    (tried,) = examined("process", choose("process"), [made("return True")]).tried
    assert (tried.held, tried.how) == (False, "it succeeded")


def test_a_cage_that_nothing_was_tried_in_has_held_nothing():
    with pytest.raises(ValueError, match="nothing was tried"):
        Examined("bwrap", "full", ())


def test_the_graders_environment_is_as_before():
    before = dict(os.environ)
    examined("process", choose("process"), [known("variable", "environment")])
    assert dict(os.environ) == before


# Which cages


@pytest.mark.parametrize("word", ["", "nonsense", "Bwrap", "bwrap "])
def test_unknown_word_for_a_cage_is_wrong_use(word):
    with pytest.raises(UsageError) as caught:
        examine(word)
    assert "bwrap" in caught.value.next_step


def test_unknown_word_is_wrong_use_of_the_command():
    run = CliRunner().invoke(doctor, ["--sandbox", "nonsense"])
    assert run.exit_code == 2
    assert "bwrap" in run.output


def test_cage_that_cannot_be_had_says_why(monkeypatch):
    monkeypatch.setitem(CAGES, "bwrap", (Process, lambda: "it rains"))
    assert examine("bwrap") == [Absent("bwrap", "it rains")]


def test_auto_is_the_strongest_that_can_be_had(monkeypatch):
    monkeypatch.setattr("grader.doctor.doctor.examined", lambda name, cage: name)
    assert examine("auto") == [next(name for name, (_, why_not) in CAGES.items() if not why_not())]
    monkeypatch.setitem(CAGES, "bwrap", (Process, lambda: "it rains"))
    monkeypatch.setitem(CAGES, "uid", (Process, lambda: "it rains"))
    assert examine("auto") == ["process"]


# What is laid out


def descriptors():
    return sorted(os.listdir("/dev/fd"))


def test_canaries_as_they_were_have_come_to_no_harm():
    with Canaries() as canaries:
        assert canaries.harm() == ""


def test_canaries_leave_nothing_behind():
    before = descriptors()
    with Canaries() as canaries:
        folder, process = canaries.file.parent, canaries.bystander
    assert not folder.exists()
    assert process.returncode is not None
    assert descriptors() == before


def test_process_is_found_by_a_word_in_its_command_line():
    source = "print(flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", source, "a-word-of-its-own"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        process.stdout.readline()
        assert processes_of("a-word-of-its-own") == [process.pid]
    finally:
        process.kill()
        process.communicate()
    assert processes_of("a-word-of-its-own") == []


# What is said


HELD = Tried(known("private", "files"), True, "Permission denied")
ESCAPE = Tried(known("tcp", "network"), False, "it succeeded")
FULL = Examined("bwrap", "full", (HELD,))
BROKEN = Examined("uid", "full", (HELD, ESCAPE))
WEAK = Examined("process", "none", (HELD, ESCAPE))
ABSENT = Absent("bwrap", "bubblewrap is not installed")


def text(findings, todo=("install something",)):
    console = Console(width=80, highlight=False, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
    with console.file:
        render(findings, todo, console)
        return console.export_text()


def test_a_full_cage_is_recommended():
    said = text([FULL, WEAK])
    assert "can be graded here, with --sandbox bwrap" in said
    assert "install something" not in said


def test_without_a_full_cage_the_next_step_is_said():
    said = text([ABSENT, WEAK])
    assert "bubblewrap is not installed" in said
    assert "install something" in said


def test_what_is_not_held_is_said_by_name_and_counted():
    said = text([BROKEN])
    assert "Connects to a server on this machine (TCP). [network tcp: it succeeded]" in said
    assert "holds 1 of 2 probes" in said
    assert "0 of 1" in said
    assert "Reads a private file" not in said


def test_long_lines_are_not_broken():
    todo = ["x" * 200]
    assert "x" * 200 in text([WEAK], todo)


@pytest.mark.parametrize(
    ("findings", "fit", "all_sound"),
    [
        ([FULL, WEAK], "bwrap", True),
        ([FULL, BROKEN], "bwrap", False),
        ([BROKEN, WEAK], None, False),
        ([ABSENT, WEAK], None, True),
        ([], None, True),
    ],
)
def test_command_ends_with_0_only_where_a_full_cage_holds_and_none_is_broken(
    findings, fit, all_sound, monkeypatch
):
    assert recommended(findings) == fit
    assert sound(findings) == all_sound
    monkeypatch.setattr("grader.doctor.doctor.examine", lambda sandbox: findings)
    run = CliRunner().invoke(doctor)
    assert run.exit_code == (0 if fit and all_sound else 1)


def test_json_says_the_same():
    plain = json.loads(to_json([ABSENT, BROKEN], ["install something"]))
    assert plain["schema"] == "nanograd/doctor/v1"
    assert plain["recommended"] is None
    assert plain["next_steps"] == ["install something"]
    absent, broken = plain["cages"]
    assert absent == {"name": "bwrap", "available": False, "why_not": "bubblewrap is not installed"}
    assert (broken["claims"], broken["isolation"]) == ("full", "reduced")
    assert broken["kinds"]["network"] == {"held": 0, "of": 1}
    assert [probe["name"] for probe in broken["probes"] if not probe["held"]] == ["tcp"]


@pytest.mark.xdist_group("doctor without a cage")
def test_command_prints_nothing_but_json_when_asked_to(without_a_cage):
    plain = json.loads(without_a_cage.stdout)
    assert without_a_cage.exit_code == 1
    assert [cage["isolation"] for cage in plain["cages"]] == ["none"]
    assert len(plain["cages"][0]["probes"]) == len(probes())


def test_doctor_needs_neither_torch_nor_pytest_nor_hypothesis():
    ask = (
        "import sys, grader.doctor.doctor, grader.doctor.screen, grader.doctor.screen;"
        "print({'torch', 'pytest', 'hypothesis'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"


# What to do

FINE = Machine(linux=True, root=False, contained=False, manager="apt", has_bwrap=True, restricted=False)


@pytest.mark.parametrize(
    ("machine", "first"),
    [
        (replace(FINE, linux=False), "grade the work of others on Linux"),
        (replace(FINE, has_bwrap=False), "sudo apt install bubblewrap"),
        (replace(FINE, has_bwrap=False, manager="dnf"), "sudo dnf install bubblewrap"),
        (replace(FINE, has_bwrap=False, root=True), "apt install bubblewrap"),
        (replace(FINE, has_bwrap=False, manager=""), "install bubblewrap"),
        (replace(FINE, restricted=True), "sudo apt install apparmor-profiles"),
        (replace(FINE, contained=True), "in a container"),
        (replace(FINE, contained=True, root=True), "for the cage uid"),
        (replace(FINE, root=True), "allow user namespaces"),
        (FINE, "allow user namespaces"),
    ],
)
def test_the_first_step_is_what_is_missing(machine, first):
    assert steps(machine)[0].startswith(first)


def test_profile_is_loaded_where_apparmor_restricts_namespaces():
    todo = steps(replace(FINE, restricted=True, has_bwrap=False))
    assert todo[0] == "sudo apt install bubblewrap"
    assert any(step.startswith("sudo apparmor_parser -r /etc/apparmor.d/") for step in todo)


def test_advice_is_silent_where_a_strong_cage_can_be_had(monkeypatch):
    monkeypatch.setitem(CAGES, "uid", (CAGES["uid"][0], lambda: ""))
    assert advice() == ""


def test_advice_is_two_lines_where_none_can_be_had(monkeypatch):
    for name in ("bwrap", "uid"):
        monkeypatch.setitem(CAGES, name, (CAGES[name][0], lambda: "it rains"))
    assert advice().count("\n") == 2
    assert "For a class: " in advice()
