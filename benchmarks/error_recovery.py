r"""What functions on judgement error give back of a truth that is known, or broken.

Grades have the shares of the authorities' latest. Each world says what is true and what is broken:

- Three gradings of a state that moves with a stability of 0.8 (`reliability_from_repeats`, and the
  chance of the same grade that follows). Broken at a reliability of 0.7: errors of a unit correlate
  0.3, a third of the state never changes, or the state is skewed. Of "bound" it is asked whether
  its lower limit lies below the reliability. A hidden chain of grades is drawn as it assumes, too.
- Double gradings (`polychoric_correlation`, and the chance of the same grade from them); broken: a
  skewed state.
- A table of moves (`corrected_shift`) whose errors are known, estimated from 100 units of each
  grade, or taken to be smaller than they are.
- Five raters who are right in 60 to 90 units of 100, one of them always; broken: two confer.
- Leads who are sent to one stratum of three more than to others (`rater_severity`); broken: a
  lead's stratum differs in what strata do not say.

    python benchmarks/error_recovery.py --list
    python benchmarks/error_recovery.py --cells 0:40 --samples 100 \
        --csv docs/_static/error_recovery.csv

Rows of the file that are drawn again are replaced, all others stay.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

import ilacs_reliability as ilr
from ilacs_reliability.error.bivariate import cell_probabilities, thresholds_of

SEED = 20261129
LATEST = np.array([13, 29, 65, 46])
CUTS = thresholds_of(LATEST)
SCALE = ilr.OFSTED_SCALE
STABILITY = 0.8
UNITS = (24, 60, 150, 1000)
CHAINS = (
    *[("as assumed", rho) for rho in (0.5, 0.7, 0.85, 1.0)],
    ("errors correlate 0.3", 0.7),
    ("a third of the state lasts", 0.7),
    ("skewed state", 0.7),
)
PAIRS = (*[("as assumed", rho) for rho in (0.5, 0.7, 0.85, 1.0)], ("skewed state", 0.7))
SHIFTS = (
    "error 0",
    "error 0.05",
    "error 0.12",
    "error 0.12 estimated",
    "error 0.12 taken for 0.05",
)
CLASSES = ("as assumed", "two raters confer in half of units")
SEVERITIES = (
    *[("as assumed", share) for share in (0.0, 0.05, 0.2, 0.5)],
    ("leads' units differ", 0.0),
)
TRUE_SHIFT = np.array([[5, 5, 3, 0], [2, 15, 10, 1], [0, 6, 28, 9], [0, 1, 4, 11]])
KEY = ("function", "number", "world", "truth", "n_units")
COLUMNS = (
    *KEY,
    "samples",
    "undefined",
    "median",
    "bias",
    "bias_error",
    "coverage",
    "coverage_error",
    "truth_below",
    "truth_above",
    "mean_width",
    "at_end",
)
# a number that is estimated: what it is called, the truth, the estimate and its limits
Found = tuple[str, float, float, float, float]
Draw = Callable[[np.random.Generator], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A world and a number of units, and what is drawn and estimated there."""

    function: str
    world: str
    n_units: int
    draw: Draw


def _skewed(state: np.ndarray) -> np.ndarray:
    return (np.exp(0.5 * state) - np.exp(0.125)) / np.sqrt((np.exp(0.25) - 1) * np.exp(0.25))


def gradings(rng: np.random.Generator, world: str, reliability: float, n: int) -> ilr.Ratings:
    """Draw three gradings of each unit."""
    lasting = rng.standard_normal(n) if world.startswith("a third") else np.zeros(n)
    part = 1 / 3 if world.startswith("a third") else 0.0
    state, states = rng.standard_normal(n), []
    for _ in range(3):
        states.append(np.sqrt(part) * lasting + np.sqrt(1 - part) * state)
        state = STABILITY * state + np.sqrt(1 - STABILITY**2) * rng.standard_normal(n)
    true = np.array(states).T
    if world == "skewed state":
        true = _skewed(true)
    common = 0.3 if world.startswith("errors") else 0.0
    errors = np.sqrt(common) * rng.standard_normal((n, 1))
    errors = errors + np.sqrt(1 - common) * rng.standard_normal((n, 3))
    seen = np.sqrt(reliability) * true + np.sqrt(1 - reliability) * errors
    return ilr.ratings_from_codes(np.digitize(seen, CUTS), scale=SCALE, design="repeat")


