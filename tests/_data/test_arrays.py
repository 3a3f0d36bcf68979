"""Tables whose rows and columns have names, masks, and numbers too large to count exactly."""

from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import ilacs_reliability as ilr

SCALE = ilr.Scale(["inadequate", "good"], aliases={"OK": "good", "bad": "inadequate"})
TURNED = pd.DataFrame(
    [[1, 2], [3, 4]], index=["good", "inadequate"], columns=["good", "inadequate"]
)
RIGHT = TURNED.reindex(index=["inadequate", "good"], columns=["inadequate", "good"])

DOORS = {
    "transitions_from_table": ilr.transitions_from_table,
    "ratings_from_table": ilr.ratings_from_table,
    "ratings_from_counts": ilr.ratings_from_counts,
    "grades_from_table": ilr.grades_from_table,
}
every_door = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)


@every_door
def test_columns_in_another_order_than_the_grades_are_refused(door):
    wrong = RIGHT[["good", "inadequate"]]
    with pytest.raises(ValueError, match=r"columns of `.*'good', 'inadequate'.*reindex") as caught:
        door(wrong, scale=SCALE)
    assert "('inadequate', 'good')" in str(caught.value)


@pytest.mark.parametrize("door", [ilr.transitions_from_table, ilr.ratings_from_table])
def test_rows_in_another_order_than_the_grades_are_refused(door):
    with pytest.raises(ValueError, match=r"rows of `table`.*reindex\(index=\['inadequate', 'good'"):
        door(TURNED, scale=SCALE)


@every_door
def test_columns_in_the_order_of_the_grades_are_read(door):
    assert door(RIGHT, scale=SCALE).n_units == door(RIGHT.to_numpy(), scale=SCALE).n_units
    named = RIGHT.set_axis(["bad", "OK"], axis=1)
    assert repr(door(named, scale=SCALE)) == repr(door(RIGHT, scale=SCALE))


def test_the_advice_leads_to_the_right_table():
    named = TURNED.rename(index={"good": "OK"}, columns={"good": "OK"})
    with pytest.raises(ValueError, match=r"reindex\(index=\['inadequate', 'OK'\], fill_value=0\)"):
        ilr.transitions_from_table(named, scale=SCALE)
    order = ["inadequate", "OK"]
    named = named.reindex(index=order, columns=order, fill_value=0)
    assert ilr.transitions_from_table(named, scale=SCALE).counts.tolist() == [[4, 3], [2, 1]]


def test_a_grade_that_nobody_used_may_be_put_in():
    three = ilr.Scale(["inadequate", "fair", "good"])
    with pytest.raises(ValueError, match=r"reindex\(index=\['inadequate', 'fair', 'good'\]"):
        ilr.transitions_from_table(RIGHT, scale=three)


@every_door
def test_a_name_that_is_no_grade_is_refused(door):
    with pytest.raises(ValueError, match="'All' is not one of them"):
        door(RIGHT.rename(columns={"good": "All"}), scale=SCALE)


@pytest.mark.parametrize(
    "ask",
    [
        ilr.transitions_from_table,
        ilr.net_shift,
        ilr.stuart_maxwell,
        ilr.grades_from_table,
        ilr.relative_effect,
    ],
)
def test_names_without_a_scale_are_refused(ask):
    with pytest.raises(ValueError, match="declare the scale"):
        ask(TURNED)


def test_names_that_are_the_default_grades_need_no_scale():
    frame = pd.DataFrame([[1, 2], [3, 4]], index=[1, 2], columns=[1, 2])
    assert ilr.transitions_from_table(frame).counts.tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="declare the scale"):
        ilr.transitions_from_table(frame.loc[[2, 1]])


@every_door
@pytest.mark.parametrize("make", [pd.DataFrame, lambda rows: pl.DataFrame(rows, orient="row")])
def test_rows_and_columns_that_are_only_numbered_are_read_by_place(door, make):
    rows = [[1, 2], [3, 4]]
    assert repr(door(make(rows), scale=SCALE)) == repr(door(rows, scale=SCALE))


def test_numbers_that_are_the_grades_are_names():
    falling = ilr.Scale([2, 1, 0], scores=[1, 2, 3])
    frame = pd.crosstab(pd.Series([0, 1, 2, 2]), pd.Series([0, 1, 2, 1]))
    with pytest.raises(ValueError, match=r"reindex\(index=\[2, 1, 0\]"):
        ilr.transitions_from_table(frame, scale=falling)


@pytest.mark.parametrize("make", [pl.DataFrame, pa.table])
def test_columns_of_other_frames_are_names_too(make):
    right, wrong = ({name: [1, 2] for name in order} for order in (SCALE.labels, ("good", "bad")))
    assert ilr.grades_from_table(pl.DataFrame(right), scale=SCALE).n_units == 6
    with pytest.raises(ValueError, match="columns of `counts`"):
        ilr.grades_from_table(make(wrong), scale=SCALE)


