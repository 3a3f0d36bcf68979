"""How often the likelihood intervals of coefficients hold the true value, and how wide they are.

Draws settings as `coverage.py` does, with fewer and more units, and compares the intervals with the
default ones; and looks through every table of two raters and two grades in 36 worlds:

    python benchmarks/likelihood_coverage.py --csv docs/_static/likelihood_coverage.csv
    python benchmarks/likelihood_coverage.py --cells 17:18
    python benchmarks/likelihood_coverage.py --summarise docs/_static/likelihood_coverage.csv
    python benchmarks/likelihood_coverage.py --worlds 12 24 40
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np
from coverage import FAMILIES, LEVEL, estimate
from scipy import special
from simulated import (
    METRICS,
    SETTING_COLUMNS,
    WEIGHTS,
    Setting,
    cell_range,
    draw_setting,
    read_rows,
    samples_of,
    truth_of,
    write_rows,
)

import ilacs_reliability as ilr

SEED = 20261201
UNITS = range(8, 201)
METHODS = ("score", "likelihood")
# ways to grade a unit: of more, a cell takes minutes
MOST_WAYS = 300
KAPPAS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9)
PREVALENCES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97)


def check_cell(cell: int, n_samples: int) -> dict[str, object] | None:
    """Simulate one cell; None where the interval is not offered or a cell would take minutes."""
    rng = np.random.default_rng([SEED, cell])
    family = list(FAMILIES)[cell % len(FAMILIES)]
    kinds = METRICS if family == "krippendorff_alpha" else WEIGHTS
    setting = draw_setting(rng, family, UNITS, kinds=kinds, two_raters=family == "cohen_kappa")
    if setting.n_grades**setting.n_raters > MOST_WAYS:
        return None
    truth = truth_of(setting, estimate)
    found = {method: [] for method in METHODS}
    for ratings in samples_of(setting, rng, n_samples):
        result = estimate(setting, ratings)
        if "likelihood" not in result.interval_methods:
            return None
        known = np.isfinite(result.value)
        least = np.broadcast_to(result.range[0], known.shape)
        for method, seen in found.items():
            low, high = result.confidence_interval(LEVEL, method)
            seen.append(np.stack([low, high, least])[:, known])
    return row_of(cell, setting, truth, {m: np.hstack(seen) for m, seen in found.items()})


def row_of(
    cell: int, setting: Setting, truth: float, found: dict[str, np.ndarray]
) -> dict[str, object]:
    row = {"cell": cell, **{name: getattr(setting, name) for name in SETTING_COLUMNS}}
    row["truth"] = truth
    for method, (low, high, least) in found.items():
        row[f"{method}_above"] = float((low > truth + 1e-9).mean())
        row[f"{method}_below"] = float((high < truth - 1e-9).mean())
        row[f"{method}_width"] = float((high - low).mean())
        row[f"{method}_outside"] = float(((low < least - 1e-9) | (high > 1 + 1e-9)).mean())
    return row


def summary(rows: list[dict[str, object]]) -> str:
    """Return a Markdown table of both methods, over all cells and by kind."""
    column = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    few = column["n_units"]
    kinds = {"all": few > 0}
    edges = (8, 15, 30, 75, 201)
    for start, stop in itertools.pairwise(edges):
        kinds[f"{start} to {stop - 1} units"] = (few >= start) & (few < stop)
    for name, label in (("n_grades", "grades"), ("n_raters", "raters"), ("family", "")):
        for value in sorted(set(column[name].tolist())):
            kinds[f"{value} {label}".strip()] = column[name] == value
    lines = [
        "| cells | number | interval | mean | worst | at 93% or more | above: mean, worst | "
        "below: mean, worst | both under 4% | mean width | of the default's |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, inside in kinds.items():
        for method in METHODS if inside.any() else ():
            above, below, width = (
                column[f"{method}_{part}"][inside] for part in ("above", "below", "width")
            )
            cover = 1 - above - below
            even = (above < 0.04) & (below < 0.04)
            default = column["score_width"][inside].mean()
            lines.append(
                f"| {name} | {inside.sum()} | {method} | {cover.mean():.1%} | {cover.min():.1%} | "
                f"{(cover >= 0.93).mean():.0%} | {above.mean():.1%}, {above.max():.1%} | "
                f"{below.mean():.1%}, {below.max():.1%} | {even.mean():.0%} | {width.mean():.3f} | "
                f"{width.mean() / default:.2f} |"
            )
    return "\n".join(lines)


def worlds(n_units: int) -> str:
    """Return a line a method: every table of two grades by two raters, kappa in 36 worlds."""
    tables = np.array(
        [
            (a, b, c, n_units - a - b - c)
            for a, b, c in itertools.product(range(n_units + 1), repeat=3)
            if a + b + c <= n_units
        ]
    )
    codes = [[0, 0], [0, 1], [1, 0], [1, 1]]
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(["no", "yes"]))
    order = [codes.index(list(row)) for row in ratings.patterns.tolist()]
    result = ilr.cohen_kappa(ratings.with_frequencies(tables[:, order]))
    ways = special.gammaln(n_units + 1) - special.gammaln(tables + 1).sum(axis=1)
    known = np.isfinite(result.value)
    lines = []
    for method in METHODS:
        low, high = result.confidence_interval(LEVEL, method)
        covers, widths, sides = [], [], []
        for kappa, share in itertools.product(KAPPAS, PREVALENCES):
            margin = np.array([share, 1 - share])
            world = kappa * np.diag(margin) + (1 - kappa) * np.outer(margin, margin)
            chances = np.exp(ways + special.xlogy(tables, world.ravel()).sum(axis=1)) * known
            chances /= chances.sum()
            above, below = chances @ (low > kappa + 1e-9), chances @ (high < kappa - 1e-9)
            covers.append(1 - above - below)
            sides.append((above, below))
            widths.append(chances @ np.where(known, high - low, 0))
        most = np.max(sides, axis=0)
        lines.append(
            f"| {n_units} | {method} | {np.mean(covers):.1%} | {np.min(covers):.1%} | "
            f"{most[0]:.1%} | {most[1]:.1%} | {np.mean(widths):.3f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=cell_range, default=range(180), help="start:stop")
    parser.add_argument("--samples", type=int, default=400, help="samples a cell")
    parser.add_argument("--csv", type=Path, help="write one line a cell")
    parser.add_argument("--summarise", type=Path, help="read a table made earlier")
    parser.add_argument("--worlds", type=int, nargs="+", help="units of tables to look through")
    options = parser.parse_args()
    if options.worlds:
        print("| units | interval | mean | worst | most above | most below | mean width |")
        print("|---|---|---|---|---|---|---|")
        for n_units in options.worlds:
            print(worlds(n_units), flush=True)
        return
    if options.summarise:
        print(summary(read_rows(options.summarise)))
        return
    rows = []
    for cell in options.cells:
        row = check_cell(cell, options.samples)
        rows += [row] if row else []
        print(f"\rcell {cell}: {len(rows)} kept ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if options.csv:
        write_rows(rows, options.csv)
    print(summary(rows))


if __name__ == "__main__":
    main()
