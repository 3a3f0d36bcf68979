"""How often tests within strata reject wrongly, and intervals hold the truth, by simulation.

Draws two groups of grades in each of several strata, with the shares and sizes of inspections, and
asks the library for its p-values and intervals, as a user would. Every cell has its own random
stream, so a part of the table can be made again:

    python benchmarks/strata_coverage.py --csv docs/_static/strata_coverage.csv
    python benchmarks/strata_coverage.py --cells 3:5 --samples 200
    python benchmarks/strata_coverage.py --summarise docs/_static/strata_coverage.csv
"""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from comparison_coverage import TOGETHER, relative, tilted
from scipy import special
from simulated import run_cells

import ilacs_reliability as ilr

LEVEL = 0.05
DRAWS = 499
# units of the first and of the second group, by stratum
SIZES = {
    "20 and 20, three times": ((20, 20),) * 3,
    "50 and 50, twice": ((50, 50),) * 2,
    "122 and 19": ((122, 19),),
    "by previous grade: 95 and 18, 27 and 1": ((95, 18), (27, 1)),
    "by size: 47 and 4, 38 and 7, 37 and 8": ((47, 4), (38, 7), (37, 8)),
    "5 and 5, six times": ((5, 5),) * 6,
}
COLUMNS = ("cell", "sizes", "scenario", "quantity", "method", "samples", "share")
Strata = list[tuple[np.ndarray, np.ndarray]]


def steps(shares: np.ndarray, log_odds: float) -> np.ndarray:
    """Multiply the odds of every step to a higher grade."""
    raw = shares * np.exp(log_odds * np.arange(len(shares)))
    return raw / raw.sum()


def cumulative(shares: np.ndarray, log_odds: float) -> np.ndarray:
    """Multiply the odds of a higher grade at every cut."""
    below = special.expit(special.logit(np.cumsum(shares)[:-1]) - log_odds)
    return np.diff(below, prepend=0.0, append=1.0)


def several(n_strata: int, move: Callable[[np.ndarray, int], np.ndarray]) -> Strata:
    """Give each stratum shares of its own, and move the second group's."""
    tilts = np.linspace(-0.5, 0.5, n_strata) if n_strata > 1 else [0.0]
    own = [steps(TOGETHER, tilt) for tilt in tilts]
    return [(shares, move(shares, stratum)) for stratum, shares in enumerate(own)]


SCENARIOS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "alike": lambda shares, stratum: shares,
    "one odds ratio of each step": lambda shares, stratum: steps(shares, -1.0),
    "one odds ratio at every cut": lambda shares, stratum: cumulative(shares, -1.5),
    "one relative effect": lambda shares, stratum: tilted(shares, 0.3),
    "the difference varies": lambda shares, stratum: steps(shares, 1.5 * (-1) ** stratum),
}
CELLS = list(itertools.product(SIZES, SCENARIOS))

cmh = ilr.cochran_mantel_haenszel
ALIKE: dict[str, Callable[..., ilr.SignificanceResult]] = {
    "van_elteren exact": partial(ilr.van_elteren, n_resamples=DRAWS),
    "van_elteren asymptotic": partial(ilr.van_elteren, method="asymptotic"),
} | {
    f"cochran_mantel_haenszel {kind}, {method}": partial(
        cmh, kind=kind, method=method, n_resamples=DRAWS
    )
    for kind in ("general", "row_means", "correlation")
    for method in ("exact", "asymptotic")
}
VARYING: dict[str, Callable[..., ilr.SignificanceResult]] = {
    "heterogeneity exact": partial(ilr.heterogeneity, n_resamples=DRAWS),
    "heterogeneity asymptotic": partial(ilr.heterogeneity, method="asymptotic"),
}
PARALLEL: dict[str, Callable[..., ilr.SignificanceResult]] = {
    f"parallel_lines_test {method}": partial(ilr.parallel_lines_test, method=method)
    for method in ("likelihood_ratio", "score")
}
# scenarios of a common odds ratio at every cut, and its logarithm
AT_EVERY_CUT = {"alike": 0.0, "one odds ratio at every cut": -1.5}


def average_effect(sizes: tuple[tuple[int, int], ...], strata: Strata) -> float:
    weights = np.array([n1 * n2 / (n1 + n2) for n1, n2 in sizes])
    return float(weights @ [relative(*pair) for pair in strata] / weights.sum())


def findings(
    tables: np.ndarray, scenario: str, truth: float, seed: int
) -> Iterator[tuple[str, str, bool]]:
    """Yield (quantity, method, yes or no) for one sample."""
    if scenario == "alike":
        for name, test in ALIKE.items():
            options = {} if "asymptotic" in name else {"rng": seed}
            yield "rejected though alike", name, test(tables, **options).p_value < LEVEL
    if len(tables) > 1:
        what = "found to vary" if "varies" in scenario else "rejected though it does not vary"
        for name, test in VARYING.items():
            yield what, name, test(tables).p_value < LEVEL
    effect = ilr.stratified_relative_effect(tables)
    yield from covered(effect, "stratified_relative_effect", truth)
    if scenario in AT_EVERY_CUT and (tables.sum(axis=(0, 1)) > 0).sum() > 1:
        odds = ilr.proportional_odds(tables)
        yield from covered(odds, "proportional_odds", np.exp(AT_EVERY_CUT[scenario]))
        for name, test in PARALLEL.items():
            yield "rejected though parallel", name, test(tables).p_value < LEVEL


def covered(estimate: ilr.Estimate, name: str, truth: float) -> Iterator[tuple[str, str, bool]]:
    for method in estimate.interval_methods:
        if method != "disjoint_pairs":  # others give way to it where there is no spread
            interval = estimate.confidence_interval(1 - LEVEL, method)
            yield "covered", f"{name} {method}", truth in interval


def run(cell: int, seed: int, samples: int) -> list[dict[str, object]]:
    name, scenario = CELLS[cell]
    sizes = SIZES[name]
    strata = several(len(sizes), SCENARIOS[scenario])
    rng = np.random.default_rng([seed, cell])
    truth = average_effect(sizes, strata)
    yes: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    for sample in range(samples):
        tables = np.array(
            [
                [rng.multinomial(n1, first), rng.multinomial(n2, second)]
                for (n1, n2), (first, second) in zip(sizes, strata, strict=True)
            ]
        )
        for quantity, method, hit in findings(tables, scenario, truth, sample):
            seen[quantity, method] += 1
            yes[quantity, method] += bool(hit)
    base = {"cell": cell, "sizes": name, "scenario": scenario}
    return [
        base | {"quantity": q, "method": m, "samples": n, "share": f"{yes[q, m] / n:.5f}"}
        for (q, m), n in seen.items()
    ]


def summarise(path: Path) -> None:
    """Print the range over cells of each quantity and method."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    for quantity in dict.fromkeys(row["quantity"] for row in rows):
        print(f"\n{quantity}: lowest, mean and highest over cells")
        chosen = [row for row in rows if row["quantity"] == quantity]
        for method in dict.fromkeys(row["method"] for row in chosen):
            shares = np.array([float(r["share"]) for r in chosen if r["method"] == method])
            print(f"  {method:46s} {shares.min():.3f} {shares.mean():.3f} {shares.max():.3f}")


def main() -> None:
    run_cells(__doc__, CELLS, COLUMNS, run, summarise)


if __name__ == "__main__":
    main()
