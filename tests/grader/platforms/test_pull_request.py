"""One comment on a pull request, whoever else comments and whatever the artifact holds."""

import io
import json
import random
import struct
import subprocess
import sys
import zipfile

import pytest

from grader.errors import MachineError, UsageError
from grader.platforms.pull_request import (
    ARTIFACT,
    LONGEST,
    MARKER,
    PACKED,
    PAGE,
    Api,
    Run,
    body,
    post,
    run_of,
)
from grader.platforms.pull_request import _posted as posted
from tests.grader.hostile import HOSTILE
from tests.grader.platforms.hub import TOKEN, Hub, serving, zipped
from tests.grader.platforms.pull import ROOT
from tests.grader.report.strangers import FOUND, MUL, REPORT, packed, report, scored

HEAD = "b" * 40
RUN = Run(7, "ada", "work", HEAD)
NOTHING_READ = "The report of this run cannot be read."


@pytest.fixture
def hub():
    with serving(Hub()) as hub:
        hub.pulls.append({"number": 1, "head": {"sha": HEAD, "label": "ada:work"}})
        hub.upload(7, {"report.json": packed(REPORT)})
        yield hub


@pytest.fixture
def api(hub):
    return Api(hub.root, "course/work", TOKEN)


def test_comment_is_made_and_then_updated(hub, api):
    assert post(api, RUN) == "Commented on 1 pull request."
    hub.artifacts[7] = []
    hub.upload(7, {"report.json": packed(scored(10))})
    post(api, RUN)
    (comment,) = hub.comments
    assert comment["body"].startswith(f"{MARKER}\n## Score: 10 of 10")


def test_somebody_else_s_comment_with_our_marker_is_left_alone(hub, api):
    hub.comment(f"{MARKER}\nmine", login="mallory")
    post(api, RUN)
    assert [comment["body"].partition("\n")[2][:8] for comment in hub.comments] == ["mine", "## Score"]


def test_another_comment_of_the_same_bot_is_left_alone(hub, api):
    hub.comment(f"A quote: {MARKER}")
    post(api, RUN)
    assert len(hub.comments) == 2


def test_our_comment_is_found_behind_many_others(hub, api):
    for number in range(PAGE + 5):
        hub.comment(f"chat {number}", login="ada")
    post(api, RUN)
    post(api, RUN)
    assert len(hub.comments) == PAGE + 6


def test_pull_request_that_has_moved_on_is_left_to_its_newer_run(hub, api):
    hub.pulls[0]["head"]["sha"] = "c" * 40
    assert post(api, RUN) == "No open pull request has that commit as its head: nothing to say."
    assert hub.comments == []


def test_number_in_the_artifact_is_not_listened_to(hub, api):
    hub.artifacts[7] = []
    hub.upload(7, {"report.json": packed(REPORT | {"pull_request": 99, "number": 99}), "pr_number": b"99"})
    post(api, RUN)
    assert [path for method, path, _ in hub.asked if method == "POST"] == [
        "/repos/course/work/issues/1/comments"
    ]


def unreadable(comments):
    """Whether there is one comment, and it says that there is no score."""
    (comment,) = comments
    return comment["body"].startswith(f"{MARKER}\n## No score\n\n{NOTHING_READ}")


def test_run_without_a_report_takes_the_place_of_an_earlier_score(hub, api):
    post(api, RUN)
    hub.artifacts.clear()
    assert post(api, RUN) == "Commented on 1 pull request."
    assert unreadable(hub.comments)


def test_newest_report_of_a_run_counts(hub, api):
    hub.upload(7, {"report.json": packed(scored(10))})
    post(api, RUN)
    assert "## Score: 10 of 10" in hub.comments[0]["body"]


def test_download_that_is_too_large_takes_the_place_of_an_earlier_score(hub, api):
    post(api, RUN)
    hub.artifacts[7] = [(ARTIFACT, b"x" * (PACKED + 1))]
    assert post(api, RUN) == "Commented on 1 pull request."
    assert unreadable(hub.comments)


def test_download_that_fails_is_told_when_no_earlier_score_stands_any_more(hub, api, monkeypatch):
    post(api, RUN)
    monkeypatch.setattr(hub, "packed", lambda path: None)
    with pytest.raises(MachineError, match="was answered with"):
        post(api, RUN)
    assert unreadable(hub.comments)


