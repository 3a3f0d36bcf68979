"""Coverage of two-way intraclass correlations of panels of raters that share no unit.

    python benchmarks/panel_coverage.py --seed 20261129 --csv docs/_static/panel_coverage.csv

What the interval promises is the correlation of other units graded by these raters: they are drawn
once a cell. Beside it stands how often the correlation of other raters, too, is held.
"""

from __future__ import annotations

import argparse
import csv
import itertools
from pathlib import Path

import numpy as np

import ilacs_reliability as ilr

SCALE = ilr.Scale([1, 2, 3, 4])
CUTS = (-1.0, 0.0, 1.0)
SPREADS = {"raters differ": (1.0, 0.5, 0.7), "raters alike": (1.0, 0.1, 0.7)}
PANELS, RATERS, UNITS = (2, 3, 6), (2, 3), (5, 10, 25)
FORMS = ("A,1", "C,1")
GREAT = 40_000
COLUMNS = ("panels", "raters", "units", "spread", "form")
COLUMNS += ("truth", "mean", "held", "held_other_raters", "undefined", "width", "samples")


def graded(rng: np.random.Generator, levels: np.ndarray, n: int, spread: tuple) -> ilr.Ratings:
    """Return n units a panel, graded by its raters alone; levels have a row a panel."""
    p, m = levels.shape
    codes = np.full((p * n, p * m), -1, dtype=np.int8)
    for k in range(p):
        units = rng.normal(0, spread[0], (n, 1)) + levels[k]
        shown = units + rng.normal(0, spread[2], (n, m))
        codes[k * n : (k + 1) * n, k * m : (k + 1) * m] = np.searchsorted(CUTS, shown)
    return ilr.ratings_from_codes(codes, scale=SCALE)


def cell(rng: np.random.Generator, setting: tuple, samples: int) -> list[dict]:
    """Return a row for each form of one setting."""
    p, m, n, name = setting
    spread = SPREADS[name]
    levels = rng.normal(0, spread[1], (p, m))
    population = graded(rng, levels, GREAT, spread)
    others = graded(rng, rng.normal(0, spread[1], (40, m)), GREAT // 40, spread)
    truths = {form: ilr.icc(population, form=form).value for form in FORMS}
    beyond = {form: ilr.icc(others, form=form).value for form in FORMS}
    found = {form: [] for form in FORMS}
    for _ in range(samples):
        ratings = graded(rng, levels, n, spread)
        for form in FORMS:
            one = ilr.icc(ratings, form=form)
            found[form].append((one.value, *one.confidence_interval()))
    return [
        dict(zip(COLUMNS, (p, m, n, name, form), strict=False))
        | summary(np.array(found[form]), truths[form], beyond[form])
        for form in FORMS
    ]


def summary(found: np.ndarray, truth: float, beyond: float) -> dict:
    """Return how often the limits hold, of the samples that have a value."""
    known = found[np.isfinite(found[:, 0])]
    value, low, high = known.T
    return {
        "truth": round(truth, 4),
        "mean": round(value.mean(), 4),
        "held": round(100 * np.mean((low <= truth) & (truth <= high)), 2),
        "held_other_raters": round(100 * np.mean((low <= beyond) & (beyond <= high)), 2),
        "undefined": len(found) - len(known),
        "width": round((high - low).mean(), 4),
        "samples": len(found),
    }


def main() -> None:
    """Simulate every setting, each by a stream of its own, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=20261129)
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--csv", type=Path)
    given = parser.parse_args()
    settings = list(itertools.product(PANELS, RATERS, UNITS, SPREADS))
    rows = []
    for number, setting in enumerate(settings):
        rng = np.random.default_rng([given.seed, number])
        rows += cell(rng, setting, given.samples)
        print(*rows[-2].values(), flush=True)
    if given.csv:
        with given.csv.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
