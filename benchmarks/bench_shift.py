"""How long the tests of shift take beside scipy and statsmodels, in one interleaved run.

    python benchmarks/bench_shift.py

Each line is a ratio: the other program's time over the library's, from the same grades (int8 codes,
units by two occasions), medians of interleaved rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import SquareTable, mcnemar

import ilacs_reliability as ilr


def grades(n_units: int) -> np.ndarray:
    """Draw four grades before and after, as at successive inspections."""
    table = np.asarray(ilr.load_dataset("ilacs_to_next_ilacs").counts, dtype=float)
    cells = np.random.default_rng(20261127).choice(16, n_units, p=(table / table.sum()).ravel())
    return np.stack(np.divmod(cells, 4), axis=1).astype(np.int8)


def even_grades(n_units: int) -> np.ndarray:
    """Draw four grades before and after, each as likely: the most moves of every size."""
    return np.random.default_rng(20261127).integers(0, 4, (n_units, 2)).astype(np.int8)


def ratings(codes: np.ndarray) -> ilr.Ratings:
    return ilr.ratings_from_codes(codes, scale=ilr.OFSTED_SCALE, design="repeat")


def cross_table(codes: np.ndarray) -> np.ndarray:
    return np.bincount(codes[:, 0] * 4 + codes[:, 1], minlength=16).reshape(4, 4)


def bowker_statistic(before: np.ndarray, after: np.ndarray, axis: int = -1) -> np.ndarray:
    """Count the tables of all draws at once, so that scipy loops over none of them."""
    draws = np.broadcast_shapes(before.shape, after.shape)[:-1]
    cells = (before * 4 + after).reshape(-1, before.shape[-1])
    cells = cells + 16 * np.arange(len(cells))[:, None]
    tables = np.bincount(cells.ravel(), minlength=16 * len(cells)).reshape(-1, 4, 4)
    turned = tables.swapaxes(1, 2)
    squares = (tables - turned) ** 2 / np.maximum(tables + turned, 1)
    return (squares.sum(axis=(1, 2)) / 2).reshape(draws)


def permuted_bowker(codes: np.ndarray) -> float:
    """Bowker's test as a user of scipy would have it: swap each unit's occasions at random."""
    return float(
        stats.permutation_test(
            (codes[:, 0].astype(int), codes[:, 1].astype(int)),
            bowker_statistic,
            permutation_type="samples",
            vectorized=True,
            n_resamples=9999,
            alternative="greater",
            rng=1,
        ).pvalue
    )


def works() -> dict[str, tuple[Callable[[], object], Callable[[], object], int]]:
    """Name each piece of work: the library's call, the other program's, rounds."""
    found = {}
    signed = [("", grades(n), n) for n in (153, 1000, 10_000)]
    signed += [(", even margins", even_grades(n), n) for n in (150, 1000, 10_000)]
    for kind, codes, n in signed:
        found[f"exact signed rank, {n} pairs{kind} / scipy.stats.wilcoxon, asymptotic"] = (
            lambda codes=codes: ilr.wilcoxon_signed_rank(ratings(codes)),
            lambda codes=codes: stats.wilcoxon(
                codes[:, 1].astype(float) - codes[:, 0], method="asymptotic"
            ),
            200,
        )
    codes = grades(153)
    table = cross_table(codes)
    found["exact Bowker, 4 x 4, 153 pairs / scipy.stats.permutation_test, 9999"] = (
        lambda: ilr.bowker(ratings(codes), method="exact"),
        lambda: permuted_bowker(codes),
        5,
    )
    found["Bowker, 4 x 4 / statsmodels SquareTable.symmetry"] = (
        lambda: ilr.bowker(table),
        lambda: SquareTable(table, shift_zeros=False).symmetry(),
        200,
    )
    found["Stuart-Maxwell, 4 x 4 / statsmodels SquareTable.homogeneity"] = (
        lambda: ilr.stuart_maxwell(table),
        lambda: SquareTable(table, shift_zeros=False).homogeneity(),
        200,
    )
    found["exact McNemar / statsmodels mcnemar"] = (
        lambda: ilr.mcnemar(table, at_least=3),
        lambda: mcnemar(
            np.array(
                [
                    [table[:2, :2].sum(), table[:2, 2:].sum()],
                    [table[2:, :2].sum(), table[2:, 2:].sum()],
                ]
            ),
            exact=True,
        ),
        200,
    )
    return found


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    print(f"{'work':72} {'ours':>10} {'theirs':>10} {'ratio':>7}")
    for name, (ours, theirs, rounds) in works().items():
        ours(), theirs()
        pairs = np.array([(timed(ours), timed(theirs)) for _ in range(rounds)])
        mine, other = np.median(pairs, axis=0)
        print(
            f"{name:72} {1e3 * mine:8.3f}ms {1e3 * other:8.3f}ms {other / mine:6.1f}x", flush=True
        )


if __name__ == "__main__":
    main()
