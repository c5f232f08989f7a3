"""A class of thirty on each learning platform: what it downloads, and the rules by which it takes grades.

The rules are those of the platforms' own documents and code: Canvas's gradebook import, Moodle's offline
grading worksheet and feedback zip, Brightspace's grade import, Blackboard's upload to the grade centre.
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass

NAMES = """\
Zoë O'Brien, Ada Lovelace, José Núñez, Kim Lee, Kim Lee, Robert "Bob" Ek, Anne-Marie Müller, Łukasz Żak,
Ngô Thị Hà, Sinéad Ó Briain, Mary Ann Evans, Jean-Luc de la Fontaine, Ole Åberg, Νίκος Παππάς, Юрий Ким,
Sam; Jr. Doe, Ivy <b>Chen</b>, Noor Al-Haddad, Grace Hopper, Alan Turing, Emmy Noether, Chinua Abara,
Lin Wei, Priya Patel, Carl Berg, Mei Ito, Omar Jansen, Fatima Lopez, Jun Petrov, Hannah Fischer
""".strip()
ABSENT = 29  # is on the roster and hands in nothing
TEAM = (20, 21, 22)  # the first hands in for all of them
LATE, EXTENDED, EXCUSED, BY_HAND, WRONG = 3, 7, 9, 11, (4, 12, 16)
DAY, SOON = "2026-12-02T10:00:00+00:00", "2026-12-01T10:00:00+00:00"
ITEM = "NanoGrad"


@dataclass(frozen=True)
class One:
    """Somebody of the class."""

    at: int
    first: str
    last: str

    @property
    def name(self):
        return f"{self.first} {self.last}"

    @property
    def in_files(self):
        """The name without what no file's name may have."""
        return re.sub(r'[<>"/]', "", self.name)

    @property
    def login(self):
        return f"u{self.at:03}"

    @property
    def sis(self):
        return f"00{4000 + self.at}"

    @property
    def number(self):
        return str(71000 + self.at)

    @property
    def email(self):
        return f"{self.login}@example.org"

    @property
    def hands_in(self):
        return self.at not in (ABSENT, *TEAM[1:])


CLASS = [One(at, *name.replace(";", ",").rsplit(" ", 1)) for at, name in enumerate(re.split(r",\s+", NAMES))]


def expected(right, wrong):
    """Everybody's points by their place: of those right or wrong, and None where there are none."""
    points = {one.at: wrong if one.at in WRONG else right for one in CLASS}
    points |= {ABSENT: None, EXCUSED: None, BY_HAND: right - 2.5, LATE: right * 0.9}
    return points


def people(key):
    """What is said of single people, who are called by this of theirs."""
    rows = [["id", "days", "handed_in", "excused", "points", "comment", "group"]]
    ids = [getattr(one, key) for one in CLASS]
    rows.append([ids[LATE], "", DAY, "", "", "", ""])
    rows.append([ids[EXTENDED], "2", DAY, "", "", 'ill, "flu"', ""])
    rows.append([ids[EXCUSED], "", "", "on leave", "", "", ""])
    rows.append([ids[BY_HAND], "", "", "", "-2.5", "no name on it", ""])
    rows += [[ids[at], "", "", "", "", "", "Team Ö"] for at in TEAM]
    return table(rows)


def table(rows, **how):
    stream = io.StringIO()
    csv.writer(stream, **how).writerows(rows)
    return stream.getvalue()


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


def squeezed(one):
    """A name as Canvas writes it."""
    return re.sub(r"[\W_]", "", f"{one.last}{one.first}").lower()


class Canvas:
    """See gradebook_importer.rb and Assignment#infer_comment_context_from_filename."""

    name, key, form = "canvas", "sis", "canvas"
    heading = f"{ITEM}, part 1 (981)"

    def download(self, code):
        late = {LATE: "_LATE"}
        return {
            f"{squeezed(one)}{late.get(one.at, '')}_{one.number}_{9000 + one.at}_add.py": code(one)
            for one in CLASS
            if one.hands_in
        }

    def roster(self):
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Old (12)", self.heading, "Final"]
        rows = [head, ["    Points Possible", "", "", "", "", "10.00", "100.00", "(read only)"]]
        for one in CLASS:
            name = f"{one.last}, {one.first}"
            rows.append([name, one.number, one.sis, one.login, "Monday, 9:00", "7.50", "", "75.00"])
        rows.append(["Student, Test", "99999", "", "c0ffee", "Monday, 9:00", "", "", ""])
        return table(rows).encode("utf-8-sig")

    def taken(self, data, excused=EXCUSED):
        """The grades by place, as Canvas's import takes them; what it would refuse raises."""
        head, possible, *rows = csv.reader(io.StringIO(data.decode("utf-8")))
        assert "Student" in head[0]
        assert "ID" in head[1]
        assert head.index("Section") == len(head) - 2  # what follows are assignments
        assert head[-1] == self.heading  # with its number: an assignment that is there already
        assert "Points Possible" in possible[0]
        assert float(possible[-1]) > 0
        assert not [row for row in rows if "Points Possible" in row[0]]
        grades = {}
        for row in rows:
            (one,) = [one for one in CLASS if (one.number, one.sis, one.login) == tuple(row[1:4])]
            assert row[4] == "Monday, 9:00"
            grades[one.at] = row[-1]
        assert {at for at, text in grades.items() if text == "EX"} == {excused} - {None}
        return {at: None if text in ("", "EX") else float(text) for at, text in grades.items()}

    def receives(self, names):
        """Whose each file of a feedback zip becomes, by place."""
        found = []
        for name in names:
            numbers = [
                part for part in name.rpartition("/")[2].split("_") if part.isascii() and part.isdigit()
            ]
            user, attachment = numbers[:2]
            assert int(attachment) - 9000 == int(user) - 71000  # one of the person's own files
            found.append(int(user) - 71000)
        return found


