"""Exact coverage of the default interval of agreement on a rare grade, over every study of a size.

Three to five raters give a grade to units that have it with a chance, and to others by mistake,
each on their own. Every study of as many units is looked through, so that nothing is simulated:

    python benchmarks/specific_coverage.py --csv docs/_static/specific_coverage.csv
    python benchmarks/specific_coverage.py --summarise docs/_static/specific_coverage.csv
"""

from __future__ import annotations

import argparse
import itertools
import warnings
from pathlib import Path

import numpy as np
from scipy import special, stats
from simulated import read_rows, write_rows

import ilacs_reliability as ilr

SEED = 20261205
LEVEL = 0.95
N_WORLDS = 60
# raters, and units: of more all studies are too many
SIZES = ((3, 12), (3, 20), (3, 40), (4, 12), (4, 20), (5, 12), (5, 16))


def every_study(n_units: int, n_kinds: int) -> np.ndarray:
    edges = n_units + n_kinds - 1
    bars = np.array(list(itertools.combinations(range(edges), n_kinds - 1)))
    ends = np.full((len(bars), 1), -1), np.full((len(bars), 1), edges)
    return np.diff(np.hstack([ends[0], bars, ends[1]]), axis=1) - 1


def intervals(n_raters: int, studies: np.ndarray) -> tuple[np.ndarray, ilr.Interval]:
    """Return where there is a value, and the default limits, of counts by times it was given."""
    counts = np.column_stack([n_raters - np.arange(n_raters + 1), np.arange(n_raters + 1)])
    ratings = ilr.ratings_from_counts(counts, scale=ilr.Scale(["common", "rare"]))
    place = ratings.counts[:, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        found = ilr.specific_agreement(ratings.with_frequencies(studies[:, place]))["rare"]
        return np.isfinite(found.value), found.confidence_interval(LEVEL)


def check(n_raters: int, n_units: int) -> list[dict[str, object]]:
    rng = np.random.default_rng([SEED, n_raters, n_units])
    studies, times = every_study(n_units, n_raters + 1), np.arange(n_raters + 1)
    known, limits = intervals(n_raters, studies)
    ways = special.gammaln(n_units + 1) - special.gammaln(studies + 1).sum(axis=1)
    rows = []
    for world in range(N_WORLDS):
        share, mistake = np.exp(rng.uniform(np.log([0.01, 0.001]), np.log([0.5, 0.2])))
        hit = rng.uniform(0.4, 0.99)
        chances = share * stats.binom.pmf(times, n_raters, hit)
        chances += (1 - share) * stats.binom.pmf(times, n_raters, mistake)
        truth = chances @ (times * (times - 1)) / (chances @ times * (n_raters - 1))
        likely = np.exp(ways + special.xlogy(studies, chances).sum(axis=1)) * known
        parts = {"world": world, "n_raters": n_raters, "n_units": n_units, "share": share}
        parts |= {"hit": hit, "mistake": mistake, "truth": truth, "undefined": 1 - likely.sum()}
        likely = likely[known] / likely.sum()
        low, high = limits.low[known], limits.high[known]
        parts["above"] = float(likely @ (low > truth + 1e-9))
        parts["below"] = float(likely @ (high < truth - 1e-9))
        rows.append(parts | {"width": float(likely @ (high - low))})
    return rows


def summary(rows: list[dict[str, object]]) -> str:
    lines = [
        "| raters | units | worlds | mean | worst | at 93% or more | above: worst | below: worst | "
        "mean width |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for m, n in SIZES:
        part = [row for row in rows if (row["n_raters"], row["n_units"]) == (m, n)]
        above, below, width = (
            np.array([row[name] for row in part]) for name in ("above", "below", "width")
        )
        cover = 1 - above - below
        lines.append(
            f"| {m} | {n} | {len(part)} | {cover.mean():.1%} | {cover.min():.1%} | "
            f"{(cover >= LEVEL - 0.02).mean():.0%} | {above.max():.1%} | {below.max():.1%} | "
            f"{width.mean():.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--summarise", type=Path, help="read a table made earlier")
    options = parser.parse_args()
    if options.summarise:
        rows = read_rows(options.summarise)
    else:
        rows = [row for size in SIZES for row in check(*size)]
    if options.csv:
        write_rows(rows, options.csv)
    print(summary(rows))


if __name__ == "__main__":
    main()
