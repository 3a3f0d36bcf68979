"""How often a verdict is wrong where the truth is on the edge of its claim, or inside it.

Every row is one claim and number of units: the largest chance of either error over many worlds on
the claim's edge. All results are gone through where that takes seconds; else studies are drawn.

    python benchmarks/verdict_errors.py --csv docs/_static/verdict_errors.csv
    python benchmarks/verdict_errors.py --summarise docs/_static/verdict_errors.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path

import numpy as np
from scipy import optimize
from simulated import write_as_made

import ilacs_reliability as ilr
from ilacs_reliability.claims.outcomes import CONTRADICTED, SUPPORTED
from ilacs_reliability.claims.power import all_tables, chances_of
from ilacs_reliability.claims.trials import trial_of

SIZES = (12, 24, 48, 100, 150)
COEFFICIENTS = (
    "percent_agreement",
    "cohen_kappa",
    "scott_pi",
    "brennan_prediger",
    "gwet_ac",
    "krippendorff_alpha",
)
THRESHOLDS = (0.4, 0.6, 0.8)
PREVALENCES = (0.5, 0.35, 0.2, 0.1, 0.05)
BIASES = (0.0, 0.5, 1.0)
LEVEL = 0.95
SEED = 20261128
FIELDS = ("claim", "units", "supported", "contradicted", "worlds", "how")


def edge_worlds(name: str, threshold: float) -> Iterator[np.ndarray]:
    """Yield two-by-two worlds in which a coefficient is exactly the threshold."""
    for prevalence, bias in product(PREVALENCES, BIASES):
        most = 2 * min(prevalence, 1 - prevalence) - 1e-9

        def away(apart: float, prevalence: float = prevalence, bias: float = bias) -> float:
            return value_of(name, world(prevalence, apart, bias)) - threshold

        if away(1e-9) * away(most) < 0:
            yield world(prevalence, float(optimize.brentq(away, 1e-9, most)), bias)


def world(prevalence: float, apart: float, bias: float) -> np.ndarray:
    """Return the chances of both, first only, second only and neither."""
    return np.array(
        [
            prevalence - apart / 2,
            apart * (1 + bias) / 2,
            apart * (1 - bias) / 2,
            1 - prevalence - apart / 2,
        ]
    )


def value_of(name: str, cells: np.ndarray) -> float:
    """Return what a coefficient is in a world, by its definition."""
    first, second = cells[0] + cells[1], cells[0] + cells[2]
    observed, mean = cells[0] + cells[3], (first + second) / 2
    by_chance = {
        "percent_agreement": 0.0,
        "cohen_kappa": first * second + (1 - first) * (1 - second),
        "scott_pi": mean**2 + (1 - mean) ** 2,
        "krippendorff_alpha": mean**2 + (1 - mean) ** 2,
        "brennan_prediger": 0.5,
        "gwet_ac": 2 * mean * (1 - mean),
    }[name]
    return float((observed - by_chance) / (1 - by_chance))


def claim_of(kind: str, name: str, threshold: float | tuple[float, float]) -> ilr.Claim:
    """Return a claim about a coefficient, with no floor but its own threshold."""
    direction = "within" if isinstance(threshold, tuple) else "at least"
    return ilr.Claim(
        statement="So it is.",
        kind=kind,  # type: ignore[arg-type]
        coefficient=name,
        threshold=threshold,
        direction=direction,  # type: ignore[arg-type]
        floor=-1.0,
        confidence_level=LEVEL,
    )


def coefficient_rows() -> Iterator[dict[str, object]]:
    """Yield the errors of claims about coefficients."""
    for n in SIZES:
        tables = all_tables(n, 4)
        # each stands for those with raters or grades exchanged, which are judged alike
        tables = tables[(tables[:, 0] <= tables[:, 3]) & (tables[:, 1] <= tables[:, 2])]
        n_results = (n + 1) * (n + 2) * (n + 3) // 6
        for name in COEFFICIENTS:
            found = [(0.0, 0.0)]
            n_worlds = 0
            for threshold in THRESHOLDS:
                trial = trial_of(claim_of("consistency", name, threshold))
                codes = trial.codes(tables)
                for cells in edge_worlds(name, threshold):
                    found.append(errors(codes, chances_of_orbits(tables, cells)))
                    n_worlds += 1
            yield row(name, n, found, n_worlds, f"all {n_results:,} results")


def chances_of_orbits(tables: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Return the chance of a table together with those that exchange raters or grades."""
    swaps = ([0, 1, 2, 3], [0, 2, 1, 3], [3, 1, 2, 0], [3, 2, 1, 0])
    total = sum(chances_of(tables, cells[swap]) for swap in swaps)
    same = (1 + (tables[:, 0] == tables[:, 3])) * (1 + (tables[:, 1] == tables[:, 2]))
    return np.asarray(total / same)


