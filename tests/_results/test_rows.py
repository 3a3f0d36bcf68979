"""Results go where people work: a number, a format, a dataframe of their library, Markdown."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import ilacs_reliability as ilr
from closeness import close
from laws.test_arguments import CALLS, call_of

TABLE = [[5, 3, 0], [2, 20, 5], [1, 3, 30]]
KAPPA = ilr.cohen_kappa(ilr.ratings_from_table(TABLE, scale=ilr.Scale(["a", "b", "c"])))
LIBRARIES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.Table}


def result(name):
    given, options = call_of(name)
    return getattr(ilr, name)(*given, **options)


RECORDS = [name for name in CALLS if hasattr(result(name), "to_frame")]


def test_an_estimate_is_a_number_and_formats_as_one():
    assert float(KAPPA) == KAPPA.value
    assert f"{KAPPA:.2f}" == f"{KAPPA.value:.2f}"
    assert f"{KAPPA:.1%}" == f"{KAPPA.value:.1%}"
    assert f"{KAPPA}" == str(KAPPA)
    assert f"{KAPPA:.3f}" == "0.656"


def test_an_undefined_estimate_is_nan():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        undefined = ilr.cohen_kappa(
            ilr.ratings_from_table([[3, 0], [0, 0]], scale=ilr.Scale([1, 2]))
        )
    assert math.isnan(float(undefined))
    assert f"{undefined:.2f}" == "nan"


def test_a_batch_is_no_number():
    one = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 1]], scale=ilr.Scale([1, 2]))
    batch = ilr.cohen_kappa(replace(one, frequencies=np.array([[3, 1, 2], [2, 2, 2]])))
    with pytest.raises(TypeError, match="a batch of 2 estimates"):
        float(batch)
    frame = batch.to_frame()
    assert list(frame["study"]) == [0, 1]
    assert list(frame["value"]) == list(batch.value)
    assert list(frame["low"]) == list(batch.confidence_interval().low)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_frame_is_of_the_library_that_was_asked_for(library):
    frame = KAPPA.to_frame(library=library)
    assert isinstance(frame, LIBRARIES[library])
    value = frame["value"]
    assert [cell.as_py() if hasattr(cell, "as_py") else cell for cell in value] == [KAPPA.value]


def test_another_library_is_refused():
    with pytest.raises(ValueError, match="`library` must be"):
        KAPPA.to_frame(library="excel")


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_gives_rows_and_markdown(name):
    record = result(name)
    frame, text = record.to_frame(library="polars"), record.to_markdown()
    assert len(frame) >= 1
    lines = text.splitlines()
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert len(lines) == len(frame) + 2
    assert "nan" not in text.split()


def test_estimates_are_a_row_each():
    grades = ilr.specific_agreement(ilr.ratings_from_table(TABLE, scale=ilr.Scale(["a", "b", "c"])))
    frame = grades.to_frame()
    assert list(frame["value"]) == [close(one.value) for one in grades.values()]
    assert np.all(frame["low"] <= frame["high"])
    assert grades.to_markdown().startswith("| ")
