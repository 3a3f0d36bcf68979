"""Dataframes of every kind give what the same grades in an array give."""

import sys
from importlib.util import find_spec

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal

import ilacs_reliability as ilr
import strategies as our
from ilacs_reliability._data import pivots

SCALE = ilr.OFSTED_SCALE
WORST, RI, GOOD, BEST = SCALE.labels
RATERS = ["a", "b", "c"]
GRADES = [
    [GOOD, GOOD, None],
    [RI, GOOD, GOOD],
    [GOOD, GOOD, None],
    [BEST, None, None],
    [None, None, None],
    ["RI", "Good", BEST],
    [WORST, RI, WORST],
]
WIDE = {name: list(column) for name, column in zip(RATERS, zip(*GRADES, strict=True), strict=True)}
LONG = {
    "unit": [f"unit {row}" for row in range(len(GRADES)) for _ in RATERS],
    "rater": RATERS * len(GRADES),
    "grade": [grade for row in GRADES for grade in row],
}
COUNTS = [3, 1, 0, 2, 5, 1, 4]
REGIONS = ["north", "south", "north", "south", "south", "east", "east"]


def duckdb_table(columns):
    import duckdb

    return duckdb.from_arrow(pa.table(columns))


def arrow_pieces(columns):
    """Return a table in two pieces with dictionaries of their own."""
    table = pa.table({k: pa.array(v, type=kind(v)) for k, v in columns.items()})
    half = len(table) // 2
    pieces = [table.slice(0, half), table.slice(half)]
    return pa.concat_tables(
        pa.table({k: p[k].dictionary_encode() if kind(columns[k]) else p[k] for k in columns})
        for p in pieces
    )


def kind(values):
    return pa.string() if any(isinstance(value, str) for value in values) else None


def typed(columns, dtype):
    """Return a pandas frame whose columns of strings have the type given."""
    made = {k: pd.Series(v, dtype=dtype if kind(v) else None) for k, v in columns.items()}
    return pd.DataFrame(made)


def ordered(columns):
    """Return a pandas frame of ordered categoricals, the grades in the wrong order."""
    made = pd.DataFrame(columns)
    for name, values in columns.items():
        if kind(values):
            labels = sorted({value for value in values if value is not None}, reverse=True)
            made[name] = pd.Categorical(values, labels if name in WIDE else labels[::-1], True)
    return made


def enumerated(columns):
    table = pl.DataFrame(columns)
    labels = {k: sorted({x for x in v if x is not None}) for k, v in columns.items() if kind(v)}
    return table.cast({name: pl.Enum(known) for name, known in labels.items()})


ENGINES = {
    "pandas": pd.DataFrame,
    "pandas object": lambda columns: typed(columns, object),
    "pandas string": lambda columns: typed(columns, "string"),
    "pandas category": lambda columns: typed(columns, "category"),
    "pandas ordered category": ordered,
    "pandas of arrow": lambda columns: pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
    "polars categorical": lambda columns: pl.DataFrame(columns).with_columns(
        pl.col(pl.String).cast(pl.Categorical)
    ),
    "polars enum": enumerated,
    "pyarrow": pa.table,
    "pyarrow dictionary": arrow_pieces,
    "duckdb": duckdb_table,
}
IN_MEMORY = ["pandas", "polars", "pyarrow"]
without_duckdb = pytest.mark.skipif(find_spec("duckdb") is None, reason="duckdb is not installed")
every_engine = pytest.mark.parametrize(
    "make",
    [
        pytest.param(make, id=name, marks=without_duckdb if name == "duckdb" else ())
        for name, make in ENGINES.items()
    ],
)


def wide(make=pd.DataFrame, columns=WIDE, **options):
    return ilr.ratings_from_wide(make(columns), raters=RATERS, scale=SCALE, **options)


def long(make=pd.DataFrame, columns=LONG, **options):
    roles = {"unit": "unit", "rater": "rater", "grade": "grade"}
    return ilr.ratings_from_frame(make(columns), scale=SCALE, **roles, **options)


def each_rating(values):
    return [value for value in values for _ in RATERS]


def assert_same(ours, theirs):
    assert_array_equal(ours.patterns, theirs.patterns)
    assert_array_equal(ours.counts, theirs.counts)
    assert_array_equal(ours.frequencies, theirs.frequencies)
    assert (ours.raters, ours.scale, ours.design) == (theirs.raters, theirs.scale, theirs.design)


def assert_same_clusters(ours, theirs):
    """Compare the table of each cluster, whatever the number that stands for it."""

    def tables(ratings):
        rows = zip(ratings.clusters, ratings.patterns, ratings.frequencies, strict=True)
        found = {}
        for cluster, pattern, frequency in rows:
            found.setdefault(cluster, set()).add((*pattern.tolist(), int(frequency)))
        return sorted(map(sorted, found.values()))

    assert tables(ours) == tables(theirs)
    ours, theirs = ilr.cohen_kappa(pair(ours)), ilr.cohen_kappa(pair(theirs))
    assert_allclose(ours.standard_error, theirs.standard_error, rtol=1e-12)


def pair(ratings):
    return ratings.select_raters(0, 1)


# the same from a matrix, a wide frame and a long frame


@every_engine
def test_a_wide_frame_is_the_matrix(make):
    assert_same(wide(make), ilr.ratings_from_matrix(GRADES, scale=SCALE, raters=RATERS))


@every_engine
def test_a_long_frame_is_the_matrix(make):
    assert_same(long(make), ilr.ratings_from_matrix(GRADES, scale=SCALE, raters=RATERS))


@every_engine
def test_frequencies_say_how_many_units_a_row_is(make):
    wanted = ilr.ratings_from_matrix(GRADES, scale=SCALE, raters=RATERS, frequencies=COUNTS)
    assert_same(wide(make, {**WIDE, "times": COUNTS}, frequency="times"), wanted)
    columns = {**LONG, "times": each_rating(COUNTS)}
    assert_same(long(make, columns, frequency="times"), wanted)


