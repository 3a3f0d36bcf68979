"""Labels that input carries: matched wherever they stand, kept, or refused, through every door."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ilacs_reliability as ilr
from closeness import close

SCALE = ilr.Scale(["poor", "fair", "good"], missing=["not judged", 9])
NONE = ["not judged", 9, None]
cells = st.lists(st.sampled_from([*SCALE.labels, *NONE]), min_size=2, max_size=2)
units = st.lists(cells, min_size=1, max_size=20)


def same(one, other):
    return np.array_equal(one.counts, other.counts) and one.scale == other.scale


def spelt(cell):
    return "None" if cell is None else cell


def crosstab(rows):
    """Count pairs under every grade in order, and after them under each code that is there."""
    pairs = [[spelt(x) for x in row] for row in rows]
    held = {x for row in pairs for x in row}
    names = [
        *SCALE.labels,
        *(x for x in map(spelt, NONE) if x in held),
    ]
    table = pd.DataFrame(0, index=names, columns=names, dtype="int64")
    for first, second in pairs:
        table.loc[first, second] += 1
    called = [None if name == "None" else name for name in names]
    return table.set_axis(called, axis=0).set_axis(called, axis=1)


def graded(rows):
    return [[x if x in SCALE.labels else None for x in row] for row in rows]


@given(units.filter(lambda rows: any(set(row) <= set(SCALE.labels) for row in rows)))
def test_rows_and_columns_of_no_grade_are_what_the_units_say(rows):
    table = crosstab(rows)
    frame = pd.DataFrame(graded(rows), columns=["first", "second"], dtype=object)
    moves = ilr.transitions_from_frame(frame, before="first", after="second", scale=SCALE)
    found = ilr.transitions_from_table(table, scale=SCALE)
    assert same(found, moves)
    assert [note for note in found.notes if note.endswith("enter.")] == list(moves.notes)
    paired = ilr.ratings_from_matrix(graded(rows), scale=SCALE)
    read = ilr.ratings_from_table(table, scale=SCALE)
    assert (read.n_units, read.n_ratings, read.n_missing) == (
        paired.n_units,
        paired.n_ratings,
        paired.n_missing,
    )
    assert ilr.percent_agreement(read).value == close(ilr.percent_agreement(paired).value)


@given(units.filter(lambda rows: any(row[0] in SCALE.labels for row in rows)))
def test_columns_of_no_grade_do_not_enter_a_comparison_and_are_counted(rows):
    table = crosstab(rows).T
    found = ilr.grades_from_table(table, scale=SCALE)
    assert np.array_equal(found.counts[0], table[list(SCALE.labels)].to_numpy())
    left = sum(row[0] not in SCALE.labels for row in rows)
    assert [note.split()[0] for note in found.notes if "enter" in note] == [str(left)] * bool(left)
    counts = ilr.ratings_from_counts(table, scale=SCALE)
    assert counts.n_ratings == len(rows) - left


@pytest.mark.parametrize(
    ("note", "build"),
    [
        ("2,000 ratings are missing", lambda t: ilr.ratings_from_counts(t, scale=SCALE)),
        ("2,000 ratings are missing", lambda t: ilr.ratings_from_table(t, scale=SCALE)),
        ("2,000 grades are missing", lambda t: ilr.transitions_from_table(t, scale=SCALE)),
        ("2,000 grades are missing", lambda t: ilr.grades_from_table(t, scale=SCALE)),
    ],
)
def test_what_is_declared_missing_is_counted_by_code(note, build):
    table = pd.DataFrame([[1, 0, 0, 2000], [0, 1, 0, 0], [0, 0, 1, 0]], index=SCALE.labels)
    notes = build(table.set_axis([*SCALE.labels, 9], axis=1)).notes
    assert any(text.startswith(note) and text.endswith("9 2,000.") for text in notes)


def test_a_code_may_stand_anywhere_and_twice():
    names = ["not judged", "poor", 9, "fair", "good"]
    table = pd.DataFrame(np.arange(25).reshape(5, 5), index=names, columns=names)
    found = ilr.transitions_from_table(table, scale=SCALE)
    assert found.counts.tolist() == [[6, 8, 9], [16, 18, 19], [21, 23, 24]]
    assert found.notes[0] == f"{300 - 144} units without both grades do not enter."


def test_numbers_of_rows_may_hold_a_code():
    scale = ilr.Scale([1, 2], missing=[0])
    table = pd.DataFrame([[7, 1, 1], [1, 3, 4], [1, 5, 6]])
    assert ilr.transitions_from_table(table, scale=scale).counts.tolist() == [[3, 4], [5, 6]]


def test_parts_with_other_columns_are_refused():
    one = pd.DataFrame([[1, 2, 3, 4]] * 2, columns=[*SCALE.labels, 9])
    other = one[[9, *SCALE.labels]]
    with pytest.raises(ValueError, match="must be alike in all its parts"):
        ilr.grades_from_table([one, other], scale=SCALE)


def test_the_axes_of_a_crosstab_are_its_raters():
    ann, ben = pd.Series(["poor", "fair", "good"], name="Ann"), pd.Series(SCALE.labels, name="Ben")
    table = pd.crosstab(ann, ben).reindex(index=SCALE.labels, columns=SCALE.labels)
    assert ilr.ratings_from_table(table, scale=SCALE).raters == ("Ann", "Ben")
    named = ilr.ratings_from_table(table, scale=SCALE, raters={"Ben": "B", "Ann": "A"})
    assert named.raters == ("A", "B")
    assert ilr.ratings_from_table(table, scale=SCALE, raters=("A", "B")).raters == ("A", "B")
    with pytest.raises(ValueError, match="transpose the table"):
        ilr.ratings_from_table(table, scale=SCALE, raters=("Ben", "Ann"))
    plain = table.rename_axis(index="row_0", columns="col_0")
    assert ilr.ratings_from_table(plain, scale=SCALE).raters == ("first", "second")


MOVES = ilr.transitions_from_table([[5, 2, 1], [1, 8, 3], [0, 2, 9]], scale=SCALE)
GRADES = pd.DataFrame([[5, 2, 1], [1, 8, 3]], index=["short", "long"], columns=SCALE.labels)
CODES = ilr.ratings_from_codes([[0, 1], [1, 1], [2, 2]], scale=SCALE)

# what takes values one by one, the names it matches them with, values, and what shows the order
LABELLED = {
    "scores": (
        SCALE.labels,
        [0, 5, 6],
        lambda x: ilr.marginal_score_shift(MOVES, scores=x).effect.value,
    ),
    "scale": (SCALE.labels, [0, 5, 6], lambda x: ilr.Scale(SCALE.labels, scores=x).scores),
    "with_frequencies": (
        (0, 1, 2),
        [3, 4, 6],
        lambda x: CODES.with_frequencies(x).frequencies.tolist(),
    ),
    "counts": (
        ("short", "long"),
        [3, 1],
        lambda x: ilr.ratings_from_counts(GRADES, scale=SCALE, frequencies=x).n_ratings,
    ),
    "groups": (
        ("short", "long"),
        ["S", "L"],
        lambda x: ilr.grades_from_table(GRADES, scale=SCALE, groups=x).groups,
    ),
}


@pytest.mark.parametrize("argument", LABELLED)
@pytest.mark.parametrize("kind", [dict, pd.Series])
def test_values_with_labels_are_matched_wherever_they_stand(argument, kind):
    names, values, call = LABELLED[argument]
    plain = dict(zip(names, values, strict=True))
    turned = kind(dict(reversed(plain.items())))
    assert call(turned) == call(kind(plain))


@pytest.mark.parametrize("argument", LABELLED)
@pytest.mark.parametrize("kind", [dict, pd.Series])
def test_values_of_other_labels_are_refused(argument, kind):
    names, values, call = LABELLED[argument]
    with pytest.raises(ValueError, match=r"label|are for"):
        call(kind(dict(zip([f"{name}?" for name in names], values, strict=True))))


def test_studies_whose_columns_are_no_places_are_refused():
    with pytest.raises(ValueError, match="put the columns in this order"):
        CODES.with_frequencies(pd.DataFrame([[1, 2, 3]], columns=[2, 1, 0]))
    assert CODES.with_frequencies(pd.DataFrame([[1, 2, 3]])).frequencies.tolist() == [[1, 2, 3]]


PARTS = ilr.variance_components([[1, 2], [2, 4], [5, 5]])
# every argument that lists something, with a call that passes it
LISTINGS = {
    "missing": lambda x: ilr.Scale(["a", "b"], missing=x),
    "strata": lambda x: ilr.grades_from_table([GRADES] * 2, scale=SCALE, strata=x),
    "n_raters": lambda x: ilr.d_study(
        ilr.variance_components([[1, 2], [2, 4], [5, 5]]), n_raters=x
    ),
    "weights": lambda x: ilr.agreement_table(CODES, weights=x),
    "also": lambda x: ilr.agreement_table(CODES, also=x),
    "partial_credit": lambda x: ilr.bangdiwala_b(CODES, partial_credit=x),
    "coefficient": lambda x: ilr.bootstrap(x, CODES, n_resamples=9),
    "records": ilr.assess_security,
}


@pytest.mark.parametrize("argument", LISTINGS)
def test_a_mapping_is_no_listing_that_loses_its_values(argument):
    with pytest.raises(TypeError, match=f"`{argument}` must be .*but got"):
        LISTINGS[argument]({"x": 1, "y": 2})


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("groups", lambda x: ilr.grades_from_table([[1, 2], [3, 4]], groups=x)),
        ("strata", lambda x: ilr.grades_from_table([[[1, 2]], [[3, 4]]], strata=x)),
        ("raters", lambda x: ilr.ratings_from_codes([[0, 1], [1, 0]], scale=SCALE, raters=x)),
        ("units", lambda x: ilr.ratings_from_codes([[0, 1], [1, 0]], scale=SCALE, units=x)),
        ("clusters", lambda x: ilr.ratings_from_codes([[0, 1], [1, 0]], scale=SCALE, clusters=x)),
        ("raters", lambda x: ilr.ratings_from_table(MOVES.counts, scale=SCALE, raters=x)),
        ("labels", ilr.Scale),
        ("missing", lambda x: ilr.Scale(["a", "b"], missing=x)),
    ],
)
@pytest.mark.parametrize("names", [[{}, "b"], [["a"], "b"], [{1}, "b"]])
def test_names_that_cannot_be_looked_up_are_named_with_their_place(argument, call, names):
    with pytest.raises(TypeError, match=f"`{argument}` must .*(at|unit) 0"):
        call(names)


def test_a_series_of_grades_with_names_is_ambiguous():
    with pytest.raises(TypeError, match=r"`labels` is a Series .*\.to_dict"):
        ilr.Scale(pd.Series({"poor": 0, "good": 1}))
    assert ilr.Scale(pd.Series(["poor", "good"])).labels == ("poor", "good")
    assert ilr.Scale({"poor": 0, "good": 3}).labels == ("poor", "good")


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_raters_that_are_no_names_are_refused_beside_columns(frame):
    columns = frame({"Ann": [0, 1, 1], "Ben": [1, 1, 0]})
    with pytest.raises(TypeError, match="`raters` must hold names"):
        ilr.ratings_from_codes(columns, scale=ilr.Scale([1, 2]), raters=np.array([[1, 2], [2, 1]]))
