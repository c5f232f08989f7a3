"""How a report names the seed that its cases were drawn with: 0 is everybody's, any other one is secret.

Seeds are numbers that can be tried one after the other, so a plain digest would give them away. A name is a
digest under a random key, which is kept where the seed itself is: equal seeds of one class have equal names,
and without the key a name says nothing.
"""

from __future__ import annotations

import hmac
import re
from typing import Any

# As a report says it: a number, or the name of a secret one.
Seed = int | str
SECRET = re.compile(r"secret(:[0-9a-f]{16})?")
LARGEST = (1 << 63) - 1  # as large a number as a gradebook can hold
KEY = 32  # bytes


def named(seed: int, key: bytes = b"") -> Seed:
    """The seed as reports that leave the instructor's hands say it.

    key: empty where there is no place to keep one; then it is only said that the seed is secret.
    """
    if seed == 0:
        return 0
    return f"secret:{hmac.digest(key, str(seed).encode(), 'sha256').hex()[:16]}" if key else "secret"


def read(value: Any) -> Seed:
    """A seed as reports say it; raises ValueError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return value
    if isinstance(value, str) and SECRET.fullmatch(value):
        return value
    raise ValueError(f"{value!r:.40} is no seed")