@every_engine
def test_clusters_keep_their_units(make):
    wanted = ilr.ratings_from_matrix(
        GRADES, scale=SCALE, raters=RATERS, clusters=REGIONS, frequencies=COUNTS
    )
    options = {"cluster": "region", "frequency": "times"}
    ours = wide(make, {**WIDE, "region": REGIONS, "times": COUNTS}, **options)
    assert_same_clusters(ours, wanted)
    extra = {"region": each_rating(REGIONS), "times": each_rating(COUNTS)}
    again = long(make, {**LONG, **extra}, **options)
    assert_same(again, ours)
    assert_array_equal(again.clusters, ours.clusters)


@every_engine
def test_whole_numbers_are_grades(make):
    scale = ilr.Scale([1, 2, 4, 7])
    columns = {"a": [1, 2, None, 7, 4], "b": [1, 2, 2, None, 7], "c": [4, 4, 1, 1, 1]}
    rows = list(zip(*columns.values(), strict=True))
    ours = ilr.ratings_from_wide(make(columns), raters=RATERS, scale=scale)
    assert_same(ours, ilr.ratings_from_matrix(rows, scale=scale, raters=RATERS))
    long_columns = {
        "unit": [unit for unit in range(5) for _ in range(3)],
        "rater": RATERS * 5,
        "grade": [grade for row in rows for grade in row],
    }
    again = ilr.ratings_from_frame(
        make(long_columns), unit="unit", rater="rater", grade="grade", scale=scale
    )
    assert_same(again, ours)


@every_engine
def test_transitions_are_counted_over_the_declared_scale(make):
    columns = {"sif": [RI, "RI", GOOD, None, GOOD], "ilacs": [GOOD, RI, BEST, GOOD, None]}
    moves = ilr.transitions_from_frame(make(columns), before="sif", after="ilacs", scale=SCALE)
    wanted = np.zeros((4, 4))
    wanted[1, 2] = wanted[1, 1] = wanted[2, 3] = 1
    assert_array_equal(moves.counts, wanted)
    assert moves.scale is SCALE
    assert moves.notes == ("2 units without both grades do not enter.",)
    columns["times"] = [10, 2, 0, 1, 0]
    moves = ilr.transitions_from_frame(
        make(columns), before="sif", after="ilacs", scale=SCALE, frequency="times"
    )
    wanted[1, 2], wanted[1, 1], wanted[2, 3] = 10, 2, 0
    assert_array_equal(moves.counts, wanted)
    assert moves.notes == ("1 unit without both grades does not enter.",)


@every_engine
def test_grades_are_counted_by_group_and_stratum(make):
    columns = {
        "kind": ["standard", "short", "short", "standard", "short", "short"],
        "size": ["small", "large", "small", "large", "large", "large"],
        "overall": [RI, GOOD, BEST, "RI", None, GOOD],
        "times": [5, 45, 39, 6, 2, 1],
    }
    grades = ilr.grades_from_frame(make(columns), grade="overall", group="kind", scale=SCALE)
    assert_array_equal(grades.counts, [[[0, 0, 2, 1], [0, 2, 0, 0]]])
    assert (grades.groups, grades.strata) == (("short", "standard"), ("stratum 1",))
    assert grades.notes == ("1 unit without a grade does not enter.",)
    grades = ilr.grades_from_frame(
        make(columns),
        grade="overall",
        group="kind",
        stratum="size",
        frequency="times",
        scale=SCALE,
    )
    by_size = {"large": [[0, 0, 46, 0], [0, 6, 0, 0]], "small": [[0, 0, 0, 39], [0, 5, 0, 0]]}
    assert grades.strata == ("large", "small")
    assert_array_equal(grades.counts, [by_size[size] for size in grades.strata])
    assert grades.notes == ("2 units without a grade do not enter.",)


def test_declared_order_of_raters_and_groups_is_kept():
    kinds = pd.Categorical(["short", "standard"] * 2, ["standard", "short"], ordered=True)
    frame = pd.DataFrame({"unit": [1, 1, 2, 2], "kind": kinds, "grade": [GOOD, RI, BEST, GOOD]})
    ratings = ilr.ratings_from_frame(frame, unit="unit", rater="kind", grade="grade", scale=SCALE)
    assert ratings.raters == ("standard", "short")
    assert sorted(ratings.patterns.tolist()) == [[1, 2], [2, 3]]
    grades = ilr.grades_from_frame(frame, grade="grade", group="kind", scale=SCALE)
    assert grades.groups == ("standard", "short")
    unordered = frame.assign(kind=pd.Categorical(kinds, ordered=False))
    grades = ilr.grades_from_frame(unordered, grade="grade", group="kind", scale=SCALE)
    assert grades.groups == ("short", "standard")


def test_names_of_different_kinds_have_an_order():
    frame = pd.DataFrame({"kind": ["short", 2, "long", 1], "grade": [GOOD] * 4}, dtype=object)
    grades = ilr.grades_from_frame(frame, grade="grade", group="kind", scale=SCALE)
    assert grades.groups == (1, 2, "long", "short")


def test_columns_may_have_numbers_for_names():
    frame = pd.DataFrame(GRADES)
    ours = ilr.ratings_from_wide(frame, raters=[0, 1, 2], scale=SCALE)
    assert_same(ours, ilr.ratings_from_matrix(GRADES, scale=SCALE, raters=[0, 1, 2]))


def test_a_design_is_passed_on():
    assert wide(design="repeat").notes == long(design="repeat").notes != ()
    assert wide(design="repeat").design == "repeat"


