"""A secret seed decides which attempts count, and is in nothing that leaves the instructor's hands."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from grader.autograd.subject import SUBJECT
from grader.classroom.batch import Wanted, grade_class
from grader.classroom.gradebook import reading, writing
from grader.cli import main
from grader.course.properties import declared_in
from grader.examine.cases import key
from grader.machine.cache import keep
from grader.platforms import runners
from grader.platforms.runners import run_gradescope
from grader.render.export import SINGLE, export
from grader.render.html.class_page import render_class
from grader.render.html.single_page import render_single
from grader.report.reading import read_report
from grader.report.report import named, read, schema
from grader.report.rubric import Policy
from grader.signed.signing import load_key, load_public_key, new_key, signed
from grader.signed.verifying import Genuine, verify_folder
from tests.grader.classroom.test_batch import Unwatched
from tests.grader.classroom.test_gradebook import RUBRIC, evidence, graded, standings
from tests.grader.render.formats.samples import ANYWHERE

SEED, NOON = 480719362255, datetime(2026, 3, 1, 12, tzinfo=UTC)
PARTS = ("add", "mul", "together")


def seen(person, seed, work="a", handed_in=None):
    """An attempt that a seed has seen; what it depends on is of that seed."""
    keys = {name: f"{person} {work} {seed} {name}".encode() for name in PARTS}
    return replace(graded(person, submission=work * 64, keys=keys, handed_in=handed_in), seed=seed)


def fill(path, *attempts, seed=SEED):
    """A gradebook in which a seed counts; of each attempt it is said whether its mul is right."""
    with writing(path) as writer:
        writer.score_by(RUBRIC)
        writer.count_by(seed)
        for attempt, right in attempts:
            writer.add(attempt, evidence(mul=right))
    return path


@pytest.fixture
def book(tmp_path):
    return fill(tmp_path / "class.sqlite", (seen("ada", SEED), False), (seen("bob", 0), True))


# What goes back to students


def holding_seed(*paths):
    """The files that hold the seed as text."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    assert files
    return [file for file in files if file.is_file() and str(SEED).encode() in file.read_bytes()]


@pytest.mark.parametrize("form", sorted({*ANYWHERE, *SINGLE}))
def test_no_export_says_a_secret_seed(book, form, tmp_path):
    with reading(book) as reader:
        done = export(reader.standings(), form, tmp_path / "out")
    assert (done.people, done.reports) == (2, 1)
    assert holding_seed(tmp_path / "out") == []


def test_no_row_for_analyses_says_a_secret_seed(book, tmp_path):
    with reading(book) as reader:
        export(reader.standings(), "parquet", tmp_path / "out")
    told = {
        row["seed"]
        for row in pyarrow.parquet.read_table(tmp_path / "out").to_pylist()
        if row["seed"] is not None
    }
    assert len(told) == 1
    assert read(told.pop()) != SEED


def test_no_page_says_a_secret_seed(book, tmp_path):
    with reading(book) as reader:
        render_class(reader.standings(), NOON, tmp_path / "class.html")
        export(reader.standings(), "json", tmp_path / "reports")
    render_single(read_report(tmp_path / "reports" / "ada.json"), "Course", {}, tmp_path / "one.html")
    assert holding_seed(tmp_path / "class.html", tmp_path / "one.html") == []
    assert "secret:" in (tmp_path / "one.html").read_text("utf-8")


def told(path, to):
    """What reports of a gradebook say of their seed, by person."""
    with reading(path) as reader:
        export(reader.standings(), "json", to)
    reports = {file.stem: json.loads(file.read_bytes()) for file in to.glob("*.json")}
    for report in reports.values():
        jsonschema.validate(report, json.loads(schema()))
    return {person: report["seed"] for person, report in reports.items()}


def test_equal_seeds_of_a_class_have_equal_names_and_of_two_classes_others(tmp_path):
    attempts = (seen("ada", SEED), True), (seen("bob", SEED), True)
    books = [fill(tmp_path / f"{name}.sqlite", *attempts) for name in "xy"]
    first, second = (told(path, tmp_path / path.stem) for path in books)
    assert first["ada"] == first["bob"] != second["ada"] == second["bob"]
    assert told(books[0], tmp_path / "again") == first


