"""How often the intervals of `generalise` hold where the raters are drawn anew as well.

A setting is a universe of units and one of raters, who report the true grade with a probability
and with errors of their own. Each study draws its units and its raters. What is estimated is the
coefficient of two raters drawn from the universe, which the average rater gives exactly: to units
and raters for "both", and for "raters" of the units that the study has.

    python benchmarks/coverage_raters.py --seed 20261130 --csv docs/_static/coverage_raters.csv
    python benchmarks/coverage_raters.py --seed 20261130 --cells 3:5
    python benchmarks/coverage_raters.py --summarise docs/_static/coverage_raters.csv
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from simulated import GREAT, WEIGHTS, by_cell, cell_options

import ilacs_reliability as ilr

LEVEL = 0.95
COEFFICIENTS = ("fleiss_kappa", "gwet_ac", "brennan_prediger", "conger_kappa", "krippendorff_alpha")
# the last is a coefficient's own interval, which knows of these raters only
METHODS = ("both default", "both t", "both wald", "raters default", "units default")


@dataclass(frozen=True, slots=True)
class Universe:
    """Shares of the true grades, and how raters differ in hitting and in missing them."""

    shares: np.ndarray
    hit: float
    spread: float
    errors: np.ndarray

    def raters(self, rng: np.random.Generator, number: int) -> np.ndarray:
        """Draw what each rater reports of each true grade, (number, n_grades, n_grades)."""
        a, b = self.hit * self.spread, (1 - self.hit) * self.spread
        hits = rng.beta(a, b, number)[:, None, None]
        errors = np.array(
            [[rng.dirichlet(2 * row + 1e-3) for row in self.errors] for _ in range(number)]
        )
        return hits * np.eye(len(self.shares)) + (1 - hits) * errors

    def average(self) -> np.ndarray:
        """Return what the average rater reports of each true grade."""
        means = (2 * self.errors + 1e-3) / (2 + 1e-3 * len(self.shares))
        return self.hit * np.eye(len(self.shares)) + (1 - self.hit) * means


def estimate(name: str, weights: str):
    def coefficient(ratings: ilr.Ratings) -> ilr.Estimate:
        if name == "krippendorff_alpha":
            return ilr.krippendorff_alpha(
                ratings, metric=ilr.agreement_weights(ratings.scale, weights)
            )
        return getattr(ilr, name)(ratings, weights=weights)

    return coefficient


def truth(coefficient, universe: Universe, shares: np.ndarray) -> float:
    """Return the coefficient of two raters of the universe, on units with these true grades."""
    report = universe.average()
    table = np.einsum("g,gi,gj->ij", shares, report, report)
    counts = np.round(table * GREAT).astype(np.int64)
    ratings = ilr.ratings_from_table(counts, scale=ilr.Scale(range(1, len(shares) + 1)))
    return coefficient(ratings).value


def check_cell(seed: int, cell: int, n_samples: int, level: float) -> dict[str, object]:
    rng = np.random.default_rng([seed, cell])
    q, m = int(rng.integers(2, 6)), int(rng.integers(3, 9))
    n_units = int(np.round(np.exp(rng.uniform(*np.log([11.5, 150.5])))))
    top = rng.uniform(1 / q, 0.9)
    shares = np.insert(rng.dirichlet(np.full(q - 1, 2.0)) * (1 - top), rng.integers(0, q), top)
    universe = Universe(
        shares=shares,
        hit=rng.uniform(0.55, 0.96),
        spread=float(np.exp(rng.uniform(np.log(4), np.log(60)))),
        errors=rng.dirichlet(np.ones(q), q),
    )
    name, weights = str(rng.choice(COEFFICIENTS)), str(rng.choice(WEIGHTS))
    missing = float(rng.choice([0.0, 0.0, 0.2]))
    coefficient = estimate(name, weights)
    row = {
        "cell": cell,
        "family": name,
        "weights": weights,
        "n_grades": q,
        "n_raters": m,
        "n_units": n_units,
        "hit": universe.hit,
        "spread": universe.spread,
        "top_share": top,
        "missing": f"{missing:.1f}",
        "truth": truth(coefficient, universe, shares),
    }
    found = [one_study(rng, universe, coefficient, m, n_units, missing, level) for _ in
             range(n_samples)]  # fmt: skip
    return row | performance([study for study in found if study is not None], n_samples, row)


def one_study(rng, universe, coefficient, m, n_units, missing, level):
    """Draw units and raters, and return limits by method with the truth of the units drawn."""
    true = rng.choice(len(universe.shares), n_units, p=universe.shares)
    edges = np.cumsum(universe.raters(rng, m), axis=-1)
    draws = rng.random((n_units, m, 1))
    codes = (draws > np.moveaxis(edges, 0, 1)[true]).sum(axis=-1)
    codes = np.minimum(codes, len(universe.shares) - 1)
    codes = np.where(rng.random(codes.shape) < missing, -1, codes)
    scale = ilr.Scale(range(1, len(universe.shares) + 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        ratings = ilr.ratings_from_codes(codes, scale=scale)
        both = ilr.generalise(coefficient, ratings, to="both")
        if both.status != "ok":
            return None
        raters, units = ilr.generalise(coefficient, ratings, to="raters"), coefficient(ratings)
        seen = np.bincount(true, minlength=len(universe.shares)) / n_units
        limits = {
            "both default": both.confidence_interval(level),
            "both t": both.confidence_interval(level, "t"),
            "both wald": both.confidence_interval(level, "wald"),
            "raters default": raters.confidence_interval(level),
            "units default": units.confidence_interval(level),
        }
        return {name: tuple(limit) for name, limit in limits.items()} | {
            "of these units": truth(coefficient, universe, seen)
        }


def performance(found: list[dict], n_samples: int, row: dict[str, object]) -> dict[str, object]:
    result: dict[str, object] = {"undefined": 1 - len(found) / n_samples}
    for method in METHODS:
        low, high = np.array([study[method] for study in found]).reshape(-1, 2).T
        true = row["truth"]
        if method.startswith("raters"):
            true = np.array([study["of these units"] for study in found])
        held = (low <= true + 1e-9) & (true - 1e-9 <= high)
        result[f"{method}_coverage"] = held.mean() if found else ""
        result[f"{method}_above"] = (low > true + 1e-9).mean() if found else ""
        result[f"{method}_width"] = (high - low).mean() if found else ""
    return result


def summary(rows: list[dict[str, object]], level: float) -> str:
    lines = [
        f"| error and interval | raters | cells | mean | worst cell | cells at {level - 0.02:.0%} "
        f"or more | cells under {level - 0.05:.0%} | above the truth | mean width |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for method in METHODS:
        for least, most in ((3, 4), (5, 8)):
            part = [
                row
                for row in rows
                if least <= row["n_raters"] <= most and row[f"{method}_coverage"] != ""
            ]
            if not part:
                continue
            cover, above, width = (
                np.array([row[f"{method}_{key}"] for row in part])
                for key in ("coverage", "above", "width")
            )
            lines.append(
                f"| {method} | {least} to {most} | {len(part)} | {cover.mean():.1%} | "
                f"{cover.min():.1%} | {(cover >= level - 0.02).mean():.0%} | "
                f"{(cover < level - 0.05).mean():.0%} | {above.mean():.1%} | {width.mean():.2f} |"
            )
    return "\n".join(lines)


def main() -> None:
    options = cell_options(__doc__, level=LEVEL).parse_args()

    def found(cell: int) -> dict[str, object]:
        return check_cell(options.seed, cell, options.samples, options.level)

    print(summary(by_cell(options, found), options.level))


if __name__ == "__main__":
    main()
