"""How often the intervals of `d_study` and of `generalise` for finite populations hold.

Settings are universes of units and raters as in `coverage_raters.py`. For "population", each study
draws a population of units and raters from its universe, has all of them graded, and takes some of
both without replacement: the truth is the coefficient of that whole population (for "units" by the
raters of the study, for "raters" on its units). For "d_study", each study draws its units and
raters, and the truth is the reliability of the mean of four raters: for units without end graded by
these raters, and for other raters as well.

    python benchmarks/coverage_generalised.py population --seed 20261130
    python benchmarks/coverage_generalised.py d_study --seed 20261130 --cells 3:5
    python benchmarks/coverage_generalised.py d_study --summarise docs/_static/coverage_d_study.csv
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from coverage_raters import COEFFICIENTS, Universe, estimate
from simulated import WEIGHTS, by_cell, cell_options

import ilacs_reliability as ilr

LEVEL = 0.95
PROJECTED = 4  # raters whose mean a d_study is asked about
# what a unit more or less can change for no other reason than rounding
SLACK = 1e-9
METHODS = {
    "population": (
        "units default",
        "units t",
        "units, population ignored",
        "both default",
        "both t",
        "raters default",
    ),
    "d_study": (
        "absolute, these raters",
        "relative, these raters",
        "absolute, these raters, where the estimate is 0 or less",
        "relative, these raters, where the estimate is 0 or less",
        "absolute, other raters",
        "relative, other raters",
    ),
}
# the conditions by which a method's cells are told apart in the summary
PARTS = {
    "population": ("share_of_units", (0.0, 0.5, 1.0)),
    "d_study": ("n_raters", (1, 3, 6)),
}


def draw_universe(rng: np.random.Generator, least_hit: float) -> Universe:
    q = int(rng.integers(2, 6))
    top = rng.uniform(1 / q, 0.9)
    shares = np.insert(rng.dirichlet(np.full(q - 1, 2.0)) * (1 - top), rng.integers(0, q), top)
    return Universe(
        shares=shares,
        hit=rng.uniform(least_hit, 0.96),
        spread=float(np.exp(rng.uniform(np.log(4), np.log(60)))),
        errors=rng.dirichlet(np.ones(q), q),
    )


def graded(rng: np.random.Generator, true: np.ndarray, reports: np.ndarray) -> np.ndarray:
    """Draw the grade that each rater gives each unit, (n_units, n_raters)."""
    edges = np.moveaxis(np.cumsum(reports, axis=-1), 0, 1)[true]
    codes = (rng.random((*edges.shape[:2], 1)) > edges).sum(axis=-1)
    return np.minimum(codes, reports.shape[-1] - 1)


def draw_units(rng: np.random.Generator) -> int:
    return int(np.round(np.exp(rng.uniform(*np.log([11.5, 150.5])))))


def population_cell(rng: np.random.Generator, n_samples: int, level: float) -> dict[str, object]:
    universe = draw_universe(rng, 0.55)
    m, n = int(rng.integers(3, 8)), draw_units(rng)
    row = {
        "family": str(rng.choice(COEFFICIENTS)),
        "weights": str(rng.choice(WEIGHTS)),
        "n_grades": len(universe.shares),
        "n_raters": m,
        "n_units": n,
        "raters_in_population": m + int(rng.integers(1, 2 * m)),
        "units_in_population": int(np.ceil(n / rng.uniform(0.1, 0.95))),
        "hit": universe.hit,
        "spread": universe.spread,
        "missing": f"{rng.choice([0.0, 0.0, 0.2]):.1f}",
    }
    row["share_of_units"] = n / row["units_in_population"]
    coefficient = estimate(row["family"], row["weights"])
    draw = [population_study(rng, universe, coefficient, row, level) for _ in range(n_samples)]
    return row | performance([study for study in draw if study], n_samples, "population")


def population_study(rng, universe, coefficient, row, level):
    n_all, m_all = row["units_in_population"], row["raters_in_population"]
    true = rng.choice(len(universe.shares), n_all, p=universe.shares)
    everything = graded(rng, true, universe.raters(rng, m_all))
    # those drawn first are a sample without replacement: nothing depends on the order
    rows, columns = slice(row["n_units"]), slice(row["n_raters"])
    scale = ilr.Scale(range(1, len(universe.shares) + 1))
    seen = everything[rows, columns]
    seen = np.where(rng.random(seen.shape) < float(row["missing"]), -1, seen)

    def value(codes):
        return coefficient(ilr.ratings_from_codes(codes, scale=scale)).value

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        ratings = ilr.ratings_from_codes(seen, scale=scale)
        sizes = {"n_units_in_population": n_all, "n_raters_in_population": m_all}
        units, both, raters = (
            ilr.generalise(coefficient, ratings, to=to, **sizes)
            for to in ("units", "both", "raters")
        )
        truths = {
            "units": value(everything[:, columns]),
            "both": value(everything),
            "raters": value(everything[rows]),
        }
        if both.status != "ok" or not np.isfinite(list(truths.values())).all():
            return None
        limits = {
            "units default": units.confidence_interval(level),
            "units t": units.confidence_interval(level, "t"),
            "units, population ignored": coefficient(ratings).confidence_interval(level),
            "both default": both.confidence_interval(level),
            "both t": both.confidence_interval(level, "t"),
            "raters default": raters.confidence_interval(level),
        }
    return {name: (*limit, truths[name.split()[0].strip(",")]) for name, limit in limits.items()}


def d_study_cell(rng: np.random.Generator, n_samples: int, level: float) -> dict[str, object]:
    universe = draw_universe(rng, 0.02)
    row = {
        "model": str(rng.choice(["anova", "anova", "reml"])),
        "n_grades": len(universe.shares),
        "n_raters": int(rng.integers(2, 7)),
        "n_units": draw_units(rng),
        "hit": universe.hit,
        "spread": universe.spread,
    }
    row["truth_absolute"], row["truth_relative"] = true_of_universe(universe)
    draw = [d_study_study(rng, universe, row, level) for _ in range(n_samples)]
    found = [study for study in draw if study]
    return row | performance(found, n_samples, "d_study")


def d_study_study(rng, universe, row, level):
    reports = universe.raters(rng, row["n_raters"])
    true = rng.choice(len(universe.shares), row["n_units"], p=universe.shares)
    scale = ilr.Scale(range(1, len(universe.shares) + 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        parts = ilr.variance_components(
            ilr.ratings_from_codes(graded(rng, true, reports), scale=scale),
            estimator=row["model"],
        )
        if parts.status != "ok":
            return None
        study = ilr.d_study(parts, n_raters=[PROJECTED], confidence_level=level)
    projected = next(line for line in study.rows() if line["n_raters"] == PROJECTED)
    study = {}
    these = dict(zip(("absolute", "relative"), true_of_raters(universe, reports), strict=True))
    for kind, truth in these.items():
        limits = projected[f"{kind}_low"], projected[f"{kind}_high"]
        study[f"{kind}, these raters"] = (*limits, truth)
        if projected[kind] <= 0:
            study[f"{kind}, these raters, where the estimate is 0 or less"] = (*limits, truth)
        study[f"{kind}, other raters"] = (*limits, row[f"truth_{kind}"])
    return study


def true_of_raters(universe: Universe, reports: np.ndarray) -> tuple[float, float]:
    """Return reliabilities of means over raters like these, of units without end."""
    scores, shares = np.arange(reports.shape[-1]), universe.shares
    means = reports @ scores
    by_rater = means @ shares
    moments = (means * shares) @ means.T - np.outer(by_rater, by_rater)
    own = reports @ scores**2 @ shares - by_rater**2
    m = len(reports)
    units = (moments.sum() - np.trace(moments)) / (m * (m - 1))
    residual = own.mean() - units
    return _reliabilities(units, by_rater.var(ddof=1), residual)


def true_of_universe(universe: Universe) -> tuple[float, float]:
    """Return reliabilities of means over any raters of the universe, of any units."""
    scores, shares = np.arange(len(universe.shares)), universe.shares
    average = universe.average()
    means = average @ scores
    overall = means @ shares
    units = means**2 @ shares - overall**2
    total = average @ scores**2 @ shares - overall**2
    raters = _variance_of_raters(universe)
    return _reliabilities(units, raters, total - units - raters)


def _variance_of_raters(universe: Universe) -> float:
    """Return how raters' means over all units vary: hits are Beta, errors Dirichlet."""
    scores, shares = np.arange(len(universe.shares)), universe.shares
    sizes = (2 * universe.errors + 1e-3).sum(axis=1)
    errors = (2 * universe.errors + 1e-3) / sizes[:, None]
    right, wrong = shares @ scores, shares @ errors @ scores
    spread = shares**2 @ ((errors @ scores**2 - (errors @ scores) ** 2) / (sizes + 1))
    of_hits = universe.hit * (1 - universe.hit) / (universe.spread + 1)
    return of_hits * (right - wrong) ** 2 + ((1 - universe.hit) ** 2 + of_hits) * spread