def test_the_public_seed_stays_a_number(tmp_path):
    assert told(fill(tmp_path / "b.sqlite", (seen("ada", 0), True), seed=0), tmp_path / "out") == {"ada": 0}


def test_a_name_cannot_be_found_by_trying_seeds_without_the_key():
    names = {named(SEED, bytes([number]) * 32) for number in range(50)}
    assert len(names) == 50
    assert named(SEED) == "secret"


@pytest.mark.parametrize(
    "value", [True, 7.0, "7", "secret:", "secret:XYZ", "secret:" + "0" * 64, None, 1 << 63]
)
def test_what_is_no_seed_is_refused(value):
    with pytest.raises(ValueError, match="is no seed"):
        read(value)


@pytest.fixture
def signatures(tmp_path):
    new_key(tmp_path / "key")
    return load_key(tmp_path / "key"), load_public_key(tmp_path / "key.pub")


def test_signed_reports_under_a_secret_seed_are_genuine_and_compared_by_its_name(tmp_path, signatures):
    private, public = signatures
    path = fill(tmp_path / "b.sqlite", *((seen(person, SEED), True) for person in ("ada", "bob", "cyd")))
    to = tmp_path / "out"
    with reading(path) as reader:
        export(reader.standings(), "json", to, signed(private))
    name = json.loads((to / "ada.json").read_bytes())["seed"]
    assert holding_seed(to) == []
    assert {type(verdict) for _, verdict in verify_folder(to, public, {"seed": name})} == {Genuine}
    other = json.loads((to / "bob.json").read_bytes())
    path = fill(tmp_path / "c.sqlite", (seen("bob", SEED + 1), True), seed=SEED + 1)
    with reading(path) as reader:
        export(reader.standings(), "json", tmp_path / "other", signed(private))
    shutil.copy(tmp_path / "other" / "bob.json", to / "bob.json")
    verdicts = {file.stem: verdict for file, verdict in verify_folder(to, public)}
    assert (verdicts["bob"].of, verdicts["bob"].instead) == ("seed", other["seed"])


def test_verify_takes_a_seed_by_number_or_name(tmp_path, signatures):
    private, _ = signatures
    path = fill(tmp_path / "b.sqlite", (seen("ada", SEED), True))
    with reading(path) as reader:
        export(reader.standings(), "json", tmp_path / "out", signed(private))
    name = json.loads((tmp_path / "out" / "ada.json").read_bytes())["seed"]
    key_file = str(tmp_path / "key.pub")
    codes = {
        seed: CliRunner()
        .invoke(main, ["verify", str(tmp_path / "out"), "--key", key_file, "--seed", seed])
        .exit_code
        for seed in (name, "0", "secret", "a seed")
    }
    assert codes == {name: 0, "0": 1, "secret": 1, "a seed": 2}


@pytest.fixture
def secretly(setting, tmp_path):
    """The setting under another seed, whose cases are those of seed 0: drawing others takes long."""
    other = replace(setting, seed=SEED, cache=tmp_path / "cache")
    for part in setting.course.parts:
        properties = setting.course.properties(part.name)
        bank = setting.bank(part, declared_in(properties))
        assert keep(other.cache, f"{key(SUBJECT, properties, SEED)}.cases", bank.to_bytes()) == ""
    return other


def results(root, setting, secret, solutions):
    for name, text in solutions.items():
        (root / "submission").mkdir(parents=True, exist_ok=True)
        (root / "submission" / f"{name}.py").write_text(text)
    run_gradescope(root, lambda: setting, NOON, lambda _: None, secret)
    return json.loads((root / "results" / "results.json").read_bytes())["extra_data"]["seed"]


def test_gradescope_and_gitlab_say_no_secret_seed(secretly, solutions, tmp_path):
    work = {"add": solutions["add"]}
    assert results(tmp_path / "a", secretly, b"key", work) == named(SEED, b"key")
    assert results(tmp_path / "b", secretly, b"", work) == "secret"
    folder = tmp_path / "a" / "submission"
    runners.write(runners.graded(folder, secretly), folder, tmp_path / "junit.xml", tmp_path / "quality.json")
    assert holding_seed(tmp_path / "a" / "results", tmp_path / "junit.xml", tmp_path / "quality.json") == []