class Moodle:
    """See mod/assign/feedback/offline/importgradeslib.php and feedback/file/importziplib.php."""

    name, key, form = "moodle", "email", "moodle"

    def download(self, code):
        return {
            f"{one.in_files}_{one.number}_assignsubmission_file/add.py": code(one)
            for one in CLASS
            if one.hands_in
        }

    def roster(self):
        head = ["Identifier", "Full name", "ID number", "Email address", "Status", "Group", "Grade"]
        head += ["Maximum Grade", "Grade can be changed", "Last modified (submission)"]
        head += ["Last modified (grade)", "Feedback comments"]
        rows = [head]
        for one in CLASS:
            row = [f"Participant {one.number}", one.name, one.sis, one.email, "Submitted for grading", ""]
            rows.append([*row, "", "100.00", "Yes", "Tuesday, 1 December 2026, 9:00 AM", "-", ""])
        return table(rows).encode("utf-8")

    def taken(self, data, excused=EXCUSED):
        head, *rows = csv.reader(io.StringIO(data.decode("utf-8")))
        grade, modified = head.index("Grade"), head.index("Last modified (grade)")
        grades = {}
        for row in rows:
            assert len(row) == len(head)
            number = row[head.index("Identifier")].removeprefix("Participant ")
            text = row[grade]
            assert row[modified] == "-"
            assert not text or 0 <= float(text) <= float(row[head.index("Maximum Grade")])
            grades[int(number) - 71000] = float(text) if text else None
        return grades

    def receives(self, names):
        found = []
        for name in names:
            assert not name.rpartition("/")[2].startswith((".", "~"))
            parts = next(
                p for part in name.split("/") if len(p := part.split("_", 4)) >= 4 and p[1].isdigit()
            )
            assert parts[2:4] == ["assignfeedback", "file"]
            found.append(int(parts[1]) - 71000)
        return found


class Brightspace:
    """See D2L's "Importing grades"."""

    name, key, form = "brightspace", "login", "brightspace"

    def download(self, code):
        files = {
            f"{one.number}-5501 - {one.in_files} - Dec 1, 2026 905 AM/add.py": code(one)
            for one in CLASS
            if one.hands_in
        }
        return {**files, "index.html": "<p>Submissions</p>"}

    def roster(self):
        item = f"{ITEM} Points Grade <Numeric MaxPoints:100>"
        rows = [
            ["OrgDefinedId", "Username", "Last Name", "First Name", "Email", item, "End-of-Line Indicator"]
        ]
        for one in CLASS:
            rows.append([f"#{one.number}", f"#{one.login}", one.last, one.first, one.email, "", "#"])
        return table(rows).encode("utf-8")

    def taken(self, data, excused=EXCUSED):
        head, *rows = csv.reader(io.StringIO(data.decode("utf-8")))
        assert head[:2] == ["OrgDefinedId", "Username"]
        assert head[2].startswith(f"{ITEM} Points Grade")
        assert head[3:] == ["End-of-Line Indicator"]
        grades = {one.at: None for one in CLASS}
        for row in rows:
            assert row[-1] == "#"
            (one,) = [o for o in CLASS if (f"#{o.number}", f"#{o.login}") == tuple(row[:2])]
            grades[one.at] = float(row[2])
        return grades

    def receives(self, names):
        return [int(name.split("-")[0]) - 71000 for name in names]


class Blackboard:
    """See "Uploading or Downloading Grade Center Items for Working Offline"."""

    name, key, form = "blackboard", "login", "blackboard"
    item = f"{ITEM} [Total Pts: 100 Score] |20417"

    def download(self, code):
        stem = "Nano_Grad_{}_attempt_2026-12-01-09-05-00"
        files = {}
        for one in CLASS:
            if one.hands_in:
                files[f"{stem.format(one.login)}_add.py"] = code(one)
                files[f"{stem.format(one.login)}.txt"] = f"Name: {one.name} ({one.login})\n"
        return files

    def roster(self):
        head = ["Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability", self.item]
        rows = [head, *([o.last, o.first, o.login, o.sis, "2026-12-01", "Yes", ""] for o in CLASS)]
        return table(rows, delimiter="\t", quoting=csv.QUOTE_ALL).encode("utf-16")

    def taken(self, data, excused=EXCUSED):
        text = data.decode("utf-8")
        head, *rows = csv.reader(io.StringIO(text))
        assert all(line.startswith('"') and line.endswith('"') for line in text.splitlines())
        assert head == ["Last Name", "First Name", "Username", self.item]
        grades = {one.at: None for one in CLASS}
        for row in rows:
            (one,) = [o for o in CLASS if o.login == row[2]]
            grades[one.at] = float(row[3])
        return grades


PLATFORMS = (Canvas(), Moodle(), Brightspace(), Blackboard())
