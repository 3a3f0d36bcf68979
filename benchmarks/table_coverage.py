"""Exact coverage of the intervals of two raters and two grades, over every table of a size.

Worlds reach from no agreement to nearly full and to a grade with 99 % of the ratings. Every table
of as many units is looked through, so that nothing is simulated; beyond 60 units (200 where raters
need not be told apart) tables are drawn.

    python benchmarks/table_coverage.py --csv docs/_static/table_coverage.csv
    python benchmarks/table_coverage.py --family cohen_kappa --units 24
    python benchmarks/table_coverage.py --summarise docs/_static/table_coverage.csv
    python benchmarks/table_coverage.py --worlds --units 12 24 40
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import special
from simulated import GREAT, read_rows, write_rows

import ilacs_reliability as ilr

SEED = 20261203
LEVEL = 0.95
METHODS = ("enumerated", "likelihood", "score")
UNITS = (5, 8, 12, 16, 24, 40, 100)
# worlds where all tables are looked through, and where they are drawn
N_WORLDS, FEWER_WORLDS = 100, 30
# units beyond which tables are drawn, more where raters need not be told apart, and how many
MOST_LISTED, MOST_ANONYMOUS, N_DRAWN = 60, 200, 300
# nanoseconds for a table, by its units squared, and how many fit in what a batch may take
A_TABLE, A_BATCH = 1000.0, 4e9
FAMILIES = {
    "cohen_kappa": ilr.cohen_kappa,
    "fleiss_kappa": ilr.fleiss_kappa,
    "krippendorff_alpha": ilr.krippendorff_alpha,
    "gwet_ac": ilr.gwet_ac,
    "brennan_prediger": ilr.brennan_prediger,
}
CODES = [[0, 0], [0, 1], [1, 0], [1, 1]]
KAPPAS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9)
PREVALENCES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97)


def studies(tables: np.ndarray) -> ilr.Ratings:
    """Put tables, each (4,), side by side."""
    ratings = ilr.ratings_from_codes(CODES, scale=ilr.Scale(["no", "yes"]))
    order = [CODES.index(list(row)) for row in ratings.patterns.tolist()]
    return ratings.with_frequencies(np.asarray(tables)[..., order])


def every_table(n_units: int) -> np.ndarray:
    found = itertools.combinations(range(n_units + 3), 3)
    bars = np.array(list(found))
    edges = np.column_stack([np.full(len(bars), -1), bars, np.full(len(bars), n_units + 3)])
    return np.diff(edges, axis=1) - 1


def alike(family: str, tables: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return one of all tables that differ in the names of grades and raters, and which it is."""
    apart = np.sort(tables[:, 1:3])
    if family != "cohen_kappa":
        # who gave which grade does not matter to the others
        apart = np.column_stack([np.zeros_like(apart[:, 0]), apart.sum(axis=1)])
    pair = np.column_stack([np.sort(tables[:, [0, 3]]), apart])
    kept, place = np.unique(pair, axis=0, return_inverse=True)
    return kept[:, [1, 3, 2, 0]], place.ravel()


