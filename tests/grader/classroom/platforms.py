"""A class of thirty on each learning platform: what it downloads, and the rules by which it takes grades.

The rules are those of the platforms' own documents and code: Canvas's gradebook import, Moodle's offline
grading worksheet and feedback zip, Brightspace's grade import, Blackboard's upload to the grade centre, the
results that Gradescope and Classroom 50 read.

In each class are accents, quotes, commas and markup in names, two people of one name, somebody with two
attempts, a group, somebody late, somebody with an extension, somebody excused and somebody who is absent.
"""

import csv
import io
import json
import math
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import yaml

NAMES = """\
Zoë O'Brien, Ada Lovelace, José Núñez, Kim Lee, Kim Lee, Robert "Bob" Ek, Anne-Marie Müller, Łukasz Żak,
Ngô Thị Hà, Sinéad Ó Briain, Mary Ann Evans, Jean-Luc de la Fontaine, Ole Åberg, Νίκος Παππάς, Юрий Ким,
Sam; Jr. Doe, Ivy <b>Chen</b>, Noor Al-Haddad, Grace Hopper, Alan Turing, Emmy Noether, Chinua Abara,
Lin Wei, Priya Patel, Carl Berg, Mei Ito, Omar Jansen, Fatima Lopez, Jun Petrov, Hannah Fischer
""".strip()
ABSENT = 29  # is on the roster and hands in nothing
TEAM = (20, 21, 22)  # the first hands in for all of them
LATE, EXTENDED, EXCUSED, BY_HAND, WRONG = 3, 7, 9, 11, (4, 12, 16)
TWICE = 5  # hands in something wrong, and a day later what is right
# The course's, and when the two hand in who are not in time.
ZONE, DAY = "Europe/Berlin", "2026-12-02T10:00:00+00:00"
ITEM = "NanoGrad"
SCHEMAS = Path(__file__).parents[1] / "render" / "formats"


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


def late(one):
    return one.at in (LATE, EXTENDED)


def expected(right, wrong):
    """Everybody's points by their place: of those right or wrong, and None where there are none."""
    points = {one.at: wrong if one.at in WRONG else right for one in CLASS}
    points |= {ABSENT: None, EXCUSED: None, BY_HAND: right - 2.5, LATE: right * 0.9}
    return points


