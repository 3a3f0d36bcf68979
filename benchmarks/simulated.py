"""Settings of inspection studies drawn at random, and studies drawn from them."""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from pathlib import Path

import numpy as np

import ilacs_reliability as ilr

UNITS = range(10, 151)
WEIGHTS = ("identity", "linear", "quadratic")
METRICS = ("nominal", "ordinal", "interval", "linear")
SETTING_COLUMNS = (
    "family",
    "weights",
    "n_grades",
    "n_raters",
    "n_units",
    "model",
    "strength",
    "top_share",
    "missing",
)
BLOCK = 2_000_000  # frequencies held at once
GREAT = 10**15  # units that stand for a population


@dataclass(frozen=True, slots=True)
class Setting:
    """A population of units, and the study that is drawn from it."""

    family: str
    weights: str
    n_grades: int
    n_raters: int
    n_units: int
    model: str
    strength: float
    top_share: float
    missing: str
    probabilities: np.ndarray


def draw_setting(
    rng: np.random.Generator,
    family: str,
    units: range,
    *,
    kinds: Sequence[str],
    two_raters: bool = False,
) -> Setting:
    """Draw how units are graded, how many of them a study has, and one of the kinds of weights."""
    q = int(rng.integers(2, 6))
    n_units = int(np.round(np.exp(rng.uniform(*np.log([units.start - 0.5, units.stop - 0.5])))))
    model = str(rng.choice(["margins", "latent", "unequal", "all or none", "neighbour"]))
    m = 2 if model == "margins" or two_raters else int(rng.integers(2, 6))
    weights = str(rng.choice(kinds))
    top = rng.uniform(1 / q, 0.97)
    shares = np.insert(rng.dirichlet(np.full(q - 1, 2.0)) * (1 - top), rng.integers(0, q), top)
    strength = rng.uniform(0.7, 0.97) if model == "margins" else rng.uniform(0.3, 0.97)
    complete = MODELS[model](rng, shares, strength, m)
    missing, joint = drop_ratings(rng, complete)
    chances = joint.ravel()[1:]  # a unit that nobody rated is not in the study
    return Setting(
        family, weights, q, m, n_units, model, strength, top, missing, chances / chances.sum()
    )


def by_margins(
    rng: np.random.Generator, shares: np.ndarray, agreement: float, m: int
) -> np.ndarray:
    """Two raters agree with a given probability; else each follows its own margin."""
    other = shares
    if rng.random() < 0.5:
        other = (shares + rng.dirichlet(np.ones(len(shares)))) / 2
    apart = np.outer(shares, other) * (1 - np.eye(len(shares)))
    return apart / apart.sum() * (1 - agreement) + np.diag(agreement * shares)


def all_or_none(
    rng: np.random.Generator, shares: np.ndarray, strength: float, m: int
) -> np.ndarray:
    """All raters give one grade, or each draws from the prevalence."""
    table = reduce(np.multiply.outer, [shares] * m) * (1 - strength)
    table[tuple([np.arange(len(shares))] * m)] += strength * shares
    return table


def latent(
    rng: np.random.Generator, shares: np.ndarray, strength: float, m: int, *, kind: str
) -> np.ndarray:
    """Each rater reports the true grade with some probability, else errs."""
    q = len(shares)
    if kind == "neighbour":
        near = np.eye(q, k=1) + np.eye(q, k=-1)
        hits = np.full(m, np.sqrt(rng.uniform(0.5, 0.97)))
        errors = [near / near.sum(axis=1, keepdims=True)] * m
    elif kind == "unequal":
        hits = np.clip(np.sqrt(strength) + rng.uniform(-0.25, 0.15, m), 0.1, 0.995)
        errors = [np.tile(rng.dirichlet(np.ones(q)), (q, 1)) for _ in range(m)]
    else:
        hits, errors = np.full(m, np.sqrt(strength)), [np.tile(shares, (q, 1))] * m
    reports = [hit * np.eye(q) + (1 - hit) * error for hit, error in zip(hits, errors, strict=True)]
    return sum(
        shares[g] * reduce(np.multiply.outer, [report[g] for report in reports]) for g in range(q)
    )


MODELS = {
    "margins": by_margins,
    "all or none": all_or_none,
    "latent": partial(latent, kind="latent"),
    "unequal": partial(latent, kind="unequal"),
    "neighbour": partial(latent, kind="neighbour"),
}


def drop_ratings(rng: np.random.Generator, table: np.ndarray) -> tuple[str, np.ndarray]:
    """Leave ratings out at random: none, a share by rater, or all but two of each unit."""
    m, q = table.ndim, len(table)
    kind = rng.random()
    if kind >= 0.9 and m > 2:
        return "two a unit", planned_pairs(table)
    rates = np.zeros(m) if kind < 0.5 else rng.uniform(0, 0.35, m)
    for rater, rate in enumerate(rates):
        lost = np.column_stack([np.full(q, rate), np.eye(q) * (1 - rate)])
        table = np.moveaxis(np.tensordot(table, lost, (rater, 0)), -1, rater)
    return f"{rates.mean():.2f}", table


def planned_pairs(table: np.ndarray) -> np.ndarray:
    m = table.ndim
    kept = np.zeros([size + 1 for size in table.shape])
    for pair in itertools.combinations(range(m), 2):
        others = tuple(rater for rater in range(m) if rater not in pair)
        kept[tuple(slice(1, None) if rater in pair else 0 for rater in range(m))] += table.sum(
            others
        )
    return kept