# Which attempts count


def test_what_another_seed_has_seen_does_not_count_and_that_is_said(tmp_path):
    """One who has the public seed's answers by heart is safe under none but that one."""
    fitted, secret = seen("ada", 0, "a"), seen("ada", SEED, "b")
    path = fill(tmp_path / "b.sqlite", (fitted, True), (secret, False))
    found = standings(path)["ada"]
    assert (found.report.final, found.report.digest, found.attempts) == (10, "b" * 64, 1)
    (line,) = found.report.adjustments
    assert (line.title, line.points) == ("attempts of another seed: 1 does not count", 0)


def test_who_was_seen_by_another_seed_only_has_no_score_and_not_a_zero(book, tmp_path):
    found = standings(book)["bob"]
    assert found.report is None
    assert found.trouble.startswith("only another seed than the one that counts has seen")
    with reading(book) as reader:
        export(reader.standings(), "nbgrader", tmp_path / "n.csv")
        assert str(reader.left_out()).startswith("Attempts that were graded with another seed only")
    row = next(line for line in (tmp_path / "n.csv").read_text().splitlines() if ",bob," in line)
    assert row.endswith(",,,,30.0")


def test_commands_say_what_does_not_count(book, tmp_path):
    for command in (["export", "--format", "csv", "--to"], ["report", "--html"]):
        done = CliRunner().invoke(main, [command[0], str(book), *command[1:], str(tmp_path / "out")])
        assert "do not count: 1; people who have no other: 1" in done.output


def test_the_same_work_seen_by_both_seeds_counts_as_the_one_that_counts_saw_it(tmp_path):
    path = tmp_path / "b.sqlite"
    fill(path, (seen("ada", 0), True), (seen("ada", SEED), False))
    assert (standings(path)["ada"].report.final, standings(path)["ada"].report.adjustments) == (10, ())
    fill(path, seed=0)
    assert standings(path)["ada"].report.final == 30


def test_the_last_attempt_is_the_last_that_the_seed_has_seen(tmp_path):
    may, june = (datetime(2026, month, 1, tzinfo=UTC) for month in (5, 6))
    path = fill(
        tmp_path / "b.sqlite", (seen("ada", SEED, "a", may), True), (seen("ada", 0, "b", june), False)
    )
    last = replace(RUBRIC, policy=Policy(attempt="last"))
    assert standings(path, last)["ada"].handed_in == may


class Heard(Unwatched):
    """Keeps what is said."""

    def __init__(self):
        self.said = []

    def say(self, sentence):
        self.said.append(sentence)


def begun(tmp_path, seed):
    """A batch of nothing, and what it says."""
    (tmp_path / "nothing").mkdir(exist_ok=True)
    heard = Heard()
    wanted = Wanted(tmp_path / "nothing", tmp_path / "b.sqlite", None, 1, None, seed, "process", 2.0, 1.0)
    tally = grade_class(wanted, heard)
    with writing(wanted.book) as writer:
        return writer.seed, heard.said, tally


def test_a_batch_says_which_seed_counts_and_keeps_to_it(tmp_path):
    assert begun(tmp_path, None)[:2] == (0, [])
    changed = "Seed 7 counts from now on, and seed 0 no more; the class is graded with it."
    assert begun(tmp_path, 7)[:2] == (7, [changed])
    assert begun(tmp_path, None)[:2] == (7, ["Only what is graded with seed 7 counts."])
    assert begun(tmp_path, 0)[0] == 0


def test_a_batch_counts_who_is_left_out(tmp_path):
    fill(tmp_path / "b.sqlite", (seen("ada", 0), True), (seen("bob", 0), True), (seen("bob", 7, "b"), True))
    left_out = begun(tmp_path, 7)[2].left_out
    assert (left_out.attempts, left_out.people) == (2, 1)


def test_a_seed_that_no_gradebook_can_hold_is_refused(tmp_path):
    (tmp_path / "nothing").mkdir()
    command = [
        "batch",
        str(tmp_path / "nothing"),
        "--gradebook",
        str(tmp_path / "b.sqlite"),
        "--seed",
        "9" * 20,
    ]
    assert CliRunner().invoke(main, command).exit_code == 2
    assert not (tmp_path / "b.sqlite").exists()