@pytest.mark.parametrize("make", [pd.DataFrame, pl.LazyFrame, pa.table])
def test_the_inspections_are_counted_as_their_dataset_counts_them(make):
    inspections = ilr.load_dataset("inspections").where(framework="ILACS")
    frame = make(dict(inspections.columns))
    pairs = ("previous_overall", "overall")
    moves = ilr.transitions_from_frame(
        frame, before=pairs[0], after=pairs[1], scale=SCALE, frequency="count"
    )
    wanted = inspections.table(**dict.fromkeys(pairs, SCALE.labels))
    assert_array_equal(moves.counts, wanted)
    left_out = inspections.missing(*pairs)
    assert moves.notes == (f"{left_out} units without both grades do not enter.",)
    assert moves.n_units + left_out == inspections.n_units
    by_region = ilr.grades_from_frame(
        frame, grade="overall", group="region", stratum="year", scale=SCALE, frequency="count"
    )
    assert_array_equal(
        by_region.counts,
        inspections.table(year=by_region.strata, region=by_region.groups, overall=SCALE.labels),
    )


# missing ratings

ENCODINGS = {
    "None": lambda column: pd.Series(column, dtype=object),
    "nan": lambda column: pd.Series([np.nan if x is None else x for x in column], dtype=object),
    "NA": lambda column: pd.Series([pd.NA if x is None else x for x in column], dtype=object),
    "empty": lambda column: pd.Series(["" if x is None else x for x in column], dtype=object),
    "string": lambda column: pd.Series(column, dtype="string"),
    "category": lambda column: pd.Series(column, dtype="category"),
    "category with empty": lambda column: pd.Series(
        ["" if x is None else x for x in column], dtype="category"
    ),
}
every_encoding = pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)


@every_encoding
def test_missing_grades_are_missing_however_they_are_written(encode):
    assert_same(wide(columns={name: encode(column) for name, column in WIDE.items()}), wide())
    assert_same(long(columns={**LONG, "grade": encode(LONG["grade"])}), wide())
    polars = pl.DataFrame({**LONG, "grade": [x or "" for x in LONG["grade"]]})
    assert_same(long(lambda _: polars), wide())


NUMBERS = {
    "pandas float": lambda x: pd.DataFrame({k: np.array(v, dtype=float) for k, v in x.items()}),
    "pandas Int64": lambda x: pd.DataFrame({k: pd.array(v, dtype="Int64") for k, v in x.items()}),
    "pandas object": lambda x: pd.DataFrame(x, dtype=object),
    "polars nan": lambda x: pl.DataFrame(
        {k: [float("nan") if y is None else float(y) for y in v] for k, v in x.items()}
    ),
    "polars Int8": lambda x: pl.DataFrame(x, schema=dict.fromkeys(x, pl.Int8)),
    "polars UInt64": lambda x: pl.DataFrame(x, schema=dict.fromkeys(x, pl.UInt64)),
    "pyarrow": pa.table,
}


@pytest.mark.parametrize("make", NUMBERS.values(), ids=NUMBERS)
def test_missing_numbers_are_missing_however_they_are_written(make):
    scale = ilr.Scale([1, 2, 3])
    columns = {"a": [1, 2, None, 3, None], "b": [1, None, None, 2, 3]}
    ours = ilr.ratings_from_wide(make(columns), raters=["a", "b"], scale=scale)
    rows = [[1, 1], [2, np.nan], [np.nan, np.nan], [3, 2], [np.nan, 3]]
    assert_same(ours, ilr.ratings_from_matrix(rows, scale=scale, raters=["a", "b"]))


@every_engine
def test_an_absent_row_is_a_missing_rating(make):
    graded = [grade is not None or unit == "unit 4" for unit, grade in rows_of(LONG)]
    kept = {name: [x for x, g in zip(v, graded, strict=True) if g] for name, v in LONG.items()}
    assert len(kept["unit"]) < len(LONG["unit"])
    assert_same(long(make, kept), wide())


def rows_of(columns):
    return zip(columns["unit"], columns["grade"], strict=True)


def test_a_missing_grade_beside_a_given_one_is_no_second_grade():
    columns = {"unit": [1, 1, 1, 2], "rater": ["a", "a", "b", "b"], "grade": [None, GOOD, RI, RI]}
    ratings = long(columns=columns)
    assert sorted(ratings.patterns.tolist()) == [[-1, 1], [2, 1]]


def test_a_label_spelled_nan_is_a_label():
    scale = ilr.Scale(["nan", "yes"])
    frame = pl.DataFrame({"a": ["nan", "yes", None], "b": ["nan", "nan", "yes"]})
    ratings = ilr.ratings_from_wide(frame, raters=["a", "b"], scale=scale)
    assert ratings.n_missing == 1
    assert_array_equal(ratings.patterns, [[-1, 1], [0, 0], [1, 0]])


def test_alphabetical_order_of_categories_means_nothing():
    """Row 23 of other programs' errors: grade names in alphabetical order, unused ones gone."""
    frame = pd.DataFrame({"before": [GOOD, BEST, RI], "after": [BEST, GOOD, GOOD]})
    plain = ilr.transitions_from_frame(frame, before="before", after="after", scale=SCALE)
    coded = frame.astype(pd.CategoricalDtype(sorted(SCALE.labels), ordered=True))
    assert plain.counts[1, 2] == plain.counts[2, 3] == plain.counts[3, 2] == 1
    assert_array_equal(
        ilr.transitions_from_frame(coded, before="before", after="after", scale=SCALE).counts,
        plain.counts,
    )


def test_a_category_that_no_row_has_is_no_grade():
    column = pd.Categorical([GOOD, RI], [GOOD, RI, "not judged"])
    frame = pd.DataFrame({"a": column, "b": column})
    assert ilr.ratings_from_wide(frame, raters=["a", "b"], scale=SCALE).n_units == 2


# names in an order of their own, and grades in one that means nothing
ORDERS = {
    "rater": ["Zoe", "Ann", "Mia"],
    "kind": ["short", "a standard"],
    "grade": sorted(SCALE.labels, reverse=True),
}
ORDERED_ROWS = {
    "unit": [1, 1, 2, 2, 3],
    "rater": ["Ann", "Zoe", "Mia", "Zoe", "Ann"],
    "grade": [GOOD, GOOD, RI, GOOD, BEST],
    "kind": ["a standard", "a standard", "short", "short", "short"],
}


