"""How long the tests of shift take beside scipy and statsmodels, in one interleaved run.

    python benchmarks/bench_shift.py

Each line is a ratio: the other program's time over the library's, from the same grades (int8 codes,
units by two occasions), in turn, each the least disturbed of its rounds, on one thread.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import SquareTable, mcnemar
from timing import interleaved

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


def split_at_good(table: np.ndarray) -> np.ndarray:
    """Count units below good and at or above it, before and after."""
    return table.reshape(2, 2, 2, 2).sum(axis=(1, 3))


def works() -> list[tuple[str, float, int, Callable[[], object], Callable[[], object]]]:
    """Name each piece of work: what it is held to, rounds, the library's call and the other's."""
    rows = []
    for kind, drawn in (("inspections", grades), ("even margins", even_grades)):
        for n in (153, 1000, 10_000):
            codes = drawn(n)
            rows.append(
                (
                    f"exact signed rank, {n} pairs, {kind}, wilcoxon asymptotic",
                    1.0,
                    60,
                    lambda codes=codes: ilr.wilcoxon_signed_rank(ratings(codes)),
                    lambda codes=codes: stats.wilcoxon(
                        codes[:, 1].astype(float) - codes[:, 0], method="asymptotic"
                    ),
                )
            )
    for kind, drawn in (("inspections", grades), ("even margins", even_grades)):
        codes = drawn(153)
        rows.append(
            (
                f"exact Bowker, 4 x 4, 153 pairs, {kind}, permutation_test",
                100.0,
                7,
                lambda codes=codes: ilr.bowker(ratings(codes), method="exact"),
                lambda codes=codes: permuted_bowker(codes),
            )
        )
    table = cross_table(grades(153))
    return [
        *rows,
        (
            "Bowker, 4 x 4, statsmodels SquareTable.symmetry",
            1.0,
            60,
            lambda: ilr.bowker(table),
            lambda: SquareTable(table, shift_zeros=False).symmetry(),
        ),
        (
            "Stuart-Maxwell, 4 x 4, statsmodels SquareTable.homogeneity",
            1.0,
            60,
            lambda: ilr.stuart_maxwell(table),
            lambda: SquareTable(table, shift_zeros=False).homogeneity(),
        ),
        (
            "exact McNemar, statsmodels mcnemar",
            1.0,
            60,
            lambda: ilr.mcnemar(table, at_least=3),
            lambda: mcnemar(split_at_good(table), exact=True),
        ),
    ]


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    print(f"{'':66s} {'ratio':>8s} {'held to':>8s} {'ours':>10s} {'theirs':>10s}")
    for name, wanted, rounds, ours, theirs in works():
        mine, other = interleaved({"ours": ours, "theirs": theirs}, repeats=rounds).values()
        held = f"{wanted:.0f}x"
        missed = "  MISSED" if other / mine < wanted else ""
        print(
            f"{name:66s} {other / mine:7.2f}x {held:>8s} {1e3 * mine:7.3f} ms "
            f"{1e3 * other:7.3f} ms{missed}",
            flush=True,
        )


if __name__ == "__main__":
    main()
