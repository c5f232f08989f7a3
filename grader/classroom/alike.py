"""Alike work: whose hand-ins have more in common than the course gave to everybody.

Fingerprints are those of winnowing (S. Schleimer, D. Wilkerson and A. Aiken, "Winnowing: local algorithms for
document fingerprinting", SIGMOD 2003), over tokens without names, numbers, texts, comments and layout. What
the stub, the solution and the catalogue of wrong ideas have is nobody's own, nor is what many people have.
It is for the instructor alone, and no verdict: eight short answers are alike by nature.
"""

from __future__ import annotations

import io
import keyword
import re
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

from grader.course.course import Course
from grader.course.misconceptions import PLACE, misconceptions
from grader.errors import UsageError
from grader.submission.hand_in import Handin

GRAM = 7  # tokens of one fingerprint
WINDOW = 4  # of so many neighbours one is kept: whatever is GRAM + WINDOW - 1 tokens long is found
FEWEST = 6  # fingerprints of one's own, below which nothing is compared
COMMON = 20  # what one person in so many has, is nobody's own; at least FAMILIAR people
FAMILIAR = 5
ALIKE = 0.5  # of what the smaller one has of its own
HONEST = (
    "Eight short answers are alike by nature, and who learned together writes alike: this says where to look,"
    " and proves nothing. Read both, and ask."
)
Own = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody handed in.

    own: fingerprints by exercise, without what the course gave.
    texts: by exercise, those that differ from all that the course has.
    """

    person: str
    group: str
    own: Own
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people whose work is alike.

    share: what they have in common, of what the smaller one has of its own, 0 to 1.
    same: the exercises whose files are the same to the letter, but for blanks at ends of lines.
    exercises: those in which they have something in common.
    """

    one: str
    other: str
    share: float
    same: tuple[str, ...]
    exercises: tuple[str, ...]


def alike(handins: Iterable[Handin], course: Course, groups: Mapping[str, str]) -> list[Pair]:
    """The pairs, those with the most in common first.

    handins: of each person the last counts; what cannot be read is passed over.
    groups: by person; people of one group are not compared.
    """
    given = {name: tuple(_given(course, name)) for name in course.names}
    prints = {name: {p for text in texts for p in fingerprints(text)} for name, texts in given.items()}
    known = {name: {_letters(text) for text in texts} for name, texts in given.items()}
    works = []
    for person, files in _last(handins).items():
        # What is given to everybody, such as value.py, is no work of theirs.
        sources = {name: text for name, text in files.items() if name not in course.complete}
        own = {
            (n, p) for n, text in sources.items() for p in fingerprints(text) if p not in prints.get(n, ())
        }
        texts = {n: _letters(text) for n, text in sources.items() if _letters(text) not in known.get(n, ())}
        works.append(Work(person, groups.get(person, ""), frozenset(own), texts))
    return pairs(works)


def _given(course: Course, name: str) -> Iterator[str]:
    """All that the course has of an exercise."""
    yield course.stub(name)
    yield course.solution(name)
    if (course.root / PLACE / f"{name}.md").is_file():
        yield from (wrong.source for wrong in misconceptions(name, course.root / PLACE))


def _last(handins: Iterable[Handin]) -> dict[str, dict[str, str]]:
    found = {}
    for handin in handins:  # in the order of their numbers
        try:
            found[handin.person.id] = dict(handin.read().sources)
        except UsageError:
            continue
    return found


def pairs(works: Sequence[Work]) -> list[Pair]:
    """Those of these that are alike."""
    having = Counter(p for work in works for p in work.own)
    familiar = max(FAMILIAR, len(works) // COMMON)
    having_text = Counter(pair for work in works for pair in work.texts.items())
    owners: dict[tuple[str, int], list[int]] = defaultdict(list)
    writers: dict[tuple[str, str], list[int]] = defaultdict(list)
    sizes = []
    for at, work in enumerate(works):
        own = [p for p in work.own if having[p] <= familiar]
        sizes.append(len(own))
        for p in own:
            owners[p].append(at)
        for pair in work.texts.items():
            if having_text[pair] <= familiar:
                writers[pair].append(at)
    shared: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for (name, _), some in owners.items():
        for two in combinations(some, 2):
            shared[two][name] += 1
    same: dict[tuple[int, int], set[str]] = defaultdict(set)
    for (name, _), some in writers.items():
        for two in combinations(some, 2):
            same[two].add(name)
    found = []
    for one, other in {*shared, *same}:
        first, second = works[one], works[other]
        smaller, common = min(sizes[one], sizes[other]), shared[one, other]
        share = sum(common.values()) / smaller if smaller else 0.0
        enough = smaller >= FEWEST and share >= ALIKE
        if (enough or same[one, other]) and not (first.group and first.group == second.group):
            exercises = sorted({*common, *same[one, other]})
            whole = tuple(sorted(same[one, other]))
            found.append(Pair(first.person, second.person, share, whole, tuple(exercises)))
    return sorted(found, key=lambda p: (-len(p.same), -p.share, p.one, p.other))


def fingerprints(text: str) -> set[int]:
    """A program's fingerprints; of one that is too short for any, none."""
    tokens = list(_tokens(text))
    grams = [" ".join(tokens[at : at + GRAM]) for at in range(len(tokens) - GRAM + 1)]
    hashes = [int.from_bytes(blake2b(gram.encode(), digest_size=8).digest(), "big") for gram in grams]
    windows = range(max(1, len(hashes) - WINDOW + 1)) if hashes else ()
    return {min(hashes[at : at + WINDOW]) for at in windows}


# For what tokenize does not read: words, numbers and single signs.
ROUGHLY = re.compile(r"[^\W\d]\w*|\d[\w.]*|[^\w\s]")
LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def _tokens(text: str) -> Iterator[str]:
    try:
        for token in list(tokenize.generate_tokens(io.StringIO(text).readline)):
            if token.type == tokenize.STRING:
                yield "s"
            elif token.type not in LAYOUT:
                yield _plain(token.string)
    except (tokenize.TokenError, SyntaxError, ValueError):
        yield from map(_plain, ROUGHLY.findall(text))


def _plain(token: str) -> str:
    if keyword.iskeyword(token):
        return token
    return "n" if token[:1].isidentifier() else "0" if token[:1].isdigit() else token


def _letters(text: str) -> str:
    """A text without what no reader sees."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
