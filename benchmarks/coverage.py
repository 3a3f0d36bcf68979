"""How often the confidence intervals hold the true coefficient, by simulation.

Draws settings (how raters err, how many, on how many grades and units), draws samples from each,
and asks the library for its intervals, as a user would. Every cell has its own random stream, so a
part of the table can be made again:

    python benchmarks/coverage.py --seed 20261126 --cells 0:1500 --csv docs/_static/coverage.csv
    python benchmarks/coverage.py --seed 20261126 --cells 17:18
    python benchmarks/coverage.py --summarise docs/_static/coverage.csv
    python benchmarks/coverage.py --shares
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from pathlib import Path

import numpy as np
from scipy import special, stats
from simulated import (
    METRICS,
    SETTING_COLUMNS,
    UNITS,
    WEIGHTS,
    Setting,
    cell_range,
    draw_setting,
    read_rows,
    samples_of,
    truth_of,
    write_rows,
)

import ilacs_reliability as ilr
from ilacs_reliability._inference.intervals import t_limits

LEVEL = 0.95
METHODS = ("score", "t", "wald", "logit")
# not offered: t as other packages print it, without a width where the error is zero, and an
# earlier idea that widths are measured by
COMPARED = (*METHODS, "bare_t", "capped_jeffreys")
SHARES = ("clopper_pearson", "wilson", "jeffreys", "midp")
FAMILIES = {
    "cohen_kappa": ilr.cohen_kappa,
    "conger_kappa": ilr.conger_kappa,
    "fleiss_kappa": ilr.fleiss_kappa,
    "gwet_ac": ilr.gwet_ac,
    "brennan_prediger": ilr.brennan_prediger,
    "krippendorff_alpha": ilr.krippendorff_alpha,
}


def estimate(setting: Setting, ratings: ilr.Ratings) -> ilr.Estimate:
    coefficient = FAMILIES[setting.family]
    if setting.family != "krippendorff_alpha":
        return coefficient(ratings, weights=setting.weights)
    if setting.weights == "linear":
        return coefficient(ratings, metric=ilr.agreement_weights(ratings.scale, "linear"))
    return coefficient(ratings, metric=setting.weights)


def capped_jeffreys(
    result: ilr.Estimate, ratings: ilr.Ratings, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Jeffreys limits of the agreement, effective size capped at the number of units."""
    p, chance = np.clip(result.observed, 0, 1), result.expected
    n_units = np.maximum(ratings.frequencies @ ratings.table.paired, 2)
    p = np.where(p > 1 - 1e-12, 1.0, p)
    size = p * (1 - p) / ((1 - chance) * result.standard_error) ** 2
    size = np.clip(np.where((p < 1) & ~np.isnan(size), size, n_units), 2, n_units)
    low = special.betaincinv(size * p + 0.5, size * (1 - p) + 0.5, (1 - level) / 2)
    high = special.betaincinv(size * p + 0.5, size * (1 - p) + 0.5, (1 + level) / 2)
    low, high = np.where(p > 0, np.minimum(low, p), 0), np.where(p < 1, np.maximum(high, p), 1)
    return (low - chance) / (1 - chance), (high - chance) / (1 - chance)