def test_series_in_a_list_keep_their_order_of_grades():
    short = pd.Series(["good", "good", "inadequate"]).value_counts()
    with pytest.raises(ValueError, match="columns of `counts`"):
        ilr.grades_from_table([short, short], scale=SCALE)
    ordered = short.reindex(["inadequate", "good"])
    assert ilr.grades_from_table([ordered] * 2, scale=SCALE).counts.tolist() == [[[1, 2], [1, 2]]]


def test_strata_in_a_list_are_each_checked():
    right = RIGHT.set_axis(["short", "standard"])
    taken = ilr.grades_from_table([right, right], scale=SCALE)
    assert taken.groups == ("short", "standard")
    with pytest.raises(ValueError, match="columns of `counts`"):
        ilr.grades_from_table([right, right[["good", "inadequate"]]], scale=SCALE)
    with pytest.raises(ValueError, match="rows of `counts`"):
        ilr.grades_from_table([right, right.iloc[::-1]], scale=SCALE)


def test_groups_are_named_by_the_rows():
    frame = RIGHT.set_axis(["standard", "short"])
    assert ilr.grades_from_table(frame, scale=SCALE).groups == ("standard", "short")
    with pytest.raises(ValueError, match=r"'standard', 'short'.*`groups` are \('short'"):
        ilr.grades_from_table(frame, scale=SCALE, groups=("short", "standard"))


# numbers too large for a float to tell from their neighbours

LARGE = 2**53
ALIKE = [[LARGE, LARGE + 1]] * 3


@pytest.mark.parametrize(
    "table",
    [
        [[2.0**64, 1], [1, 1]],
        [[2**64 + 1, 1], [1, 1]],
        [[10**400, 1], [1, 1]],
        np.array([[2**63 + 1, 1], [1, 1]], dtype=np.uint64),
        [[LARGE + 1, 0], [0, 0]],
        [[LARGE, 0], [0, 1]],
        [[2**62, 2**62], [2**62, 2**62]],
    ],
)
@every_door
def test_more_units_than_can_be_counted_exactly_are_refused(door, table):
    with pytest.raises(ValueError, match=r"`(table|counts)` must .*at most 2\*\*53"):
        door(table, scale=SCALE)


@pytest.mark.parametrize("frequencies", [[LARGE + 1, 1], [2**62, 2**62]])
def test_more_frequent_units_than_can_be_counted_exactly_are_refused(frequencies):
    with pytest.raises(ValueError, match=r"`frequencies` must count at most 2\*\*53"):
        ilr.ratings_from_codes([[0, 1], [1, 1]], scale=SCALE, frequencies=frequencies)
    most = ilr.ratings_from_codes([[0, 1], [1, 1]], scale=SCALE, frequencies=[LARGE - 1, 1])
    assert most.frequencies.tolist() == [LARGE - 1, 1]


@pytest.mark.parametrize(
    "matrix",
    [ALIKE, np.array(ALIKE, dtype=np.uint64), np.array(ALIKE, dtype=object), [[-LARGE, 3]]],
    ids=["list", "uint64", "object", "negative"],
)
def test_numbers_that_floats_would_merge_are_no_grades(matrix):
    with pytest.raises(ValueError, match=r"`ratings` must hold .*2\*\*53"):
        ilr.percent_agreement(matrix)


@pytest.mark.parametrize("first", [LARGE, 2**70])
def test_a_declared_scale_tells_large_numbers_apart(first):
    scale = ilr.Scale([first, first + 1], scores=[1, 2])
    for matrix in ([[first, first + 1]], np.array([[first, first + 1]])):
        assert ilr.ratings_from_matrix(matrix, scale=scale).patterns.tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("ask", "other"),
    [
        (ilr.wilcoxon_signed_rank, "asymptotic"),
        (ilr.bowker, "asymptotic"),
        (ilr.marginal_score_shift, "score"),
    ],
    ids=["wilcoxon_signed_rank", "bowker", "marginal_score_shift"],
)
def test_more_moves_than_can_be_listed_ask_for_an_approximation(ask, other):
    # one more that moved up: with a balance there is nothing to list
    table = [[0, 2**40 + (ask is not ilr.bowker)], [2**40, 0]]
    with pytest.raises(ValueError, match=r"such as 'asymptotic'.*'score'"):
        ask(table, method="exact")
    assert ask(table, method=other).p_value > 0.9


def test_more_units_than_can_be_listed_have_no_unconditional_test():
    with pytest.raises(ValueError, match="use 'exact'"):
        ilr.mcnemar([[0, 2**40], [2**40, 0]], method="unconditional")


