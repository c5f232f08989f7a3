"""A stand-in for GitHub: its REST API as far as a comment needs it, and the runner of a job's steps."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

BOT = "github-actions[bot]"
TOKEN = "token-of-this-job"
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")


@dataclass
class Hub:
    """What the API knows: pull requests, artifacts by run, comments; and what it was asked."""

    pulls: list[dict[str, Any]] = field(default_factory=list)
    artifacts: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    port: int = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def comment(self, body: str, login: str = BOT) -> dict[str, Any]:
        made = {"id": len(self.comments) + 1, "body": body, "user": {"login": login}}
        self.comments.append(made)
        return made

    def upload(self, run: int, files: dict[str, bytes]) -> None:
        self.artifacts.setdefault(run, []).append(("autograde", zipped(files)))

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        """The answer to a request below the repository; None where there is no such thing."""
        place = path.removeprefix("/repos/course/work")
        if method == "GET" and place == "/pulls":
            head = query["head"][0]
            return page([pull for pull in self.pulls if pull["head"]["label"] == head], query)
        if method == "GET" and (found := re.fullmatch(r"/actions/runs/(\d+)/artifacts", place)):
            return self._artifacts(int(found[1]), query)
        if method == "GET" and re.fullmatch(r"/issues/\d+/comments", place):
            return page(self.comments, query)
        if method == "POST" and re.fullmatch(r"/issues/\d+/comments", place):
            return self.comment(body["body"])
        if method == "PATCH" and (found := re.fullmatch(r"/issues/comments/(\d+)", place)):
            self.comments[int(found[1]) - 1]["body"] = body["body"]
            return self.comments[int(found[1]) - 1]
        return None

    def _artifacts(self, run: int, query: dict[str, list[str]]) -> dict[str, Any]:
        found = [
            {"id": run * 100 + place, "name": name, "expired": False, "size_in_bytes": len(data)}
            for place, (name, data) in enumerate(self.artifacts.get(run, []))
        ]
        return {"total_count": len(found), "artifacts": page(found, query)}

    def packed(self, path: str) -> bytes | None:
        """What is behind a download's redirection."""
        found = re.fullmatch(r"/blobs/(\d+)", path)
        return self.artifacts[int(found[1]) // 100][int(found[1]) % 100][1] if found else None


def page(items: list[Any], query: dict[str, list[str]]) -> list[Any]:
    size, number = (int(query[key][0]) for key in ("per_page", "page"))
    return items[(number - 1) * size : number * size]


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub behind a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply("GET")

        def do_POST(self) -> None:
            self._reply("POST")

        def do_PATCH(self) -> None:
            self._reply("PATCH")

        def _reply(self, method: str) -> None:
            url = urlsplit(self.path)
            hub.asked.append((method, url.path, self.headers.get("Authorization")))
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            if (data := hub.packed(url.path)) is not None:
                return self._send(200, data)
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return self._send(401, b"{}")
            if found := re.fullmatch(r"/repos/course/work/actions/artifacts/(\d+)/zip", url.path):
                # Another host, as far as a client can tell.
                return self._send(302, b"", f"http://localhost:{hub.port}/blobs/{found[1]}")
            answer = hub.answer(method, url.path, parse_qs(url.query), body)
            return self._send(404 if answer is None else 200, json.dumps(answer).encode())

        def _send(self, status: int, body: bytes, location: str = "") -> None:
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name is the base's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Ran:
    """What a job left behind."""

    code: int
    log: str
    summary: str
    outputs: dict[str, dict[str, str]]


@dataclass
class Runner:
    """Executes a job's steps: run by bash as the runner does it, uses by what stands in for the action.

    workspace: where the repository is checked out.
    actions: what is done for an action, by its name: takes the step's inputs, gives its outputs.
    """

    workspace: Path
    temp: Path
    home: Path
    event: dict[str, Any]
    surroundings: dict[str, str]
    actions: dict[str, Callable[[dict[str, str]], dict[str, str]]]

    def run(self, workflow: Path) -> Ran:
        """The one job of a workflow, until a step fails; later steps only where they say so."""
        (job,) = yaml.safe_load(workflow.read_text("utf-8"))["jobs"].values()
        done = Ran(0, "", "", {})
        for step in job["steps"]:
            if done.code and "cancelled()" not in str(step.get("if", "")):
                continue
            given = {key: self.filled(value, done) for key, value in step.get("with", {}).items()}
            if "uses" in step:
                name, _, pin = step["uses"].partition("@")
                assert re.fullmatch(r"[0-9a-f]{40}", pin), f"{name} is not pinned"
                outputs = self.actions[name](given)
            else:
                outputs = self._bash(step, done)
            done.outputs[step.get("id", step["name"])] = outputs
        return done

    def _bash(self, step: dict[str, Any], done: Ran) -> dict[str, str]:
        self.temp.mkdir(parents=True, exist_ok=True)
        files = {name: self.temp / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        (self.temp / "event.json").write_text(json.dumps(self.event))
        env = self.surroundings | {name: str(file) for name, file in files.items()}
        env |= {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(self.temp / "event.json"),
            "GITHUB_WORKSPACE": str(self.workspace),
            "HOME": str(self.home),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temp),
        }
        env |= {key: self.filled(value, done) for key, value in step.get("env", {}).items()}
        run = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self.filled(step["run"], done)],
            cwd=self.workspace,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        done.code, done.log = done.code or run.returncode, done.log + run.stdout
        done.summary += files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        return dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text("utf-8").splitlines())

    def filled(self, text: str, done: Ran) -> str:
        """A text with its expressions replaced by their values."""
        return EXPRESSION.sub(lambda found: self._value(found[1].strip(), done), str(text))

    def _value(self, expression: str, done: Ran) -> str:
        for part in expression.split("||"):
            if value := self._look_up(part.strip(), done):
                return value
        return ""

    def _look_up(self, path: str, done: Ran) -> str:
        steps = {name: {"outputs": outputs} for name, outputs in done.outputs.items()}
        runner = {"os": "Linux", "arch": "X64"}
        sha = self.surroundings.get("GITHUB_SHA", "")
        found: Any = {
            "github": {"event": self.event, "token": TOKEN, "sha": sha},
            "steps": steps,
            "runner": runner,
        }
        for key in path.split("."):
            found = found.get(key, {})
        assert isinstance(found, str) or not found, path
        return found or ""