def duckdb_enum(columns):
    import duckdb

    names = ", ".join(f"{name} {name}_t" if name in ORDERS else f"{name} int" for name in columns)
    connection = duckdb.connect()
    for name, labels in ORDERS.items():
        connection.execute(f"create type {name}_t as enum {tuple(labels)}")
    connection.execute(f"create table graded ({names})")
    connection.executemany(
        "insert into graded values (?, ?, ?, ?)", list(zip(*columns.values(), strict=True))
    )
    # an older relation does not keep its connection open
    KEPT.append(connection)
    return connection.table("graded")


KEPT = []


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(
            lambda columns: pd.DataFrame(columns).astype(
                {name: pd.CategoricalDtype(labels, ordered=True) for name, labels in ORDERS.items()}
            ),
            id="pandas",
        ),
        pytest.param(
            lambda columns: pl.DataFrame(columns).cast(
                {name: pl.Enum(labels) for name, labels in ORDERS.items()}
            ),
            id="polars",
        ),
        pytest.param(duckdb_enum, id="duckdb", marks=without_duckdb),
    ],
)
def test_an_enum_keeps_its_order_of_raters_groups_and_strata_but_not_of_grades(make):
    rows = make(ORDERED_ROWS)
    ratings = ilr.ratings_from_frame(rows, unit="unit", rater="rater", grade="grade", scale=SCALE)
    assert ratings.raters == ("Zoe", "Ann", "Mia")
    assert ratings.scale == SCALE
    groups = ilr.grades_from_frame(rows, grade="grade", group="kind", stratum="rater", scale=SCALE)
    assert groups.groups == ("short", "a standard")
    assert groups.strata == ("Zoe", "Ann", "Mia")
    plain = ilr.grades_from_frame(
        pl.DataFrame(ORDERED_ROWS), grade="grade", group="kind", scale=SCALE
    )
    assert plain.groups == ("a standard", "short")
    assert_array_equal(groups.counts.sum(axis=0), plain.counts[0, ::-1])


# laws


@st.composite
def gradings(draw):
    """Codes, and the same as rows of unit, rater and label in any order, some of them absent."""
    table = draw(our.codes(max_raters=4))
    scale = ilr.Scale(["poor", "fair", "good", "best"])
    rows = [
        (f"unit {unit}", rater, None if code < 0 else scale.labels[code])
        for unit, codes in enumerate(table.tolist())
        for rater, code in enumerate(codes)
    ]
    order = draw(st.permutations(rows))
    return table, scale, order


@pytest.mark.parametrize("make", [pd.DataFrame, pl.LazyFrame, pa.table])
@given(drawn=gradings(), data=st.data())
def test_order_of_rows_is_irrelevant(make, drawn, data):
    table, scale, rows = drawn
    names = list(range(table.shape[1]))
    wanted = ilr.ratings_from_codes(table, scale=scale, raters=names)
    columns = dict(zip(("unit", "rater", "grade"), map(list, zip(*rows, strict=True)), strict=True))
    ours = ilr.ratings_from_frame(
        make(columns), unit="unit", rater="rater", grade="grade", scale=scale
    )
    assert_same(ours, wanted)
    shuffled = table[data.draw(st.permutations(range(len(table))))]
    labels = {f"r{rater}": scale.decode(shuffled[:, rater]).tolist() for rater in names}
    again = ilr.ratings_from_wide(make(labels), raters=list(labels), scale=scale)
    assert_array_equal(again.patterns, wanted.patterns)
    assert_array_equal(again.frequencies, wanted.frequencies)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
@given(table=our.codes(min_raters=2, max_raters=4, n_grades=3), data=st.data())
def test_whole_numbers_are_packed_without_loss(make, table, data):
    lowest = data.draw(st.sampled_from([-(2**62), -5, 0, 1, 2**61]))
    step = data.draw(st.sampled_from([1, 7, 2**40]))
    labels = [lowest + step * grade for grade in range(3)]
    scale = ilr.Scale(labels, scores=[1, 2, 3])
    columns = {
        f"r{rater}": pd.array([None if x < 0 else labels[x] for x in codes], dtype="Int64")
        for rater, codes in enumerate(table.T.tolist())
    }
    if make is not pd.DataFrame:
        columns = {name: pa.array(column, type=pa.int64()) for name, column in columns.items()}
    ours = ilr.ratings_from_wide(make(columns), raters=list(columns), scale=scale)
    assert_same(ours, ilr.ratings_from_codes(table, scale=scale, raters=list(columns)))


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_many_raters_need_many_numbers(make):
    rng = np.random.default_rng(7)
    codes = rng.integers(-1, 4, size=(12, 90)).astype(np.int8)
    units, raters = np.nonzero(codes >= 0)
    order = rng.permutation(len(units))
    columns = {
        "unit": units[order],
        "rater": raters[order],
        "grade": SCALE.decode(codes[units, raters])[order].tolist(),
    }
    assert_same(long(make, columns), ilr.ratings_from_codes(codes, scale=SCALE, raters=range(90)))


def test_small_counts_do_not_overflow():
    n_rows = 40
    times = pl.Series([100_000_000] * n_rows, dtype=pl.Int32)
    frame = pl.DataFrame({"a": [GOOD] * n_rows, "b": [RI] * n_rows, "times": times})
    ratings = ilr.ratings_from_wide(frame, raters=["a", "b"], scale=SCALE, frequency="times")
    assert ratings.n_units == n_rows * 100_000_000


