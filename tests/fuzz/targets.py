"""Everything that is fuzzed, by name."""

from __future__ import annotations

from tests.fuzz.answering import ANSWERING
from tests.fuzz.arriving import ARRIVING
from tests.fuzz.stored import STORED
from tests.fuzz.told import TOLD

TARGETS = {**ANSWERING, **ARRIVING, **STORED, **TOLD}