def _reliabilities(units: float, raters: float, residual: float) -> tuple[float, float]:
    units = max(units, 0.0)
    absolute = units / (units + (raters + residual) / PROJECTED)
    return absolute, units / (units + residual / PROJECTED)


def performance(found: list[dict], n_samples: int, kind: str) -> dict[str, object]:
    result: dict[str, object] = {"undefined": 1 - len(found) / n_samples}
    for method in METHODS[kind]:
        part = np.array([study[method] for study in found if method in study])
        low, high, true = part.reshape(-1, 3).T
        some = len(part) > 0
        held = (low <= true + SLACK) & (true - SLACK <= high)
        result[f"{method}_samples"] = len(part)
        result[f"{method}_coverage"] = held.mean() if some else ""
        result[f"{method}_above"] = (low > true + SLACK).mean() if some else ""
        result[f"{method}_width"] = (high - low).mean() if some else ""
    return result


def summary(rows: list[dict[str, object]], kind: str, level: float) -> str:
    column, edges = PARTS[kind]
    lines = [
        f"| interval | {column.replace('_', ' ')} | cells | mean | worst cell | cells at "
        f"{level - 0.02:.0%} or more | cells under {level - 0.05:.0%} | above the truth | "
        "mean width |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for method in METHODS[kind]:
        for least, most in zip(edges[:-1], edges[1:], strict=True):
            # few samples say nothing of a cell
            part = [
                row
                for row in rows
                if least < row[column] <= most and row[f"{method}_samples"] >= 100
            ]
            if not part:
                continue
            cover, above, width = (
                np.array([row[f"{method}_{key}"] for row in part], dtype=float)
                for key in ("coverage", "above", "width")
            )
            lines.append(
                f"| {method} | over {least:g} to {most:g} | {len(part)} | {cover.mean():.1%} | "
                f"{cover.min():.1%} | {(cover >= level - 0.02).mean():.0%} | "
                f"{(cover < level - 0.05).mean():.0%} | {above.mean():.1%} | {width.mean():.2f} |"
            )
    return "\n".join(lines)


CELLS: dict[str, Callable[..., dict[str, object]]] = {
    "population": population_cell,
    "d_study": d_study_cell,
}


def main() -> None:
    parser = cell_options(__doc__, level=LEVEL)
    parser.add_argument("kind", choices=tuple(CELLS))
    options = parser.parse_args()

    def found(cell: int) -> dict[str, object]:
        rng = np.random.default_rng([options.seed, cell, len(options.kind)])
        return {"cell": cell} | CELLS[options.kind](rng, options.samples, options.level)

    print(summary(by_cell(options, found), options.kind, options.level))


if __name__ == "__main__":
    main()