def test_pull_request_that_takes_no_comment_keeps_none_from_the_others(hub, api, monkeypatch):
    hub.pulls.insert(0, {"number": 2, "head": {"sha": HEAD, "label": "ada:work"}})
    answer = hub.answer
    locked = "/issues/2/comments"
    monkeypatch.setattr(
        hub, "answer", lambda method, path, *rest: None if locked in path else answer(method, path, *rest)
    )
    with pytest.raises(MachineError, match=f"{locked} was answered with 404"):
        post(api, RUN)
    assert len(hub.comments) == 1


def test_comment_of_somebody_who_has_left_is_passed_over(hub, api):
    hub.comments.append({"id": 1, "body": None, "user": None})
    assert post(api, RUN) == "Commented on 1 pull request."
    assert len(hub.comments) == 2


def test_token_goes_to_the_api_alone(hub, api):
    post(api, RUN)
    assert {auth for _, path, auth in hub.asked if path.startswith("/repos")} == {f"Bearer {TOKEN}"}
    assert [auth for _, path, auth in hub.asked if path.startswith("/blobs")] == [None]


def test_wrong_token_is_told(hub):
    with pytest.raises(MachineError, match="was answered with 401"):
        post(Api(hub.root, "course/work", "wrong"), RUN)


def test_api_that_is_not_there_is_told():
    with pytest.raises(MachineError, match="was not answered"):
        post(Api("http://127.0.0.1:1", "course/work", TOKEN), RUN)


def test_address_must_be_one_of_the_web():
    with pytest.raises(UsageError, match="no address of an API"):
        post(Api("file:///etc", "course/work", TOKEN), RUN)


# Hostile artifacts


def damaged():
    whole = zipped({"report.json": packed(REPORT)})
    return whole[:60] + b"\0\0\0\0" + whole[64:]


def locked():
    """An archive whose member says that it is encrypted."""
    whole = bytearray(zipped({"report.json": b"{}"}))
    for at in (whole.find(b"PK\x03\x04") + 6, whole.find(b"PK\x01\x02") + 8):
        whole[at] |= 1
    return bytes(whole)


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04nonsense", id="no archive"),
        pytest.param(damaged(), id="damaged"),
        pytest.param(locked(), id="locked"),
        pytest.param(zipped({}), id="nothing in it"),
        pytest.param(zipped({"../report.json": packed(REPORT)}), id="another place"),
        pytest.param(
            zipped({f"{n}": b"" for n in range(200)} | {"report.json": packed(REPORT)}), id="many files"
        ),
        pytest.param(zipped({"report.json": b" " * (64 << 20)}), id="bomb"),
        pytest.param(zipped({"report.json": b"[" * 1_000_000}), id="deep"),
        pytest.param(zipped({"report.json": packed(report("changes.head", "c" * 40))}), id="another commit"),
        *(
            pytest.param(zipped({"report.json": text.encode()}), id=f"text {n}")
            for n, text in enumerate(HOSTILE)
        ),
    ],
)
def test_artifact_that_holds_no_report_is_told_without_its_words(archive):
    text = body(archive, HEAD)
    assert text.startswith(f"{MARKER}\n## No score")
    assert NOTHING_READ in text
    assert len(text) < 500


def packings():
    """The same report in every way that a zip knows, with an entry before it and a comment behind it."""
    for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", packing) as archive:
            archive.writestr("summary.md", "x" * 40)
            archive.writestr("report.json", packed(REPORT))
            archive.comment = b"a comment"
        yield stream.getvalue()


def mutated(chosen, data):
    """Bytes changed, cut out and put in, numbers set to extremes; mostly where an archive ends."""
    made = bytearray(data)
    for _ in range(chosen.randint(1, 4)):
        at = chosen.choice((chosen.randrange(len(made) + 1), max(0, len(made) - chosen.randint(1, 200))))
        size = chosen.choice((1, 2, 4, 8))
        word = chosen.choice(
            (b"\0" * size, b"\xff" * size, chosen.randbytes(size), b"PK\x01\x02", b"PK\x05\x06")
        )
        made[at : at + chosen.choice((0, size))] = chosen.choice((word, b"", bytes(made[:size])))
    return bytes(made)


def test_any_artifact_ends_in_a_comment():
    chosen = random.Random(0)
    archives = list(packings())
    for _ in range(3000):
        archive = mutated(chosen, chosen.choice(archives))
        text = body(archive, HEAD)
        assert text.startswith((f"{MARKER}\n## No score", f"{MARKER}\n## Score: 5 of 10")), archive.hex()


