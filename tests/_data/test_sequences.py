"""Sequences hold each unit's gradings in order, and pairs of them are what a hand would count."""

import datetime

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given
from numpy.testing import assert_array_equal

import ilacs_reliability as ilr
from closeness import close

SCALE = ilr.OFSTED_SCALE
WORST, RI, GOOD, BEST = SCALE.labels
DATED = {
    "unit": ["A", "B", "A", "C", "A", "B", "D", "B"],
    "date": [f"20{n}-03-01" for n in (22, 14, 15, 19, 18, 19, 20, 17)],
    "grade": [GOOD, WORST, "RI", BEST, RI, GOOD, None, None],
    "rules": ["new", "old", "old", "new", "new", "new", "new", "old"],
    "times": [2, 1, 2, 3, 2, 1, 1, 1],
    "area": ["n", "s", "n", "s", "n", "s", "s", "s"],
}
COLUMNS = {"unit": "unit", "date": "date", "grade": "grade", "scale": SCALE}


def duckdb_table(columns):
    import duckdb

    return duckdb.from_arrow(pa.table(columns))


FRAMES = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
    "pyarrow": pa.table,
    "duckdb": duckdb_table,
}
DATES = {
    "text": str,
    "date": datetime.date.fromisoformat,
    "datetime": datetime.datetime.fromisoformat,
    "number": lambda text: int(text[:4]),
}
long_records = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 9), st.sampled_from([None, *SCALE.labels])),
    min_size=1,
    max_size=14,
    unique_by=lambda row: row[:2],
)


def frame_of(rows):
    units, dates, grades = zip(*rows, strict=True)
    return pl.DataFrame(
        {"unit": units, "date": dates, "grade": grades}, schema_overrides={"grade": pl.String}
    )


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("kind", FRAMES)
def test_every_frame_and_kind_of_date_gives_the_same_order(kind, date):
    frame = FRAMES[kind](DATED | {"date": [DATES[date](text) for text in DATED["date"]]})
    found = ilr.sequences_from_frame(frame, **COLUMNS, frequency="times", cluster="area")
    assert found.raters == ("occasion 1", "occasion 2", "occasion 3")
    rows = zip(found.patterns.tolist(), found.frequencies.tolist(), strict=True)
    assert {(tuple(row), times) for row, times in rows} == {
        ((1, 1, 2), 2),
        ((0, 2, -1), 1),
        ((3, -1, -1), 3),
    }
    assert found.design == "repeat"
    assert found.notes[-1] == "2 gradings without a grade do not enter."
    assert len(set(found.clusters.tolist())) == 2


@pytest.mark.parametrize("kind", FRAMES)
def test_the_last_gradings_end_in_the_last_column(kind):
    found = ilr.sequences_from_frame(FRAMES[kind](DATED), **COLUMNS, last=2)
    assert found.raters == ("last - 1", "last")
    assert sorted(found.patterns.tolist()) == [[-1, 3], [0, 2], [1, 2]]


@pytest.mark.parametrize("kind", FRAMES)
def test_frameworks_have_columns_of_their_own(kind):
    found = ilr.sequences_from_frame(FRAMES[kind](DATED), **COLUMNS, framework="rules", last=2)
    assert found.raters == (("last - 1", "new"), ("last - 1", "old"), ("last", "new"))
    assert sorted(found.patterns.tolist()) == [[-1, -1, 3], [-1, 0, 2], [1, -1, 2]]


@given(rows=long_records, data=st.data())
def test_sequences_are_the_sorted_grades_of_each_unit(rows, data):
    graded = sorted(row for row in rows if row[2] is not None)
    assume(graded)
    by_unit = {}
    for unit, _, grade in graded:
        by_unit.setdefault(unit, []).append(SCALE.labels.index(grade))
    width = max(map(len, by_unit.values()))
    expected = sorted([*grades, *[-1] * (width - len(grades))] for grades in by_unit.values())
    found = ilr.sequences_from_frame(frame_of(data.draw(st.permutations(rows))), **COLUMNS)
    repeated = np.repeat(found.patterns, found.frequencies, axis=0)
    assert sorted(repeated.tolist()) == expected


@given(rows=long_records, pairs=st.sampled_from(["consecutive", "first_last", "all", (0, 1)]))
def test_pairs_are_those_a_hand_would_count(rows, pairs):
    graded = [row for row in sorted(rows) if row[2] is not None]
    histories = [[r[2] for r in graded if r[0] == unit] for unit in {r[0] for r in graded}]
    counts = np.zeros((4, 4), dtype=int)
    for history in histories:
        places = [
            (i, j)
            for i in range(len(history))
            for j in range(i + 1, len(history))
            if (pairs == "consecutive" and j == i + 1)
            or (pairs == "first_last" and (i, j) == (0, len(history) - 1))
            or pairs == "all"
            or (i, j) == pairs
        ]
        for i, j in places:
            counts[SCALE.labels.index(history[i]), SCALE.labels.index(history[j])] += 1
    assume(counts.sum())
    sequences = ilr.sequences_from_frame(frame_of(rows), **COLUMNS)
    assert_array_equal(ilr.transitions_from_sequences(sequences, pairs=pairs).counts, counts)