def test_a_lazy_frame_is_not_collected(monkeypatch, tmp_path):
    collected = []
    collect = pl.LazyFrame.collect

    def watched(lazy, *args, **options):
        table = collect(lazy, *args, **options)
        collected.append((options.get("engine"), table.height))
        return table

    path, many = tmp_path / "units.parquet", 500
    columns = {**WIDE, "region": REGIONS, "times": COUNTS}
    pl.DataFrame({name: values * many for name, values in columns.items()}).write_parquet(path)
    options = {"cluster": "region", "frequency": "times"}
    wanted = wide(columns=columns, **options)
    # polars collects too where it makes a frame of one value for all rows
    units = pl.LazyFrame({"unit": range(7 * many), "grade": [GOOD, RI] * 1750, "rater": 1})
    monkeypatch.setattr(pl.LazyFrame, "collect", watched)
    ours = wide(lambda _: pl.scan_parquet(path), **options)
    assert_array_equal(ours.frequencies, wanted.frequencies * many)
    assert long(lambda _: units).n_units == 7 * many
    assert "streaming" in {engine for engine, _ in collected}
    assert max(height for _, height in collected) <= len(GRADES)


# errors

ROLES = {"unit": "unit", "rater": "rater", "grade": "grade", "scale": SCALE}
every_memory = pytest.mark.parametrize("name", IN_MEMORY)


@every_memory
def test_an_unknown_grade_is_named_with_its_place(name):
    make = ENGINES[name]
    columns = {**WIDE, "b": [GOOD, "excellent", GOOD, None, "excellent", None, RI]}
    where = r"'excellent', which is not in \(.*\): column 'b', 2 rows \(the first is row 1\)\.$"
    with pytest.raises(ValueError, match=where):
        wide(make, columns)
    columns = {**LONG, "grade": [*LONG["grade"][:-1], "superb"]}
    with pytest.raises(ValueError, match=r"'superb', .*: column 'grade', 1 row \(row 20\)\.$"):
        long(make, columns)
    pairs = {"a": ["superb", "bad", GOOD], "b": [GOOD, "bad", "bad"]}
    with pytest.raises(ValueError, match=r"'bad', .*: column 'a', 1 row .*1 other unknown value"):
        ilr.transitions_from_frame(make(pairs), before="a", after="b", scale=SCALE)
    with pytest.raises(ValueError, match=r"'bad', .*: column 'b', 2 rows \(the first is row 1\)"):
        ilr.grades_from_frame(make(pairs), grade="b", group="a", scale=SCALE)


def test_an_unknown_grade_in_a_lazy_frame_is_counted():
    with pytest.raises(ValueError, match=r"'bad', which is not in \(.*\): column 'b', 2 rows\.$"):
        wide(pl.LazyFrame, {**WIDE, "b": ["bad", "bad", None, None, None, None, None]})


@every_engine
def test_grades_are_read_in_any_spelling_of_their_number(make):
    frame = make({"a": ["1", "2.0", " 2"], "b": [1.0, 1.0, 2.0]})
    ratings = ilr.ratings_from_wide(frame, raters=["a", "b"], scale=ilr.Scale([2, 1]))
    assert ratings.patterns.tolist() == [[0, 0], [0, 1], [1, 1]]
    assert ratings.frequencies.tolist() == [1, 1, 1]


@every_engine
def test_two_spellings_of_a_number_are_one_key(make):
    frame = make(
        {
            "unit": ["800", "800.0", "0800", "v1.0", "800", "800.0"],
            "rater": ["1", "2.0", "1.0", "2", "2", "1"],
            "grade": [GOOD, RI, GOOD, GOOD, None, None],
        }
    )
    roles = {"unit": "unit", "rater": "rater", "grade": "grade"}
    ratings = ilr.ratings_from_frame(frame, scale=SCALE, **roles)
    assert ratings.raters in (("1", "2"), ("2", "1"))
    pattern = [2, 1] if ratings.raters == ("1", "2") else [1, 2]
    assert ratings.n_units == 3
    assert pattern in ratings.patterns.tolist()
    groups = ilr.grades_from_frame(frame, grade="grade", group="rater", scale=SCALE).groups
    assert sorted(groups) == ["1", "2"]


@pytest.mark.parametrize(
    "values",
    [[800, 800.0, "800", "x"], [800, "800.0", 800.0, None], ["1.0", 1, 1.5, True]],
    ids=str,
)
def test_mixed_keys_are_one_where_they_are_one_number(values):
    frame = pd.DataFrame(
        {"unit": pd.Series(values, dtype=object), "rater": list("abcd"), "grade": [GOOD] * 4}
    )
    roles = {"unit": "unit", "rater": "rater", "grade": "grade"}
    if None in values:
        with pytest.raises(ValueError, match="`unit` is missing"):
            ilr.ratings_from_frame(frame, scale=SCALE, **roles)
    elif True in values:
        with pytest.raises(TypeError, match=r"`unit` .* holds True beside numbers"):
            ilr.ratings_from_frame(frame, scale=SCALE, **roles)
    else:
        assert ilr.ratings_from_frame(frame, scale=SCALE, **roles).n_units == 2


@every_engine
def test_nothing_but_spaces_is_missing(make):
    frame = make({"a": [GOOD, "  ", "\t"], "b": [GOOD, RI, "\xa0"], "c": ["x", "y", "z"]})
    ratings = ilr.ratings_from_wide(frame, raters=["a", "b"], scale=SCALE)
    assert (ratings.n_ratings, ratings.n_missing) == (3, 3)
    with pytest.raises(ValueError, match="`group` is missing in column 'a' of 2 rows"):
        ilr.grades_from_frame(frame, grade="c", group="a", scale=ilr.Scale(["x", "y", "z"]))


