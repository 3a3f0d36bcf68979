"""Appraisers against themselves, each other and a standard: published shares, and laws."""

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given

import ilacs_reliability as ilr
import strategies as our
from closeness import close

SCALE = ilr.Scale([-2, -1, 0, 1, 2])
# the standard of 15 essays: Minitab 18, "Example of Create Attribute Agreement Analysis Worksheet"
ESSAYS = [2, -1, 0, -2, 0, 1, 2, 0, -1, 1, -2, 0, 2, -1, 1]
# "Each Appraiser vs Standard" of Minitab's "Example of Attribute Agreement Analysis" (ESSAY.MTW),
# matched of 15 with limits in percent, as printed; where all match its lower limit is one-sided
MATCHED = {
    "Duncan": (8, 53.33, 26.59, 78.73),
    "Hayes": (13, 86.67, 59.54, 98.34),
    "Holmes": (15, 100.00, 81.90, 100.00),
    "Montgomery": (15, 100.00, 81.90, 100.00),
    "Simpson": (14, 93.33, 68.05, 99.83),
}


def essays():
    """Ratings that match the standard as often as was published; which ones was not."""
    rows = [
        [grade if place < hits else (grade + 3) % 5 - 2 for hits, *_ in MATCHED.values()]
        for place, grade in enumerate(ESSAYS)
    ]
    matrix = np.column_stack([rows, ESSAYS])
    return ilr.ratings_from_matrix(matrix, scale=SCALE, raters=[*MATCHED, "standard"])


@pytest.mark.parametrize("who", MATCHED)
def test_shares_and_limits_are_those_that_minitab_prints(who):
    _, share, low, high = MATCHED[who]
    found = ilr.agreement_with_standard(essays(), "standard")[who]
    # where none or all match, the printed limit has the whole 5 % on one side
    level = 0.90 if share == 100 else 0.95
    limits = found.confidence_interval(level)
    printed = np.round(100 * np.array([found.value, *limits]), 2)
    assert printed.tolist() == [share, low, high]


def test_both_functions_say_the_same_of_single_trials():
    apart = ilr.agreement_with_standard(essays(), "standard")
    together = ilr.attribute_agreement(essays(), standard="standard")
    assert {who: share.value for who, share in together.each_standard.items()} == close(
        {who: share.value for who, share in apart.items()}
    )
    assert together.all_standard.value == close(8 / 15)
    assert len(together.within) == len(together.mixed) == 0


def test_by_hand():
    """Two appraisers, two trials, grades no and yes; the standard last."""
    codes = [
        [0, 0, 0, 0, 0],  # all right
        [1, 1, 1, 1, 1],  # all right
        [1, 1, 0, 1, 0],  # a misses, b is mixed
        [0, 0, 1, 1, 1],  # a raises a false alarm
        [0, 1, 1, 1, 1],  # a is mixed
        [1, 1, 1, -1, 1],  # b has one trial only
    ]
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(["no", "yes"]), raters=[*"abcde"])
    found = ilr.attribute_agreement(ratings, standard="e", trial={"A": ["a", "b"], "B": [2, 3]})
    shares = {
        (row["part"], row["appraiser"]): (row["value"], row["n_units"]) for row in found.rows()
    }
    assert shares == {
        ("within", "A"): (close(5 / 6), 6),
        ("within", "B"): (close(4 / 5), 5),
        ("between", "all"): (close(2 / 5), 5),
        ("each_standard", "A"): (close(3 / 6), 6),
        ("each_standard", "B"): (close(4 / 5), 5),
        ("all_standard", "all"): (close(2 / 5), 5),
        ("misses", "A"): (close(1 / 2), 2),
        ("misses", "B"): (close(0), 2),
        ("false_alarms", "A"): (close(1 / 4), 4),
        ("false_alarms", "B"): (close(0), 3),
        ("mixed", "A"): (close(1 / 6), 6),
        ("mixed", "B"): (close(1 / 5), 5),
    }
    assert "Share of units that A graded above their standard in 2 trials" in found.describe()


