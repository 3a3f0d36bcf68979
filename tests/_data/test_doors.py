"""Labels that input carries: matched wherever they stand, kept, or refused, through every door."""

import inspect
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from registry import FUNCTIONS

SCALE = ilr.Scale(["poor", "fair", "good"], missing=["not judged", 9])
NONE = ["not judged", 9, None]
cells = st.lists(st.sampled_from([*SCALE.labels, *NONE]), min_size=2, max_size=2)
units = st.lists(cells, min_size=1, max_size=20)


class Coordinates:
    """An array whose places along each axis have labels, as an xarray.DataArray's do."""

    def __init__(self, values, labels):
        self._values = values
        self._labels = {f"axis {k}": each for k, each in enumerate(labels)}

    @property
    def dims(self):
        return tuple(self._labels)

    @property
    def coords(self):
        return {axis: np.array(each, dtype=object) for axis, each in self._labels.items()}

    def __array__(self, dtype=None, copy=None):
        return np.array(self._values, dtype=dtype)

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        # as xarray does, an array at a time
        return (Coordinates(each, [[]]) for each in self._values)


def along(labelled):
    """Make an array with coordinates of a mapping."""
    values = np.empty(len(labelled), dtype=object)
    values[:] = list(labelled.values())
    return Coordinates(values, [list(labelled)])


def laid_out(table):
    """Make an array with coordinates of a dataframe."""
    return Coordinates(table.to_numpy(), [list(table.index), list(table.columns)])


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

UNITS = pd.DataFrame([[1, 1], [1, 2], [2, 2]], index=["x", "y", "z"])
SHARES = GRADES.set_axis([1, 2, 3], axis=1)
OF_ERROR = {
    "regression_to_mean_test": lambda table, **more: (
        ilr.regression_to_mean_test(table, reliability=0.8, **more).p_value
    ),
    "noise_only_transitions": lambda table, **more: ilr.noise_only_transitions(
        table, reliability=0.8, **more
    ).expected.tolist(),
    "corrected_shift": lambda table, **more: (
        ilr.corrected_shift(table, reliability=0.9, n_resamples=9, rng=1, **more).value
    ),
    "tipping_point": lambda table, **more: ilr.tipping_point(table, **more).reliability,
}

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
    "survey_weights": (
        ("x", "y", "z"),
        [8, 1, 1],
        lambda x: ilr.survey_weighted(ilr.percent_agreement, UNITS, survey_weights=x).value,
    ),
    "allocation": (
        ("short", "long"),
        [3, 1],
        lambda x: (
            ilr.units_for_comparison(SHARES, test=ilr.mann_whitney, allocation=x, n_units=8).chances
        ),
    ),
    "group_scores": (
        ("short", "long"),
        [1, 3],
        lambda x: (
            ilr.cochran_mantel_haenszel(
                ilr.grades_from_table(GRADES, scale=SCALE), kind="correlation", group_scores=x
            ).p_value
        ),
    ),
    "margins": (
        SCALE.labels,
        [0.1, 0.3, 0.6],
        lambda x: ilr.agreement_world(0.5, margins=x, scale=SCALE).margins.tolist(),
    ),
    "rows": (
        SCALE.labels,
        [3, "50%", None],
        lambda x: ilr.tables_consistent_with(6, scale=SCALE, rows=x).counts.tolist(),
    ),
    "columns": (
        SCALE.labels,
        [(2, 3), 0, "50%"],
        lambda x: ilr.tables_consistent_with(6, scale=SCALE, columns=x).counts.tolist(),
    ),
    **{
        f"shares of {name}": (
            SCALE.labels,
            [1, 3, 6],
            partial(lambda ask, x: ask(MOVES, shares=x), ask),
        )
        for name, ask in OF_ERROR.items()
    },
}


@pytest.mark.parametrize("argument", LABELLED)
@pytest.mark.parametrize("kind", [dict, pd.Series, along])
def test_values_with_labels_are_matched_wherever_they_stand(argument, kind):
    names, values, call = LABELLED[argument]
    plain = dict(zip(names, values, strict=True))
    turned = kind(dict(reversed(plain.items())))
    assert call(turned) == call(kind(plain))


@pytest.mark.parametrize("argument", LABELLED)
@pytest.mark.parametrize("kind", [dict, pd.Series, along])
def test_values_of_other_labels_are_refused(argument, kind):
    names, values, call = LABELLED[argument]
    with pytest.raises(ValueError, match=r"label|are for|has no weight for"):
        call(kind(dict(zip([f"{name}?" for name in names], values, strict=True))))


