"""The cases that travel with the course: the same as would be drawn, and only as they were recorded."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from grader.author.exercises import not_recorded
from grader.autograd.as_python import oracle
from grader.autograd.subject import SUBJECT
from grader.course.course import Course
from grader.course.properties import declared_in, place_of, promised
from grader.errors import UsageError
from grader.examine.cases import Recording, key, recall, record, recorded
from grader.examine.grading import versions
from grader.subject import Unanswerable
from tests.samples import some

ROOT = Path(__file__).parents[3]
NAMES = ("add", "mul", "pow", "relu", "backward", "neuron", "layer", "mlp", "together")


def properties(name, root=ROOT):
    return root / "tests" / "properties" / f"test_{name}.py"


def recording(name):
    found = recorded(SUBJECT, properties(name), 0)
    assert found is not None
    return found


@pytest.mark.parametrize("name", some(NAMES, 2))
def test_what_is_recorded_is_what_is_drawn(name):
    path, before = properties(name), recording(name)
    if dict(before.versions)["hypothesis"] == version("hypothesis"):
        drawn, read = record(SUBJECT, declared_in(path), 0), before.bank(SUBJECT)
        assert before.differs(Recording.of(SUBJECT, path, 0, drawn)) == ""
        assert (read.programs, read.request.lengths) == (drawn.programs, drawn.request.lengths)
        assert (read.counts, read.written, read.expected) == (drawn.counts, drawn.written, drawn.expected)
    else:  # which may draw other cases: those that are recorded have the same answers all the same
        assert_answered_alike(before.bank(SUBJECT), declared_in(path))


def assert_answered_alike(bank, declared):
    for number, prop in enumerate(declared):
        for place in bank.places(number):
            answer = SUBJECT.answer(SUBJECT.unpack(bank.programs[place]), prop.kink)
            assert bank.answer(place) == pytest.approx(answer, rel=1e-12, abs=1e-12)


def test_what_is_recorded_has_the_oracles_answers():
    assert_answered_alike(recording("together").bank(SUBJECT), declared_in(properties("together")))


def test_a_recording_is_the_same_after_it_was_written():
    before = recording("relu")
    after = Recording.from_text(before.to_text())
    assert (after, after.to_text()) == (before, before.to_text())


def test_whole_numbers_stay_whole():
    number = recording("add").bank(SUBJECT).programs[0][1][0]
    assert type(number) is int


def test_every_part_of_the_course_is_recorded(course):
    assert not_recorded(course) == []


@pytest.fixture
def copied(tmp_path):
    """A copy of the course's properties with what is recorded of them; add's."""
    shutil.copytree(ROOT / "tests" / "properties", tmp_path / "tests" / "properties")
    return properties("add", tmp_path)


def test_another_seed_is_not_recorded(copied):
    assert recorded(SUBJECT, copied, 1) is None


def test_titles_points_and_comments_may_change(copied):
    text = copied.read_text().replace("points=1", "points=2").replace("is the sum", "is their sum")
    copied.write_text(f"# Mine.\n{text}")
    assert recorded(SUBJECT, copied, 0) == recording("add")


def test_a_changed_property_is_drawn(copied, tmp_path):
    copied.write_text(copied.read_text().replace("2, 3", "2, 5"))
    assert recorded(SUBJECT, copied, 0) is None
    told = []
    recall(SUBJECT, tmp_path / "kept", copied, 0, declared_in(copied)[:1], told.append)
    assert told == ["Drawing the cases for add, once; PyTorch answers them …"]


def test_line_ends_of_another_system_change_nothing(copied):
    place = place_of(copied)
    place.write_bytes(place.read_bytes().replace(b"\n", b"\r\n"))
    assert recorded(SUBJECT, copied, 0) == recording("add")


@pytest.mark.parametrize("spoil", ["an answer", "a case less", "no text", "nothing", "no list"])
def test_what_is_not_as_it_was_recorded_is_left_aside_and_said(copied, tmp_path, spoil):
    place = place_of(copied)
    lines = place.read_text().splitlines(keepends=True)
    changed = {
        "an answer": "".join([*lines[:-1], lines[-1].replace("]]", ".5]]")]),
        "a case less": "".join(lines[:-1]),
        "no text": "\x00" * 10,
        "nothing": "",
        "no list": "".join(["[]\n", *lines[1:]]),
    }
    place.write_text(changed[spoil])
    told = []
    recall(SUBJECT, tmp_path / "kept", copied, 0, declared_in(copied)[:1], told.append)
    assert told[0] == f"{place} is not as it was recorded, so that its cases are left aside."
    assert told[1].startswith("Drawing")


def test_an_authors_own_recording_counts_as_it_is(copied, monkeypatch):
    monkeypatch.setattr(type(SUBJECT), "recordings", lambda _: frozenset())
    place = place_of(copied)
    place.write_text(place.read_text().replace("]]\n", ",7.0]]\n", 1))
    assert recorded(SUBJECT, copied, 0) is not None


def test_the_key_is_what_is_recorded_whatever_is_installed(copied, monkeypatch):
    before = key(SUBJECT, copied, 0)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "9.9")
    assert key(SUBJECT, copied, 0) == before
    assert key(SUBJECT, copied, 1) != before


def test_the_same_promise_has_the_same_digest_in_every_version_of_python():
    # Recorded by 3.11, whose trees have fewer fields than those of newer versions.
    assert promised(properties("add")).hex() == recording("add").promises


def test_a_report_says_with_what_its_cases_were_drawn(setting):
    said = dict(versions(setting))
    assert {name: said[name] for name in ("torch", "hypothesis")} == dict(recording("add").versions)


def test_a_report_on_other_seeds_says_what_is_installed(setting):
    said = dict(versions(replace(setting, seed=5)))
    assert said["torch"] == version("torch")


def test_differences_are_named(tmp_path):
    before = recording("together")
    program, numbers = json.loads(before.cases[3])
    other = json.dumps([program, [number + 1 for number in numbers]], separators=(",", ":"))
    changed = replace(before, cases=(*before.cases[:3], other, *before.cases[4:]))
    assert before.differs(before) == ""
    assert before.differs(changed) == "line 5 has another answer"
    assert before.differs(replace(before, counts=(1,))) == "other cases are drawn"


def test_elsewhere_numbers_may_differ_in_their_last_bits(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    before = recording("mlp")
    at = next(number for number, case in enumerate(before.cases) if any(map(bool, json.loads(case)[1])))
    program, numbers = json.loads(before.cases[at])
    for change, said in ((1 + 1e-14, ""), (1 + 1e-9, f"line {at + 2} has another answer")):
        line = json.dumps([program, [number * change for number in numbers]], separators=(",", ":"))
        changed = replace(before, cases=(*before.cases[:at], line, *before.cases[at + 1 :]))
        assert before.differs(changed) == said


def without_torch(folder, fault="ModuleNotFoundError(\"No module named 'torch'\", name='torch')"):
    """A place of modules in which torch is none, or is broken."""
    folder.mkdir()
    (folder / "torch.py").write_text(f"raise {fault}\n")
    return folder


def grader(folder, *arguments, cache):
    """The command where modules of a folder come first, with a cache that is empty at first."""
    return grader_again(folder, arguments, cache=cache)


def grader_again(folder, *commands, cache):
    """One command after the other in the same process, up to the first that fails."""
    code = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); from grader.cli import main\n"
        "import grader.classroom.batch\n"
        f"for words in {[list(words) for words in commands]!r}:\n"
        "    try:\n"
        "        main(words, prog_name='grader')\n"
        "    except SystemExit as end:\n"
        "        if end.code:\n"
        "            raise\n"
    )
    surroundings = {"PATH": "/usr/bin:/bin", "HOME": str(cache), "XDG_CACHE_HOME": str(cache)}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=surroundings, check=False
    )


@pytest.fixture
def bare(tmp_path):
    return without_torch(tmp_path / "modules")


def test_a_grade_needs_no_torch(bare, tmp_path):
    run = grader(bare, "grade", "solutions", cache=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert "100/100" in run.stdout


def test_a_failing_grade_needs_no_torch_and_shows_a_recorded_case(bare, tmp_path):
    hand_in = tmp_path / "hand-in"
    hand_in.mkdir()
    source = (ROOT / "solutions" / "mul.py").read_text()
    # Only a drawn case shows this, so that a smaller one would be looked for.
    spoiled = source.replace("self.data * other.data", "self.data * other.data + (abs(self.data) > 900)")
    assert spoiled != source
    (hand_in / "mul.py").write_text(spoiled)
    run = grader(bare, "grade", str(hand_in), "--exercise", "mul", cache=tmp_path)
    assert (run.returncode, run.stderr) == (1, "")
    assert "mul: what does not hold yet" in run.stdout


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("ModuleNotFoundError('No module', name='torch')", "is not installed"),
        ("OSError('libtorch.so: cannot open')", "cannot be loaded: libtorch.so: cannot open"),
    ],
)
def test_what_has_to_be_drawn_says_what_is_missing_in_one_sentence(tmp_path, fault, said):
    folder = without_torch(tmp_path / "modules", fault)
    run = grader(folder, "grade", "solutions", "--seed", "3", cache=tmp_path)
    assert run.returncode == 2
    what, how = run.stderr.splitlines()
    assert what == (
        "grader: the cases of add with seed 3 have to be drawn: PyTorch, which says what is right, " + said
    )
    assert "pip install torch" in how


def test_what_draws_nothing_needs_no_torch(bare, tmp_path):
    graph = ["graph", "a + 3", "--out", str(tmp_path / "graph.svg")]
    # By its number: a level more each time would be kept in this very checkout.
    commands = [["list"], ["hint", "add", "--level", "1"], ["warm"], graph, ["progress"]]
    run = grader_again(bare, *commands, cache=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")


def test_the_demo_says_that_it_needs_torch(bare, tmp_path):
    run = grader(bare, "demo", "solutions", cache=tmp_path)
    assert run.returncode == 2, run.stdout
    assert run.stderr.startswith("grader: PyTorch, which says what is right, is not installed")


def test_a_class_of_seed_0_needs_no_torch(bare, tmp_path):
    folder = tmp_path / "class"
    shutil.copytree(ROOT / "solutions", folder / "ann")
    arguments = [str(folder), "--gradebook", str(tmp_path / "book"), "--seed", "0", "--jobs", "1"]
    run = grader(bare, "batch", *arguments, cache=tmp_path)
    assert run.returncode == 0, run.stderr


def test_unanswerable_is_the_callers_move():
    assert issubclass(Unanswerable, UsageError)


def test_the_oracle_is_there_where_torch_is():
    assert oracle().answer


def test_a_course_elsewhere_is_not_known_to_this_grader(course, tmp_path):
    other = Course(tmp_path, "Mine", course.exercises, course.together)
    assert not_recorded(other) == [*course.parts]