@every_engine
def test_what_a_scale_declares_missing_is_counted_at_every_door(make):
    scale = ilr.Scale(SCALE.labels, missing=["Not judged", "N/A"], fold=True)
    columns = {
        "unit": ["p", "q", "r", "p", "q", "r"],
        "rater": ["a", "a", "a", "b", "b", "b"],
        "grade": ["Good", "not judged", "RI", "n/a", GOOD, GOOD],
        "times": [1, 2, 3, 1, 2, 3],
    }
    columns["grade"][2] = "Requires  Improvement"
    wide_columns = {"a": columns["grade"][:3], "b": columns["grade"][3:], "times": [1, 2, 3]}
    note = "3 {}s are missing by what the scale declares to mean no grade: 'N/A' 1, 'Not judged' 2."
    long_ratings = ilr.ratings_from_frame(
        make(columns), unit="unit", rater="rater", grade="grade", frequency="times", scale=scale
    )
    options = {"scale": scale, "frequency": "times"}
    wide_ratings = ilr.ratings_from_wide(make(wide_columns), raters=["a", "b"], **options)
    moves = ilr.transitions_from_frame(make(wide_columns), before="a", after="b", **options)
    groups = ilr.grades_from_frame(make(columns), grade="grade", group="rater", **options)
    for ratings in (long_ratings, wide_ratings):
        assert (ratings.n_ratings, ratings.n_missing) == (9, 3)
        assert sorted_note(ratings.notes) == sorted_note([note.format("rating")])
    for table in (moves, groups):
        assert sorted_note(table.notes[1:]) == sorted_note([note.format("grade")])
    assert moves.n_units == 3
    assert groups.n_units == 9


def sorted_note(notes):
    """Return one note with its codes in order: engines return rows in any."""
    [text] = notes
    start, codes = text.removesuffix(".").split(": ")
    return start, sorted(codes.split(", "))


@pytest.mark.parametrize("engine", ["pandas", "pyarrow"])
def test_a_header_that_two_columns_have_is_refused(engine):
    twice = {
        "pandas": pd.DataFrame([[GOOD, RI, RI]], columns=["x", "y", "y"]),
        "pyarrow": pa.Table.from_arrays([pa.array([GOOD])] * 3, names=["x", "y", "y"]),
    }[engine]
    with pytest.raises(ValueError, match="`frame` has two columns named 'y'"):
        ilr.ratings_from_wide(twice, raters=["x", "y"], scale=SCALE)
    with pytest.raises(ValueError, match="`frame` has two columns named 'y'"):
        ilr.transitions_from_frame(twice, before="x", after="y", scale=SCALE)


def test_headers_of_several_levels_are_told_to_be_joined():
    frame = pd.DataFrame([[GOOD, RI]], columns=pd.MultiIndex.from_tuples([("r", "a"), ("r", "b")]))
    with pytest.raises(TypeError, match="`frame` has headers of several levels: join them"):
        ilr.ratings_from_wide(frame, raters=[("r", "a"), ("r", "b")], scale=SCALE)


@pytest.mark.parametrize("argument", ["unit", "rater", "grade"])
def test_a_list_in_a_cell_is_refused(argument):
    frame = pd.DataFrame({"unit": ["u", "v"], "rater": ["a", "a"], "grade": [GOOD, RI]})
    frame[argument] = [["x"], ["y"]]
    with pytest.raises(TypeError, match=rf"`{argument}` is column .* holds \['x'\] in row 0"):
        ilr.ratings_from_frame(frame, unit="unit", rater="rater", grade="grade", scale=SCALE)


@pytest.mark.parametrize("dtype", ["float16", "float32", "Float32", "int8", "object"])
def test_numbers_of_any_width_are_read(dtype):
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 3]}).astype(dtype)
    ratings = ilr.ratings_from_wide(frame, raters=["a", "b"], scale=ilr.Scale([1, 2, 3]))
    assert ratings.patterns.tolist() == [[0, 0], [1, 2], [2, 2]]
    long_frame = frame.assign(unit=frame["a"], rater=[1, 1, 2])
    roles = {"unit": "unit", "rater": "rater", "grade": "b"}
    assert ilr.ratings_from_frame(long_frame, scale=ilr.Scale([1, 2, 3]), **roles).n_units == 3


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table])
def test_true_is_not_one_in_a_frame(make):
    with pytest.raises(ValueError, match="True and False are not 1 and 0"):
        ilr.ratings_from_wide(
            make({"a": [True, True], "b": [1, 0]}), raters=["a", "b"], scale=ilr.Scale([0, 1])
        )
    mixed = pd.DataFrame({"a": pd.Series([True, 1], dtype=object), "b": [1, 0]})
    with pytest.raises(TypeError, match="`raters` is column 'a', which holds True beside numbers"):
        ilr.ratings_from_wide(mixed, raters=["a", "b"], scale=ilr.Scale([0, 1]))


@every_engine
def test_a_unit_graded_twice_by_a_rater_is_refused(make):
    columns = {
        "unit": ["Kent", "Kent", "Devon", "Kent", "Kent"],
        "rater": ["a", "b", "a", "a", "b"],
        "grade": [GOOD, RI, RI, BEST, None],
    }
    with pytest.raises(
        ValueError, match=r"'Kent' graded 2 times by rater 'a' \('good', 'outstanding'\): a rater"
    ):
        long(make, columns)
    columns["grade"][-1] = RI
    with pytest.raises(ValueError, match=r"'Kent' graded 2 times .* and 1 other pair likewise"):
        long(make, columns)


@pytest.mark.parametrize("times", [2, 3, 1000, 5000])
def test_any_number_of_repeats_is_noticed(times):
    columns = {"unit": [1] * times + [2], "rater": ["a"] * times + ["b"]}
    columns["grade"] = [GOOD] * times + [RI]
    with pytest.raises(ValueError, match=f"unit 1 graded {times} times by rater 'a'"):
        long(pl.DataFrame, columns)


@every_engine
def test_a_rater_in_two_spellings_is_one_who_graded_twice(make):
    columns = {"unit": ["x"] * 3, "rater": ["7", "7.0", "8"], "grade": [GOOD, RI, RI]}
    with pytest.raises(ValueError, match="graded 2 times by rater '7'"):
        long(make, columns)


