"""docs/internals.md leads to what is there, and leaves out no package."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GRADER = ROOT / "grader"
TEXT = (ROOT / "docs" / "internals.md").read_text("utf-8")
PLACES = sorted(set(re.findall(r"`([\w./]+(?:\.py|\.json|/))`", TEXT)))


@pytest.mark.parametrize("place", PLACES)
def test_every_place_that_is_named_is_there(place):
    """Below grader/, below the root, or a module of a package, which its sentence begins with."""
    named = [GRADER / place, ROOT / place, *GRADER.glob(f"**/{place}")]
    assert any(path.exists() for path in named), place


def test_every_package_is_told():
    packages = {path.parent.name for path in GRADER.glob("*/__init__.py")} - {"ci"}
    assert {name for name in packages if f"`{name}/" not in TEXT and f'["{name}:' not in TEXT} == set()


WHERE = {
    "agreement.py": "RELATIVE",
    "render/text.py": "not started",
    "render/gradebooks.py": "SIS Login ID",
    "worker/walls.py": "prctl",
    "autograd/strategies.py": "def expressions",
    "report/rubric.py": "late_per_day",
}


@pytest.mark.parametrize("place", WHERE)
def test_what_people_look_for_is_where_the_table_says(place):
    row = next(line for line in TEXT.splitlines() if line.startswith("|") and f"`{place}`" in line)
    assert row
    assert WHERE[place] in (GRADER / place).read_text("utf-8")
