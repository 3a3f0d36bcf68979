"""How long the tests of two groups take beside scipy and statsmodels, in one interleaved run.

    python benchmarks/bench_comparison.py

Each line is a ratio: the other program's time over the library's, from the same raw grades (two
arrays, int8 where nothing else is said, which the library's side counts grade by grade with
`count_nonzero(part == grade)`, in parts of 65,536), in turn, each the least disturbed of its
rounds, on one thread.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

import numpy as np
from scipy import stats
from timing import interleaved

import ilacs_reliability as ilr

CHUNK = 1 << 16
SHORT, STANDARD = np.array([3, 8, 45, 39]) / 95, np.array([4, 6, 5, 3]) / 18


def grades(n_first: int, n_second: int) -> list[np.ndarray]:
    """Draw grades like those of short and standard inspections of good authorities."""
    rng = np.random.default_rng(20261127)
    sizes = ((n_first, SHORT), (n_second, STANDARD))
    return [rng.choice(4, n, p=shares).astype(np.int8) for n, shares in sizes]


def counted(groups: list[np.ndarray]) -> np.ndarray:
    """Count each group's grades, in chunks that stay in the processor's cache."""
    counts = np.zeros((len(groups), 4), dtype=np.int64)
    for row, group in zip(counts, groups, strict=True):
        for start in range(0, len(group), CHUNK):
            part = group[start : start + CHUNK]
            row += [np.count_nonzero(part == grade) for grade in range(4)]
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    permutation = stats.PermutationMethod(n_resamples=9999)
    million, small, large = grades(10**6, 10**6), grades(95, 58), grades(400, 200)
    floats = [group.astype(np.float64) for group in million]
    seen = counted(grades(95, 18))
    rows = [
        (
            "Brunner-Munzel, two groups of 1e6, scipy",
            30.0,
            lambda: ilr.brunner_munzel(counted(million)),
            lambda: stats.brunnermunzel(*million),
        ),
        (
            "the same from float64",
            30.0,
            lambda: ilr.brunner_munzel(counted(floats)),
            lambda: stats.brunnermunzel(*floats),
        ),
        (
            "exact rank sum, 153 units, mannwhitneyu by permutation",
            200.0,
            lambda: ilr.mann_whitney(counted(small)),
            lambda: stats.mannwhitneyu(*small, method=permutation),
        ),
        (
            "exact rank sum, 600 units, mannwhitneyu by permutation",
            20.0,
            lambda: ilr.mann_whitney(counted(large)),
            lambda: stats.mannwhitneyu(*large, method=permutation),
        ),
        (
            "Brunner-Munzel, 153 units, scipy",
            float("nan"),
            lambda: ilr.brunner_munzel(counted(small)),
            lambda: stats.brunnermunzel(*small),
        ),
        (
            "Barnard, 113 units, scipy",
            float("nan"),
            lambda: ilr.two_proportions(seen, at_least=3, method="barnard"),
            lambda: stats.barnard_exact([[8, 84], [10, 11]]),
        ),
    ]
    print(f"{'':58s} {'ratio':>8s} {'held to':>8s} {'ours':>10s}")
    for name, wanted, ours, theirs in rows:
        mine, other = interleaved({"ours": ours, "theirs": theirs}, repeats=repeats).values()
        held = "" if np.isnan(wanted) else f"{wanted:.0f}x"
        print(f"{name:58s} {other / mine:7.1f}x {held:>8s} {1e3 * mine:7.2f} ms", flush=True)


if __name__ == "__main__":
    main()
