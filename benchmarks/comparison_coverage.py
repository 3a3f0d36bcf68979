"""How often tests of two groups reject wrongly, and intervals hold the truth, by simulation.

Draws two groups of grades from the inspections' own shares, balanced or 122 against 19, and asks
the library for its p-values and intervals, as a user would. Every cell has its own random stream,
so a part of the table can be made again:

    python benchmarks/comparison_coverage.py --csv docs/_static/comparison_coverage.csv
    python benchmarks/comparison_coverage.py --cells 3:5 --samples 500
    python benchmarks/comparison_coverage.py --summarise docs/_static/comparison_coverage.csv
"""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from scipy import optimize
from simulated import run_cells

import ilacs_reliability as ilr

LEVEL = 0.05
CUT = 3  # good or better, of the grades 1 to 4
SIZES = (
    (10, 10),
    (20, 20),
    (50, 50),
    (95, 18),
    (122, 19),
    (47, 4),
    (38, 7),
    (37, 8),
    (500, 2),
    (20, 500),
)
MARGINS = (0.1, 0.15, 0.2)
# previously good authorities: short, standard, together; inadequate to outstanding
SHORT = np.array([3, 8, 45, 39]) / 95
STANDARD = np.array([4, 6, 5, 3]) / 18
TOGETHER = np.array([7, 14, 50, 42]) / 113
COLUMNS = ("cell", "first", "second", "scenario", "quantity", "method", "samples", "share")


def relative(first: np.ndarray, second: np.ndarray) -> float:
    return float(second @ (np.cumsum(first) - first / 2))


def tilted(shares: np.ndarray, effect: float) -> np.ndarray:
    """Return the shares moved along the scale until their relative effect is as wanted."""

    def moved(rate: float) -> np.ndarray:
        raw = shares * np.exp(rate * np.arange(len(shares)))
        return raw / raw.sum()

    rate = optimize.brentq(lambda r: relative(shares, moved(r)) - effect, -20, 20)
    return moved(rate)


SCENARIOS = {
    "alike, both kinds' grades": (TOGETHER, TOGETHER),
    "alike, short's grades": (SHORT, SHORT),
    "equal effect, unequal spread": (
        np.array([0.0, 0.5, 0.5, 0.0]),
        np.array([0.5, 0.0, 0.0, 0.5]),
    ),
    "as seen, short and standard": (SHORT, STANDARD),
    "far apart": (TOGETHER, tilted(TOGETHER, 0.08)),
}
EDGES = {f"margin {m:g}": (TOGETHER, tilted(TOGETHER, 0.5 - m)) for m in MARGINS}
CELLS = list(itertools.product(SIZES, [*SCENARIOS, *EDGES]))

TESTS = {
    "brunner_munzel t": partial(ilr.brunner_munzel, method="t"),
    "brunner_munzel logit": partial(ilr.brunner_munzel, method="logit"),
    "brunner_munzel permutation": partial(ilr.brunner_munzel, method="permutation"),
    "mann_whitney exact": ilr.mann_whitney,
    "mann_whitney asymptotic": partial(ilr.mann_whitney, method="asymptotic"),
    "two_proportions fisher": partial(ilr.two_proportions, at_least=CUT),
    "two_proportions score": partial(ilr.two_proportions, at_least=CUT, method="score"),
}
OWN_INTERVALS = {
    "mann_whitney exact": "relative_effect",
    "mann_whitney asymptotic": "relative_effect",
    "two_proportions fisher": "odds_ratio",
}
EFFECTS = {
    "relative_effect": ilr.relative_effect,
    "risk_difference": partial(ilr.risk_difference, at_least=CUT),
    "odds_ratio": partial(ilr.odds_ratio, at_least=CUT),
}


def truths(first: np.ndarray, second: np.ndarray) -> dict[str, float]:
    effect = relative(first, second)
    p1, p2 = first[CUT - 1 :].sum(), second[CUT - 1 :].sum()
    return {
        "relative_effect": effect,
        "risk_difference": p2 - p1,
        "odds_ratio": (p2 / (1 - p2)) / (p1 / (1 - p1)),
    }