def table_of(values):
    return pd.DataFrame(values, index=SCALE.labels, columns=SCALE.labels, dtype=object)


# what takes a number for each two grades, and what shows the order
CROSSED = {
    "weights": (
        table_of([[1, 0.5, 0], [0.5, 1, 0.25], [0, 0.25, 1]]),
        lambda x: ilr.agreement_weights(SCALE, x).tolist(),
    ),
    "error": (
        table_of([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.0, 0.2, 0.8]]),
        lambda x: ilr.corrected_shift(MOVES, error=x, n_resamples=9, rng=1).error.tolist(),
    ),
    "error_counts": (
        table_of([[90, 10, 0], [20, 70, 10], [0, 20, 80]]),
        lambda x: ilr.corrected_shift(MOVES, error_counts=x, n_resamples=9, rng=1).error.tolist(),
    ),
    "cells": (
        table_of([["50%", 1, None], [0, 0, 0], [(0, 1), 0, None]]),
        lambda x: ilr.tables_consistent_with(6, scale=SCALE, cells=x).counts.tolist(),
    ),
    "figures": (
        table_of([[True, False, False], [True, True, False], [False, False, False]]).astype(bool),
        lambda x: ilr.tables_consistent_with(4, scale=SCALE, figures=[(x, 4)]).counts.tolist(),
    ),
}


@pytest.mark.parametrize("argument", CROSSED)
@given(rows=st.permutations(SCALE.labels), columns=st.permutations(SCALE.labels))
@our.examples(6)
def test_tables_with_labels_are_matched_wherever_their_rows_and_columns_stand(
    argument, rows, columns
):
    table, call = CROSSED[argument]
    turned = table.loc[list(rows), list(columns)]
    assert call(turned) == call(table) == call(table.to_numpy().tolist())
    assert call(laid_out(turned)) == call(table)


@pytest.mark.parametrize("argument", CROSSED)
def test_tables_of_other_labels_are_refused(argument):
    table, call = CROSSED[argument]
    with pytest.raises(ValueError, match=f"the (rows|columns) of `{argument}` are .* the grades"):
        call(table.rename(columns={"good": "excellent"}))
    one_axis = table.set_axis(range(3), axis=0)[list(reversed(SCALE.labels))]
    with pytest.raises(ValueError, match=f"`{argument}` has names on one axis only"):
        call(one_axis)


PAIRS = [[0.3, 0.2], [0.1, 0.4]]
CLAIM = ilr.Claim(
    statement="They agree.", kind="consistency", coefficient="percent_agreement", threshold=0.8
)
UP = ilr.Claim(statement="They rise.", kind="shift", coefficient="net_shift", threshold=0.0)
ALIKE = ilr.Claim(statement="They are alike.", kind="comparison", threshold=0.4)
# what takes numbers by grade and has no scale to match labels with, and numbers that it takes
UNDECLARED = {
    "shares of units_for_shift": (PAIRS, lambda x: ilr.units_for_shift(x, n_units=8).chances),
    "shares of units_for_comparison": (
        PAIRS,
        lambda x: ilr.units_for_comparison(x, test=ilr.mann_whitney, n_units=8).chances,
    ),
    "margins of agreement_world": (
        [0.3, 0.7],
        lambda x: ilr.agreement_world(0.5, margins=x).shares.tolist(),
    ),
    "margins of raters": (
        [[0.3, 0.7], [0.4, 0.6]],
        lambda x: ilr.agreement_world(0.5, margins=x).shares.tolist(),
    ),
    "world of pairs": (PAIRS, lambda x: ilr.verdict_power(CLAIM, x, 8).supported),
    "world of groups": (
        [[0.3, 0.7], [0.4, 0.6]],
        lambda x: ilr.verdict_power(ALIKE, x, 4).supported,
    ),
    "world of moves": ([0.5, 0.3, 0.2], lambda x: ilr.verdict_power(UP, x, 8).supported),
    "source of latent_grade_model": (
        [3, 7],
        lambda x: ilr.latent_grade_model(x, reliability=0.8).margins.tolist(),
    ),
    "source of repeat_grade_probability": (
        [3, 7],
        lambda x: ilr.repeat_grade_probability(x, reliability=0.8)["same grade"].value,
    ),
    "source of grade_accuracy": (
        [3, 7],
        lambda x: ilr.grade_accuracy(x, reliability=0.8)["right grade"].value,
    ),
    **{
        f"shares of {name}": (
            [3, 7],
            partial(lambda ask, x: ask([[9, 5], [3, 8]], shares=x), ask),
        )
        for name, ask in OF_ERROR.items()
    },
}