def check_cell(
    seed: int, cell: int, n_samples: int, level: float, units: range
) -> dict[str, object]:
    """Simulate one cell: the setting, and for each method how its intervals did."""
    rng = np.random.default_rng([seed, cell])
    family = list(FAMILIES)[cell % len(FAMILIES)]
    kinds = METRICS if family == "krippendorff_alpha" else WEIGHTS
    setting = draw_setting(rng, family, units, kinds=kinds, two_raters=family == "cohen_kappa")
    truth = truth_of(setting, estimate)
    found = [limits_of(setting, ratings, level) for ratings in samples_of(setting, rng, n_samples)]
    values, floor = (
        np.concatenate([block[name] for block in found]) for name in ("value", "least")
    )
    known = np.isfinite(values) & (np.concatenate([block["paired"] for block in found]) >= 2)
    row = {
        "cell": cell,
        **{name: getattr(setting, name) for name in SETTING_COLUMNS},
        "truth": truth,
        "undefined": 1 - known.mean(),
    }
    floor = floor[known]
    for method in COMPARED:
        low, high = (
            np.concatenate([block[method][side] for block in found])[known] for side in (0, 1)
        )
        row[f"{method}_coverage"] = ((low <= truth + 1e-9) & (truth - 1e-9 <= high)).mean()
        row[f"{method}_above"] = (low > truth + 1e-9).mean()
        row[f"{method}_width"] = (high - low).mean()
        row[f"{method}_no_width"] = (high <= low).mean()
        outside = (low < floor - 1e-9) | (high > 1 + 1e-9)
        row[f"{method}_outside"] = outside.mean()
        row[f"{method}_without_value"] = ((low > values[known]) | (high < values[known])).mean()
    return row


def limits_of(setting: Setting, ratings: ilr.Ratings, level: float) -> dict[str, object]:
    result = estimate(setting, ratings)
    with np.errstate(all="ignore"):
        found = {name: result.confidence_interval(level, name)[:2] for name in METHODS}
        found["bare_t"] = t_limits(
            result.value, result.standard_error, result.n_independent, confidence_level=level
        )
        found["capped_jeffreys"] = capped_jeffreys(result, ratings, level)
    least = np.broadcast_to(result.range[0], result.value.shape)
    paired = ratings.frequencies @ ratings.table.paired
    return {"value": result.value, "least": least, "paired": paired, **found}


def simulate(
    seed: int, cells: range, family: str | None, n_samples: int, level: float, units: range
) -> list[dict[str, object]]:
    wanted = [c for c in cells if family in (None, list(FAMILIES)[c % len(FAMILIES)])]
    rows, started = [], time.monotonic()
    for done, cell in enumerate(wanted, start=1):
        rows.append(check_cell(seed, cell, n_samples, level, units))
        spent = time.monotonic() - started
        left = spent / done * (len(wanted) - done)
        score = rows[-1]["score_coverage"]
        print(
            f"\rcell {cell}: score covers {score:.3f}; {done}/{len(wanted)}, {left:.0f} s left ",
            end="", file=sys.stderr, flush=True,
        )  # fmt: skip
    print(file=sys.stderr)
    return rows


