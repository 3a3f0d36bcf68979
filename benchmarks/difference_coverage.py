"""How often intervals of paired differences of two coefficients hold the true one, by simulation.

Settings are drawn as for `coverage.py`, by two to four raters, and each has a random stream of its
own, so that a part can be made again:

    python benchmarks/difference_coverage.py --csv docs/_static/difference_coverage.csv
    python benchmarks/difference_coverage.py --cells 3:5
    python benchmarks/difference_coverage.py --summarise docs/_static/difference_coverage.csv
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from simulated import (
    GREAT,
    SETTING_COLUMNS,
    cell_range,
    draw_setting,
    patterns_of,
    read_rows,
    samples_of,
    study,
    write_rows,
)

import ilacs_reliability as ilr

SEED = 20261204
LEVEL = 0.95
UNITS = range(8, 101)
METHODS = ("likelihood", "mover", "t")
quadratic = partial(ilr.conger_kappa, weights="quadratic")
PAIRS: dict[str, tuple[Callable[..., ilr.Estimate], Callable[..., ilr.Estimate]]] = {
    "AC - Fleiss": (ilr.gwet_ac, ilr.fleiss_kappa),
    "quadratic - identity": (quadratic, ilr.conger_kappa),
    "alpha - AC": (ilr.krippendorff_alpha, ilr.gwet_ac),
}
# ways to grade a unit: of more, a cell takes minutes
MOST_WAYS = 30


def gap(kind: str, ratings: ilr.Ratings) -> ilr.Estimate:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        return ilr.difference(*(each(ratings) for each in PAIRS[kind]), paired=True)


def check_cell(cell: int, n_samples: int) -> dict[str, object] | None:
    """Simulate one cell; None where it would take minutes."""
    rng = np.random.default_rng([SEED, cell])
    kind = list(PAIRS)[cell % len(PAIRS)]
    setting = draw_setting(rng, kind, UNITS, kinds=("identity",))
    if setting.n_grades**setting.n_raters > MOST_WAYS:
        return None
    times = np.round(setting.probabilities * GREAT).astype(np.int64)
    truth = gap(kind, study(setting, patterns_of(setting)[times > 0], times[times > 0])).value
    found = {method: [] for method in METHODS}
    for block in samples_of(setting, rng, n_samples):
        for frequencies in block.frequencies:
            one = gap(kind, block.with_frequencies(frequencies))
            if one.status == "ok":
                for method in METHODS:
                    offered = method if method in one.interval_methods else None
                    found[method].append([*one.confidence_interval(LEVEL, offered)])
    row = {"cell": cell, **{name: getattr(setting, name) for name in SETTING_COLUMNS}}
    row |= {"truth": truth, "samples": len(found["t"])}
    for method, limits in found.items():
        low, high = np.transpose(limits)
        row[f"{method}_above"] = float((low > truth + 1e-9).mean())
        row[f"{method}_below"] = float((high < truth - 1e-9).mean())
        row[f"{method}_width"] = float((high - low).mean())
    return row


def summary(rows: list[dict[str, object]]) -> str:
    """Return a Markdown table by kind of difference."""
    lines = [
        "| difference | cells | interval | mean | worst | at 93% or more | above: worst | "
        "below: worst | mean width |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in PAIRS:
        some = [row for row in rows if row["family"] == kind]
        for method in METHODS if some else ():
            above, below, width = (
                np.array([float(row[f"{method}_{part}"]) for row in some])
                for part in ("above", "below", "width")
            )
            cover = 1 - above - below
            lines.append(
                f"| {kind} | {len(some)} | {method} | {cover.mean():.1%} | {cover.min():.1%} | "
                f"{(cover >= 0.93).mean():.0%} | {above.max():.1%} | {below.max():.1%} | "
                f"{width.mean():.3f} |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=cell_range, default=range(36), help="start:stop")
    parser.add_argument("--samples", type=int, default=60, help="samples a cell")
    parser.add_argument("--csv", type=Path, help="write one line a cell")
    parser.add_argument("--summarise", type=Path, help="read a table made earlier")
    options = parser.parse_args()
    if options.summarise:
        print(summary(read_rows(options.summarise)))
        return
    rows = []
    for cell in options.cells:
        row = check_cell(cell, options.samples)
        rows += [row] if row else []
        if options.csv and rows:
            write_rows(rows, options.csv)
        print(f"\rcell {cell}: {len(rows)} kept ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(summary(rows))


if __name__ == "__main__":
    main()
