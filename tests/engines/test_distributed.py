"""A cluster of processes, Spark and Ibis count what pandas counts, and send only the patterns.

`make test-engines` installs them. They are opened as the guide's script opens them, each once for
the module.
"""

from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from shutil import which

import numpy as np
import pandas as pd
import pytest

import ilacs_reliability as ilr
from ilacs_reliability._data import engines, pivots

SCRIPT = Path(__file__).parents[2] / "docs" / "guides" / "on_a_cluster.py"
SCALE = ilr.OFSTED_SCALE
RATERS = ["b", "a", "c"]
N_UNITS = 400
pytestmark = [
    pytest.mark.filterwarnings("ignore:Dask support is moving:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # sockets that engines leave open
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis of DuckDB
]


def needing(engine, *packages, program=None):
    absent = any(find_spec(name) is None for name in packages)
    gone = absent or (program is not None and which(program) is None)
    return pytest.param(engine, marks=pytest.mark.skipif(gone, reason=f"{engine} is absent"))


ENGINES = [
    needing("dask", "dask", "distributed"),
    needing("spark", "pyspark", program="java"),
    needing("ibis", "ibis", "duckdb"),
]


@pytest.fixture(scope="module")
def script():
    found = spec_from_file_location("on_a_cluster", SCRIPT)
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=ENGINES)
def read(request, script):
    with script.ENGINES[request.param]() as opened:
        yield opened


@pytest.fixture
def engine(read, tmp_path):
    """Return what makes a frame of an engine of one of pandas: two files of Parquet."""

    def frame(table):
        for part in range(2):
            table[part::2].to_parquet(tmp_path / f"{part}.parquet", index=False)
        return read(tmp_path)

    return frame


@pytest.fixture
def rows_sent(monkeypatch):
    """Return the number of rows of each result that an engine sends."""
    sent = []

    def watched(query):
        columns = collect(query)
        sent.append(len(columns[0]))
        return columns

    collect = engines.collect
    monkeypatch.setattr(engines, "collect", watched)
    monkeypatch.setattr(pivots, "collect", watched)
    return sent


def wide():
    """Return units as rows, some of them ungraded, with what they belong to and stand for."""
    rng = np.random.default_rng(20261129)
    labels = np.array([*SCALE.labels, "RI", None], dtype=object)
    columns = {rater: labels[rng.integers(0, 6, N_UNITS)] for rater in RATERS}
    columns["region"] = rng.choice(["north", "south", "east"], N_UNITS)
    columns["times"] = rng.integers(0, 4, N_UNITS)
    columns["unit"] = [f"unit {number}" for number in range(N_UNITS)]
    return pd.DataFrame(columns)


def long():
    rows = wide().melt(["unit", "region"], RATERS, "rater", "grade")
    return rows.sample(frac=1.0, random_state=3).reset_index(drop=True)


def agreement(make):
    columns = {"unit": "unit", "rater": "rater", "grade": "grade", "cluster": "region"}
    return ilr.ratings_from_frame(make(long()), **columns, scale=SCALE)


def shift(make):
    return ilr.transitions_from_frame(make(wide()), before="a", after="b", scale=SCALE)


def comparison(make):
    columns = {"grade": "a", "group": "region", "frequency": "times"}
    return ilr.grades_from_frame(make(wide()), **columns, scale=SCALE)


QUESTIONS = {
    agreement: lambda data: ilr.krippendorff_alpha(data, metric="ordinal"),
    shift: ilr.stuart_maxwell,
    comparison: lambda data: ilr.jonckheere(data, method="asymptotic"),
}


@pytest.mark.parametrize("build", QUESTIONS)
def test_an_engine_counts_what_pandas_counts_and_sends_no_row(engine, build, rows_sent):
    ours = build(engine)
    assert 0 < max(rows_sent) < N_UNITS
    theirs = build(lambda table: table[::-1])
    assert ours == theirs
    assert QUESTIONS[build](ours) == QUESTIONS[build](theirs)


def test_the_script_of_the_guide_answers_as_pandas_does(script, read, tmp_path):
    script.write(tmp_path, n_files=2, n_items=100)
    assert script.questions(read(tmp_path)) == script.questions(pd.read_parquet(tmp_path))


@pytest.mark.parametrize("read", ENGINES[2:], indirect=True)
def test_a_rating_too_many_is_named(engine):
    table = long().dropna()
    again = engine(pd.concat([table, table[7:8].assign(grade="good")]))
    columns = {"unit": "unit", "rater": "rater", "grade": "grade"}
    unit, rater = table.unit.iloc[7], table.rater.iloc[7]
    with pytest.raises(ValueError, match=f"unit {unit!r} graded 2 times by rater {rater!r}"):
        ilr.ratings_from_frame(again, **columns, scale=SCALE)


@pytest.mark.parametrize("read", ENGINES[:1], indirect=True)
def test_an_ordered_categorical_keeps_its_order(read):
    import dask.dataframe as dd

    assert read is dd.read_parquet
    order = ["south", "north", "east"]
    table = wide().assign(region=lambda t: pd.Categorical(t.region, order, ordered=True))
    frame = dd.from_pandas(table, npartitions=3)
    found = ilr.grades_from_frame(frame, grade="a", group="region", scale=SCALE)
    assert found.groups == tuple(order)
