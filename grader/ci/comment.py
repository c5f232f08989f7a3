"""One comment on a pull request, updated in place; run by a workflow that may write and trusts nothing.

    python3 -m grader.ci.comment
It needs the standard library only, so that nothing has to be installed beside a token that may write. What
was run, and for which commit, comes from the event; the report comes from the artifact, which whoever opened
the pull request may have made: it is capped, checked by hand, and shown letter for letter.
"""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.ci.received import LARGEST, received
from grader.ci.rest import Api
from grader.ci.summary import FEEDBACK, summary
from grader.errors import GraderError, UsageError

MARKER = "<!-- nanograd-autograde -->"
ARTIFACT = "autograde"
MEMBER = "report.json"
PACKED = 1 << 20
MEMBERS = 100
LONGEST = 65_536  # characters, the most that a comment may have
US = "github-actions[bot]"


@dataclass(frozen=True, slots=True)
class Run:
    """The run that was graded in, as the event tells it.

    owner, branch: where the commit was pushed; of a fork, the fork's.
    commit: the head that was graded, in hexadecimal.
    """

    id: int
    owner: str
    branch: str
    commit: str


def run_of(event: Mapping[str, Any]) -> Run:
    """The run in a workflow_run event; raises UsageError for another event."""
    try:
        run = event["workflow_run"]
        owner = run["head_repository"]["owner"]["login"]
        return Run(int(run["id"]), str(owner), str(run["head_branch"]), str(run["head_sha"]))
    except (KeyError, TypeError, ValueError):
        raise UsageError("this is no workflow_run event", "run this from autograde-comment.yml") from None


def post(api: Api, run: Run) -> str:
    """Comment on the run's pull requests; says what was done."""
    pulls = list(pull_requests(api, run))
    if not pulls:
        return "No open pull request has that commit as its head: nothing to say."
    packed = artifact(api, run)
    if packed is None:
        return "The run left no report: nothing to say."
    text = body(packed, run.commit)
    for number in pulls:
        put(api, number, text)
    return f"Commented on {len(pulls)} pull request{'s' if len(pulls) > 1 else ''}."


def pull_requests(api: Api, run: Run) -> Iterator[int]:
    """The open pull requests whose head is the run's commit.

    The event names none for a fork, so they are looked up by branch and owner for everybody alike; one that
    has moved on is left to the run of its newer commit.
    """
    for pull in api.each("/pulls", state="open", head=f"{run.owner}:{run.branch}"):
        if pull["head"]["sha"] == run.commit:
            yield int(pull["number"])


def artifact(api: Api, run: Run) -> bytes | None:
    """The report's archive from the run; None where there is none."""
    found = [
        entry
        for entry in api.each(f"/actions/runs/{run.id}/artifacts", "artifacts", name=ARTIFACT)
        if entry["name"] == ARTIFACT and not entry["expired"]
    ]
    if not found:
        return None
    latest = max(found, key=lambda entry: int(entry["id"]))
    return api.data(f"/actions/artifacts/{int(latest['id'])}/zip", PACKED)


def body(packed: bytes, commit: str) -> str:
    """The comment: the report where it is one, else that it is not."""
    try:
        seen = received(unpacked(packed))
        if seen.changes.head != commit:
            raise UsageError("the report is of another commit")
        text = summary(seen)
    except UsageError as error:
        # What the error says may repeat what the report says, so it stays in nobody's sight.
        del error
        text = f"## No score\n\nThe report of this run cannot be read.\n\n<sub>{FEEDBACK}</sub>\n"
    whole = f"{MARKER}\n{text}"
    return whole if len(whole) <= LONGEST else f"{MARKER}\n{_short(text)}"


def _short(text: str) -> str:
    """What stands before anything that is folded: the score and the table."""
    whole, _, _ = text.partition("<details>")[0][: LONGEST // 2].rpartition("\n")
    return f"{whole}\n\nThe rest is in the job's summary.\n"


def unpacked(packed: bytes) -> bytes:
    """The one file that is wanted of an archive; raises UsageError where it is not there or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            if len(archive.infolist()) > MEMBERS:
                raise UsageError("the artifact has too many files")
            with archive.open(MEMBER) as file:
                return file.read(LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, OSError):
        raise UsageError("the artifact holds no report that can be read") from None


def put(api: Api, number: int, text: str) -> None:
    """Update our comment where there is one, else make it; somebody else's is never touched."""
    for comment in api.each(f"/issues/{number}/comments"):
        if comment["user"]["login"] == US and comment["body"].startswith(MARKER):
            api.send("PATCH", f"/issues/comments/{int(comment['id'])}", {"body": text})
            return
    api.send("POST", f"/issues/{number}/comments", {"body": text})


def main() -> int:
    """Do as the surroundings say; returns the exit code."""
    try:
        event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text("utf-8"))
        root = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        api = Api(root.rstrip("/"), os.environ["GITHUB_REPOSITORY"], os.environ["GITHUB_TOKEN"])
        print(post(api, run_of(event)))
        return 0
    except KeyError as error:
        print(f"grader: {error} is not set", file=sys.stderr)
        return UsageError.exit_code
    except GraderError as error:
        print(f"grader: {error.what}\n        {error.next_step}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
