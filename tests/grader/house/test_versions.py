"""The lowest dependencies are those of pyproject.toml; the workflow tests every Python that is allowed."""

import re
import tomllib

import yaml

from tests.grader.house.versions import ROOT, named

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
NEEDED = [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]


def test_every_dependency_has_a_lower_bound_and_the_lowest_are_these():
    bounds = [re.fullmatch(r"([\w-]+)>=([\d.]+)(?:,<[\d.]+)?", line) for line in NEEDED if "[" not in line]
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