def findings(table: np.ndarray, scenario: str, truth: dict[str, float]) -> Iterator[tuple]:
    """Yield (quantity, method, yes or no) for one sample."""
    if scenario in EDGES:
        margin = float(scenario.split()[1])
        for method in ("logit", "t", "jeffreys"):
            p = ilr.ordinal_noninferiority(table, margin=margin, method=method).p_value
            yield "wrongly accepted at the margin", f"noninferiority {method}", p < LEVEL
        return
    for name, test in TESTS.items():
        result = test(table)
        yield "rejected", name, result.p_value < LEVEL
        # the interval that inverts the test; where all are on one side there is no odds ratio
        if name in OWN_INTERVALS and result.effect.name == OWN_INTERVALS[name]:
            interval = result.effect.confidence_interval(1 - LEVEL)
            yield "covered", f"{name} {interval.method}", truth[result.effect.name] in interval
    for margin in MARGINS:
        p = ilr.ordinal_equivalence(table, margin=margin).p_value
        yield "found equivalent", f"ordinal_equivalence {margin:g}", p < LEVEL
    estimates = {name: effect(table) for name, effect in EFFECTS.items() if usable(name, table)}
    for name, estimate in estimates.items():
        for method in estimate.interval_methods:
            if method != "disjoint_pairs":  # others give way to it where there is no spread
                interval = estimate.confidence_interval(1 - LEVEL, method)
                yield "covered", f"{name} {method}", truth[name] in interval


def usable(name: str, table: np.ndarray) -> bool:
    """Leave out odds ratios of samples that are all on one side of the cut."""
    upper = table[:, CUT - 1 :].sum()
    return name != "odds_ratio" or 0 < upper < table.sum()


def run(cell: int, seed: int, samples: int) -> list[dict[str, object]]:
    (n1, n2), scenario = CELLS[cell]
    first, second = {**SCENARIOS, **EDGES}[scenario]
    rng = np.random.default_rng([seed, cell])
    draws = np.stack([rng.multinomial(n1, first, samples), rng.multinomial(n2, second, samples)], 1)
    tables, counts = np.unique(draws, axis=0, return_counts=True)
    yes: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    truth = truths(first, second)
    for table, count in zip(tables, counts.tolist(), strict=True):
        for quantity, method, hit in findings(table, scenario, truth):
            seen[quantity, method] += count
            yes[quantity, method] += count * bool(hit)
    base = {"cell": cell, "first": n1, "second": n2, "scenario": scenario}
    return [
        base | {"quantity": q, "method": m, "samples": n, "share": yes[q, m] / n}
        for (q, m), n in seen.items()
    ]


def summarise(path: Path) -> None:
    """Print the range over cells of each quantity and method."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    alike = [r for r in rows if r["scenario"].startswith("alike") and r["quantity"] == "rejected"]
    tables = {
        "rejected at 5% though alike": alike,
        "covered at 95%": [r for r in rows if r["quantity"] == "covered"],
        "wrongly accepted at the margin (5%)": [r for r in rows if "wrongly" in r["quantity"]],
        "found equivalent though alike": [
            r for r in rows if "found" in r["quantity"] and r["scenario"].startswith("alike")
        ],
    }
    for title, chosen in tables.items():
        print(f"\n{title}: lowest, mean and highest over cells")
        for method in dict.fromkeys(r["method"] for r in chosen):
            shares = np.array([float(r["share"]) for r in chosen if r["method"] == method])
            print(f"  {method:32s} {shares.min():.3f} {shares.mean():.3f} {shares.max():.3f}")


def main() -> None:
    run_cells(__doc__, CELLS, COLUMNS, rounded, summarise)


def rounded(cell: int, seed: int, samples: int) -> list[dict[str, object]]:
    return [row | {"share": f"{row['share']:.5f}"} for row in run(cell, seed, samples)]


if __name__ == "__main__":
    main()