def test_a_standard_goes_by_rater_by_unit_or_by_row():
    rows, standard = [[1, 1], [2, 1], [2, 2], [1, 1]], [1, 2, np.nan, 1]
    scale, units = ilr.Scale([1, 2]), ["a", "b", "c", "d"]
    named = ilr.ratings_from_matrix(rows, scale=scale, units=units)
    beside = ilr.ratings_from_matrix(np.column_stack([rows, standard]), scale=scale)
    by_unit = {"d": 1, "a": 1, "b": 2}
    shares = [
        [(one.value, one.n_units) for one in ilr.agreement_with_standard(*call).values()]
        for call in ((rows, standard), (named, by_unit), (beside, 2), (beside, -1))
    ]
    assert shares == [[(close(1.0), 3), (close(2 / 3), 3)]] * 4


def test_a_series_is_matched_by_its_labels():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"A": [1, 2, 2], "B": [1, 1, 2]}, index=["x", "y", "z"])
    standard = pd.Series([2, 2, 1], index=["z", "y", "x"])
    found = ilr.agreement_with_standard(frame, standard)
    assert {who: share.value for who, share in found.items()} == {"A": close(1), "B": close(2 / 3)}


@given(table=our.codes(min_raters=3, max_raters=3), data=st.data())
def test_order_of_units_and_names_of_grades_are_irrelevant(table, data):
    scale = ilr.Scale(range(int(table.max()) + 1))
    order = data.draw(st.permutations(range(len(table))))
    calls = [ilr.ratings_from_codes(rows, scale=scale) for rows in (table, table[order])]
    first, again = (ilr.attribute_agreement(one, standard=2).rows() for one in calls)
    assert [row["value"] for row in first] == pytest.approx(
        [row["value"] for row in again], nan_ok=True
    )


@given(table=our.codes(min_raters=4, max_raters=4), times=st.integers(2, 4))
def test_frequencies_are_units_counted(table, times):
    scale = ilr.Scale(range(int(table.max()) + 1))
    counted = ilr.ratings_from_codes(table, scale=scale, frequencies=[times] * len(table))
    repeated = ilr.ratings_from_codes(np.repeat(table, times, axis=0), scale=scale)
    first, again = (
        ilr.attribute_agreement(one, standard=3, trial={"x": [0, 1], "y": [2]}).rows()
        for one in (counted, repeated)
    )
    for name in ("value", "standard_error", "low", "high"):
        assert [row[name] for row in first] == pytest.approx(
            [row[name] for row in again], nan_ok=True
        )


@given(table=our.codes(min_raters=3, max_raters=3, missing=False))
def test_more_appraisers_agree_no_more_often(table):
    scale = ilr.Scale(range(int(table.max()) + 1))
    found = ilr.attribute_agreement(ilr.ratings_from_codes(table, scale=scale), standard=2)
    each = [share.value for share in found.each_standard.values()]
    assert found.all_standard.value <= min(each) + 1e-12
    assert found.all_standard.value <= found.between.value + 1e-12


@given(table=our.codes(min_raters=2, max_raters=2))
def test_misses_and_false_alarms_are_what_is_left(table):
    assume((table >= 0).all(axis=1).any())
    scale = ilr.Scale(range(int(table.max()) + 1))
    found = ilr.attribute_agreement(ilr.ratings_from_codes(table, scale=scale), standard=1)
    (right,) = found.each_standard.values()
    wrong = [
        share.value * share.n_units
        for part in (found.misses, found.false_alarms)
        for share in part.values()
        if share.n_units
    ]
    assert right.value * right.n_units + sum(wrong) == pytest.approx(right.n_units)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"standard": "nobody"}, ValueError, "`standard` must be one of the raters"),
        ({"standard": 3}, ValueError, "`standard` must be one of the raters"),
        ({"standard": {}}, ValueError, "`standard` must hold the grade of a unit or more"),
        ({"standard": {"u": 1}}, ValueError, "`standard` goes by units"),
        ({"trial": 2}, ValueError, "`trial` is 2, which does not divide the 3 raters"),
        ({"trial": 1.5}, TypeError, "`trial` must be a positive whole number"),
        ({"trial": {"A": [0, 1]}}, ValueError, "`trial` must hold each of the raters"),
        ({"trial": {"A": 0}}, TypeError, "`trial` must be a sequence of raters"),
    ],
)
def test_what_does_not_fit_is_named(options, error, said):
    with pytest.raises(error, match=said):
        ilr.attribute_agreement([[1, 1, 2], [2, 1, 2], [1, 1, 1], [2, 2, 2]], **options)


