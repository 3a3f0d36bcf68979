"""A number is never written as what it is not."""

import ast
import re
from pathlib import Path

import pytest

import ilacs_reliability as ilr
from ilacs_reliability._results.wording import (
    counted,
    fixed,
    level,
    p_phrase,
    percent,
    significant,
    together,
    whole,
    with_article,
    with_interval,
)
from ilacs_reliability.claims import phrases


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.75, "0.750"),
        (1.0, "1.000"),
        (1 - 1e-16, "1.000"),
        (0.9999, "0.9999"),
        (0.99998, "0.99998"),
        (1.0004, "1.0004"),
        (-0.99999, "-0.99999"),
        (0.0, "0.000"),
        (-0.0, "0.000"),
        (-1e-17, "0.000"),
        (-0.0004, "-0.0004"),
        (1e-11, "1.0e-11"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (12345.6789, "12345.679"),
        (1e20, "1e+20"),
    ],
)
def test_no_number_reads_as_a_bound_it_does_not_reach(value, text):
    assert fixed(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100.0%"), (0.99998, "99.998%"), (0.0, "0.0%"), (3e-6, "0.0003%"), (0.5, "50.0%")],
)
def test_all_and_none_are_said_of_all_and_none_alone(share, text):
    assert percent(share) == text


def test_limits_are_told_apart():
    assert together(0.8, 0.79996, 0.80004) == ("0.80000", "0.79996", "0.80004")
    assert together(0.8, 0.8, 0.8) == ("0.800", "0.800", "0.800")
    assert together(float("nan"), float("nan")) == ("nan", "nan")
    assert together(2.0, 0.5, float("inf")) == ("2.000", "0.500", "inf")
    assert with_interval(1.0, 0.99999, 1.0) == "1.000 (95% interval 0.99999 to 1.000)"


def test_counts_are_whole_numbers():
    assert [whole(n) for n in (1, 1438500, 2.5, 1e12)] == [
        "1",
        "1,438,500",
        "2.5",
        "1,000,000,000,000",
    ]
    assert whole(1438500.0, mark="") == "1438500"
    assert [counted(n, "unit") for n in (0, 1, 1.5)] == ["0 units", "1 unit", "1.5 units"]
    assert counted(1, "study", "studies") == "1 study"
    assert counted(3, "study", "studies") == "3 studies"


def test_p_values_are_neither_0_nor_1_unless_they_are():
    assert p_phrase(0.0) == "p < 0.0001"
    assert p_phrase(0.99999) == "p > 0.999"
    assert p_phrase(1.0) == "p = 1"
    assert p_phrase(1 - 1e-15) == "p = 1"
    assert p_phrase(0.0312) == "p = 0.0312"


def test_significant_digits_do_not_round_to_one():
    assert significant(0.999999) == "0.999999"
    assert significant(1 - 1e-16) == "1"
    assert significant(-0.0) == "0"
    assert significant(1438500.0) == "1438500"
    assert significant(float("inf")) == "inf"


def test_levels_keep_their_digits():
    assert [level(x) for x in (0.95, 0.975, 0.07, 0.9999999)] == ["95%", "97.5%", "7%", "99.99999%"]


def test_what_bears_a_name_has_no_article():
    assert (
        with_article("Cliff's delta (first minus second)") == "Cliff's delta (first minus second)"
    )
    assert with_article("Somers' D") == "Somers' D"
    assert with_article("relative effect") == "the relative effect"


# --- one home for numbers in sentences ----------------------------------------------------------

PACKAGE = Path(ilr.__file__).parent
# places in a drawing are no sentences
SAYING = [
    *sorted((PACKAGE / "claims").glob("*.py")),
    *(PACKAGE / "reporting" / f"{name}.py" for name in ("html", "plots", "text")),
]


def formats_outside_errors(tree):
    """Yield each number that an f-string formats by itself, other than in what is raised."""
    errors = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    raised = {id(part) for error in errors for part in ast.walk(error)}
    for node in ast.walk(tree):
        formats = isinstance(node, ast.FormattedValue) and node.format_spec
        # a width only puts texts under each other
        if formats and id(node) not in raised and not re.search(r":<\d+\}", ast.unparse(node)):
            yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize("path", SAYING, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_reports_leave_numbers_to_the_one_place_that_writes_them(path):
    assert list(formats_outside_errors(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_a_report_of_many_records_marks_thousands():
    some = phrases.counted_by("2020-01-01", (1500, 2500, 1000))
    assert some == "1,500 of 5,000 by 2020-01-01 (30%)"


BARE = re.compile(r"\{(n_resamples|draws|self\.n_units|len\(rows\))\} (random )?(draw|unit|table)")


def test_no_sentence_counts_draws_or_units_without_marks_of_thousands():
    found = [
        f"{path.name}: {line.strip()}"
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if BARE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (1 - 0.05 / 3, "98.33%"),
        (1 - (1 - 0.95) / 7, "99.29%"),
        (0.95, "95%"),
        (0.999999, "99.9999%"),
        (1 / 3, "33.33%"),
        (1.0, "100%"),
        (1e-9, "1e-07%"),
    ],
)
def test_levels_have_four_digits_unless_they_would_be_certain(of, said):
    assert level(of) == said
