"""How often intervals of a difference in shares hold it, and miss to either side, exactly.

No simulation: with two shares and two group sizes given, the coverage of an interval is a sum over
all (n1 + 1) (n2 + 1) tables, and the library is asked for the interval of every one, as a user
would ask. Shares run over a grid, so that the worst of a cell is the worst on that grid:

    python benchmarks/unconditional_coverage.py --csv docs/_static/unconditional_coverage.csv
    python benchmarks/unconditional_coverage.py --summarise docs/_static/unconditional_coverage.csv
"""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
import time
from pathlib import Path

import numpy as np
from scipy import stats

import ilacs_reliability as ilr

LEVEL = 0.95
SIZES = (
    (4, 4),
    (8, 8),
    (15, 15),
    (12, 4),
    (20, 5),
    (10, 10),
    (20, 20),
    (47, 4),
    (4, 500),
    (20, 500),
)
# units of both groups up to which the exact methods, which search for each table, are asked
MOST_SEARCHED = 30
SHARES = np.arange(0.01, 1.0, 0.02)
EXACT = ("boschloo", "barnard")
METHODS = (*EXACT, "midp", "newcombe", "miettinen_nurminen", "agresti_caffo")
COLUMNS = (
    "first", "second", "method", "least", "at_first", "at_second", "mean", "width", "below", "above"
)  # fmt: skip


def every_interval(n1: int, n2: int, method: str) -> np.ndarray:
    """Return the limits of every table, shape (n1 + 1, n2 + 1, 2)."""
    limits = np.empty((n1 + 1, n2 + 1, 2))
    for x1, x2 in itertools.product(range(n1 + 1), range(n2 + 1)):
        table = [[n1 - x1, x1], [n2 - x2, x2]]
        if method in EXACT:
            effect = ilr.two_proportions(table, method=method).effect
            limits[x1, x2] = tuple(effect.confidence_interval(LEVEL))
        else:
            limits[x1, x2] = tuple(ilr.risk_difference(table).confidence_interval(LEVEL, method))
    return limits


def coverage(limits: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return coverage, width and misses to either side by shares, each (n_shares, n_shares)."""
    n1, n2 = limits.shape[0] - 1, limits.shape[1] - 1
    first = stats.binom.pmf(np.arange(n1 + 1), n1, SHARES[:, None])
    second = stats.binom.pmf(np.arange(n2 + 1), n2, SHARES[:, None])
    width = first @ (limits[..., 1] - limits[..., 0]) @ second.T
    missed = np.empty((2, len(SHARES), len(SHARES)))
    for i, j in np.ndindex(width.shape):
        gap = SHARES[j] - SHARES[i]
        # limits are found to 1e-7, and those at the very difference hold it
        missed[0, i, j] = first[i] @ (limits[..., 0] > gap + 1e-7) @ second[j]
        missed[1, i, j] = first[i] @ (limits[..., 1] < gap - 1e-7) @ second[j]
    return 1 - missed.sum(axis=0), width, *missed


def row(n1: int, n2: int, method: str) -> dict[str, object]:
    held, width, below, above = coverage(every_interval(n1, n2, method))
    i, j = np.unravel_index(held.argmin(), held.shape)
    figures = (held.min(), SHARES[i], SHARES[j], held.mean(), width.mean())
    numbers = [f"{figure:.4f}" for figure in (*figures, below.max(), above.max())]
    return dict(zip(COLUMNS, (n1, n2, method, *numbers), strict=True))


def summarise(path: Path) -> None:
    with path.open(newline="") as lines:
        for each in csv.DictReader(lines):
            sizes = f"{each['first']} and {each['second']}"
            print(f"{sizes:10} {each['method']:20} least {each['least']} mean {each['mean']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--summarise", type=Path)
    options = parser.parse_args()
    if options.summarise:
        summarise(options.summarise)
        return
    rows = []
    for (n1, n2), method in itertools.product(SIZES, METHODS):
        if method in EXACT and n1 + n2 > MOST_SEARCHED:
            continue
        start = time.perf_counter()
        rows.append(row(n1, n2, method))
        print(rows[-1], f"{time.perf_counter() - start:.1f} s", file=sys.stderr)
    target = options.csv.open("w", newline="") if options.csv else sys.stdout
    with target:
        writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
