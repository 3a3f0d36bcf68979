"""Three annotators' labels in Parquet, counted by an engine of your choice, and by pandas.

    python on_a_cluster.py dask
    python on_a_cluster.py polars duckdb ibis dask spark

Each engine counts the patterns where the rows are; `questions` is the same for all of them.
"""

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

import ilacs_reliability as ilr

SCALE = ilr.Scale(["poor", "fair", "good"])


def questions(rows):
    """Return the answers for a frame of any engine: a row for each label."""
    ratings = ilr.ratings_from_frame(
        rows, unit="item", rater="annotator", grade="label", scale=SCALE
    )
    return ilr.fleiss_kappa(ratings), ilr.krippendorff_alpha(ratings, metric="ordinal")


def write(folder, n_files=4, n_items=5_000):
    """Write files of made-up labels, a fifth of them missing, in no order."""
    rng = np.random.default_rng(7)
    quality = rng.integers(0, 3, n_files * n_items)
    items = np.arange(len(quality))
    seen = [np.clip(quality + rng.integers(-1, 2, len(quality)), 0, 2) for _ in range(3)]
    rows = pd.concat(
        pd.DataFrame({"item": items, "annotator": name, "label": np.array(SCALE.labels)[codes]})
        for name, codes in zip(["Ada", "Bo", "Cy"], seen, strict=True)
    ).sample(frac=0.8, random_state=1)
    for number in range(n_files):
        rows[number::n_files].to_parquet(folder / f"part-{number}.parquet", index=False)


@contextmanager
def polars():
    import polars as pl

    yield lambda folder: pl.scan_parquet(Path(folder) / "*.parquet")


@contextmanager
def duckdb():
    import duckdb as db

    with db.connect() as connection:
        yield lambda folder: connection.read_parquet(f"{folder}/*.parquet")


@contextmanager
def ibis():
    import ibis as known

    connection = known.duckdb.connect()
    yield lambda folder: connection.read_parquet(f"{folder}/*.parquet")
    connection.disconnect()


@contextmanager
def dask():
    import dask.dataframe as dd
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster):  # where one runs already: Client("tcp://scheduler:8786")
        yield dd.read_parquet


@contextmanager
def spark():
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield lambda folder: session.read.parquet(str(folder))
    session.stop()


ENGINES = {"polars": polars, "duckdb": duckdb, "ibis": ibis, "dask": dask, "spark": spark}


def main(names):
    """Answer by each engine and compare with pandas, which holds every row."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        held = questions(pd.read_parquet(folder))
        for name in names:
            with ENGINES[name]() as read:
                answers = questions(read(folder))
            print(name, *(f"{answer.value:.4f}" for answer in answers), answers == held)


if __name__ == "__main__":  # a cluster's processes read this file, too
    main(sys.argv[1:] or ["dask"])
