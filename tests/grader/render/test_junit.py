"""JUnit XML: valid for Jenkins, and counted as it should be."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
import xmlschema

from grader.model import Person
from grader.render.export import junit, junit_class
from grader.render.text import About
from tests.grader.render.formats.samples import FOLDER, HANDED_IN, a_class, mixed, perfect, report, sunk


@pytest.fixture(scope="module")
def schema():
    return xmlschema.XMLSchema(str(FOLDER / "junit.xsd"))


def parsed(made, about=None):
    return ElementTree.fromstring(junit(made, about or About()))


def class_xml():
    stream = BytesIO()
    junit_class(a_class(), stream)
    return stream.getvalue()


@pytest.mark.parametrize("made", [mixed, perfect, sunk, report])
def test_a_report_is_valid(schema, made):
    text = junit(made(), About(Person("anna"), started=HANDED_IN, seconds=1234.5))
    assert [error.reason for error in schema.iter_errors(text)] == []


def test_a_class_is_valid(schema):
    assert [error.reason for error in schema.iter_errors(class_xml().decode("utf-8"))] == []


def test_the_schema_refuses_what_junit_does_not_know(schema):
    assert not schema.is_valid(junit(perfect(), About()).replace("<testcase", "<test", 1))


def test_failed_and_timed_out_are_failures_and_crashed_is_an_error():
    suite = parsed(mixed()).find("testsuite")
    assert [suite.get(k) for k in ("tests", "failures", "errors", "skipped")] == ["8", "2", "1", "2"]
    kinds = {
        (c.get("classname"), child.get("type"), child.tag) for c in suite.iter("testcase") for child in c
    }
    assert kinds == {
        ("add", "failed", "failure"),
        ("add", "failed", "skipped"),
        ("mul", "crashed", "error"),
        ("mul", "timed_out", "failure"),
        ("pow", "not_started", "skipped"),
    }


def test_the_counts_are_those_of_the_cases():
    for suite in ElementTree.fromstring(class_xml()).iter("testsuite"):
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        for word, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(word)) == len(suite.findall(f"testcase/{tag}"))


def test_score_and_policy_lines_stand_above_the_cases():
    facts = {p.get("name"): p.get("value") for p in parsed(sunk()).iter("property")}
    assert (facts["score"], facts["raw_score"], facts["max_score"]) == ("0", "5", "10")
    assert facts["policy: late: 3 days"] == "-20"
    assert facts["policy: no score is below zero"] == "+14"


def test_everybody_has_a_suite():
    suites = ElementTree.fromstring(class_xml()).findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["anna", "=1+1", "bob", "../../etc/passwd", "zoe"]
    assert suites[2].find("testcase/error").get("message") == "@the archive is broken"
    assert suites[4].find("testcase/skipped").get("message") == "not handed in"


def test_hostile_text_arrives_escaped_and_breaks_nothing():
    message = parsed(mixed()).find(".//error").get("message")
    assert "\\x1b[2J\\u202e" in message
    assert "<b>&\"'" in message
