"""docs/SECURITY.md tells of the attacks that there are."""

from tests.redteam.showing import BEGIN, DOCUMENT, written
from tests.redteam.table import ATTACKS


def test_document_shows_every_attack_as_it_is():
    text = DOCUMENT.read_text("utf-8")
    assert BEGIN in text
    assert written(text) == text, "run: python -m tests.redteam.showing"
    assert f"{len(ATTACKS)} hostile submissions" in text


def test_what_a_cage_does_not_hold_is_said_in_words():
    remaining = DOCUMENT.read_text("utf-8").partition("## What remains possible")[2]
    for attack in ATTACKS:
        assert not attack.limit or f"`{attack.name}`" in remaining
