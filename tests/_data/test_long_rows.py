"""Long rows without raters' names, and columns that stand in an index."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import ilacs_reliability as ilr
import strategies as our
from closeness import close

SCALE = ilr.Scale(["poor", "fair", "good"])
COLUMNS = {"unit": "unit", "rater": None, "grade": "grade", "scale": SCALE}
ENGINES = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "lazy": lambda rows: pl.DataFrame(rows).lazy(),
    "pyarrow": pa.table,
    "duckdb": lambda rows: __import__("duckdb").from_arrow(pa.table(rows)),
}
every_engine = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)


def sorted_rows(ratings):
    """Return the counts of grades of every unit, in an order of their own."""
    rows = np.repeat(ratings.counts, ratings.frequencies, axis=0)
    return rows[np.lexsort(rows.T)]


@every_engine
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["poor", "fair", "good", None])),
        min_size=1,
        max_size=14,
    ),
    st.randoms(use_true_random=False),
)
@our.examples(8)
def test_ratings_of_a_unit_are_counted_whoever_gave_them(engine, rows, random):
    assume(any(grade for _, grade in rows))
    random.shuffle(rows)
    units, grades = (list(column) for column in zip(*rows, strict=True))
    found = ilr.ratings_from_frame(engine({"unit": units, "grade": grades}), **COLUMNS)
    by_hand = [
        [sum(row == (unit, label) for row in rows) for label in SCALE.labels]
        for unit in sorted(set(units))
    ]
    wanted = ilr.ratings_from_counts(by_hand, scale=SCALE)
    assert_array_equal(sorted_rows(found), sorted_rows(wanted))
    assert found.patterns is None
    assert found.n_units == wanted.n_units


@every_engine
def test_frequencies_count_units_and_results_are_those_of_named_raters(engine):
    rows = {
        "unit": [1, 1, 2, 2, 3, 3],
        "rater": ["a", "b"] * 3,
        "grade": ["poor", "poor", "fair", "good", "good", "good"],
        "times": [3, 3, 2, 2, 5, 5],
    }
    anonymous = ilr.ratings_from_frame(engine(rows), **COLUMNS, frequency="times")
    named = ilr.ratings_from_frame(
        engine(rows), unit="unit", rater="rater", grade="grade", scale=SCALE, frequency="times"
    )
    assert anonymous.n_units == named.n_units == 10
    assert ilr.fleiss_kappa(anonymous).value == close(ilr.fleiss_kappa(named).value)
    with pytest.raises(ValueError, match="anonymous"):
        ilr.cohen_kappa(anonymous)


ROWS = pd.DataFrame(
    {
        "unit": ["A", "A", "B", "B"],
        "rater": ["x", "y", "x", "y"],
        "grade": ["poor", "fair", "good", "good"],
        "region": ["n", "n", "s", "s"],
    }
)


@pytest.mark.parametrize("levels", [["unit"], ["unit", "rater"], ["region"], ["grade", "unit"]])
def test_levels_of_an_index_are_columns(levels):
    options = {"unit": "unit", "rater": "rater", "grade": "grade", "scale": SCALE}
    indexed = ROWS.set_index(levels)
    before = indexed.copy()
    found = ilr.ratings_from_frame(indexed, **options, cluster="region")
    plain = ilr.ratings_from_frame(ROWS, **options, cluster="region")
    assert_array_equal(found.patterns, plain.patterns)
    assert_array_equal(found.clusters, plain.clusters)
    assert found.raters == plain.raters
    pd.testing.assert_frame_equal(indexed, before)


def test_levels_of_an_index_serve_every_frame_and_hide_no_column():
    wide = ROWS.pivot_table(index="unit", columns="rater", values="grade", aggfunc="first")
    found = ilr.ratings_from_wide(wide, raters=["x", "y"], unit="unit", scale=SCALE)
    assert found.units == (("A",), ("B",))
    groups = ilr.grades_from_frame(
        ROWS.set_index("region"), grade="grade", group="region", scale=SCALE
    )
    assert groups.groups == ("n", "s")
    both = ROWS.set_index(pd.Index([9, 9, 9, 9], name="unit"))
    assert ilr.ratings_from_frame(both, **COLUMNS).n_units == 2
    with pytest.raises(ValueError, match="`unit` is column 'school', which `frame` does not have"):
        ilr.ratings_from_frame(ROWS, **(COLUMNS | {"unit": "school"}))


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (ROWS, {"cluster": "region"}, "`cluster` is for ratings whose raters are known"),
        (ROWS, {"name_units": True}, "`name_units` is for ratings whose raters are known"),
        (ROWS.assign(grade=None), {}, "is missing in every row"),
        (ROWS.assign(unit=["A", None, "B", "B"]), {}, "`unit` is missing"),
        (ROWS.assign(grade="superb"), {}, "'superb'"),
        (ROWS.assign(times=[1, 2, 1, 1]), {"frequency": "times"}, "must be one for each unit"),
        (ROWS.assign(times=0), {"frequency": "times"}, "holds no grade"),
    ],
)
def test_rows_that_cannot_be_counted_are_refused(rows, options, message):
    with pytest.raises(ValueError, match=message):
        ilr.ratings_from_frame(rows, **COLUMNS, **options)


TWO = {
    "school": ["A", "A", "A", "A", "B", "B"],
    "year": [2019, 2019, 2022, 2022, 2019, 2019],
    "rater": ["x", "y"] * 3,
    "grade": ["poor", "fair", "good", "good", "fair", "fair"],
}


@every_engine
def test_several_columns_name_a_unit_together(engine):
    options = {"rater": "rater", "grade": "grade", "scale": SCALE, "name_units": True}
    joined = [f"{a}, {b}" for a, b in zip(TWO["school"], TWO["year"], strict=True)]
    together = ilr.ratings_from_frame(engine(TWO), unit=["school", "year"], **options)
    one = ilr.ratings_from_frame(engine(TWO | {"both": joined}), unit="both", **options)
    assert_array_equal(together.patterns, one.patterns)
    assert together.units == one.units
    assert sorted(together.units) == [("A, 2019",), ("A, 2022",), ("B, 2019",)]
    anonymous = ilr.ratings_from_frame(
        engine(TWO), unit=("school", "year"), rater=None, grade="grade", scale=SCALE
    )
    assert anonymous.n_units == 3


@every_engine
def test_names_that_hold_what_stands_between_are_kept_apart(engine):
    rows = {"a": ["x, y", "x"], "b": ["z", "y, z"], "rater": [1, 1], "grade": ["poor", "good"]}
    found = ilr.ratings_from_frame(
        engine(rows), unit=["a", "b"], rater="rater", grade="grade", scale=SCALE, name_units=True
    )
    assert sorted(found.units) == [("x | y, z",), ("x, y | z",)]


def test_sequences_take_several_columns_too():
    rows = pd.DataFrame(TWO).assign(date=pd.to_datetime(["2019-01-02", "2020-01-02"] * 3))
    found = ilr.sequences_from_frame(
        rows, unit=["school", "year"], date="date", grade="grade", scale=SCALE
    )
    assert found.n_units == 3


@pytest.mark.parametrize(
    ("unit", "kind", "message"),
    [
        ([], ValueError, "`unit` must name a column or more"),
        (["school", "term"], ValueError, "`unit` is column 'term', which `frame` does not have"),
        (["school", "school"], ValueError, "is `unit` already"),
        (["school", None], TypeError, "`unit` must be the name of a column"),
        (["school", "gap"], ValueError, "`unit` is missing in column 'gap'"),
    ],
)
def test_columns_that_name_no_unit_are_refused(unit, kind, message):
    rows = pd.DataFrame(TWO).assign(gap=[1, None, 2, 3, 4, 5])
    with pytest.raises(kind, match=message):
        ilr.ratings_from_frame(rows, unit=unit, rater="rater", grade="grade", scale=SCALE)


def test_rows_of_unlike_lengths_are_told_where_to_go():
    with pytest.raises(ValueError, match="`ratings_from_frame` with rater=None"):
        ilr.ratings_from_matrix([["poor", "good"], ["fair"]], scale=SCALE)