def share_rows() -> Iterator[dict[str, object]]:
    """Yield the errors of claims about shares: on each edge, in each direction."""
    for n in SIZES:
        counts = np.arange(n + 1)
        tables = np.stack([counts, n - counts], axis=1)
        for threshold in (0.5, 0.75, 0.8, (0.55, 0.65), (0.3, 0.7)):
            claim = claim_of("share", "", threshold)
            codes = trial_of(claim).codes(tables)
            edges = [edge for edge in claim.margins if 0 < edge < 1]
            found = [errors(codes, chances_of(tables, np.array([e, 1 - e]))) for e in edges]
            yield row(f"share {claim.bar}", n, found, len(edges), f"all {n + 1} results")


def net_rows() -> Iterator[dict[str, object]]:
    """Yield the errors of claims about the net change."""
    for n in SIZES:
        tables = all_tables(n, 3)
        for threshold in (0.0, 0.1, 0.3):
            codes = trial_of(claim_of("shift", "net_shift", threshold)).codes(tables)
            downs = [one for one in (0.01, 0.05, 0.1, 0.2, 0.35) if 2 * one + threshold <= 1]
            worlds = [np.array([d + threshold, 1 - 2 * d - threshold, d]) for d in downs]
            found = [errors(codes, chances_of(tables, one)) for one in worlds]
            yield row(f"net change at least {threshold}", n, found, len(worlds), "all results")


def comparison_rows(draws: int) -> Iterator[dict[str, object]]:
    """Yield the errors of claims that two groups judge alike, on the margins."""
    rng = np.random.default_rng(SEED)
    claim = claim_of("comparison", "relative_effect", (0.4, 0.6))
    for n in SIZES:
        found = []
        for grades in ((0.1, 0.3, 0.4, 0.2), (0.02, 0.08, 0.2, 0.7)):
            worlds = np.array([grades, tilted(np.array(grades), 0.6)])
            power = ilr.verdict_power(claim, worlds, n, n_resamples=draws, rng=rng)
            found.append((power.supported, power.contradicted))
        yield row("relative effect within 0.4 to 0.6", n, found, 2, power.method)


def tilted(grades: np.ndarray, effect: float) -> np.ndarray:
    """Return grades that win with this chance against the given ones, ties half."""

    def away(by: float) -> float:
        moved = grades * np.exp(by * np.arange(len(grades)))
        moved /= moved.sum()
        below = np.cumsum(grades) - grades / 2
        return float(moved @ below) - effect

    by = optimize.brentq(away, 0, 20)
    moved = grades * np.exp(by * np.arange(len(grades)))
    return moved / moved.sum()


def errors(codes: np.ndarray, chances: np.ndarray) -> tuple[float, float]:
    """Return the chances of "supported" and of "contradicted"."""
    return float(chances[codes == SUPPORTED].sum()), float(chances[codes == CONTRADICTED].sum())


def row(
    claim: str, n: int, found: list[tuple[float, float]], worlds: int, how: str
) -> dict[str, object]:
    """Return the worst of several worlds."""
    worst = [100 * max(one[way] for one in found) for way in (0, 1)]
    return {
        "claim": claim,
        "units": n,
        "supported": f"{worst[0]:.2f}",
        "contradicted": f"{worst[1]:.2f}",
        "worlds": worlds,
        "how": how,
    }


def summary(path: Path) -> str:
    """Return the table of the docs: the worst chance of either error, in per cent."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    claims = list(dict.fromkeys(one["claim"] for one in rows))
    lines = ["| claim | " + " | ".join(map(str, SIZES)) + " |", "|---" * (len(SIZES) + 1) + "|"]
    for claim in claims:
        cells = {
            one["units"]: f"{float(one['supported']):.1f} / {float(one['contradicted']):.1f}"
            for one in rows
            if one["claim"] == claim
        }
        lines.append(f"| {claim} | " + " | ".join(cells[str(n)] for n in SIZES) + " |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Write the rows, or print their summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--draws", type=int, default=999)
    parser.add_argument("--summarise", type=Path)
    given = parser.parse_args(arguments)
    if given.summarise:
        print(summary(given.summarise))
        return 0
    made = (share_rows(), net_rows(), coefficient_rows(), comparison_rows(given.draws))
    write_as_made(given.csv, FIELDS, chain.from_iterable(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
