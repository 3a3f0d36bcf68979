"""Coverage of the intervals that `coverage.py` leaves out: other coefficients, bootstrap, clusters.

Settings and samples are drawn as there. Every cell of every family has its own random stream, and
``--csv`` replaces the lines of the cells that were made, so any part can be made again:

    python benchmarks/coverage_others.py --seed 20261129 --csv docs/_static/coverage_others.csv
    python benchmarks/coverage_others.py --seed 20261129 --family kendall_w --cells 3:5
    python benchmarks/coverage_others.py --summarise docs/_static/coverage_others.csv
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from simulated import (
    GREAT,
    METRICS,
    SETTING_COLUMNS,
    UNITS,
    WEIGHTS,
    Setting,
    cell_range,
    draw_setting,
    patterns_of,
    read_rows,
    samples_of,
    truth_of,
    write_rows,
)

import ilacs_reliability as ilr

LEVEL = 0.95
RESAMPLES = 999
BOOTSTRAPS = ("percentile", "bca", "studentized", "bayesian")
METHODS = (
    "default",
    *("score", "enumerated", "likelihood"),
    *("clopper_pearson", "wilson", "jeffreys", "midp", "t", "wald", "logit"),
    *("margins", "fisher", "lin", "mcgraw_wong"),
    *BOOTSTRAPS,
)
BANDS = np.array([10, 16, 26, 51, 101, 151])
GROUPS = ("coefficients", "bootstrap", "clusters", "components")
# values and limits of studies, by method
Found = tuple[np.ndarray, dict[str, tuple[np.ndarray, np.ndarray]]]


@dataclass(frozen=True, slots=True)
class Family:
    """A coefficient, the settings that suit it, and how many of them and of samples there are."""

    estimate: Callable[[Setting, ilr.Ratings], ilr.Estimate | None]
    group: str = "coefficients"
    kinds: tuple[str, ...] = ("",)
    two_raters: bool = False
    complete: bool = False
    cells: int = 60
    samples: int = 500


def weighted(coefficient: Callable[..., ilr.Estimate]) -> Callable[..., ilr.Estimate]:
    return lambda setting, ratings: coefficient(ratings, weights=setting.weights)


def plain(coefficient: Callable[..., ilr.Estimate], **options: str) -> Callable[..., ilr.Estimate]:
    return lambda setting, ratings: coefficient(ratings, **options)


def alpha(setting: Setting, ratings: ilr.Ratings) -> ilr.Estimate:
    metric = setting.weights
    if metric == "linear":
        return ilr.krippendorff_alpha(ratings, metric=ilr.agreement_weights(ratings.scale, metric))
    return ilr.krippendorff_alpha(ratings, metric=metric)


def bangdiwala(setting: Setting, ratings: ilr.Ratings) -> ilr.Estimate:
    credit = (0.5,) if setting.weights == "partial" and setting.n_grades > 2 else ()
    return ilr.bangdiwala_b(ratings, partial_credit=credit)


def specific(setting: Setting, ratings: ilr.Ratings) -> ilr.Estimate:
    """Take agreement on the commonest or the rarest grade of the population."""
    counts = (patterns_of(setting)[:, :, None] == np.arange(setting.n_grades)).sum(axis=1)
    shares = setting.probabilities @ counts
    grade = shares.argmax() if setting.weights == "commonest" else shares.argmin()
    return list(ilr.specific_agreement(ratings).values())[grade]


def marginal(setting: Setting, ratings: ilr.Ratings) -> ilr.Estimate:
    """Take the index of prevalence or of bias, of the last grade."""
    kept = {
        name: index
        for name, index in ilr.marginal_indices(ratings).items()
        if setting.weights in (name, name[0])
    }
    return list(kept.values())[-1]


def component(setting: Setting, ratings: ilr.Ratings, *, source: str) -> ilr.Estimate | None:
    """Take one of the variance components, where they are defined."""
    parts = ilr.variance_components(ratings, estimator=setting.weights)
    return parts.estimates.get(source)


resampled = partial(Family, group="bootstrap", cells=16, samples=200)
clustered = partial(Family, group="clusters", cells=24, samples=400)
# one study at a time, since these take no batch or make one of a loop
parted = partial(Family, group="components", cells=30, samples=150)
FAMILIES = {
    "percent_agreement": Family(weighted(ilr.percent_agreement), kinds=WEIGHTS),
    "light_kappa": Family(weighted(ilr.light_kappa), kinds=WEIGHTS),
    "bangdiwala_b": Family(bangdiwala, kinds=("identity", "partial"), two_raters=True),
    "kendall_w": Family(plain(ilr.kendall_w), complete=True),
    "lin_ccc": Family(plain(ilr.lin_ccc), complete=True),
    "specific_agreement": Family(specific, kinds=("commonest", "rarest")),
    "kappa_max": Family(plain(ilr.kappa_max), two_raters=True),
    "marginal_indices": Family(marginal, kinds=("prevalence", "bias"), two_raters=True),
    **{
        f"icc {form}": Family(plain(ilr.icc, form=form))
        for form in ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")
    },
    "bootstrap cohen_kappa": resampled(weighted(ilr.cohen_kappa), kinds=WEIGHTS, two_raters=True),
    "bootstrap gwet_ac": resampled(weighted(ilr.gwet_ac), kinds=WEIGHTS),
    "bootstrap krippendorff_alpha": resampled(alpha, kinds=METRICS),
    "clusters cohen_kappa": clustered(weighted(ilr.cohen_kappa), kinds=WEIGHTS, two_raters=True),
    "clusters fleiss_kappa": clustered(weighted(ilr.fleiss_kappa), kinds=WEIGHTS),
    "clusters gwet_ac": clustered(weighted(ilr.gwet_ac), kinds=WEIGHTS),
    "clusters krippendorff_alpha": clustered(alpha, kinds=METRICS),
    "clusters percent_agreement": clustered(weighted(ilr.percent_agreement), kinds=WEIGHTS),
    **{
        f"components {source}": parted(partial(component, source=source), kinds=("anova", "reml"))
        for source in ("units", "raters", "residual")
    },
    **{
        f"components icc {form} by REML": parted(plain(ilr.icc, form=form, estimator="reml"))
        for form in ("1,1", "A,1", "C,1", "A,k")
    },
}


def check_cell(
    seed: int, name: str, cell: int, n_samples: int, level: float, units: range
) -> dict[str, object]:
    """Simulate one cell: the setting, and for each method how its intervals did."""
    family = FAMILIES[name]
    rng = np.random.default_rng([seed, list(FAMILIES).index(name), cell])
    draw = partial(draw_setting, rng, name, units, kinds=family.kinds, two_raters=family.two_raters)
    setting = draw()
    # where only complete units enter, some must be
    while family.complete and setting.missing == "two a unit":
        setting = draw()
    n_clusters, likeness = "", ""
    if family.group == "clusters":
        setting, sizes, likeness = draw_clusters(rng, setting)
        n_clusters = len(sizes)
    # a likelihood of more units than this has no digits left for the raters
    many = 10**9 if family.group == "components" else GREAT
    truth = truth_of(setting, family.estimate, n_units=many)
    row = {
        "cell": cell,
        **{column: getattr(setting, column) for column in SETTING_COLUMNS},
        "n_clusters": n_clusters,
        "likeness": likeness,
        "truth": truth,
    }
    if family.group == "clusters":
        found = list(clustered_studies(setting, sizes, likeness, rng, n_samples, level))
    elif family.group == "bootstrap":
        found = list(resampled_studies(setting, rng, n_samples, level))
    elif family.group == "components":
        studies = itertools.chain(*map(each_study, samples_of(setting, rng, n_samples)))
        found = [single_limits(setting, ratings, level) for ratings in studies]
    else:
        found = [limits_of(setting, block, level) for block in samples_of(setting, rng, n_samples)]
    return row | performance(found, truth)


def performance(found: list[Found], truth: float) -> dict[str, object]:
    """Return each method's coverage, its misses above the truth and its mean width.

    Among studies in which the coefficient is defined. A method that gives no limits there missed;
    one that is never offered is left blank, as is all of a cell whose studies are all undefined.
    """
    values = np.concatenate([block[0] for block in found])
    known = np.isfinite(values)
    row: dict[str, object] = {"undefined": 1 - known.mean()}
    for method in METHODS:
        offered = known.any() and any(method in block[1] for block in found)
        blank = [np.full(len(block[0]), np.nan) for block in found]
        low, high = (
            np.concatenate(
                [
                    block[1].get(method, (none, none))[side]
                    for block, none in zip(found, blank, strict=True)
                ]
            )[known]
            for side in (0, 1)
        )
        held = (low <= truth + 1e-9) & (truth - 1e-9 <= high)
        row[f"{method}_coverage"] = held.mean() if offered else ""
        row[f"{method}_above"] = (low > truth + 1e-9).mean() if offered else ""
        row[f"{method}_width"] = np.nanmean(high - low) if offered else ""
    return row


def limits_of(setting: Setting, ratings: ilr.Ratings, level: float) -> Found:
    """Ask for every interval of a batch of studies; Lin's, of each study."""
    result = FAMILIES[setting.family].estimate(setting, ratings)
    with np.errstate(all="ignore"):
        found = {
            name: tuple(result.confidence_interval(level, name)) for name in result.interval_methods
        }
    found["default"] = found[result.interval_methods[0]]
    if setting.family == "lin_ccc" and setting.n_raters == 2:
        one_by_one = [single_limits(setting, each, level)[1] for each in each_study(ratings)]
        none = (np.array([np.nan]), np.array([np.nan]))
        limits = [limit.get("lin", none) for limit in one_by_one]
        found["lin"] = tuple(np.concatenate(side) for side in zip(*limits, strict=True))
    # one study of a single pair of ratings has no value
    return np.where(np.asarray(result.n_units) >= 2, result.value, np.nan), found


