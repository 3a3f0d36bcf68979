"""Grades before and after, and grades of groups; what their builders refuse."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from numpy.testing import assert_array_equal

import ilacs_reliability as ilr
import strategies as our
from ilacs_reliability._data.tables import as_grades, as_transitions

GRADES = ilr.OFSTED_SCALE
BINARY = ilr.Scale(["no", "yes"])


@given(cells=our.square_tables())
def test_transitions_keep_their_counts(cells):
    before = cells.copy()
    table = ilr.transitions_from_table(cells)
    assert_array_equal(table.counts, before)
    assert table.n_units == before.sum()
    assert table.scale.labels == tuple(range(1, len(cells) + 1))
    assert as_transitions(table) is table
    assert_array_equal(as_transitions(cells.tolist()).counts, before)
    cells[0, 0] += 1
    assert_array_equal(table.counts, before)


@given(counts=our.grouped_tables())
def test_grades_keep_their_counts(counts):
    before = counts.copy()
    grades = ilr.grades_from_table(counts)
    assert_array_equal(grades.counts, before)
    assert_array_equal(grades.pooled, before.sum(axis=0))
    assert grades.n_units == before.sum()
    assert as_grades(grades) is grades
    assert as_grades(counts[0]).counts.shape == (1, *counts.shape[1:])
    counts[0, 0, 0] += 1
    assert_array_equal(grades.counts, before)


@given(cells=our.square_tables(max_grades=4))
def test_ratings_by_two_raters_are_transitions(cells):
    scale = ilr.Scale(range(len(cells)))
    ratings = ilr.ratings_from_table(cells, scale=scale, design="repeat")
    table = as_transitions(ratings)
    assert_array_equal(table.counts, cells)
    assert table.scale == scale
    assert table.notes == ()


def test_units_graded_once_are_named_and_left_out():
    ratings = ilr.ratings_from_codes(
        [[0, 1], [1, -1], [-1, 1], [1, 1]], scale=BINARY, design="repeat"
    )
    table = as_transitions(ratings)
    assert table.counts.tolist() == [[0, 1], [0, 1]]
    assert table.notes == ("Left out: 2 units graded once.",)


@pytest.mark.parametrize(
    "ratings",
    [
        ilr.ratings_from_codes([[0, 1, 1]], scale=BINARY),
        ilr.ratings_from_counts([[2, 0]], scale=BINARY),
        ilr.ratings_from_codes([[0, 1]], scale=BINARY).with_frequencies([[1], [2]]),
    ],
    ids=["three raters", "anonymous", "batch"],
)
def test_other_ratings_are_no_transitions(ratings):
    with pytest.raises(ValueError, match="one study by two known raters, the first before"):
        as_transitions(ratings)


SQUARE = [
    ([[1, 2, 3], [4, 5, 6]], r"got shape \(2, 3\)"),
    ([1, 2], r"got shape \(2,\)"),
    ([[0, 0], [0, 0]], "`table` holds no unit: every count is zero"),
    ([[1, -2], [3, 4]], r"whole numbers of 0 or more, but got -2 at .* 0, .* 1"),
    ([[1, 2.5], [3, 4]], r"but got 2\.5"),
    ([[1, float("nan")], [3, 4]], "but got nan"),
    ([[1, 2], [3]], "rectangular"),
    ([], "`table` is empty"),
]


@pytest.mark.parametrize(("table", "message"), SQUARE)
def test_transitions_that_are_refused(table, message):
    for build in (ilr.transitions_from_table, as_transitions):
        with pytest.raises(ValueError, match=message):
            build(table)


def test_transitions_must_fit_their_scale():
    with pytest.raises(ValueError, match=r"4 .*got shape \(2, 2\)"):
        ilr.transitions_from_table([[1, 2], [3, 4]], scale=GRADES)
    with pytest.raises(TypeError, match="`scale` must be a Scale, but got list"):
        ilr.transitions_from_table([[1, 2], [3, 4]], scale=["no", "yes"])
    with pytest.raises(TypeError, match="must hold counts"):
        ilr.transitions_from_table([["a", "b"], ["c", "d"]])


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        ([1, 2], {}, r"groups by grades or strata by groups by grades, but got shape \(2,\)"),
        (np.ones((1, 1, 2, 2)), {}, r"but got shape \(1, 1, 2, 2\)"),
        ([[0, 0], [0, 0]], {}, "`counts` holds no unit"),
        ([[1, -1], [2, 2]], {}, "but got -1 at group 0, grade 1"),
        ([[[1, 0.5], [2, 2]]], {}, r"but got 0\.5 at stratum 0, group 0, grade 1"),
        ([[1, 2], [3]], {}, "rectangular"),
        ([], {}, "`counts` is empty"),
        (
            [[1, 2, 3], [3, 4, 5]],
            {"scale": BINARY},
            r"must have 2 columns.*is the table transposed\?",
        ),
        ([[1, 2, 3]], {"scale": GRADES}, r"must have 4 columns, .*got shape \(1, 3\)"),
        ([[1, 2], [3, 4]], {"groups": ["a"]}, "`groups` must name 2 groups, but got 1"),
        ([[1, 2], [3, 4]], {"groups": ["a", "a"]}, "`groups` must name each once"),
        ([[1, 2], [3, 4]], {"strata": ["x", "y"]}, "`strata` must name 1 strata, but got 2"),
    ],
)
def test_grades_that_are_refused(counts, options, message):
    with pytest.raises(ValueError, match=message):
        ilr.grades_from_table(counts, **options)


def test_grades_must_hold_counts_on_a_scale():
    with pytest.raises(TypeError, match="must hold counts"):
        ilr.grades_from_table([["a", "b"]])
    with pytest.raises(TypeError, match="`scale` must be a Scale"):
        ilr.grades_from_table([[1, 2]], scale="good")


def test_names_are_given_where_none_are():
    grades = ilr.grades_from_table([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    assert grades.groups == ("group 1", "group 2")
    assert grades.strata == ("stratum 1", "stratum 2")
    assert grades.scale.labels == (1, 2)


def test_records_show_what_they_hold_and_survive_pickling():
    table = ilr.transitions_from_table([[2, 3], [1, 4]], scale=ilr.Scale(["<poor>", "good"]))
    grades = ilr.grades_from_table([[3, 4], [1, 6]], groups=("short", "standard"))
    assert repr(table) == "Transitions(10 units, 2 grades: 3 up, 6 unchanged, 1 down)"
    assert repr(grades) == "GroupedGrades(short: 7, standard: 7 units; 2 grades, 1 stratum)"
    assert "&lt;poor&gt;" in table._repr_html_()
    assert "<poor>" not in table._repr_html_()
    assert "standard" in grades._repr_html_()
    for record in (table, grades):
        copy = pickle.loads(pickle.dumps(record))
        assert_array_equal(copy.counts, record.counts)
        with pytest.raises(AttributeError):
            copy.counts = None


TRAVELLERS = {
    "NetShift": ilr.net_shift([[0, 2, 1], [1, 3, 4], [0, 0, 2]]),
    "Dataset": ilr.load_dataset("inspections"),
    "part of a Dataset": ilr.load_dataset("inspections").where(kind="short"),
    "Dataset of counts": ilr.load_dataset("stuart_vision_women"),
    "Ratings": ilr.ratings_from_codes([[0, 1], [1, 1]], scale=BINARY),
    "Estimate": ilr.cohen_kappa([[0, 1], [1, 1], [0, 0]]),
}


@pytest.mark.parametrize("record", TRAVELLERS.values(), ids=TRAVELLERS)
def test_records_travel(record):
    for again in (copy.deepcopy(record), pickle.loads(pickle.dumps(record))):
        assert repr(again) == repr(record)
        assert again._repr_html_() == record._repr_html_()


def test_names_in_a_set_have_no_order():
    with pytest.raises(TypeError, match="`raters` must be in order"):
        ilr.ratings_from_codes([[0, 1]], scale=BINARY, raters={"a", "b"})
    with pytest.raises(TypeError, match="`groups` must be in order"):
        ilr.grades_from_table([[1, 2], [3, 4]], groups={"a", "b"})
    with pytest.raises(TypeError, match="`strata` must be in order"):
        ilr.grades_from_table([[1, 2], [3, 4]], strata={"a"})


# which end is the worst

RISING = [[[9, 4, 3], [2, 6, 4]], [[3, 4, 2], [1, 7, 5]]]
MOVES = [[5, 3, 1], [2, 20, 5], [1, 3, 30]]
BY_ORDER = {
    **{
        name: (RISING[0], {})
        for name in (
            "brunner_munzel",
            "cliffs_delta",
            "generalised_odds",
            "jonckheere",
            "mann_whitney",
            "proportional_odds",
            "proportional_odds_test",
            "relative_effect",
            "rosenbaum_bounds",
            "somers_d",
        )
    },
    **{
        name: (RISING, {})
        for name in ("selection_bounds", "stratified_relative_effect", "van_elteren")
    },
    **{
        name: (RISING[0], {"at_least": 2})
        for name in ("odds_ratio", "risk_difference", "risk_ratio")
    },
    **{
        name: (RISING[0], {"margin": 0.2})
        for name in ("ordinal_equivalence", "ordinal_noninferiority")
    },
    **{
        name: (MOVES, {})
        for name in (
            "marginal_rank_shift",
            "marginal_score_shift",
            "net_shift",
            "paired_superiority",
            "sign_test",
            "wilcoxon_signed_rank",
        )
    },
    **{
        name: (MOVES, {"at_least": 2})
        for name in ("mcnemar", "paired_difference", "paired_odds_ratio")
    },
}
WITHOUT_ORDER = ("bhapkar", "bowker", "stuart_maxwell")


def says_which_is_worst(result):
    return any("is taken for the worst" in note for note in notes_of(result))


def notes_of(result):
    return result.notes if hasattr(result, "notes") else result.net.notes


@pytest.mark.parametrize("name", BY_ORDER)
def test_a_direction_of_plain_numbers_is_said(name):
    table, options = BY_ORDER[name]
    function, build = getattr(ilr, name), ilr.grades_from_table
    if table is MOVES:
        build = ilr.transitions_from_table
    assert says_which_is_worst(function(table, **options))
    for labels in ([1, 2, 3], ["1", "2", "3"]):
        declared = build(table, scale=ilr.Scale(labels))
        assert says_which_is_worst(function(declared, **options))
    cut = {"at_least": "fair"} if "at_least" in options else options
    words = build(table, scale=ilr.Scale(["poor", "fair", "good"]))
    assert not says_which_is_worst(function(words, **cut))
    best_is_one = build(table, scale=ilr.Scale([3, 2, 1]))
    assert not says_which_is_worst(function(best_is_one, **options))


@pytest.mark.parametrize("name", WITHOUT_ORDER)
def test_what_has_no_direction_says_nothing_of_it(name):
    assert not says_which_is_worst(getattr(ilr, name)(MOVES))


def test_frames_of_numbers_say_which_is_worst():
    frame = pd.DataFrame({"before": [1, 2, 3, 2], "after": [2, 3, 3, 1]})
    for labels, said in (([1, 2, 3], True), ([3, 2, 1], False)):
        moves = ilr.transitions_from_frame(
            frame, before="before", after="after", scale=ilr.Scale(labels)
        )
        assert says_which_is_worst(ilr.sign_test(moves)) == said
        pairs = ilr.ratings_from_matrix(frame, scale=ilr.Scale(labels))
        assert says_which_is_worst(ilr.sign_test(pairs)) == said