@pytest.mark.parametrize("argument", UNDECLARED)
def test_labels_are_no_order_where_nobody_declared_one(argument):
    values, call = UNDECLARED[argument]
    labels = ["good", "poor", "fair"][: len(values)] if np.ndim(values) == 1 else ["good", "poor"]
    kind = pd.Series if np.ndim(values) == 1 else pd.DataFrame
    axis = "index" if np.ndim(values) == 1 else "columns"
    name = argument.split()[0]
    with pytest.raises(ValueError, match=f"the (rows|columns|labels) of `{name}` are"):
        call(kind(values, **{axis: labels}))
    if np.ndim(values) == 2:
        with pytest.raises(ValueError, match=f"the labels of `{name}` are"):
            call([pd.Series(row, index=labels) for row in values])
    if np.ndim(values) == 1:
        with pytest.raises(ValueError, match=f"the labels of `{name}` are"):
            call(along(dict(zip(labels, values, strict=True))))
    numbered = kind(values, **{axis: range(1, len(labels) + 1)})
    assert call(kind(values)) == call(numbered) == call(values)


# other numbers that public functions take: of tables and units, which the doors above match or
# refuse, or of no grade, unit or rater, so that a label says nothing of their order
OTHERS = {
    "table",
    "tables",
    "grades",
    "ratings",
    "sequences",
    "counts",
    "codes",
    "matrix",
    "standard",
    "known",
    "source",
    "p_values",
    "frequencies",
    "clusters",
    "areas",
    "partial_credit",
    "n_raters",
    "gamma",
    "error_correlation",
    "raters",
    "prior",
    "costs",
    "n",
    "threshold",
    "thresholds",
    "margin",
}


def test_every_argument_that_takes_numbers_is_asked_with_labels():
    asked = {name.split()[0] for name in (*LABELLED, *CROSSED, *UNDECLARED)}
    kinds = ("ArrayLike", "NDArray", "Sequence[float]", "Mapping[Hashable, float]", "Source")
    taking = {
        (function, name)
        for function in FUNCTIONS
        for name, one in inspect.signature(getattr(ilr, function)).parameters.items()
        if any(kind in str(one.annotation) for kind in kinds)
    }
    left = {(function, name) for function, name in taking if name not in asked | OTHERS}
    assert not left


BY_TABLE = {
    "transitions_from_table": lambda x: ilr.transitions_from_table(x, scale=SCALE).counts.tolist(),
    "ratings_from_table": lambda x: ilr.ratings_from_table(x, scale=SCALE).counts.tolist(),
    "grades_from_table": lambda x: ilr.grades_from_table(x, scale=SCALE).counts.tolist(),
    "ratings_from_counts": lambda x: ilr.ratings_from_counts(x, scale=SCALE).counts.tolist(),
}


@pytest.mark.parametrize("build", BY_TABLE)
@pytest.mark.parametrize("kind", [pd.DataFrame, laid_out])
def test_tables_of_counts_in_another_order_are_refused(build, kind):
    table = pd.DataFrame([[5, 2, 1], [1, 8, 3], [0, 2, 9]], SCALE.labels, SCALE.labels)
    assert BY_TABLE[build](kind(table)) == BY_TABLE[build](table.to_numpy())
    with pytest.raises(ValueError, match="must be the grades"):
        BY_TABLE[build](kind(table[list(reversed(SCALE.labels))]))


def test_coordinates_name_raters_units_and_groups():
    matrix = pd.DataFrame([["poor", "good"], ["fair", "fair"]], ["x", "y"], ["Ann", "Ben"])
    weight = along({"y": 3, "x": 1})
    read = ilr.ratings_from_matrix(
        laid_out(matrix), scale=SCALE, raters=["Ben", "Ann"], frequencies=weight
    )
    plain = ilr.ratings_from_matrix(
        matrix[["Ben", "Ann"]], scale=SCALE, frequencies=pd.Series({"x": 1, "y": 3})
    )
    assert read == plain
    assert ilr.grades_from_table(laid_out(GRADES), scale=SCALE).groups == ("short", "long")


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
