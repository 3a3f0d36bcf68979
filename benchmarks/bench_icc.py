"""How long intraclass correlations take beside pingouin, in one interleaved run.

    python benchmarks/bench_icc.py

Each line is a ratio: pingouin's time over the library's, in turn, each the least disturbed of its
rounds, on one thread. pingouin
gets its long table ready-made, and the library a float array of units by raters. pingouin always
gives six forms with F tests and F limits; the library is asked for one form with its default
interval, for one with its F limits and F test, and, with nothing to be held to, for the same six
with their F limits.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
from timing import interleaved

import ilacs_reliability as ilr

FORMS = ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")


def scores(n_units: int, n_raters: int) -> np.ndarray:
    """Draw grades 1 to 4 that raters give with an error of their own, complete."""
    rng = np.random.default_rng(20261130)
    merit = rng.normal(2.6, 0.8, (n_units, 1))
    return np.clip(np.round(merit + rng.normal(0, 0.5, (n_units, n_raters))), 1, 4)


def six_forms(ratings: np.ndarray) -> list[ilr.Interval]:
    """Estimate the six forms with McGraw and Wong's limits, from one table of patterns."""
    table = ilr.ratings_from_matrix(ratings, scale=ilr.Scale([1, 2, 3, 4]))
    return [ilr.icc(table, form=form).confidence_interval(method="mcgraw_wong") for form in FORMS]


def one_form(ratings: np.ndarray) -> ilr.Interval:
    return ilr.icc(ratings).confidence_interval()


def one_test(ratings: np.ndarray) -> tuple[ilr.SignificanceResult, ilr.Interval]:
    result = ilr.icc_test(ratings)
    return result, result.effect.confidence_interval(method="mcgraw_wong")


WORK = {
    "A,1, default interval": one_form,
    "A,1, F limits and F test": one_test,
    "six forms, F limits": six_forms,
}


def by_pingouin(ratings: np.ndarray) -> Callable[[], object]:
    import pandas as pd
    import pingouin

    n_units, n_raters = ratings.shape
    table = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(n_units), n_raters),
            "rater": np.tile(np.arange(n_raters), n_units),
            "score": ratings.ravel(),
        }
    )
    find = partial(
        pingouin.intraclass_corr, data=table, targets="unit", raters="rater", ratings="score"
    )

    def work() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return find()

    return work


def check_same(ratings: np.ndarray, theirs: Callable[[], object]) -> None:
    """Stop where the two programs do not compute the same six correlations."""
    ours = [ilr.icc(ratings, form=form).value for form in FORMS]
    np.testing.assert_allclose(ours, theirs()["ICC"], rtol=1e-8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    try:
        import pingouin  # noqa: F401
    except ImportError:
        print("nothing to compare with: pingouin is not installed (pip install pingouin)")
        return
    print(f"{'':45s} {'ratio':>8s} {'held to':>8s} {'ours':>11s}")
    for shape, wanted in (((153, 3), 20), ((100_000, 5), 150)):
        ratings = scores(*shape)
        theirs = by_pingouin(ratings)
        check_same(ratings, theirs)
        works = {name: partial(work, ratings) for name, work in WORK.items()}
        least = interleaved({"pingouin": theirs} | works, repeats=repeats)
        for name in WORK:
            what = f"ICC, {shape[0]} x {shape[1]}, {name}"
            held = "" if name == "six forms, F limits" else f"{wanted}x"
            ratio = least["pingouin"] / least[name]
            print(f"{what:45s} {ratio:7.1f}x {held:>8s} {1e3 * least[name]:8.2f} ms", flush=True)


if __name__ == "__main__":
    main()
