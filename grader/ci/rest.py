"""GitHub's REST API as far as a comment needs it; every answer is capped, and none is trusted to be small."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from grader.errors import MachineError, UsageError

SECONDS = 30
LARGEST = 8 << 20
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
            return json.loads(self._open(request, LARGEST))
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