def summary(rows: list[dict[str, object]], level: float) -> str:
    """Return Markdown tables: every method over all cells, then score by kind of cell."""
    column = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    base = column["capped_jeffreys_width"].mean()
    near, far = level - 0.02, level - 0.05
    lines = [
        f"{len(rows)} cells; share of undefined samples: mean {column['undefined'].mean():.1%}, "
        f"worst cell {column['undefined'].max():.1%}.",
        "",
        f"| method | mean | worst cell | cells at {near:.0%} or more | cells under {far:.0%} | "
        "above the truth | mean width | width ratio | no width | outside the range |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for method in COMPARED:
        get = {
            key: column[f"{method}_{key}"]
            for key in ("coverage", "above", "width", "no_width", "outside")
        }
        cover, width = get["coverage"], get["width"].mean()
        lines.append(
            f"| {method} | {cover.mean():.2%} | {cover.min():.1%} | {(cover >= near).mean():.1%} | "
            f"{(cover < far).mean():.1%} | {get['above'].mean():.1%} | "
            f"{width:.3f} | {width / base:.3f} | "
            f"{get['no_width'].mean():.1%} | {get['outside'].mean():.1%} |"
        )
    return "\n".join([*lines, "", *breakdown(column, near)])


def breakdown(column: dict[str, np.ndarray], near: float) -> list[str]:
    """Return score and bare t by family, number of raters, number of units and weights."""
    edges = np.array([5, 10, 16, 26, 51, 101, 151, 501])
    bands = [f"{low} to {high - 1}" for low, high in itertools.pairwise(edges)]
    groups = {
        "coefficient": column["family"],
        "raters": column["n_raters"],
        "grades": column["n_grades"],
        "units": np.array(bands)[np.searchsorted(edges, column["n_units"], "right") - 1],
        "weights": column["weights"],
        "missing": np.where(column["missing"] == "0.00", "none", "some"),
    }
    lines = [
        f"| cells | number | score mean | score worst | score at {near:.0%} or more | "
        "bare t mean | bare t worst | width, score | width, bare t |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, labels in groups.items():
        order = bands if name == "units" else sorted(set(labels.tolist()))
        for label in order:
            inside = labels == label
            if not inside.any():
                continue
            score, t = column["score_coverage"][inside], column["bare_t_coverage"][inside]
            widths = [column[f"{method}_width"][inside].mean() for method in ("score", "bare_t")]
            lines.append(
                f"| {name}: {label} | {inside.sum()} | {score.mean():.1%} | {score.min():.1%} | "
                f"{(score >= near).mean():.1%} | {t.mean():.1%} | {t.min():.1%} | "
                f"{widths[0]:.2f} | {widths[1]:.2f} |"
            )
    return lines


def share_summary() -> str:
    """Return exact coverage of the intervals for a share, n = 10 to 150, shares 0.5 to 0.999."""
    shares = np.linspace(0.5, 0.999, 500)
    lines = ["| method | mean | worst | at 93 % or more | mean width |", "|---|---|---|---|---|"]
    found = {method: ([], []) for method in SHARES}
    for n in range(10, 151, 5):
        chances = stats.binom.pmf(np.arange(n + 1), n, shares[:, None])
        for method, (covers, widths) in found.items():
            low, high = share_limits(n, method)
            inside = (low <= shares[:, None]) & (shares[:, None] <= high)
            covers.append((chances * inside).sum(axis=1))
            widths.append((chances * (high - low)).sum(axis=1))
    for method, (covers, widths) in found.items():
        cover = np.concatenate(covers)
        lines.append(
            f"| {method} | {cover.mean():.2%} | {cover.min():.1%} | {(cover >= 0.93).mean():.1%} | "
            f"{np.concatenate(widths).mean():.3f} |"
        )
    return "\n".join(lines)


def share_limits(n: int, method: str) -> tuple[np.ndarray, np.ndarray]:
    """Limits of `percent_agreement` for 0 to n units that agree, of n."""
    codes = np.array([[0, 0], [0, 1]])
    agree = np.arange(n + 1)
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(["no", "yes"]))
    counts = np.where(
        (ratings.patterns[:, 0] == ratings.patterns[:, 1]), agree[:, None], n - agree[:, None]
    )
    return ilr.percent_agreement(ratings.with_frequencies(counts)).confidence_interval(
        LEVEL, method
    )[:2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", type=cell_range, default=range(60), help="start:stop")
    parser.add_argument("--family", choices=FAMILIES)
    parser.add_argument("--samples", type=int, default=2000, help="samples a cell")
    parser.add_argument("--units", type=cell_range, default=UNITS, help="start:stop, units a study")
    parser.add_argument("--level", type=float, default=LEVEL, help="confidence level")
    parser.add_argument("--csv", type=Path, help="write one line a cell")
    parser.add_argument(
        "--summarise", type=Path, help="read a table made earlier, simulate nothing"
    )
    parser.add_argument("--shares", action="store_true", help="intervals for a share of units")
    options = parser.parse_args()
    if options.shares:
        print(share_summary())
        return
    if options.summarise:
        print(summary(read_rows(options.summarise), options.level))
        return
    rows = simulate(
        options.seed,
        options.cells,
        options.family,
        options.samples,
        options.level,
        options.units,
    )
    if options.csv:
        write_rows(rows, options.csv)
    print(summary(rows, options.level))


if __name__ == "__main__":
    main()