def people(platform):
    """What is said of single people, who are called by what the platform calls them."""
    rows = [["id", "days", "handed_in", "excused", "points", "comment", "group"]]
    ids = [getattr(one, platform.key) for one in CLASS]
    came = "" if platform.says_when else DAY
    rows.append([ids[LATE], "", came, "", "", "", ""])
    rows.append([ids[EXTENDED], "2", came, "", "", 'ill, "flu"', ""])
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

    name, key, form, back, says_when = "canvas", "sis", "canvas", "canvas", False
    heading = f"{ITEM}, part 1 (981)"

    def download(self, code):
        """The latest attempts alone; of a file that was there before, Canvas changes the name."""
        files = {}
        for one in CLASS:
            who = f"{squeezed(one)}{'_LATE' if late(one) else ''}_{one.number}_{9000 + one.at}"
            if one.hands_in:
                files[f"{who}_{'add-1' if one.at == TWICE else 'add'}.py"] = code(one)
        return files

    def roster(self):
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Old (12)", self.heading, "Final"]
        rows = [head, ["    Points Possible", "", "", "", "", "10.00", "100.00", "(read only)"]]
        for one in CLASS:
            name = f"{one.last}, {one.first}"
            rows.append([name, one.number, one.sis, one.login, "Monday, 9:00", "7.50", "", "75.00"])
        rows.append(["Student, Test", "99999", "", "c0ffee", "Monday, 9:00", "", "", ""])
        return table(rows).encode("utf-8-sig")

    def taken(self, file, excused=EXCUSED):
        """The grades by place, as Canvas's import takes them; what it would refuse raises."""
        head, possible, *rows = csv.reader(io.StringIO(file.read_bytes().decode("utf-8")))
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

    name, key, form, back, says_when = "moodle", "email", "moodle", "moodle", True

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
            came = (
                "Wednesday, 2 December 2026, 11:00 AM" if late(one) else "Tuesday, 1 December 2026, 9:00 AM"
            )
            rows.append([*row, "", "100.00", "Yes", came if one.hands_in else "-", "-", ""])
        return table(rows).encode("utf-8")

    def taken(self, file, excused=EXCUSED):
        head, *rows = csv.reader(io.StringIO(file.read_bytes().decode("utf-8")))
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

    name, key, form, back, says_when = "brightspace", "login", "brightspace", "brightspace", True

    def download(self, code):
        """Every attempt, in a folder of its own."""
        files = {"index.html": "<p>Submissions</p>"}
        for one in CLASS:
            who = f"{one.number}-5501 - {one.in_files} - Dec"
            if one.at == TWICE:
                files[f"{who} 1, 2026 900 AM/add.py"] = "def add(self, other): return 7\n"
            if one.hands_in:
                files[f"{who} {'2, 2026 1100' if late(one) else '1, 2026 905'} AM/add.py"] = code(one)
        return files

    def roster(self):
        item = f"{ITEM} Points Grade <Numeric MaxPoints:100>"
        rows = [
            ["OrgDefinedId", "Username", "Last Name", "First Name", "Email", item, "End-of-Line Indicator"]
        ]
        for one in CLASS:
            rows.append([f"#{one.number}", f"#{one.login}", one.last, one.first, one.email, "", "#"])
        return table(rows).encode("utf-8")

    def taken(self, file, excused=EXCUSED):
        head, *rows = csv.reader(io.StringIO(file.read_bytes().decode("utf-8")))
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
        """Folders are as they were downloaded, of the latest attempt: a file in any other is nobody's."""
        there = {name.rpartition("/")[0] for name in self.download(lambda _: "") if "900 AM" not in name}
        folders, pages = zip(*(name.split("/") for name in names), strict=True)
        assert there >= {*folders}
        assert "index.html" not in pages  # that one is the download's list
        return [int(folder.split("-")[0]) - 71000 for folder in folders]


class Blackboard:
    """See "Uploading or Downloading Grade Center Items for Working Offline"."""

    name, key, form, back, says_when = "blackboard", "login", "blackboard", "zip", True
    item = f"{ITEM} [Total Pts: 100 Score] |20417"

    def download(self, code):
        """Every attempt, with a receipt."""
        files = {}
        for one in CLASS:
            stem = f"Nano_Grad_{one.login}_attempt_2026-12-0"
            if one.at == TWICE:
                files[f"{stem}1-09-00-00_add.py"] = "def add(self, other): return 7\n"
            if one.hands_in:
                stem += "2-11-00-00" if late(one) else "1-09-05-00"
                files[f"{stem}_add.py"] = code(one)
                files[f"{stem}.txt"] = f"Name: {one.name} ({one.login})\n"
        return files

    def roster(self):
        head = ["Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability", self.item]
        rows = [head, *([o.last, o.first, o.login, o.sis, "2026-12-01", "Yes", ""] for o in CLASS)]
        return table(rows, delimiter="\t", quoting=csv.QUOTE_ALL).encode("utf-16")

    def taken(self, file, excused=EXCUSED):
        text = file.read_bytes().decode("utf-8")
        head, *rows = csv.reader(io.StringIO(text))
        assert all(line.startswith('"') and line.endswith('"') for line in text.splitlines())
        assert head == ["Last Name", "First Name", "Username", self.item]
        grades = {one.at: None for one in CLASS}
        for row in rows:
            (one,) = [o for o in CLASS if o.login == row[2]]
            grades[one.at] = float(row[3])
        return grades


def results(folder, name):
    """What is in a folder of results by people's ids, each as the platform's own schema has it."""
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {row["id"]: json.loads((folder / row["file"]).read_text("utf-8")) for row in rows if row["file"]}
    for result in found.values():
        jsonschema.validate(result, schema)
    return {row["id"]: found.get(row["id"]) for row in rows}


