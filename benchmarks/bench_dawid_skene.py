"""How long latent classes take beside crowd-kit, in one interleaved run.

    python benchmarks/bench_dawid_skene.py --crowdkit-python PYTHON

Each line is a ratio: crowd-kit's time over the library's, in turn, each the least disturbed of its
rounds, on one thread. crowd-kit gets its long table ready-made and takes EM steps from the votes
until its own default tolerance; the library gets codes of units by raters, counts their patterns
and goes on to the maximum, from the votes alone ("one start") or from its twenty starts.
PYTHON is an interpreter that has crowd-kit (1.4.2 here), numpy and pandas; without one nothing is
timed.
"""

from __future__ import annotations

import argparse
import os
import tempfile

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

from functools import partial

import numpy as np
from timing import Remote, interleaved, show

import ilacs_reliability as ilr

CROWDKIT = """
import os
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np, pandas as pd
from crowdkit.aggregation import DawidSkene
codes = np.load({path!r})
units, raters = codes.shape
table = pd.DataFrame({{
    "task": np.repeat(np.arange(units), raters),
    "worker": np.tile(np.arange(raters), units),
    "label": codes.ravel(),
}})
def work():
    DawidSkene(n_iter=100).fit(table)
"""
WANTED = {"one start": 200.0, "twenty starts": 200.0}


def codes(n_units: int, n_raters: int) -> np.ndarray:
    """Draw grades by raters who are right in 60 to 90 units of 100, complete."""
    rng = np.random.default_rng(20261128)
    true = rng.choice(4, n_units, p=[0.1, 0.2, 0.45, 0.25])
    right = rng.random((n_units, n_raters)) < rng.uniform(0.6, 0.9, n_raters)
    drawn = rng.integers(0, 4, (n_units, n_raters))
    return np.where(right, true[:, None], drawn).astype(np.int8)


def fitted(table: np.ndarray, n_starts: int) -> ilr.DawidSkene:
    ratings = ilr.ratings_from_codes(table, scale=ilr.OFSTED_SCALE)
    return ilr.dawid_skene(ratings, n_starts=n_starts)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time latent classes beside crowd-kit.")
    parser.add_argument("--crowdkit-python", default=os.environ.get("CROWDKIT_PYTHON"))
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if not options.crowdkit_python:
        print("left out: name a Python with crowd-kit by --crowdkit-python or CROWDKIT_PYTHON")
        return
    table = codes(100_000, 5)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/codes.npy"
        np.save(path, table)
        remote = Remote(options.crowdkit_python, CROWDKIT.format(path=path))
        works = {
            "crowd-kit": remote,
            "one start": partial(fitted, table, 1),
            "twenty starts": partial(fitted, table, 20),
        }
        seconds = interleaved(works, repeats=options.repeats)
        remote.close()
    for name, least in WANTED.items():
        ratio = seconds["crowd-kit"] / seconds[name]
        held = f" (at least {least:.0f})" if least else ""
        print(f"1e5 x 5, {name}: {show(seconds[name])}, {ratio:.0f} times as fast{held}")
    print(f"crowd-kit: {show(seconds['crowd-kit'])}")


if __name__ == "__main__":
    main()