def limits_of(family: str, tables: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return where there is a value, and the limits by each method, (2, n_tables)."""
    some, place = alike(family, tables)
    size = min(400, A_BATCH / (A_TABLE * max(some.sum(axis=1).max(), 10) ** 2))
    parts = np.array_split(some, int(len(some) / size) + 1)
    parts = [FAMILIES[family](studies(part)) for part in parts]
    found = {
        method: np.hstack([np.array(one.confidence_interval(LEVEL, method)[:2]) for one in parts])
        for method in METHODS
    }
    known = np.isfinite(np.concatenate([one.value for one in parts]))
    return known[place], {method: limits[:, place] for method, limits in found.items()}


def drawn_worlds(rng: np.random.Generator, n_worlds: int) -> Iterator[np.ndarray]:
    """Draw shares of the four cells, a grade's share up to 99 % and any agreement."""
    for _ in range(n_worlds):
        top = rng.uniform(0.5, 0.99)
        other = top if rng.random() < 0.5 else np.clip(top + rng.normal(0, 0.1), 0.02, 0.99)
        least, most = max(0.0, top + other - 1), min(top, other)
        both = least + (most - least) * rng.uniform(0.0 if rng.random() < 0.5 else 0.7, 0.999)
        yield np.array([both, top - both, other - both, 1 - top - other + both])


def truth_of(family: str, world: np.ndarray) -> float:
    return FAMILIES[family](studies(np.round(world * GREAT).astype(np.int64))).value


def row_of(
    truth: float, chances: np.ndarray, known: np.ndarray, found: dict[str, np.ndarray]
) -> dict[str, object]:
    chances = np.where(known, chances, 0.0)
    row: dict[str, object] = {"truth": truth, "undefined": 1 - chances.sum()}
    chances = chances / chances.sum()
    for method, (low, high) in found.items():
        row[f"{method}_above"] = float(chances @ (low > truth + 1e-9))
        row[f"{method}_below"] = float(chances @ (high < truth - 1e-9))
        row[f"{method}_width"] = float(chances @ np.where(known, high - low, 0.0))
    return row


def check(family: str, n_units: int, n_worlds: int) -> Iterator[dict[str, object]]:
    """Return a row for each world."""
    rng = np.random.default_rng([SEED, n_units])
    few = n_units > (MOST_LISTED if family == "cohen_kappa" else MOST_ANONYMOUS)
    worlds = list(drawn_worlds(rng, min(n_worlds, FEWER_WORLDS) if few else n_worlds))
    if not few:
        tables = every_table(n_units)
        ways = special.gammaln(n_units + 1) - special.gammaln(tables + 1).sum(axis=1)
        known, found = limits_of(family, tables)
    for number, world in enumerate(worlds):
        start = {"family": family, "n_units": n_units, "world": number}
        start |= dict(zip(("both_first", "first", "second", "both_second"), world, strict=True))
        if not few:
            chances = np.exp(ways + special.xlogy(tables, world).sum(axis=1))
        else:
            draws = rng.multinomial(n_units, world / world.sum(), size=N_DRAWN)
            some, times = np.unique(draws, axis=0, return_counts=True)
            known, found = limits_of(family, some)
            chances = times / N_DRAWN
        yield start | row_of(truth_of(family, world), chances, known, found)


def fixed_worlds(n_units: int) -> Iterator[str]:
    """Return a line a method for Cohen's kappa in 36 worlds of equal margins."""
    tables = every_table(n_units)
    ways = special.gammaln(n_units + 1) - special.gammaln(tables + 1).sum(axis=1)
    known, found = limits_of("cohen_kappa", tables)
    rows = []
    for kappa, share in itertools.product(KAPPAS, PREVALENCES):
        margin = np.array([share, 1 - share])
        world = (kappa * np.diag(margin) + (1 - kappa) * np.outer(margin, margin)).ravel()
        chances = np.exp(ways + special.xlogy(tables, world).sum(axis=1))
        rows.append(row_of(kappa, chances, known, found))
    for method in METHODS:
        yield line_of(f"{n_units} | {method}", rows, method)


def line_of(name: str, rows: list[dict[str, object]], method: str) -> str:
    above, below, width = (
        np.array([row[f"{method}_{part}"] for row in rows]) for part in ("above", "below", "width")
    )
    cover, default = 1 - above - below, np.array([row["score_width"] for row in rows])
    even = (above < 0.04) & (below < 0.04)
    return (
        f"| {name} | {cover.mean():.1%} | {cover.min():.1%} | {(cover >= 0.93).mean():.0%} | "
        f"{(cover < 0.9).mean():.0%} | {above.mean():.1%}, {above.max():.1%} | "
        f"{below.mean():.1%}, {below.max():.1%} | {even.mean():.0%} | {width.mean():.3f} | "
        f"{width.mean() / default.mean():.2f} |"
    )


HEAD = (
    "interval | mean | worst | at 93% or more | under 90% | above: mean, worst | "
    "below: mean, worst | both under 4% | mean width | of the score's |"
)


def summary(rows: list[dict[str, object]]) -> str:
    """Return a Markdown table by coefficient and by number of units."""
    names = {f"{family}": [r for r in rows if r["family"] == family] for family in FAMILIES}
    sizes = sorted({row["n_units"] for row in rows})
    names |= {f"{n} units": [r for r in rows if r["n_units"] == n] for n in sizes}
    lines = [f"| worlds | number | {HEAD}", "|" + "---|" * 12]
    for name, some in ({"all": rows} | names).items():
        for method in METHODS if some else ():
            lines.append(line_of(f"{name} | {len(some)} | {method}", some, method))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--family", choices=FAMILIES, nargs="+", default=list(FAMILIES))
    parser.add_argument("--units", type=int, nargs="+", default=list(UNITS))
    parser.add_argument("--n-worlds", type=int, default=N_WORLDS)
    parser.add_argument("--csv", type=Path, help="write, or bring up to date, one line a world")
    parser.add_argument("--summarise", type=Path, help="read a table made earlier")
    parser.add_argument("--worlds", action="store_true", help="Cohen's kappa in 36 worlds")
    options = parser.parse_args()
    if options.worlds:
        print(f"| units | {HEAD}\n|" + "---|" * 11)
        for n_units in options.units:
            print("\n".join(fixed_worlds(n_units)), flush=True)
        return
    if options.summarise:
        print(summary(read_rows(options.summarise)))
        return
    rows = []
    for family, n_units in itertools.product(options.family, options.units):
        rows += check(family, n_units, options.n_worlds)
        print(f"\r{family} of {n_units} units", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if options.csv:
        made = {(row["family"], row["n_units"]) for row in rows}
        kept = read_rows(options.csv) if options.csv.exists() else []
        rows = [r for r in kept if (r["family"], r["n_units"]) not in made] + rows
        order = list(FAMILIES)
        rows.sort(key=lambda row: (order.index(row["family"]), row["n_units"], row["world"]))
        write_rows(rows, options.csv)
    print(summary(rows))


if __name__ == "__main__":
    main()