def study(setting: Setting, codes: np.ndarray, frequencies: np.ndarray) -> ilr.Ratings:
    scale = ilr.Scale([f"grade {g}" for g in range(setting.n_grades)])
    ratings = ilr.ratings_from_codes(codes, scale=scale)
    order = np.array([tuple(row) for row in ratings.patterns], dtype=[("", "i8")] * codes.shape[1])
    given = np.array([tuple(row) for row in codes], dtype=order.dtype)
    place = np.argsort(given)[np.searchsorted(np.sort(given), order)]
    return ratings.with_frequencies(frequencies[..., place])


def patterns_of(setting: Setting) -> np.ndarray:
    grades = range(-1, setting.n_grades)
    table = np.array(list(itertools.product(grades, repeat=setting.n_raters)), dtype=np.int8)
    return table[1:]


def truth_of(
    setting: Setting,
    estimate: Callable[[Setting, ilr.Ratings], ilr.Estimate],
    *,
    n_units: int = GREAT,
) -> float:
    """Return the coefficient in the population, exact but for rounding of the frequencies."""
    population = np.round(setting.probabilities * n_units).astype(np.int64)
    kept = population > 0
    return estimate(setting, study(setting, patterns_of(setting)[kept], population[kept])).value


def samples_of(setting: Setting, rng: np.random.Generator, n_samples: int) -> list[ilr.Ratings]:
    """Draw studies, in blocks that share the patterns that occur in them."""
    patterns, edges = patterns_of(setting), np.cumsum(setting.probabilities)
    draws = np.searchsorted(edges / edges[-1], rng.random((n_samples, setting.n_units)))
    size = max(1, BLOCK // min(len(patterns), 20 * setting.n_units))
    blocks = []
    for start in range(0, n_samples, size):
        block = draws[start : start + size]
        seen, codes = np.unique(block, return_inverse=True)
        codes = codes.reshape(block.shape) + len(seen) * np.arange(len(block))[:, None]
        counts = np.bincount(codes.ravel(), minlength=len(seen) * len(block))
        blocks.append(study(setting, patterns[seen], counts.reshape(len(block), len(seen))))
    return blocks


def read_rows(path: Path) -> list[dict[str, object]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts = {"family", "weights", "model", "missing"}
    whole = {"cell", "world", "n_grades", "n_raters", "n_units", "n_clusters"}
    kinds = {name: str if name in texts else int if name in whole else float for name in rows[0]}
    # blank where a column has nothing to say of a row
    return [{name: text and kinds[name](text) for name, text in row.items()} for row in rows]


def write_rows(rows: list[dict[str, object]], path: Path) -> None:
    short = {
        name: [f"{row[name]:.4g}" if isinstance(row[name], float) else row[name] for row in rows]
        for name in rows[0]
    }
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(short)
        writer.writerows(zip(*short.values(), strict=True))


def write_as_made(path: Path | None, fields: Sequence[str], rows: Iterable[dict]) -> None:
    """Write rows one by one, so that what was made stays where the rest is not; or print them."""
    with path.open("w", encoding="utf-8", newline="") if path else sys.stdout as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        for one in rows:
            writer.writerow(one)
            file.flush()


def cell_range(text: str) -> range:
    start, _, stop = text.partition(":")
    return range(int(start), int(stop))


def cell_options(doc: str, *, samples: int = 300, level: float = 0.95) -> argparse.ArgumentParser:
    """Return what a script that simulates cell by cell is asked."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", type=cell_range, default=range(60), help="start:stop")
    parser.add_argument("--samples", type=int, default=samples, help="samples a cell")
    parser.add_argument("--level", type=float, default=level, help="confidence level")
    parser.add_argument("--csv", type=Path, help="write, or bring up to date, one line a cell")
    parser.add_argument("--summarise", type=Path, help="read a table made earlier")
    return parser


def by_cell(
    options: argparse.Namespace, found: Callable[[int], dict[str, object]]
) -> list[dict[str, object]]:
    """Simulate the cells asked for, or read them, and bring the table up to date."""
    if options.summarise:
        rows = read_rows(options.summarise)
    else:
        rows, started = [], time.monotonic()
        for done, cell in enumerate(options.cells, start=1):
            rows.append(found(cell))
            left = (time.monotonic() - started) / done * (len(options.cells) - done)
            print(f"\rcell {cell}: {left:.0f} s left ", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
    if options.csv:
        old = read_rows(options.csv) if options.csv.exists() else []
        table = {row["cell"]: row for row in [*old, *rows]}
        write_rows([table[cell] for cell in sorted(table)], options.csv)
    return rows


def run_cells(
    doc: str,
    cells: Sequence[object],
    columns: Sequence[str],
    run: Callable[[int, int, int], list[dict[str, object]]],
    summarise: Callable[[Path], None],
) -> None:
    """Run a script of which a cell, simulated with a seed and samples, gives several rows."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--cells", type=cell_range, default=range(len(cells)), help="such as 3:5")
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--summarise", type=Path)
    options = parser.parse_args()
    if options.summarise:
        summarise(options.summarise)
        return
    rows: list[dict[str, object]] = []
    began = time.perf_counter()
    for done, cell in enumerate(options.cells, start=1):
        rows += run(cell, options.seed, options.samples)
        spent = time.perf_counter() - began
        print(f"{done}/{len(options.cells)} {cells[cell]} {spent:.0f} s", file=sys.stderr)
    out = options.csv.open("w", newline="", encoding="utf-8") if options.csv else sys.stdout
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    if options.csv:
        out.close()