def test_columns_are_taken_in_the_order_given():
    sequences = ilr.sequences_from_frame(pd.DataFrame(DATED), **COLUMNS)
    there = ilr.transitions_from_sequences(sequences, pairs=("occasion 1", "occasion 2"))
    back = ilr.transitions_from_sequences(sequences, pairs=(1, 0))
    assert_array_equal(back.counts, there.counts.T)
    assert there.notes == ("1 unit without a pair of grades does not enter.",)


def test_a_unit_with_several_pairs_is_said_to_enter_for_each():
    sequences = ilr.sequences_from_frame(pd.DataFrame(DATED), **COLUMNS)
    [_, note] = ilr.transitions_from_sequences(sequences).notes
    assert note.startswith("1 unit with several pairs enters once for each")


@pytest.mark.parametrize("kind", FRAMES)
def test_two_grades_of_one_date_are_refused(kind):
    tied = {k: [*v, v[0]] for k, v in DATED.items()}
    with pytest.raises(ValueError, match=r"`date`: unit 'A' has two grades of 2022-03-01"):
        ilr.sequences_from_frame(FRAMES[kind](tied), **COLUMNS)


def test_dates_that_do_not_sort_by_time_are_refused():
    british = pd.DataFrame(DATED).assign(date=[f"01/03/20{n}" for n in range(10, 18)])
    with pytest.raises(ValueError, match=r"`date` must be dates, .* holds '01/03/2010'"):
        ilr.sequences_from_frame(british, **COLUMNS)
    with pytest.raises(TypeError, match=r"`date` must be dates, .*Categorical"):
        ilr.sequences_from_frame(pd.DataFrame(DATED).astype({"date": "category"}), **COLUMNS)


def test_rows_without_date_and_frames_without_grades_are_refused():
    with pytest.raises(ValueError, match="`date` is missing"):
        ilr.sequences_from_frame(pd.DataFrame(DATED).assign(date=None), **COLUMNS)
    with pytest.raises(ValueError, match="`grade` is missing in every row"):
        ilr.sequences_from_frame(pd.DataFrame(DATED).assign(grade=None), **COLUMNS)


def test_units_graded_once_leave_no_pair():
    once = ilr.ratings_from_codes([[1, -1], [-1, 2]], scale=SCALE, design="repeat")
    with pytest.raises(ValueError, match="holds no unit with a grade at both occasions"):
        ilr.transitions_from_sequences(once)
    for pairs in ("next", 3, (0,), (0, 1, 2), (0, 5), (0, 0), ([0], [1])):
        with pytest.raises(ValueError, match="`pairs` must be"):
            ilr.transitions_from_sequences(once, pairs=pairs)


def test_the_bundled_sequences_give_the_bundled_transitions():
    table = pd.DataFrame(dict(ilr.load_dataset("grade_sequences").columns))
    columns = {"unit": "sequence", "date": "occasion", "grade": "overall", "frequency": "count"}
    every = ilr.sequences_from_frame(table, **columns, scale=SCALE)
    assert every.n_units == 153
    given = (every.patterns >= 0).sum(axis=1)
    sizes = [every.frequencies[given == n].sum() for n in (1, 2, 3, 4)]
    assert sizes == [4, 3, 117, 29]
    new = ilr.sequences_from_frame(table[table["framework"] == "ILACS"], **columns, scale=SCALE)
    expected = ilr.load_dataset("ilacs_to_next_ilacs").counts
    assert_array_equal(ilr.transitions_from_sequences(new).counts, expected)


@pytest.mark.parametrize("kind", FRAMES)
def test_transitions_carry_clusters_and_strata(kind):
    wide = {"a": [GOOD, RI, GOOD, None], "b": [GOOD, GOOD, RI, GOOD], "n": [2, 1, 1, 1]}
    wide |= {"area": ["x", "x", "y", "z"], "kind": ["s", "l", "s", "l"]}
    frame = FRAMES[kind](wide)
    columns = {"before": "a", "after": "b", "scale": SCALE, "frequency": "n"}
    plain = ilr.transitions_from_frame(frame, **columns)
    clustered = ilr.transitions_from_frame(frame, **columns, cluster="area")
    improved = ilr.net_shift(plain).improved.value
    assert ilr.net_shift(clustered).improved.value == close(improved)
    assert clustered.design == "repeat"
    assert len(set(clustered.clusters.tolist())) == 3
    strata = ilr.transitions_from_frame(frame, **columns, stratum="kind")
    assert list(strata) == ["l", "s"]
    assert_array_equal(sum(part.counts for part in strata.values()), plain.counts)
    both = ilr.transitions_from_frame(frame, **columns, stratum="kind", cluster="area")
    assert {name: part.n_units for name, part in both.items()} == {"l": 2, "s": 3}
    ilr.stratified_shift(both)
