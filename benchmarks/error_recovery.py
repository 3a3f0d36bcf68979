"""What `reliability_from_repeats` and `corrected_shift` give back of a truth that is known.

A world has a reliability and a state that moves as a chain with a stability of 0.8; grades have the
shares of the authorities' latest. Three more worlds break the assumptions at a reliability of 0.7:
errors of a unit's gradings correlate 0.3, a third of the state never changes, or the state is not
normal but skewed. Corrected shifts start from a true table whose units rose by 0.2 on balance.

    python benchmarks/error_recovery.py --seed 20261128 --csv docs/_static/error_recovery.csv
    python benchmarks/error_recovery.py --seed 20261128 --samples 20 --cells 0:4
"""

from __future__ import annotations

import argparse
import csv
import sys
import warnings
from pathlib import Path

import numpy as np

import ilacs_reliability as ilr
from ilacs_reliability.error.bivariate import thresholds_of

LATEST = (13, 29, 65, 46)
CUTS = thresholds_of(LATEST)
STABILITY = 0.8
UNITS = (24, 60, 150, 1000)
WORLDS = (
    *[("as assumed", rho) for rho in (0.5, 0.7, 0.85, 1.0)],
    ("errors correlate 0.3", 0.7),
    ("a third of the state lasts", 0.7),
    ("skewed state", 0.7),
)
TRUE_SHIFT = np.array(
    [[5, 5, 3, 0], [2, 15, 10, 1], [0, 6, 28, 9], [0, 1, 4, 11]],
)
COLUMNS = (
    "function",
    "world",
    "truth",
    "n_units",
    "samples",
    "undefined",
    "median",
    "bias",
    "coverage",
    "truth_below",
    "truth_above",
    "mean_width",
    "at_one",
)


def gradings(rng: np.random.Generator, world: str, reliability: float, n: int) -> np.ndarray:
    """Draw three gradings of each unit, shape (n_units, 3)."""
    lasting = rng.standard_normal(n) if world.startswith("a third") else np.zeros(n)
    part = 1 / 3 if world.startswith("a third") else 0.0
    state, states = rng.standard_normal(n), []
    for _ in range(3):
        states.append(np.sqrt(part) * lasting + np.sqrt(1 - part) * state)
        state = STABILITY * state + np.sqrt(1 - STABILITY**2) * rng.standard_normal(n)
    true = np.array(states).T
    if world == "skewed state":
        true = (np.exp(0.5 * true) - np.exp(0.125)) / np.sqrt((np.exp(0.25) - 1) * np.exp(0.25))
    common = 0.3 if world.startswith("errors") else 0.0
    errors = np.sqrt(common) * rng.standard_normal((n, 1))
    errors = errors + np.sqrt(1 - common) * rng.standard_normal((n, 3))
    return np.digitize(np.sqrt(reliability) * true + np.sqrt(1 - reliability) * errors, CUTS)


def recovered(rng: np.random.Generator, world: str, reliability: float, n: int) -> ilr.Estimate:
    grades = gradings(rng, world, reliability, n)
    ratings = ilr.ratings_from_codes(grades, scale=ilr.OFSTED_SCALE, design="repeat")
    return ilr.reliability_from_repeats(ratings)


def corrected(rng: np.random.Generator, flip: float, n: int) -> ilr.Estimate:
    shares = TRUE_SHIFT / TRUE_SHIFT.sum()
    near = np.eye(4, k=1) + np.eye(4, k=-1)
    error = np.diag(1 - flip * near.sum(axis=1)) + flip * near
    seen = error.T @ shares @ error
    counts = rng.multinomial(n, seen.ravel()).reshape(4, 4)
    return ilr.corrected_shift(counts, error=error, n_resamples=299, rng=rng)


def check_cell(seed: int, cell: int, n_samples: int) -> dict[str, object]:
    rng = np.random.default_rng([seed, cell])
    name, world, truth, n, draw = CELLS[cell]
    rows = []
    undefined = 0
    for _ in range(n_samples):
        found = draw(rng, n)
        if found.status != "ok":
            undefined += 1
            continue
        low, high = found.confidence_interval()
        rows.append((found.value, low, high))
    values, lows, highs = np.array(rows).T
    return {
        "function": name,
        "world": world,
        "truth": round(truth, 4),
        "n_units": n,
        "samples": n_samples,
        "undefined": undefined,
        "median": round(float(np.median(values)), 3),
        "bias": round(float(values.mean() - truth), 3),
        "coverage": round(float(((lows <= truth + 1e-5) & (highs >= truth - 1e-5)).mean()), 3),
        "truth_below": round(float((lows > truth + 1e-5).mean()), 3),
        "truth_above": round(float((highs < truth - 1e-5).mean()), 3),
        "mean_width": round(float((highs - lows).mean()), 3),
        "at_one": round(float((values > 1 - 1e-5).mean()), 3),
    }


def _repeats(world: str, reliability: float):
    return lambda rng, n: recovered(rng, world, reliability, n)


def _corrected(flip: float):
    return lambda rng, n: corrected(rng, flip, n)


NET = float((np.triu(TRUE_SHIFT, 1) - np.tril(TRUE_SHIFT, -1)).sum() / TRUE_SHIFT.sum())
CELLS = [
    ("reliability_from_repeats", world, reliability, n, _repeats(world, reliability))
    for n in UNITS
    for world, reliability in WORLDS
] + [
    ("corrected_shift", f"neighbours by error {flip}", NET, n, _corrected(flip))
    for n in UNITS
    for flip in (0.05, 0.12)
]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--cells", default=f"0:{len(CELLS)}", help="first:last, last left out")
    parser.add_argument("--csv", type=Path, help="where the table goes; default: shown")
    given = parser.parse_args(arguments)
    first, last = map(int, given.cells.split(":"))
    warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
    file = given.csv.open("w", newline="") if given.csv else sys.stdout
    with file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        for cell in range(first, last):
            table.writerow(check_cell(given.seed, cell, given.samples))
            file.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
