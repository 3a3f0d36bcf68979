"""Tables whose rows and columns have names, masks, and numbers too large to count exactly."""

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
