"""A sentence says by whom the ratings are: by no more raters than gave one, or are known."""

import re
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ilacs_reliability as ilr
from ilacs_reliability._data.ratings import by_whom
from registry import OCCASIONS, ROWS, STUDY, first

YES = ilr.Scale(["no", "yes"])
COUNTS = ilr.ratings_from_counts([[2, 1], [0, 3], [2, 0], [1, 1], [1, 0]], scale=YES)
CODES = np.array([[0, 0, -1], [1, 0, -1], [1, 1, -1], [0, 1, -1], [1, 1, -1], [0, 0, -1]])
SILENT = ilr.ratings_from_codes(CODES, scale=YES)
# tables say nothing of themselves in words
FUNCTIONS = sorted(
    name
    for name, row in ROWS.items()
    if first(name) == "ratings" and row.given in (STUDY, OCCASIONS) and not row.options
    if name != "transitions_from_sequences"
)


def sentence(name, ratings, **options):
    """Return what a result says of itself; "" where the function refuses such ratings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return " ".join(getattr(ilr, name)(ratings, **options).describe().split())
        except (ValueError, TypeError):
            return ""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_raters_that_are_not_known_are_not_counted(name):
    for options in [{"form": "1,1"}, {"form": "1,k"}] if name == "icc" else [{}]:
        said = sentence(name, COUNTS, **options)
        assert not re.search(r"by \d+ raters?", said)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_rater_without_a_rating_is_not_counted(name):
    said = sentence(name, SILENT)
    assert not re.search(r"from [1-9]\d* ratings? of \d+ units? by 3 raters", said)


def test_what_is_said_of_anonymous_raters():
    said = sentence("fleiss_kappa", COUNTS)
    assert "11 ratings of 5 units by anonymous raters, at most 3 of a unit" in said
    alike = ilr.ratings_from_counts([[2, 1], [0, 3]], scale=YES)
    assert "6 ratings of 2 units by anonymous raters, 3 of a unit" in sentence("gwet_ac", alike)
    assert repr(alike) == "Ratings(2 units, anonymous raters, 2 grades, 2 patterns)"


def test_what_is_said_of_a_rater_without_a_rating():
    assert "12 ratings of 6 units by 2 of 3 raters (6 missing)" in sentence("gwet_ac", SILENT)
    some = ilr.difference(ilr.gwet_ac(SILENT), ilr.fleiss_kappa(SILENT), paired=True)
    assert "by 2 of 3 raters" in some.describe()


@given(st.lists(st.lists(st.integers(-1, 1), min_size=4, max_size=4), min_size=1, max_size=9))
def test_raters_are_counted_by_what_they_gave(rows):
    codes = np.array(rows)
    codes[0, 0] = max(codes[0, 0], 0)
    heard = int((codes >= 0).any(axis=0).sum())
    said = by_whom(ilr.ratings_from_codes(codes, scale=YES))
    assert said == ("" if heard == 4 else f"by {heard} of 4 raters")


def test_a_rater_whose_units_count_for_nothing_gave_nothing():
    pair = ilr.ratings_from_codes([[0, 0, -1], [1, 1, 1]], scale=YES)
    assert by_whom(pair) == ""
    assert by_whom(pair.with_frequencies([3, 0])) == "by 2 of 3 raters"
    assert by_whom(pair.with_frequencies([[3, 0], [1, 1]])) == ""
