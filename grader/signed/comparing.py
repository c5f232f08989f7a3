"""Reports beside one another: whose they are by the folder's index, and which were presented again."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from grader.errors import UsageError
from grader.render.wording import cell
from grader.signed.authenticity import Genuine, Replayed, Swapped, Verdict
from grader.signed.signing import PublicKey
from grader.signed.verifying import ANYTHING, as_text, text_of, verify_file

INDEX = "index.csv"
LARGEST_INDEX = 1 << 26


def verify_folder(
    folder: Path, public_key: PublicKey, expected: Mapping[str, Any] = ANYTHING
) -> list[tuple[Path, Verdict]]:
    """What each report in a folder is worth beside the others, in order of the files' names.

    Where the folder has an index.csv with the columns id and file, a report has to be that person's, and
    every file that it names has to be there. Raises UsageError where the folder or its index cannot be
    read, or where there is no report.
    """
    claims = _claims(folder)
    named = {folder / name for name in claims or ()}
    found: dict[Path, Verdict] = {}
    for path in sorted({*_reports(folder), *named}):
        verdict = verify_file(path, public_key, expected)
        if claims is not None and isinstance(verdict, Genuine):
            verdict = _as_listed(verdict, claims.get(path.name))
        found[path] = verdict
    if not found:
        raise UsageError(f"there is no report in {folder}", "give the folder that grader export wrote")
    for of in ("course", "seed"):
        if of not in expected:
            found |= _other_occasions(_genuine(found), of)
    found |= _copies(_genuine(found))
    return list((found | _outdated(_genuine(found))).items())


def _genuine(found: Mapping[Path, Verdict]) -> dict[Path, Genuine]:
    return {path: verdict for path, verdict in found.items() if isinstance(verdict, Genuine)}


def _as_listed(genuine: Genuine, claimed: str | None) -> Verdict:
    """claimed: the cell of the index that stands beside the file."""
    person = genuine.over.person
    same = claimed == (None if person is None else cell(person))
    return genuine if same else Swapped("person", person, claimed)


def _other_occasions(genuine: Mapping[Path, Genuine], of: Literal["course", "seed"]) -> dict[Path, Replayed]:
    """Those that are not of the most common course or seed; all of them where two are equally common."""
    made_for = {path: getattr(one.over, of) for path, one in genuine.items()}
    ranked = Counter(made_for.values()).most_common(2)
    if len(ranked) < 2:
        return {}
    (usual, most), (_, next_most) = ranked
    alone = most > next_most
    right = as_text(usual) if alone else None
    odd = ((path, value) for path, value in made_for.items() if not (alone and value == usual))
    return {path: Replayed(of, as_text(value), right) for path, value in odd}


def _copies(genuine: Mapping[Path, Genuine]) -> dict[Path, Replayed]:
    """Those that an earlier file holds already."""
    originals: dict[str, Path] = {}
    for path, one in genuine.items():
        originals.setdefault(one.value, path)
    return {
        path: Replayed("signature", one.value, originals[one.value].name)
        for path, one in genuine.items()
        if originals[one.value] != path
    }


def _outdated(genuine: Mapping[Path, Genuine]) -> dict[Path, Replayed]:
    """All but everybody's newest; all of somebody's where nothing signed tells which that is."""
    of_person: dict[str, list[Path]] = defaultdict(list)
    for path, one in genuine.items():
        if one.over.person is not None:
            of_person[one.over.person].append(path)
    outdated = {}
    for paths in of_person.values():
        times = {path: genuine[path].over.handed_in for path in paths}
        newest = _newest(times)
        for path in paths:
            if path != newest and len(paths) > 1:
                other = newest or next(one for one in paths if one != path)
                outdated[path] = Replayed("handed_in", times[path], other.name)
    return outdated


def _newest(times: Mapping[Path, str | None]) -> Path | None:
    """The only one of the latest time; None where there are two, or where a time is not known."""
    known = {path: datetime.fromisoformat(text) for path, text in times.items() if text is not None}
    if len(known) < len(times):
        return None
    latest = max(known.values())
    last = [path for path, when in known.items() if when == latest]
    return last[0] if len(last) == 1 else None


def _reports(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder) if name.endswith(".json")]
    except OSError as error:
        raise UsageError(f"cannot read the folder {folder}: {error.strerror}", "check the path") from None


def _claims(folder: Path) -> dict[str, str] | None:
    """Whose each file is by the folder's index, as the index writes it; None where there is none."""
    path = folder / INDEX
    try:
        reader = csv.DictReader(io.StringIO(text_of(path, LARGEST_INDEX), newline=""), strict=True)
        if not {"id", "file"} <= set(reader.fieldnames or ()):
            raise _no_index(path, "it has no columns id and file")
        rows = list(reader)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _no_index(path, f"it cannot be read: {error.strerror}") from None
    except (ValueError, csv.Error) as error:
        raise _no_index(path, str(error)) from None
    return _files(path, rows)


def _files(path: Path, rows: Iterable[Mapping[str | Any, Any]]) -> dict[str, str]:
    """The cells of an index by the file beside them; people without a file are left out."""
    claims: dict[str, str] = {}
    for row in rows:
        id_, name = row["id"], row["file"]
        if not isinstance(id_, str) or not isinstance(name, str):
            raise _no_index(path, "a row has no id or no file")
        if name in claims or Path(name).name != name:
            raise _no_index(path, f"{name!r} is no file of its own")
        if name:
            claims[name] = id_
    return claims


def _no_index(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} does not say whose the reports are: {why}", "export the reports again")