@given(drawn=gradings(), n_parts=st.integers(2, 5))
def test_units_taken_a_part_at_a_time_are_the_same_units(drawn, n_parts):
    _, scale, rows = drawn
    roles = {"unit": "unit", "rater": "rater", "grade": "grade", "scale": scale}
    frame = pl.LazyFrame(rows, schema=["unit", "rater", "grade"], orient="row")
    whole, named = (ilr.ratings_from_frame(frame, **roles, name_units=n) for n in (False, True))
    with pytest.MonkeyPatch.context() as few:
        few.setattr(pivots, "UNITS_AT_ONCE", 1 / n_parts)
        few.setattr(pivots, "MOST_PARTS", n_parts)
        assert_same(ilr.ratings_from_frame(frame, **roles), whole)
        assert ilr.ratings_from_frame(frame, **roles, name_units=True) == named


def test_a_repeat_is_noticed_where_units_are_taken_in_parts(monkeypatch):
    monkeypatch.setattr(pivots, "UNITS_AT_ONCE", 1)
    columns = {"unit": list("abcdefg") * 2, "rater": ["x", "y"] * 7, "grade": [GOOD] * 14}
    assert long(pl.LazyFrame, columns).n_units == 7
    columns["unit"].append("c")
    columns["rater"].append("x")
    columns["grade"].append(RI)
    with pytest.raises(ValueError, match="unit 'c' graded 2 times by rater 'x'"):
        long(pl.LazyFrame, columns)


def test_a_unit_has_one_cluster_and_one_frequency():
    columns = {
        "unit": [1, 1, 2, 2],
        "rater": ["a", "b"] * 2,
        "grade": [GOOD, GOOD, RI, GOOD],
        "region": ["north", "north", "south", "east"],
        "times": [3, 4, 1, 1],
    }
    with pytest.raises(
        ValueError,
        match=r"`cluster` must be one .*'region' holds 'east' and 'south' for unit 2",
    ):
        long(columns=columns, cluster="region")
    with pytest.raises(ValueError, match=r"`frequency` must be one .*'times' holds 3 and 4 for u"):
        long(columns=columns, frequency="times")


@pytest.mark.parametrize(
    ("argument", "value"),
    [("unit", "name"), ("rater", "name"), ("grade", "name"), ("cluster", "name")],
)
def test_an_absent_column_is_named_with_those_there(argument, value):
    has = "'unit', 'rater', 'grade'"
    with pytest.raises(
        ValueError, match=f"`{argument}` is column 'name', .* not have; it has {has}"
    ):
        ilr.ratings_from_frame(pd.DataFrame(LONG), **{**ROLES, argument: value})


def test_an_absent_column_of_other_builders_is_named():
    frame = pl.LazyFrame(WIDE)
    with pytest.raises(ValueError, match="`raters` is column 'd', which `frame` does not have"):
        ilr.ratings_from_wide(frame, raters=["a", "d"], scale=SCALE)
    with pytest.raises(ValueError, match="`after` is column 'd'"):
        ilr.transitions_from_frame(frame, before="a", after="d", scale=SCALE)
    with pytest.raises(ValueError, match="`stratum` is column 'd'"):
        ilr.grades_from_frame(frame, grade="a", group="b", stratum="d", scale=SCALE)


def test_a_column_has_one_role():
    frame = pd.DataFrame(WIDE)
    with pytest.raises(ValueError, match="`raters` is column 'a', which is `raters` already"):
        ilr.ratings_from_wide(frame, raters=["a", "a"], scale=SCALE)
    with pytest.raises(ValueError, match="`after` is column 'a', which is `before` already"):
        ilr.transitions_from_frame(frame, before="a", after="a", scale=SCALE)
    with pytest.raises(ValueError, match="`cluster` is column 'b', which is `raters` already"):
        ilr.ratings_from_wide(frame, raters=["a", "b"], cluster="b", scale=SCALE)


@pytest.mark.parametrize("raters", ["a", 3, None])
def test_raters_are_a_sequence_of_columns(raters):
    with pytest.raises(TypeError, match="`raters` must be a sequence of column names, but got"):
        ilr.ratings_from_wide(pd.DataFrame(WIDE), raters=raters, scale=SCALE)


def test_no_rater_is_refused():
    with pytest.raises(ValueError, match="`raters` must name at least one column"):
        ilr.ratings_from_wide(pd.DataFrame(WIDE), raters=[], scale=SCALE)


@pytest.mark.parametrize("column", [["grade"], None, ("unit", "grade"), 1.5])
def test_a_column_is_named_by_a_string(column):
    with pytest.raises(TypeError, match="`grade` must be the name of a column, but got"):
        ilr.ratings_from_frame(pd.DataFrame(LONG), **{**ROLES, "grade": column})


@pytest.mark.parametrize("frame", [GRADES, np.eye(2), WIDE, pd.Series([1]), None, "file.csv"])
def test_a_frame_is_a_frame(frame):
    with pytest.raises(TypeError, match=r"`frame` must be a dataframe .* but got "):
        ilr.ratings_from_wide(frame, raters=["a", "b"], scale=SCALE)


def test_columns_with_the_same_name_are_refused():
    frame = pd.DataFrame(GRADES, columns=["a", "a", "b"])
    with pytest.raises(ValueError, match="`frame` has two columns named"):
        ilr.ratings_from_wide(frame, raters=["a", "b"], scale=SCALE)


def test_a_column_of_lists_is_refused():
    frame = pl.DataFrame({"a": [[GOOD], [RI]], "b": [GOOD, RI]})
    with pytest.raises(TypeError, match=r"`raters` is column 'a', which holds List\(String\)"):
        ilr.ratings_from_wide(frame, raters=["a", "b"], scale=SCALE)


# a dictionary without entries has no type
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(make, id=name, marks=without_duckdb if name == "duckdb" else ())
        for name, make in ENGINES.items()
        if make not in (ENGINES["pyarrow dictionary"], ordered)
    ],
)
def test_an_empty_frame_is_refused(make):
    with pytest.raises(ValueError, match="`frame` is empty: it has no row"):
        wide(make, {name: [] for name in WIDE})
    with pytest.raises(ValueError, match="`frame` is empty: it has no row"):
        long(make, {name: [] for name in LONG})