def test_a_standard_of_other_units_or_kinds_is_refused():
    named = ilr.ratings_from_matrix([[1, 2], [2, 2]], scale=ilr.Scale([1, 2]), units=["a", "b"])
    for standard, said in (
        ({"c": 1}, "has units that `ratings` has not"),
        ({"a": 9}, "9 is not a"),
    ):
        with pytest.raises(ValueError, match=said):
            ilr.agreement_with_standard(named, standard)
    with pytest.raises(TypeError, match="`standard` must hold numbers"):
        ilr.agreement_with_standard([[1, 2], [2, 2], [1, 1]], ["a", "b", "c"])
    with pytest.raises(ValueError, match="`standard` must hold a grade for each of 3 units"):
        ilr.agreement_with_standard([[1, 2], [2, 2], [1, 1]], [1, 2])
    with pytest.raises(ValueError, match="`ratings` has no other rater"):
        ilr.agreement_with_standard([[1], [2]], 0)
    with pytest.raises(ValueError, match="anonymous"):
        ilr.agreement_with_standard(ilr.ratings_from_counts([[1, 1]], scale=ilr.Scale([1, 2])), 0)


def test_nothing_to_go_by_is_undefined_without_a_warning():
    found = ilr.agreement_with_standard([[1, np.nan], [2, np.nan], [1, np.nan]], [1, 2, 1])
    assert found[2].status == "undefined"
    assert "rater 2" in found[2].describe()
    assert np.isnan(found[2].value)


@pytest.mark.parametrize("ask", [ilr.agreement_with_standard, ilr.misclassification_matrix])
@pytest.mark.parametrize("standard", [{"a": 1}, pl.col("a"), [[1], [2, 3]]], ids=str)
def test_a_standard_of_a_wrong_kind_is_named(ask, standard):
    named = ilr.ratings_from_codes(
        [[0, 1], [1, 1]], scale=ilr.Scale(["no", "yes"]), units=("a", "b")
    )
    with pytest.raises((TypeError, ValueError), match="`standard`"):
        ask(named, standard=standard)


def test_ratings_of_a_wrong_kind_are_named_beside_a_standard():
    with pytest.raises((TypeError, ValueError), match="`ratings`"):
        ilr.agreement_with_standard([[[1, 2]], [[3]]], standard=[1, 2])


@pytest.mark.parametrize("unknown", ["n/j", None, float("nan"), "  ", pd.NA])
@pytest.mark.parametrize(
    "ask",
    [
        lambda ratings, standard: ilr.agreement_with_standard(ratings, standard),
        lambda ratings, standard: ilr.attribute_agreement(ratings, standard=standard),
        lambda ratings, standard: ilr.misclassification_matrix(ratings, standard=standard),
    ],
)
def test_a_grade_that_is_not_known_is_left_out(ask, unknown):
    scale = ilr.Scale(["poor", "good"], missing=["n/j"])
    grades = [["poor", "good"], ["good", "good"], ["poor", "poor"], ["good", "poor"]]
    ratings = ilr.ratings_from_matrix(grades, scale=scale, units=list("abcd"))
    known = {"a": "poor", "b": "good", "c": "poor"}
    assert repr(ask(ratings, known | {"d": unknown})) == repr(ask(ratings, known))
    with pytest.raises(ValueError, match=r"`standard`.*'fair' is not a grade of this scale"):
        ask(ratings, known | {"d": "fair"})


def test_an_unknown_grade_in_a_list_is_left_out():
    grades = [[1, 2], [2, 2], [1, 1], [2, 1]]
    without = ilr.agreement_with_standard(grades, [1, 2, 1, float("nan")])
    assert repr(ilr.agreement_with_standard(grades, [1, 2, 1, None])) == repr(without)
