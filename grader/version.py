"""The grader's version; a report says which one made it."""

import hashlib
from functools import cache
from pathlib import Path

VERSION = "0.1.0"
# As package indexes have it; nanograd alone is somebody else's there.
DISTRIBUTION = "nanograd-course"


def installing(extra: str) -> str:
    """What installs an extra of ours."""
    return f'pip install "{DISTRIBUTION}[{extra}]"'


@cache
def code_digest(*parts: str) -> bytes:
    """SHA-256 over the code of parts of the grader: packages without those inside them, and modules.

    parts: paths in the grader, as "autograd/worker".
    """
    digest = hashlib.sha256()
    for part in parts:
        place = Path(__file__).parent / part
        files = sorted(place.glob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
        for path in files:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()