@every_memory
@pytest.mark.parametrize("bad", [-1, 1.5, None, float("nan"), float("inf")])
def test_a_frequency_is_a_whole_number(name, bad):
    make = ENGINES[name]
    times = [1, 2, 3, bad, 4, 5, bad]
    if isinstance(bad, float):
        times = [float(number) for number in times]
    columns = {**WIDE, "times": times}
    match = "`frequency` must be whole numbers of 0 or more, but column 'times' holds others in 2"
    with pytest.raises(ValueError, match=match):
        wide(make, columns, frequency="times")
    with pytest.raises(ValueError, match=match):
        ilr.transitions_from_frame(
            make(columns), before="a", after="b", frequency="times", scale=SCALE
        )
    with pytest.raises(ValueError, match=match):
        ilr.grades_from_frame(
            make({**columns, "kind": REGIONS}),
            grade="a",
            group="kind",
            frequency="times",
            scale=SCALE,
        )
    with pytest.raises(
        ValueError, match=r"`frequency` must be whole numbers .* as (-1|1.5|nan|inf|None|<NA>)\.$"
    ):
        long(make, {**LONG, "times": each_rating(columns["times"])}, frequency="times")


def test_a_frequency_is_a_number():
    with pytest.raises(TypeError, match="`frequency` must be numbers, but column 'c' holds String"):
        ilr.ratings_from_wide(pl.DataFrame(WIDE), raters=["a", "b"], frequency="c", scale=SCALE)


@every_engine
def test_a_missing_unit_rater_or_cluster_is_refused(make):
    for argument in ("unit", "rater"):
        values = list(LONG[argument])
        values[4], values[9] = None, ""
        with pytest.raises(ValueError, match=f"`{argument}` is missing in column .* of 2 rows"):
            long(make, {**LONG, argument: values})
    regions = [*REGIONS[:-1], None]
    with pytest.raises(ValueError, match="`cluster` is missing in column 'region' of 1 row"):
        wide(make, {**WIDE, "region": regions}, cluster="region")
    with pytest.raises(ValueError, match="`cluster` is missing in column 'region' of 3 rows"):
        long(make, {**LONG, "region": each_rating(regions)}, cluster="region")


@every_engine
def test_a_missing_group_or_stratum_is_refused(make):
    columns = {**WIDE, "kind": [*REGIONS[:-2], None, ""], "size": REGIONS}
    roles = {"grade": "a", "scale": SCALE}
    with pytest.raises(ValueError, match="`group` is missing in column 'kind' of 2 rows"):
        ilr.grades_from_frame(make(columns), group="kind", **roles)
    with pytest.raises(ValueError, match="`stratum` is missing in column 'kind' of 2 rows"):
        ilr.grades_from_frame(make(columns), group="size", stratum="kind", **roles)


def test_the_first_missing_row_is_named_where_rows_are_held():
    frame = pd.DataFrame({**WIDE, "size": [1.0, 2.0, np.nan, 1.0, np.nan, 1.0, 1.0]})
    with pytest.raises(ValueError, match=r"of 2 rows \(the first is row 2\): every row needs one"):
        ilr.grades_from_frame(frame, grade="a", group="size", scale=SCALE)


@every_memory
def test_a_frame_without_grades_is_refused(name):
    make = ENGINES[name]
    nothing = {"a": ["", ""], "b": ["", ""], "unit": ["1", "2"], "times": [0, 0]}
    with pytest.raises(ValueError, match="`frame` holds no grade"):
        ilr.ratings_from_wide(make(nothing), raters=["a", "b"], scale=SCALE)
    with pytest.raises(ValueError, match="`grade` is missing in every row of column 'a'"):
        ilr.ratings_from_frame(
            make({**nothing, "by": ["x", "y"]}), unit="unit", rater="by", grade="a", scale=SCALE
        )
    with pytest.raises(ValueError, match="no unit with a grade in both 'a' and 'b'"):
        ilr.transitions_from_frame(make(nothing), before="a", after="b", scale=SCALE)
    with pytest.raises(ValueError, match="no unit with a grade in 'a'"):
        ilr.grades_from_frame(make(nothing), grade="a", group="unit", scale=SCALE)
    given = {**nothing, "a": [GOOD, RI], "b": [GOOD, GOOD]}
    with pytest.raises(ValueError, match="`frame` holds no grade"):
        ilr.ratings_from_wide(make(given), raters=["a", "b"], frequency="times", scale=SCALE)


BUILDERS = {
    "ratings_from_frame": {"unit": "unit", "rater": "rater", "grade": "grade"},
    "ratings_from_wide": {"raters": ["unit", "grade"]},
    "transitions_from_frame": {"before": "unit", "after": "grade"},
    "grades_from_frame": {"grade": "grade", "group": "rater"},
}
every_builder = pytest.mark.parametrize(("builder", "roles"), BUILDERS.items())


@every_builder
def test_a_scale_is_a_scale(builder, roles):
    with pytest.raises(TypeError, match="`scale` must be a Scale, but got list"):
        getattr(ilr, builder)(pd.DataFrame(LONG), **roles, scale=list(SCALE.labels))


@every_builder
def test_without_narwhals_the_extra_is_named(builder, roles, monkeypatch):
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(ImportError, match=r"needs narwhals: install the extra `frames`"):
        getattr(ilr, builder)(pd.DataFrame(LONG), **roles, scale=SCALE)


@pytest.mark.parametrize("build", [wide, long])
def test_an_unknown_design_is_refused(build):
    with pytest.raises(ValueError, match="`design` must be one of"):
        build(design="both")


def test_an_array_is_no_name_of_a_column_beside_a_named_index():
    frame = pd.DataFrame({"unit": ["u0"], "grade": [1], "kind": ["short"]}).set_index("unit")
    with pytest.raises(TypeError, match="`frequency` must be the name of a column"):
        ilr.grades_from_frame(
            frame, grade="grade", group="kind", scale=ilr.Scale([1, 2]), frequency=np.eye(2)
        )
