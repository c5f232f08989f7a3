"""The lowest dependencies are those of pyproject.toml; the workflow tests every Python that is allowed."""

import re
import tomllib

import yaml

from grader.version import DISTRIBUTION, VERSION
from tests.grader.house.versions import ROOT, named

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
NEEDED = [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]


def test_every_dependency_has_a_lower_bound_and_the_lowest_are_these():
    bounds = [
        re.fullmatch(r"([\w-]+)>=([\d.]+)(?:,<[\d.]+)?(?:; .*)?", line) for line in NEEDED if "[" not in line
    ]
    assert all(bounds)
    assert dict(bound.groups() for bound in bounds) == named("tests/lowest.txt")


def test_usual_versions_are_allowed_ones():
    def parts(version):
        return [int(part) for part in version.split(".")]

    lowest, usual = named("tests/lowest.txt"), named("constraints.txt")
    assert usual
    assert all(parts(usual[name]) >= parts(lowest[name]) for name in usual)


def test_workflow_tests_from_the_lowest_python_on_the_lowest_and_the_newest_dependencies():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8"))
    cells = workflow["jobs"]["test"]["strategy"]["matrix"]["include"]
    pythons = sorted({cell["python"] for cell in cells if cell["dependencies"] == "usual"})
    assert f">={pythons[0]}" == PROJECT["requires-python"]
    assert [int(python.partition(".")[2]) for python in pythons] == list(range(11, 11 + len(pythons)))
    for cell in cells:
        assert cell["constraints"] == "/dev/null" or (ROOT / cell["constraints"]).is_file()
    by_dependencies = {cell["dependencies"]: cell for cell in cells}
    assert set(by_dependencies) == {"usual", "lowest", "newest"}
    assert by_dependencies["lowest"]["python"] == pythons[0]
    assert by_dependencies["newest"]["python"] == pythons[-1]


def test_the_version_is_written_in_one_place_and_the_name_is_the_one_that_people_are_told():
    assert PROJECT["dynamic"] == ["version"]
    assert PROJECT["name"] == DISTRIBUTION
    assert f"{DISTRIBUTION}[class,dask,docs,notebook]" in EXTRAS["dev"]
    assert "version:" not in (ROOT / "CITATION.cff").read_text("utf-8").replace("cff-version:", "")


def test_changes_are_dated_newest_first_below_what_is_not_released():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    dated = [
        re.fullmatch(r"(\d+\.\d+\.\d+), (\d{4}-\d{2}-\d{2})", heading).groups() for heading in headings[1:]
    ]
    assert dated[0][0] == VERSION
    assert dated == sorted(dated, key=lambda one: [int(part) for part in one[0].split(".")], reverse=True)
    assert [day for _, day in dated] == sorted((day for _, day in dated), reverse=True)