def same_grade(reliability: float) -> float:
    """Return how often two gradings of a state give one grade."""
    return float(np.trace(cell_probabilities(CUTS, CUTS, reliability).probabilities))


def _of(name: str, truth: float, found: ilr.Estimate) -> Found:
    if found.status != "ok":
        return name, truth, np.nan, np.nan, np.nan
    low, high = found.confidence_interval()
    return name, truth, found.value, low, high


def bound(rng: np.random.Generator, world: str, reliability: float, n: int) -> Iterator[Found]:
    found = ilr.reliability_from_repeats(gradings(rng, world, reliability, n), model="bound")
    name, truth, value, low, _ = _of("bound", reliability, found)
    yield name, truth, value, low, 1.0 + 0.0 * low


def simplex(rng: np.random.Generator, world: str, reliability: float, n: int) -> Iterator[Found]:
    ratings = gradings(rng, world, reliability, n)
    found = ilr.reliability_from_repeats(ratings)
    yield _of("quasi_simplex", reliability, found)
    latest = np.bincount(np.asarray(ratings.patterns)[:, -1], ratings.frequencies, minlength=4)
    if found.status == "ok":
        again = ilr.repeat_grade_probability(
            dict(zip(SCALE.labels, latest, strict=True)), reliability=found
        )
        yield _of("same grade, from repeats", same_grade(reliability), again["same grade"])


def hidden(rng: np.random.Generator, world: str, error: float, n: int) -> Iterator[Found]:
    """Draw a chain of grades that stays in seven years of ten, with errors to neighbours."""
    shares = LATEST / LATEST.sum()
    table = error_matrix(error)
    state, seen = rng.choice(4, n, p=shares), []
    for _ in range(3):
        seen.append((rng.random((n, 1)) > np.cumsum(table[state], axis=1)).sum(axis=1))
        state = np.where(rng.random(n) < 0.7, state, rng.choice(4, n, p=shares))
    codes = np.minimum(np.array(seen).T, 3)
    ratings = ilr.ratings_from_codes(codes, scale=SCALE, design="repeat")
    expected = table @ np.arange(4)
    mean = shares @ expected
    true = shares @ (expected - mean) ** 2 / (shares @ table @ (np.arange(4) - mean) ** 2)
    yield _of("latent_markov", true, ilr.reliability_from_repeats(ratings, model="latent_markov"))


def error_matrix(flip: float) -> np.ndarray:
    near = np.eye(4, k=1) + np.eye(4, k=-1)
    return np.diag(1 - flip * near.sum(axis=1)) + flip * near


def doubles(rng: np.random.Generator, world: str, rho: float, n: int) -> ilr.Ratings:
    state = rng.standard_normal((n, 1))
    true = _skewed(state) if world == "skewed state" else state
    seen = np.sqrt(rho) * true + np.sqrt(1 - rho) * rng.standard_normal((n, 2))
    return ilr.ratings_from_codes(np.digitize(seen, CUTS), scale=SCALE)


def polychoric(rng: np.random.Generator, world: str, rho: float, n: int) -> Iterator[Found]:
    yield _of("correlation", rho, ilr.polychoric_correlation(doubles(rng, world, rho, n)))


def doubly(rng: np.random.Generator, world: str, rho: float, n: int) -> Iterator[Found]:
    ratings = doubles(rng, world, rho, n)
    again = ilr.repeat_grade_probability(ratings)["same grade"]
    yield _of("same grade, from doubles", same_grade(rho), again)