def each_study(ratings: ilr.Ratings) -> Iterator[ilr.Ratings]:
    """Split a batch into studies with only the patterns that they show."""
    for frequencies in ratings.frequencies:
        seen = frequencies > 0
        yield replace(
            ratings,
            patterns=ratings.patterns[seen],
            counts=ratings.counts[seen],
            frequencies=frequencies[seen],
        )


def single_limits(setting: Setting, ratings: ilr.Ratings, level: float) -> Found:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        result = FAMILIES[setting.family].estimate(setting, ratings)
        if result is None:
            return np.array([np.nan]), {}
        limits = {name: result.confidence_interval(level, name) for name in result.interval_methods}
    limits["default"] = limits[result.interval_methods[0]]
    return np.array([result.value]), as_arrays(limits)


def as_arrays(limits: dict[str, ilr.Interval]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {name: (np.array([low]), np.array([high])) for name, (low, high) in limits.items()}


def resampled_studies(
    setting: Setting, rng: np.random.Generator, n_samples: int, level: float
) -> Iterator[Found]:
    """Bootstrap each study by every method, beside its default interval."""
    coefficient = partial(FAMILIES[setting.family].estimate, setting)
    for ratings in itertools.chain(*map(each_study, samples_of(setting, rng, n_samples))):
        value, found = single_limits(setting, ratings, level)
        found = {"default": found["default"]}
        if np.isfinite(value[0]):
            limits = {
                method: ilr.bootstrap(
                    coefficient,
                    ratings,
                    n_resamples=RESAMPLES,
                    method=method,
                    confidence_level=level,
                    rng=rng,
                ).confidence_interval
                for method in BOOTSTRAPS
            }
            found |= as_arrays(limits)
        yield value, found


def draw_clusters(rng: np.random.Generator, setting: Setting) -> tuple[Setting, np.ndarray, float]:
    """Draw how many clusters there are, their sizes, and how alike the units of one are."""
    n_clusters = int(np.round(np.exp(rng.uniform(*np.log([7.5, 60.5])))))
    sizes = 1 + rng.poisson(rng.uniform(1, 6), n_clusters)
    return replace(setting, n_units=int(sizes.sum())), sizes, rng.uniform(0.02, 0.5)


def clustered_studies(
    setting: Setting,
    sizes: np.ndarray,
    likeness: float,
    rng: np.random.Generator,
    n_samples: int,
    level: float,
) -> Iterator[Found]:
    """Draw studies whose clusters each have their own, Dirichlet, probabilities of patterns."""
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    scale = ilr.Scale([f"grade {g}" for g in range(setting.n_grades)])
    patterns, edges = patterns_of(setting), np.cumsum(setting.probabilities)
    for _ in range(n_samples):
        fresh = np.searchsorted(edges / edges[-1], rng.random(len(clusters)))
        codes = patterns[urn(fresh, sizes, likeness, rng)]
        ratings = ilr.ratings_from_codes(codes, scale=scale, clusters=clusters)
        yield single_limits(setting, ratings, level)


def urn(
    fresh: np.ndarray, sizes: np.ndarray, likeness: float, rng: np.random.Generator
) -> np.ndarray:
    """Let each unit repeat an earlier one of its cluster, as draws from a Dirichlet would.

    Pólya's urn: the chance that two units of a cluster are tied is `likeness`.
    """
    drawn, starts = fresh.copy(), np.cumsum(sizes) - sizes
    own = 1 / likeness - 1
    for place in range(1, int(sizes.max())):
        inside = starts[sizes > place]
        again = rng.random(len(inside)) < place / (own + place)
        earlier = inside + rng.integers(0, place, len(inside))
        drawn[inside + place] = np.where(again, drawn[earlier], drawn[inside + place])
    return drawn


def simulate(options: argparse.Namespace) -> list[dict[str, object]]:
    wanted = [
        (name, cell)
        for name in options.family or FAMILIES
        for cell in options.cells or range(FAMILIES[name].cells)
    ]
    rows, started = [], time.monotonic()
    for done, (name, cell) in enumerate(wanted, start=1):
        samples = options.samples or FAMILIES[name].samples
        rows.append(check_cell(options.seed, name, cell, samples, options.level, options.units))
        spent = time.monotonic() - started
        print(
            f"\r{name}, cell {cell}: default covers {rows[-1]['default_coverage'] or 0:.3f}; "
            f"{done}/{len(wanted)}, {spent:.0f} s spent, "
            f"{spent / done * (len(wanted) - done):.0f} s left ",
            end="", file=sys.stderr, flush=True,
        )  # fmt: skip
    print(file=sys.stderr)
    return rows


def summary(rows: list[dict[str, object]], level: float, group: str) -> str:
    """Return Markdown tables of a group: every method, then the default by number of units."""
    names = [name for name in FAMILIES if FAMILIES[name].group == group]
    parts = {name: [row for row in rows if row["family"] == name] for name in names}
    parts = {name: part for name, part in parts.items() if part}
    near, far = level - 0.02, level - 0.05
    lines = [
        f"| coefficient | interval | cells | mean | worst cell | cells at {near:.0%} or more | "
        f"cells under {far:.0%} | above the truth | mean width |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, part in parts.items():
        lines += [
            method_line(name.removeprefix(f"{group} "), method, part, near, far)
            for method in METHODS
            if any(row[f"{method}_coverage"] != "" for row in part)
        ]
    return "\n".join([*lines, "", *by_units(parts, group)])


def method_line(
    name: str, method: str, part: list[dict[str, object]], near: float, far: float
) -> str:
    cover, above, width = (
        np.array([row[f"{method}_{key}"] for row in part if row[f"{method}_coverage"] != ""])
        for key in ("coverage", "above", "width")
    )
    return (
        f"| {name} | {method} | {len(cover)} | {cover.mean():.1%} | {cover.min():.1%} | "
        f"{(cover >= near).mean():.0%} | {(cover < far).mean():.0%} | {above.mean():.1%} | "
        f"{'unbounded' if np.isinf(width).any() else f'{width.mean():.2f}'} |"
    )


def by_units(parts: dict[str, list[dict[str, object]]], group: str) -> list[str]:
    """Return how the default does in studies of each size, mean and worst cell."""
    size = "n_clusters" if group == "clusters" else "n_units"
    edges = BANDS if group != "clusters" else np.array([8, 16, 31, 61])
    bands = [f"{low} to {high - 1}" for low, high in itertools.pairwise(edges)]
    what = "clusters" if group == "clusters" else "units"
    lines = [
        f"| default, {what} | " + " | ".join(bands) + " |",
        "|---" * (len(bands) + 1) + "|",
    ]
    for name, part in parts.items():
        known = [row for row in part if row["default_coverage"] != ""]
        places = np.searchsorted(edges, [row[size] for row in known], "right") - 1
        cover = np.array([row["default_coverage"] for row in known])
        cells = [
            f"{inside.mean():.1%}, worst {inside.min():.1%}" if len(inside) else "-"
            for inside in (cover[places == band] for band in range(len(bands)))
        ]
        lines.append(f"| {name.removeprefix(f'{group} ')} | " + " | ".join(cells) + " |")
    return lines


def merged(path: Path, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Put new rows in the place of those of the same cells in a file, where there is one."""
    old = read_rows(path) if path.exists() else []
    # a method that is asked for since then has nothing to say of the old ones
    blank = dict.fromkeys(rows[0], "")
    table = {(row["family"], row["cell"]): blank | row for row in [*old, *rows]}
    order = list(FAMILIES)
    return [table[key] for key in sorted(table, key=lambda key: (order.index(key[0]), key[1]))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", choices=FAMILIES, nargs="+", help="default: all")
    parser.add_argument("--cells", type=cell_range, help="start:stop; default: each family's own")
    parser.add_argument("--samples", type=int, help="samples a cell; default: each family's own")
    parser.add_argument("--units", type=cell_range, default=UNITS, help="start:stop, units a study")
    parser.add_argument("--level", type=float, default=LEVEL, help="confidence level")
    parser.add_argument("--csv", type=Path, help="write, or bring up to date, one line a cell")
    parser.add_argument(
        "--summarise", type=Path, help="read a table made earlier, simulate nothing"
    )
    options = parser.parse_args()
    rows = read_rows(options.summarise) if options.summarise else simulate(options)
    if options.csv:
        write_rows(merged(options.csv, rows), options.csv)
    for group in GROUPS:
        if any(FAMILIES[row["family"]].group == group for row in rows):
            print(summary(rows, options.level, group), end="\n\n")


if __name__ == "__main__":
    main()
