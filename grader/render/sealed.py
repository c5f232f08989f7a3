"""Reports as our own JSON under a signature."""

from __future__ import annotations

import json
from collections.abc import Callable

from grader.printable import plain_json
from grader.render.about import About
from grader.render.plain import render as plain
from grader.report import Report
from grader.signed.signing import PrivateKey, owned, sign


def signed(key: PrivateKey) -> Callable[[Report, About], str]:
    """A renderer that says whose work a report is of, and signs that with all the rest."""

    def render(report: Report, about: About) -> str:
        body = owned(json.loads(plain(report, about)), about.person.id, about.handed_in, report.course)
        return plain_json(json.dumps(sign(body, key), indent=2, ensure_ascii=False, allow_nan=False)) + "\n"

    return render