# masked arrays, whose mask numpy would drop

MASKED = np.ma.array([[0, 1], [1, 1]], mask=[[True, False], [False, False]])


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: ilr.percent_agreement(MASKED), "`ratings` is a masked array.*nan or None"),
        (lambda: ilr.percent_agreement(list(MASKED)), "`ratings` is a masked array"),
        (lambda: ilr.ratings_from_matrix(MASKED, scale=ilr.Scale([0, 1])), "`matrix`.*nan or None"),
        (lambda: ilr.ratings_from_codes(MASKED, scale=SCALE), "`codes` is a masked array.*-1"),
        (lambda: ilr.ratings_from_counts(MASKED, scale=SCALE), "`counts` is a masked array"),
        (lambda: ilr.ratings_from_table(MASKED, scale=SCALE), "`table` is a masked array"),
        (lambda: ilr.transitions_from_table(MASKED), "`table` is a masked array"),
        (lambda: ilr.grades_from_table(MASKED), "`counts` is a masked array"),
        (lambda: ilr.net_shift(MASKED), "`table` is a masked array"),
        (
            lambda: ilr.ratings_from_codes([[0, 1]] * 2, scale=SCALE, clusters=MASKED[0]),
            "`clusters` is a masked array",
        ),
        (
            lambda: ilr.ratings_from_codes([[0, 1]] * 2, scale=SCALE, frequencies=MASKED[0]),
            "`frequencies` is a masked array",
        ),
        (lambda: STUDY.with_frequencies(MASKED[0]), "`frequencies` is a masked array"),
    ],
)
def test_a_mask_is_not_lost(ask, message):
    with pytest.raises(TypeError, match=message):
        ask()


# frequencies

STUDY = ilr.ratings_from_codes([[0, 1], [1, 1]], scale=SCALE, frequencies=[1, 2])


@pytest.mark.parametrize(
    ("frequencies", "got"),
    [
        ([-1, 3], "-1 at 0"),
        ([1.0, np.nan], "nan at 1"),
        ([np.inf, 1.0], "inf at 0"),
        ([[1, 1], [2, -2]], "-2 at 1, 1"),
    ],
)
def test_frequencies_are_finite_and_not_negative(frequencies, got):
    with pytest.raises(ValueError, match=f"`frequencies` must hold finite numbers.*got {got}"):
        STUDY.with_frequencies(frequencies)


def test_frequencies_are_numbers():
    with pytest.raises(TypeError, match="`frequencies` must hold numbers"):
        STUDY.with_frequencies(["1", "2"])


@pytest.mark.parametrize(
    "ask",
    [
        lambda ratings: ilr.bootstrap(ilr.gwet_ac, ratings, n_resamples=9, rng=1),
        lambda ratings: ilr.jackknife(ilr.gwet_ac, ratings),
        ilr.net_shift,
        ilr.stuart_maxwell,
        ilr.cochran_q,
        partial(ilr.kendall_w_test, method="monte_carlo", rng=1),
    ],
)
def test_fractions_of_units_are_not_cut_off(ask):
    weighted = STUDY.with_frequencies([1.5, 2.0])
    assert ilr.percent_agreement(weighted).value == pytest.approx(2 / 3.5)
    with pytest.raises(ValueError, match=r"must hold whole units here, but pattern 0 .* 1\.5"):
        ask(weighted)


def test_a_study_without_units_is_refused():
    doors = (
        lambda **kwargs: ilr.ratings_from_counts([[2, 1]], scale=SCALE, **kwargs),
        lambda **kwargs: ilr.ratings_from_codes([[0, 1]], scale=SCALE, **kwargs),
        lambda **kwargs: ilr.ratings_from_matrix([["good", "good"]], scale=SCALE, **kwargs),
    )
    for door in doors:
        with pytest.raises(ValueError, match="`frequencies` holds no unit"):
            door(frequencies=[0])
    with pytest.raises(ValueError, match="`frequencies` leaves no unit with a rating"):
        ilr.ratings_from_counts([[2, 1], [0, 0]], scale=SCALE, frequencies=[0, 3])


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64", "int64", "int8"])
@pytest.mark.parametrize("n_raters", [2, 40], ids=["a table of patterns", "too many patterns"])
def test_codes_of_any_kind_and_memory_order_count_alike(dtype, order, n_raters):
    rows = np.arange(6 * n_raters).reshape(6, n_raters) % 7 % 2
    codes = np.array(rows, dtype=dtype, order=order)
    ours = ilr.ratings_from_codes(codes, scale=SCALE)
    plain = ilr.ratings_from_codes(rows.astype(np.int8), scale=SCALE)
    assert ours.patterns.tolist() == plain.patterns.tolist()
    assert ours.frequencies.tolist() == plain.frequencies.tolist()