def corrected(rng: np.random.Generator, world: str, n: int) -> Iterator[Found]:
    flip = float(world.split()[1])
    shares = TRUE_SHIFT / TRUE_SHIFT.sum()
    error = error_matrix(flip)
    counts = rng.multinomial(n, (error.T @ shares @ error).ravel()).reshape(4, 4)
    if world.endswith("estimated"):
        told = {"error_counts": np.array([rng.multinomial(100, row) for row in error])}
    else:
        told = {"error": error_matrix(0.05) if world.endswith("for 0.05") else error}
    net = float((np.triu(shares, 1) - np.tril(shares, -1)).sum())
    yield _of("net shift", net, ilr.corrected_shift(counts, **told, n_resamples=299, rng=rng))


def classes(rng: np.random.Generator, world: str, n: int) -> Iterator[Found]:
    right = np.array([0.9, 0.8, 0.7, 0.6, 1.0])
    shares = LATEST / LATEST.sum()
    true = rng.choice(4, n, p=shares)
    other = (true[:, None] + rng.integers(1, 4, (n, 5))) % 4
    codes = np.where(rng.random((n, 5)) < right, true[:, None], other)
    if world.startswith("two"):
        codes[:, 3] = np.where(rng.random(n) < 0.5, codes[:, 2], codes[:, 3])
    found = ilr.dawid_skene(ilr.ratings_from_codes(codes, scale=SCALE), rng=rng)
    yield _of("share of good", shares[2], found.class_shares()["good"])
    for rater, name in ((2, "a rater's rate"), (4, "rate of one always right")):
        rates = found.error_rates(found.raters[rater])
        yield _of(name, right[rater], rates["good", "good"])


