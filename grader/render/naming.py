"""File names for people: safe on every system whatever an id holds, and never the same twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import count

# Everything else is replaced; a name neither begins with a dot or a dash nor ends with a dot.
UNSAFE = re.compile(r"[^A-Za-z0-9._-]|^[.-]|\.$")
# Windows keeps these for devices, whatever comes after a dot.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
LONGEST = 80


class Names:
    """The names given so far in one folder; upper and lower case are the same there."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def name(self, id_: str) -> str:
        """A file name, without its ending, that nobody has been given yet.

        It is the id itself where that is safe, else what is safe of it and a piece of the id's hash.
        """
        name = next(name for name in _candidates(id_) if name.lower() not in self._given)
        self._given.add(name.lower())
        return name


def _candidates(id_: str) -> Iterator[str]:
    safe = UNSAFE.sub("_", id_)[:LONGEST] or "_"
    if safe == id_ and not RESERVED.fullmatch(id_):
        yield safe
    digest = sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()
    # The dash before the hash also ends what Windows would take for a device's name.
    stem = safe.replace(".", "_") if RESERVED.fullmatch(safe) else safe
    yield from (f"{stem}-{digest[:length]}" for length in (8, 16, 32, 64))
    yield from (f"{stem}-{digest}-{again}" for again in count(2))
