"""How often the default intervals of shift and comparison miss to either side, by simulation.

A 95 % interval whose misses all lie on one side misses twice what a reader of that one limit takes
it to. Every row is a function's default interval in one setting (for the difference in shares an
exact sum over all tables is in `unconditional_coverage.py`):

    python benchmarks/one_sided_coverage.py --csv docs/_static/one_sided_coverage.csv
    python benchmarks/one_sided_coverage.py --summarise docs/_static/one_sided_coverage.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from comparison_coverage import CUT, SCENARIOS, truths
from shift_coverage import populations

import ilacs_reliability as ilr

SEED = 20261128
SAMPLES = 600
SIZES = ((10, 10), (47, 4), (95, 18), (20, 500))
UNITS = (8, 24, 150)
COLUMNS = ("part", "function", "setting", "size", "samples", "below", "above")
Rule = Callable[[np.ndarray], ilr.Estimate]

GROUPS: dict[str, Rule] = {
    "relative_effect": ilr.relative_effect,
    "risk_difference": partial(ilr.risk_difference, at_least=CUT),
    "odds_ratio": partial(ilr.odds_ratio, at_least=CUT),
}
PAIRS: dict[str, Rule] = {
    "net_shift": lambda t: ilr.net_shift(t).net,
    "paired_difference": lambda t: ilr.paired_difference(t, at_least=CUT),
    "marginal_score_shift": lambda t: ilr.marginal_score_shift(t).effect,
    "marginal_rank_shift": lambda t: ilr.marginal_rank_shift(t).effect,
    "paired_superiority": ilr.paired_superiority,
}
FAR = np.array([0.30, 0.65, 0.0, 0.05]), np.array([0.0, 0.01, 0.98, 0.01])


def settings() -> Iterator[tuple[str, str, str, dict[str, Rule], np.ndarray, tuple[int, ...]]]:
    """Yield part, setting, size, functions, shares (rows drawn apart) and units of each row."""
    for name, (first, second) in (SCENARIOS | {"few units far away": FAR}).items():
        for sizes in SIZES:
            shares = np.stack([first, second])
            yield "comparison", name, f"{sizes[0]} and {sizes[1]}", GROUPS, shares, sizes
    for name, table in shifts().items():
        for n in UNITS:
            yield "shift", name, str(n), PAIRS, table.reshape(1, -1), (n,)


def shifts() -> dict[str, np.ndarray]:
    """Return the populations of pairs, and two in which nearly all rise."""
    rising, falling = np.zeros((4, 4)), np.zeros((4, 4))
    rising[[0, 1, 0, 1], [1, 2, 0, 1]] = 0.475, 0.475, 0.025, 0.025
    falling[[0, 1, 3], [1, 2, 0]] = 0.425, 0.425, 0.15
    own = populations()
    names = [name for name in own if name.startswith("ilacs_to_next") or "even" in name]
    many = {name: own[name] for name in names}
    return many | {"nearly all rise by a grade": rising, "small rises, few large falls": falling}


def truth(part: str, name: str, shares: np.ndarray) -> float:
    if part == "comparison":
        return truths(*shares)[name]
    # of as many units as there are decimals, a table is its population
    many = np.rint(shares * 10**10).astype(np.int64).reshape(4, 4)
    return PAIRS[name](many).value


def rows(samples: int) -> Iterator[dict[str, object]]:
    for part, setting, size, rules, shares, units in settings():
        rng = np.random.default_rng([SEED, zlib.crc32(f"{setting}, {size}".encode())])
        draws = [rng.multinomial(n, row, samples) for n, row in zip(units, shares, strict=True)]
        tables, times = np.unique(np.stack(draws, axis=1), axis=0, return_counts=True)
        for name, rule in rules.items():
            whole = truth(part, name, shares)
            missed, seen = np.zeros(2), 0
            for table, count in zip(tables, times.tolist(), strict=True):
                if name == "odds_ratio" and not 0 < table[:, CUT - 1 :].sum() < table.sum():
                    continue
                estimate = rule(table if part == "comparison" else table.reshape(4, 4))
                low, high = estimate.confidence_interval(0.95)
                missed += count * np.array([whole < low - 1e-9, whole > high + 1e-9])
                seen += count
            below, above = (f"{share:.4f}" for share in missed / seen)
            values = (part, name, setting, size, seen, below, above)
            yield dict(zip(COLUMNS, values, strict=True))


def summarise(path: Path) -> None:
    """Print how often the truth lies below and above, in the mean and at most."""
    with path.open(newline="", encoding="utf-8") as lines:
        found = list(csv.DictReader(lines))
    for name in dict.fromkeys(row["function"] for row in found):
        own = [[float(row[side]) for side in ("below", "above")] for row in found
               if row["function"] == name]  # fmt: skip
        mean, most = np.mean(own, axis=0), np.max(own, axis=0)
        print(f"| {name} | " + " | ".join(f"{100 * x:.1f}" for x in (*mean, *most)) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--summarise", type=Path)
    options = parser.parse_args()
    if options.summarise:
        summarise(options.summarise)
        return
    out = options.csv.open("w", newline="", encoding="utf-8") if options.csv else sys.stdout
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows(options.samples):
        writer.writerow(row)
        out.flush()
    if options.csv:
        out.close()


if __name__ == "__main__":
    main()