def test_any_report_in_an_artifact_ends_in_a_comment():
    chosen = random.Random(0)
    whole = packed(REPORT)
    for _ in range(3000):
        report = mutated(chosen, whole)
        text = body(zipped({"report.json": report}), HEAD)
        assert text.startswith((f"{MARKER}\n## No score", f"{MARKER}\n## Score: ")), report
        text.encode("utf-8")
        assert len(text) <= LONGEST


@pytest.mark.parametrize(
    "raised", [ValueError("x"), KeyError("x"), MemoryError(), RecursionError(), struct.error("x"), EOFError()]
)
def test_whatever_a_library_raises_at_an_artifact_ends_in_a_comment(monkeypatch, raised):
    def raises(*_):
        raise raised

    monkeypatch.setattr(zipfile, "ZipFile", raises)
    assert NOTHING_READ in body(b"", HEAD)


def test_huge_report_makes_a_comment_that_fits():
    wide = "<@|`&>" * 300
    parts = [
        MUL | {"name": f"part{n}", "title": wide, "findings": [FOUND | {"name": wide[:200]}]}
        for n in range(99)
    ]
    changes = REPORT["changes"] | {"elsewhere": [wide] * 100}
    plain = report("exercises", parts) | {"changes": changes, "score": 495}
    text = body(zipped({"report.json": packed(plain)}), HEAD)
    assert len(text) <= LONGEST
    assert text.startswith(f"{MARKER}\n## Score: 495 of 990")
    assert text.count("<code>") == text.count("</code>")


# As the workflow runs it


def event(**changes):
    run = {"id": 7, "head_sha": HEAD, "head_branch": "work", "head_repository": {"owner": {"login": "ada"}}}
    return {"workflow_run": run | changes}


def test_run_is_taken_from_the_event():
    assert run_of(event()) == RUN


@pytest.mark.parametrize("other", [{}, {"workflow_run": None}, event(head_repository=None), event(id="x")])
def test_other_events_are_refused(other):
    with pytest.raises(UsageError, match="no workflow_run event"):
        run_of(other)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param([sys.executable, "-I", "-S", "grader/start.py", "grader.ci.comment"], id="workflow"),
        # As workflows have it that were released earlier.
        pytest.param([sys.executable, "-S", "-m", "grader.ci.comment"], id="earlier"),
    ],
)
def test_standard_library_is_enough(hub, tmp_path, command):
    """Run by a Python that has nothing installed, as the workflow does."""
    (tmp_path / "event.json").write_text(json.dumps(event()))
    env = {"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_API_URL": hub.root}
    env |= {"GITHUB_REPOSITORY": "course/work", "GITHUB_TOKEN": TOKEN}
    run = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "Commented on 1 pull request.\n", "")
    assert len(hub.comments) == 1


def test_missing_surroundings_are_told():
    run = subprocess.run(
        [sys.executable, "-S", "-m", "grader.ci.comment"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (2, "grader: 'GITHUB_EVENT_PATH' is not set\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [("{", "cannot be read"), ("[" * 100_000, "cannot be read"), ("{}", "no workflow_run event")],
)
def test_event_that_is_none_is_one_clear_error(tmp_path, text, told):
    (tmp_path / "event.json").write_text(text)
    env = {"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_API_URL": "http://127.0.0.1:1"}
    env |= {"GITHUB_REPOSITORY": "course/work", "GITHUB_TOKEN": TOKEN}
    command = [sys.executable, "-I", "-S", "grader/start.py", "grader.ci.comment"]
    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert told in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("answer", [[], {}, {"artifacts": 1}, {"artifacts": [{}]}, {"artifacts": ["x"]}])
def test_an_answer_that_is_not_github_s_is_one_clear_error(hub, api, monkeypatch, answer):
    monkeypatch.setattr(hub, "_artifacts", lambda *_: answer)
    with pytest.raises(MachineError, match="not as GitHub's are"):
        posted(api, RUN)


def test_branch_is_asked_for_as_it_is_called(hub, api):
    odd = "a&state=closed#x y"
    hub.pulls[0]["head"]["label"] = f"ada:{odd}"
    assert post(api, Run(7, "ada", odd, HEAD)) == "Commented on 1 pull request."


def test_archive_is_read_from_memory_only(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../escaped", b"x")
        archive.writestr("report.json", packed(REPORT))
    assert "## Score: 5 of 10" in body(stream.getvalue(), HEAD)
    assert list(tmp_path.iterdir()) == []


def test_answer_that_is_no_json_is_the_machines_fault(monkeypatch):
    monkeypatch.setattr(Api, "_open", lambda *_: b"<html>")
    with pytest.raises(MachineError, match="cannot be read"):
        Api("https://api.example", "ann/engine", TOKEN)._json(None)