def severity(rng: np.random.Generator, world: str, share: float, n: int) -> Iterator[Found]:
    """Draw what a lead for each six units gives; errors have a variance of one."""
    n_leads = max(n // 6, 4)
    lead = rng.integers(n_leads, size=n)
    home = np.arange(n_leads) % 3
    stratum = np.where(rng.random(n) < 0.6, home[lead], rng.integers(3, size=n))
    spread = np.sqrt(share / (1 - share))
    seen = 0.3 * stratum + spread * rng.standard_normal(n_leads)[lead] + rng.standard_normal(n)
    if world.startswith("leads"):
        seen = seen + 0.5 * rng.standard_normal(n_leads)[lead]
    cuts = 0.3 + CUTS * np.sqrt(1 + spread**2)
    counts = np.zeros((3, n_leads, 4), dtype=np.int64)
    np.add.at(counts, (stratum, lead, np.digitize(seen, cuts)), 1)
    counts = counts[:, counts.sum(axis=(0, 2)) > 0]
    found = ilr.rater_severity(counts, disconnected="largest", n_resamples=99, rng=rng)
    yield _of("share between raters", share_of_scores(cuts, share), found.share)


def share_of_scores(cuts: np.ndarray, share: float) -> float:
    """Return what a latent share is of the scores of grades, over strata of one size."""
    between, whole = 0.0, 0.0
    scores = np.arange(len(cuts) + 1)
    for stratum in range(3):
        own = (cuts - 0.3 * stratum) * np.sqrt(1 - share)
        table = cell_probabilities(own, own, share).probabilities
        shares = table.sum(axis=1)
        mean = shares @ scores
        between += scores @ table @ scores - mean**2
        whole += shares @ (scores - mean) ** 2
    return float(between / whole)


def _cells() -> Iterator[Cell]:
    repeats = "reliability_from_repeats"
    for n in UNITS:
        for world, rho in CHAINS:
            yield Cell(repeats, world, n, partial(simplex, world=world, reliability=rho, n=n))
    for n in UNITS:
        for world, rho in CHAINS:
            yield Cell(repeats, world, n, partial(bound, world=world, reliability=rho, n=n))
    for n in UNITS:
        for world in SHIFTS:
            yield Cell("corrected_shift", world, n, partial(corrected, world=world, n=n))
    for n in UNITS:
        for world, share in SEVERITIES:
            draw = partial(severity, world=world, share=share, n=n)
            yield Cell("rater_severity", world, n, draw)
    for n in UNITS:
        for error in (0.0, 0.05, 0.12, 0.2):
            draw = partial(hidden, world="as assumed", error=error, n=n)
            yield Cell(repeats, "as assumed", n, draw)
    for n in UNITS:
        for world in CLASSES:
            yield Cell("dawid_skene", world, n, partial(classes, world=world, n=n))
    for n in UNITS:
        for world, rho in PAIRS:
            draw = partial(polychoric, world=world, rho=rho, n=n)
            yield Cell("polychoric_correlation", world, n, draw)
    for n in UNITS:
        for world, rho in PAIRS:
            draw = partial(doubly, world=world, rho=rho, n=n)
            yield Cell("repeat_grade_probability", world, n, draw)


CELLS = tuple(_cells())


def check_cell(seed: int, number: int, n_samples: int) -> Iterator[dict[str, object]]:
    """Draw a cell's samples; return a row for each number that is estimated there."""
    cell, rng = CELLS[number], np.random.default_rng([seed, number])
    found: dict[tuple[str, float], list[tuple[float, float, float]]] = {}
    for _ in range(n_samples):
        for name, truth, *limits in cell.draw(rng):
            found.setdefault((name, truth), []).append(tuple(limits))
    for (name, truth), rows in found.items():
        yield {
            "function": "repeat_grade_probability" if name.startswith("same") else cell.function,
            "number": name,
            "world": cell.world,
            "truth": f"{truth:.4f}",
            "n_units": cell.n_units,
            "samples": n_samples,
            **_summary(np.array(rows), truth, n_samples),
        }


def _summary(rows: np.ndarray, truth: float, n_samples: int) -> dict[str, object]:
    there = rows[~np.isnan(rows[:, 0])]
    if not len(there):
        return {"undefined": n_samples}
    values, lows, highs = there.T
    below, above = lows > truth + 1e-5, highs < truth - 1e-5
    missed, n = int((below | above).sum()), len(there)
    held = (n - missed + 1) / (n + 2)
    row = {
        "median": np.median(values),
        "bias": values.mean() - truth,
        "bias_error": values.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan,
        "coverage": 1 - missed / n,
        "coverage_error": np.sqrt(held * (1 - held) / n),
        "truth_below": below.mean(),
        "truth_above": above.mean(),
        "mean_width": (highs - lows).mean(),
        "at_end": ((values > 1 - 1e-5) | (np.abs(values) < 1e-9)).mean(),
    }
    return {"undefined": n_samples - n} | {name: f"{x:.4f}" for name, x in row.items()}


def _merged(path: Path | None, rows: list[dict[str, object]]) -> None:
    """Write rows over those of the same world, in the order of the cells."""
    kept: dict[tuple[str, ...], dict[str, object]] = {}
    if path is not None and path.exists():
        with path.open(newline="") as file:
            kept = {_key(row): row for row in csv.DictReader(file)}
    kept |= {_key(row): row for row in rows}
    order = {name: k for k, name in enumerate(dict.fromkeys(cell.function for cell in CELLS))}
    every = sorted(kept.values(), key=lambda row: (order[str(row["function"])], row["number"]))
    with path.open("w", newline="") if path else sys.stdout as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(every)


def _key(row: dict[str, object]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in KEY)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--cells", default=f"0:{len(CELLS)}", help="first:last, last left out")
    parser.add_argument("--minutes", type=float, default=1e9, help="after which no cell is begun")
    parser.add_argument("--csv", type=Path, help="where the table goes; default: shown")
    parser.add_argument("--list", action="store_true", help="show the cells and end")
    given = parser.parse_args(arguments)
    first, last = map(int, given.cells.split(":"))
    if given.list:
        for number, cell in enumerate(CELLS):
            print(number, cell.function, cell.world, cell.n_units, cell.draw.keywords)
        return 0
    warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
    started, rows = time.monotonic(), []
    for cell in range(first, min(last, len(CELLS))):
        if time.monotonic() - started > 60 * given.minutes:
            print(f"stopped before cell {cell}", file=sys.stderr)
            break
        rows.extend(check_cell(given.seed, cell, given.samples))
        if given.csv:
            _merged(given.csv, rows)
    if not given.csv:
        _merged(None, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
