"""One comment on a pull request, updated in place; run by a workflow that may write and trusts nothing.

    python3 -I grader/start.py grader.ci.comment
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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from grader.errors import GraderError, MachineError, UsageError
from grader.platforms.github import FEEDBACK, summary
from grader.printable import harmless, printable
from grader.report.reading import STRANGERS, received

SECONDS = 30
LARGEST_ANSWER = 8 << 20
PAGE = 100
PAGES = 50


@dataclass(frozen=True, slots=True)
class Api:
    """A repository's corner of the API.

    root: "https://api.github.com" or another server's.
    repository: "owner/name".
    """

    root: str
    repository: str
    token: str

    def get(self, path: str, **query: str) -> Any:
        """An answer in JSON; raises MachineError where there is none."""
        return self._json(self._request("GET", path, query))

    def each(self, path: str, key: str | None = None, **query: str) -> Iterator[Any]:
        """The items of a list that comes in pages; key is where they are in the answer."""
        for page in range(1, PAGES + 1):
            answer = self.get(path, **query, per_page=str(PAGE), page=str(page))
            items = answer if key is None else answer[key]
            yield from items
            if len(items) < PAGE:
                return

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to a body in JSON."""
        return self._json(self._request(method, path, {}, json.dumps(body).encode()))

    def data(self, path: str, most: int) -> bytes:
        """What can be downloaded there; raises UsageError where it is more than the most allowed."""
        found = self._open(self._request("GET", path, {}), most)
        if len(found) > most:
            raise UsageError(f"the download is larger than {most:,} bytes")
        return found

    def _request(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None = None
    ) -> Request:
        if not self.root.startswith(("https://", "http://")):
            raise UsageError(f"{self.root} is no address of an API", "set GITHUB_API_URL")
        asked = f"?{urlencode(query)}" if query else ""
        request = Request(  # noqa: S310  # its scheme was just looked at
            f"{self.root}/repos/{self.repository}{path}{asked}", data=body, method=method
        )
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("Content-Type", "application/json")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        # A download is a redirection to another host, which must not be handed the token.
        request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        return request

    def _json(self, request: Request) -> Any:
        try:
            return json.loads(self._open(request, LARGEST_ANSWER))
        except (ValueError, RecursionError) as error:
            raise MachineError(f"the API's answer cannot be read: {error}", "try again") from None

    def _open(self, request: Request, most: int) -> bytes:
        """The answer's body, one byte more than the most at most."""
        where = f"{request.get_method()} {request.full_url.partition('?')[0]}"
        try:
            with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  # its scheme was looked at
                body: bytes = answer.read(most + 1)
                return body
        except HTTPError as error:
            error.close()
            raise MachineError(
                f"{where} was answered with {error.code}", "check the token's permissions"
            ) from None
        except (URLError, OSError, HTTPException, ValueError) as error:
            raise MachineError(f"{where} was not answered: {error}", "try again") from None


MARKER = "<!-- nanograd-autograde -->"
ARTIFACT = "autograde"
MEMBER = "report.json"
PACKED = 1 << 20
MEMBERS = 100
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
NOTHING_READ = f"## No score\n\nThe report of this run cannot be read.\n\n<sub>{FEEDBACK}</sub>\n"
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
    # What goes wrong is told when all is done: no score of an earlier run stays where there is none of this.
    troubles = []
    packed = None
    try:
        packed = artifact(api, run)
    except GraderError as error:
        troubles.append(error)
    text = body(packed, run.commit)
    for number in pulls:
        try:
            put(api, number, text)
        except GraderError as error:
            troubles.append(error)
    if troubles:
        raise troubles[0]
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
    """The report's archive from the run; None where there is none, or it is too large for one."""
    found = [
        entry
        for entry in api.each(f"/actions/runs/{run.id}/artifacts", "artifacts", name=ARTIFACT)
        if entry["name"] == ARTIFACT and not entry["expired"]
    ]
    if not found:
        return None
    latest = max(found, key=lambda entry: int(entry["id"]))
    try:
        return api.data(f"/actions/artifacts/{int(latest['id'])}/zip", PACKED)
    except UsageError:
        return None


def body(packed: bytes | None, commit: str) -> str:
    """The comment: the report where it is one, else that it is not."""
    text = _told(packed, commit) or NOTHING_READ
    whole = f"{MARKER}\n{text}"
    return whole if len(whole) <= LONGEST else f"{MARKER}\n{_short(text)}"


def _told(packed: bytes | None, commit: str) -> str | None:
    """What the artifact's report says of a commit; None where it cannot be read, whatever it is."""
    try:
        report, changes = received(unpacked(packed or b""))
        return summary(report, changes) if changes.head == commit else None
    except Exception:
        # What the libraries that read archives raise at strange bytes is nowhere promised, and differs from
        # one Python to the next. It may repeat what the report says, so it stays in nobody's sight.
        return None


def _short(text: str) -> str:
    """What stands before anything that is folded: the score and the table."""
    whole, _, _ = text.partition("<details>")[0][: LONGEST // 2].rpartition("\n")
    return f"{whole}\n\nThe rest is in the job's summary.\n"


def unpacked(packed: bytes) -> bytes:
    """The beginning of the one file that is wanted of an archive; raises whatever it may, else."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        member = archive.getinfo(MEMBER)
        # Other ways of packing may ask for gigabytes to unpack a word, and the runner uses none of them.
        if len(archive.infolist()) > MEMBERS or member.compress_type not in PACKINGS:
            raise UsageError("the artifact is none of ours")
        with archive.open(member) as file:
            return file.read(STRANGERS.size + 1)


def put(api: Api, number: int, text: str) -> None:
    """Update our comment where there is one, else make it; somebody else's is never touched."""
    for comment in api.each(f"/issues/{number}/comments"):
        author = (comment["user"] or {}).get("login")  # nobody, where somebody has left
        if author == US and (comment["body"] or "").startswith(MARKER):
            api.send("PATCH", f"/issues/comments/{int(comment['id'])}", {"body": text})
            return
    api.send("POST", f"/issues/{number}/comments", {"body": text})


def main() -> int:
    """Do as the surroundings say; returns the exit code."""
    try:
        event = _event(Path(_set("GITHUB_EVENT_PATH")))
        root = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        api = Api(root.rstrip("/"), _set("GITHUB_REPOSITORY"), _set("GITHUB_TOKEN"))
        print(_posted(api, run_of(event)))
        return 0
    except GraderError as error:
        for line in filter(None, (f"grader: {error.what}", error.next_step and f"        {error.next_step}")):
            print(harmless(printable(line)), file=sys.stderr)
        return error.exit_code


def _set(variable: str) -> str:
    try:
        return os.environ[variable]
    except KeyError:
        raise UsageError(f"{variable!r} is not set") from None


def _event(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"the event in {path} cannot be read: {error}", "set GITHUB_EVENT_PATH") from None


def _posted(api: Api, run: Run) -> str:
    """As post(); an answer that lacks what GitHub's have is the API's fault, and no traceback."""
    try:
        return post(api, run)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"the API's answer is not as GitHub's are: {type(error).__name__}: {error}"
        raise MachineError(what, "check GITHUB_API_URL, and try again") from None


if __name__ == "__main__":
    sys.exit(main())