class Gradescope:
    """See its export of submissions, and what it says of an autograder's results.json."""

    name, key, form, back, says_when = "gradescope", "sis", "gradescope", "zip", True

    def download(self, code):
        """The latest attempts; what several hand in together lies there once, and names all of them."""
        files, said = {}, {}
        for one in CLASS:
            if not one.hands_in:
                continue
            folder = f"submission_{one.number}"
            files[f"assignment_77_export/{folder}/add.py"] = code(one)
            together = [CLASS[at] for at in TEAM] if one.at == TEAM[0] else [one]
            before = {":submitters": [], ":created_at": "2026-12-01 08:00:00 Z", ":id": 60000 + one.at}
            said[folder] = {
                ":submitters": [{":name": o.name, ":sid": o.sis, ":email": o.email} for o in together],
                ":created_at": f"2026-12-0{2 if late(one) else 1} 10:00:00.861687000 Z",
                ":score": 0.0,
                ":history": [before] if one.at == TWICE else [],
            }
        text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False)
        return {**files, "assignment_77_export/submission_metadata.yml": text}

    def roster(self):
        rows = [["First Name", "Last Name", "SID", "Email", "Sections"]]
        return table([*rows, *([o.first, o.last, o.sis, o.email, "Monday, 9:00"] for o in CLASS)]).encode()

    def taken(self, folder, excused=EXCUSED):
        found = results(folder, "gradescope")
        assert [*found] == [one.sis for one in CLASS]
        for result in filter(None, found.values()):
            # A hidden test would hide the total; the score on top stands above the tests' own.
            assert {result["visibility"], *(test["visibility"] for test in result["tests"])} == {"visible"}
        return {one.at: found[one.sis] and found[one.sis]["score"] for one in CLASS}


class Classroom50:
    """See gh teacher download, and validate_result in runner.py and collect_scores.py."""

    name, key, form, back, says_when = "classroom50", "login", "classroom50", "zip", True

    def download(self, code):
        """A clone a repository, whose name ends with its owner's; a group has one, of whoever founded it."""
        files = {}
        for one in CLASS:
            if one.hands_in:
                folder = f"ml-2026-nano-grad-{one.login}"
                files[f"{folder}/exercises/add.py"] = code(one)
                files[f"{folder}/.classroom50.yaml"] = "classroom: ml-2026\n"
                files[f"{folder}/result.json"] = '{"score": 100}\n'
        return files

    def roster(self):
        """Its scores.csv: a line for each submission of everybody who gets credit, the newest first."""
        head = ["username", "first_name", "last_name", "email", "section", "score", "max_score", "datetime"]
        rows = [[*head, "submission_tag", "submitted_by", "review_url", "late", "override"]]
        for one in CLASS:
            who = [one.login, one.first, one.last, one.email, "Monday, 9:00"]
            days = [] if one.at == ABSENT else ["2"] if late(one) else ["1"]
            for when in [f"2026-12-0{day}T10:00:00Z" for day in days]:
                rows.append([*who, "7", "100", when, f"submit/{when}", one.login, "", "", ""])
            if one.at == TWICE:
                rows.append([*who, "1", "100", "2026-11-30T10:00:00Z", "submit/x", one.login, "", "", ""])
            if one.at == ABSENT:
                rows.append([*who, *[""] * 8])
        return table(rows).encode()

    def taken(self, folder, excused=EXCUSED):
        """Points are whole there, and what was earned is rounded down."""
        found = results(folder, "classroom50")
        assert [*found] == [one.login for one in CLASS]
        for login, result in found.items():
            if result:
                assert result["owner"] == login
                assert 0 <= result["score"] <= result["max-score"]
                assert all(test["score"] <= test["max-score"] for test in result["tests"])
        return {one.at: found[one.login] and found[one.login]["score"] for one in CLASS}


def whole(points):
    return points if points is None else math.floor(points)


PLATFORMS = (Canvas(), Moodle(), Brightspace(), Blackboard(), Gradescope(), Classroom50())
