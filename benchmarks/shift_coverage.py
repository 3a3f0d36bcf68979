"""How often the tests of shift reject where nothing moved, and their intervals hold the truth.

Draws tables from known populations and asks the library for its p-values and intervals, as a user
would. Every cell (a population and a number of units) has its own random stream, so a part can be
made again:

    python benchmarks/shift_coverage.py --csv docs/_static/shift_coverage.csv
    python benchmarks/shift_coverage.py --cells 3:5 --samples 200
    python benchmarks/shift_coverage.py --summarise docs/_static/shift_coverage.csv
    python benchmarks/shift_coverage.py --sizes
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
from scipy import stats

import ilacs_reliability as ilr

UNITS = (12, 24, 50, 150)
LEVEL = 0.05
SEED = 20261127
# slow intervals, and the last settings, are asked of so many times fewer samples
FEWER = 3
CUT = 3  # "good" of four grades
COLUMNS = ("population", "n_units", "what", "name", "method", "samples", "share", "width")

TESTS: dict[tuple[str, str], Callable[[np.ndarray], float]] = {
    ("sign_test", "exact"): lambda t: ilr.sign_test(t).p_value,
    ("sign_test", "midp"): lambda t: ilr.sign_test(t, method="midp").p_value,
    ("sign_test", "asymptotic"): lambda t: ilr.sign_test(t, method="asymptotic").p_value,
    ("bowker", "asymptotic"): lambda t: ilr.bowker(t).p_value,
    ("bowker", "exact"): lambda t: ilr.bowker(t, method="exact").p_value,
    ("stuart_maxwell", "asymptotic"): lambda t: ilr.stuart_maxwell(t).p_value,
    ("stuart_maxwell", "exact"): lambda t: ilr.stuart_maxwell(t, method="exact", rng=1).p_value,
    ("bhapkar", "asymptotic"): lambda t: ilr.bhapkar(t).p_value,
    ("bhapkar", "hotelling"): lambda t: ilr.bhapkar(t, method="hotelling").p_value,
    ("wilcoxon_signed_rank", "exact"): lambda t: ilr.wilcoxon_signed_rank(t).p_value,
    ("wilcoxon_signed_rank", "exact, pratt"): lambda t: (
        ilr.wilcoxon_signed_rank(t, zero_method="pratt").p_value
    ),
    ("wilcoxon_signed_rank", "asymptotic"): lambda t: (
        ilr.wilcoxon_signed_rank(t, method="asymptotic").p_value
    ),
    ("marginal_score_shift", "score"): lambda t: ilr.marginal_score_shift(t).p_value,
    ("marginal_score_shift", "wald"): lambda t: ilr.marginal_score_shift(t, method="wald").p_value,
    ("marginal_score_shift", "exact"): lambda t: (
        ilr.marginal_score_shift(t, method="exact").p_value
    ),
    ("marginal_rank_shift", "shrunk"): lambda t: ilr.marginal_rank_shift(t).p_value,
    ("marginal_rank_shift", "logit"): lambda t: ilr.marginal_rank_shift(t, method="logit").p_value,
    ("marginal_rank_shift", "wald"): lambda t: ilr.marginal_rank_shift(t, method="wald").p_value,
}
OWN_INTERVALS = {"exact": "calibrated_score", "unconditional": "calibrated_tango"}
BINARY = ("exact", "midp", "asymptotic", "corrected", "unconditional")
EFFECTS: dict[str, Callable[[np.ndarray], ilr.Estimate]] = {
    "net_shift": lambda t: ilr.net_shift(t).net,
    "improved (one share)": lambda t: ilr.net_shift(t).improved,
    "paired_difference": lambda t: ilr.paired_difference(t, at_least=CUT),
    "marginal_score_shift": lambda t: ilr.marginal_score_shift(t).effect,
    "marginal_rank_shift": lambda t: ilr.marginal_rank_shift(t).effect,
    "rank_biserial": lambda t: ilr.wilcoxon_signed_rank(t, method="asymptotic").effect,
}
# effects of which only the interval that answers as the test does is asked
MATCHED: dict[tuple[str, str], Callable[[np.ndarray], ilr.Estimate]] = {
    ("rank_biserial", "exact"): lambda t: ilr.wilcoxon_signed_rank(t).effect,
    ("marginal_score_shift", "exact"): lambda t: ilr.marginal_score_shift(t, method="exact").effect,
    ("paired_difference", "unconditional"): lambda t: (
        ilr.mcnemar(t, at_least=CUT, method="unconditional").effect
    ),
    ("bowker", "asymptotic"): lambda t: ilr.bowker(t).effect,
    ("bowker", "exact"): lambda t: ilr.bowker(t, method="exact").effect,
    ("stuart_maxwell", "asymptotic"): lambda t: ilr.stuart_maxwell(t).effect,
    ("stuart_maxwell", "exact"): lambda t: (
        ilr.stuart_maxwell(t, method="exact", n_resamples=999, rng=1).effect
    ),
    ("bhapkar", "asymptotic"): lambda t: ilr.bhapkar(t).effect,
    ("bhapkar", "hotelling"): lambda t: ilr.bhapkar(t, method="hotelling").effect,
}


def populations() -> dict[str, np.ndarray]:
    """Shares of units by grade before and after; all but the last three have no shift."""
    tables = {
        name: np.asarray(ilr.load_dataset(name).counts, dtype=float)
        for name in ("sif_to_first_ilacs", "ilacs_to_next_ilacs", "short_transitions")
    }
    tables = {name: table / table.sum() for name, table in tables.items()}
    still = {f"{name}, balanced": (table + table.T) / 2 for name, table in tables.items()}
    near = np.exp(-1.2 * np.abs(np.subtract.outer(range(4), range(4))))
    even = {"even margins": near / near.sum()}
    rare = {"nine of ten stay": 0.9 * np.diag([0.1, 0.2, 0.5, 0.2]) + 0.1 * _off(near)}
    moved = {f"{name}, as it was": table for name, table in tables.items()}
    return still | even | rare | moved


def _off(table: np.ndarray) -> np.ndarray:
    off = table - np.diag(np.diag(table))
    return off / off.sum()


# not a population of pairs: three exchangeable occasions, three strata alike, clusters of three
OTHERS = (
    "three occasions",
    "three strata",
    "clusters of three",
    "three occasions, the last better",
    "three strata, as they were",
    "clusters of three, as they were",
)


def cells() -> list[tuple[str, int]]:
    return [(name, n) for name in (*populations(), *OTHERS) for n in UNITS]


def run_cell(place: int, samples: int) -> Iterator[dict[str, object]]:
    name, n = cells()[place]
    if name in OTHERS:
        yield from _run_other(name, n, samples, np.random.default_rng([SEED, place]))
        return
    shares = populations()[name]
    rng = np.random.default_rng([SEED, place])
    drawn, times = np.unique(
        rng.multinomial(n, shares.ravel(), samples), axis=0, return_counts=True
    )
    tables = [row.reshape(4, 4) for row in drawn]
    base = {"population": name, "n_units": n, "samples": samples}
    if np.allclose(shares, shares.T):
        for (test, method), p_value in {**TESTS, **_binary(n)}.items():
            rejects = np.array([p_value(table) <= LEVEL + 1e-12 for table in tables])
            yield base | {
                "what": "rejects",
                "name": test,
                "method": method,
                "share": times @ rejects / samples,
                "width": "",
            }
    for effect, estimate in EFFECTS.items():
        truth = _truth(effect, shares)
        held: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
        for table, count in zip(tables, times, strict=True):
            result = estimate(table)
            if result.status == "ok":
                for method in result.interval_methods:
                    held[method].append((*_held(result, truth, method), count))
        for method, rows in held.items():
            yield base | _covers(effect, method, rows)
    few = rng.multinomial(n, shares.ravel(), max(samples // FEWER, 1)).reshape(-1, 4, 4)
    for (effect, test), estimate in MATCHED.items():
        truth, asked = _truth(effect, shares), {}
        for table in few:
            # the unconditional test sees no more than who crossed the cut
            key = _crossed(table) if test == "unconditional" else table.tobytes()
            if key not in asked:
                asked[key] = _own_held(estimate(table), truth)
            asked[key][-1] += 1
        label = f"{OWN_INTERVALS[test] if effect in EFFECTS else 'ball'}, {test}"
        yield base | _covers(effect, label, [row[1:] for row in asked.values() if row[0]])


def _crossed(table: np.ndarray) -> tuple[int, int]:
    return int(table[:2, 2:].sum()), int(table[2:, :2].sum())


def _own_held(estimate: ilr.Estimate, truth: float) -> list[float]:
    """Return whether there is an interval, whether it holds, how wide it is, and 0 for a count."""
    ok = estimate.status == "ok"
    return [ok, *(_held(estimate, truth) if ok else (False, 0.0)), 0]


def _held(estimate: ilr.Estimate, truth: float, method: str | None = None) -> tuple[bool, float]:
    low, high = estimate.confidence_interval(method=method)
    return low - 1e-9 <= truth <= high + 1e-9, high - low


def _covers(name: str, method: str, rows: list[tuple[float, float, int]]) -> dict[str, object]:
    inside, width, count = np.array(rows).T
    return {
        "what": "covers",
        "name": name,
        "method": method,
        "samples": int(count.sum()),
        "share": count @ inside / count.sum(),
        "width": count @ width / count.sum(),
    }


def _run_other(
    name: str, n: int, samples: int, rng: np.random.Generator
) -> Iterator[dict[str, object]]:
    work = {"three occasions": _occasions, "three strata": _strata, "clusters of three": _clusters}
    kind, _, shifted = name.partition(", ")
    draw = partial(work[kind], shifted=bool(shifted))
    samples = max(samples // FEWER, 1) if shifted else samples
    counts: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for _ in range(samples):
        for key, yes in draw(n, rng):
            counts[key].append(yes)
    for (what, function, method), yes in counts.items():
        yield {
            "population": name,
            "n_units": n,
            "what": what,
            "name": function,
            "method": method,
            "samples": len(yes),
            "share": np.mean(yes),
            "width": "",
        }


def _both(
    result: ilr.SignificanceResult, method: str, truth: float, shifted: bool
) -> Iterator[tuple[tuple[str, str, str], bool]]:
    """Say whether a test rejects where there is no shift, and whether its interval holds."""
    if not shifted:
        yield _rejects(result, method)
    if result.effect is not None and result.effect.status == "ok":
        name = f"{result.effect.interval_methods[0]}, {method}"
        yield ("covers", result.name, name), _held(result.effect, truth)[0]


def _rejects(result: ilr.SignificanceResult, method: str) -> tuple[tuple[str, str, str], bool]:
    return ("rejects", result.name, method), result.p_value <= LEVEL + 1e-12


Drawn = Iterator[tuple[tuple[str, str, str], bool]]
# a grade on its own, and one drawn afresh on the last of three occasions
OWN, LATER = np.array([0.15, 0.3, 0.4, 0.15]), np.array([0.05, 0.2, 0.45, 0.3])
KEPT = 0.6


def _occasions(n: int, rng: np.random.Generator, *, shifted: bool) -> Drawn:
    """Keep a unit's grade on each occasion with chance 0.6, else draw it afresh."""
    shares = [OWN, OWN, LATER if shifted else OWN]
    afresh = np.column_stack([rng.choice(4, n, p=share) for share in shares])
    codes = np.where(rng.random((n, 3)) < KEPT, rng.choice(4, (n, 1), p=OWN), afresh)
    ratings = ilr.ratings_from_codes(codes, scale=ilr.OFSTED_SCALE, design="repeat")
    truth = _occasions_truth() if shifted else dict.fromkeys(("q", "w", "m"), 0.0)
    for method in ("asymptotic", "exact" if n <= 24 else "monte_carlo"):
        how = {"method": method, "n_resamples": 999, "rng": rng}
        cochran = ilr.cochran_q(ratings, at_least="good", **how)
        yield from _both(cochran, method, truth["q"], shifted)
        yield from _both(ilr.friedman(ratings, **how), method, truth["w"], shifted)
        # the exact distribution of four grades is large: drawn
        how["method"] = "asymptotic" if method == "asymptotic" else "monte_carlo"
        yield from _both(ilr.madansky(ratings, **how), how["method"], truth["m"], shifted)


@cache
def _occasions_truth() -> dict[str, float]:
    """Return the effects over all patterns of three grades, weighed by their chances."""
    patterns = np.indices((4, 4, 4)).reshape(3, -1).T
    chances = np.zeros(len(patterns))
    for grade, share in enumerate(OWN):
        kept = KEPT * (patterns == grade)
        fresh = [(1 - KEPT) * shares[patterns[:, i]] for i, shares in enumerate([OWN, OWN, LATER])]
        chances += share * np.prod(kept + np.column_stack(fresh), axis=1)
    many = np.rint(chances * 10**12).astype(np.int64)
    ratings = ilr.ratings_from_codes(
        patterns, scale=ilr.OFSTED_SCALE, frequencies=many, design="repeat"
    )
    return {
        "q": ilr.cochran_q(ratings, at_least="good").effect.value,
        "w": ilr.friedman(ratings).effect.value,
        "m": ilr.madansky(ratings).effect.value,
    }


def _next(shifted: bool) -> np.ndarray:
    way = "as it was" if shifted else "balanced"
    return populations()[f"ilacs_to_next_ilacs, {way}"]


def _strata(n: int, rng: np.random.Generator, *, shifted: bool) -> Drawn:
    table = _next(shifted)
    tables = rng.multinomial(n // 3, table.ravel(), 3).reshape(3, 4, 4)
    net = float(np.triu(table, 1).sum() - np.tril(table, -1).sum())
    for method in ("asymptotic", "monte_carlo"):
        shift = ilr.stratified_shift(tables, heterogeneity=method, n_resamples=499, rng=rng)
        yield _rejects(shift.heterogeneity, f"heterogeneity, {method}")
        name = f"ball, heterogeneity, {method}"
        yield ("covers", "stratified_shift", name), 0 in _interval(shift.heterogeneity.effect)
    if not shifted:
        yield _rejects(shift.test, "exact")
    for method in shift.pooled.interval_methods:
        inside = _held(shift.pooled, net, method)[0]
        yield ("covers", "stratified_shift", method), inside
    whole = ilr.net_shift(tables.sum(axis=0))
    truth = {"improved": np.triu(table, 1).sum(), "declined": np.tril(table, -1).sum()}
    truth |= {"unchanged": np.trace(table)}
    inside = all(
        share in getattr(whole, kind).confidence_interval(method="simultaneous")
        for kind, share in truth.items()
    )
    yield ("covers", "net_shift", "three shares at once, simultaneous"), inside


def _interval(estimate: ilr.Estimate) -> ilr.Interval:
    return estimate.confidence_interval()


def _clusters(n: int, rng: np.random.Generator, *, shifted: bool) -> Drawn:
    """Let three units of a cluster make the same move with chance 0.7, else each its own."""
    table = _next(shifted)
    shares = table.ravel()
    own, shared = rng.choice(16, (n // 3, 3), p=shares), rng.choice(16, (n // 3, 1), p=shares)
    cells = np.where(rng.random((n // 3, 3)) < 0.7, shared, own).ravel()
    codes = np.stack(np.divmod(cells, 4), axis=1)
    clusters = np.repeat(np.arange(n // 3), 3)
    ratings = ilr.ratings_from_codes(codes, scale=ilr.OFSTED_SCALE, clusters=clusters)
    net = float(np.triu(table, 1).sum() - np.tril(table, -1).sum())
    cut = float(table[:2, 2:].sum() - table[2:, :2].sum())
    mean = float((table * np.subtract.outer(range(4), range(4)).T).sum())
    yield from _both(ilr.sign_test(ratings), "exact, clusters", net, shifted)
    mcnemar = ilr.mcnemar(ratings, at_least="good")
    yield from _both(mcnemar, "exact, clusters", cut, shifted)
    yield from _both(ilr.marginal_score_shift(ratings), "score, clusters", mean, shifted)
    exact = ilr.marginal_score_shift(ratings, method="exact")
    yield from _both(exact, "exact, clusters", mean, shifted)
    drawn = ilr.stuart_maxwell(ratings, method="monte_carlo", n_resamples=499, rng=rng)
    if not shifted:
        alone = ilr.ratings_from_codes(codes, scale=ilr.OFSTED_SCALE)
        yield _rejects(ilr.sign_test(alone), "exact, clusters overlooked")
        yield _rejects(ilr.marginal_rank_shift(ratings), "shrunk, clusters")
        yield _rejects(drawn, "monte_carlo, clusters")
    shift = ilr.net_shift(ratings)
    yield ("covers", "net_shift", "t, clusters"), _held(shift.net, net)[0]
    improved = np.triu(table, 1).sum()
    inside = improved in shift.improved.confidence_interval()
    yield ("covers", "improved (one share)", "korn_graubard, clusters"), inside


def _binary(n: int) -> dict[tuple[str, str], Callable[[np.ndarray], float]]:
    @cache
    def p_value(up: int, down: int, method: str) -> float:
        return ilr.mcnemar([[n - up - down, up], [down, 0]], method=method).p_value  # type: ignore[arg-type]

    def at(method: str) -> Callable[[np.ndarray], float]:
        return lambda t: p_value(*_crossed(t), method)

    return {("mcnemar", method): at(method) for method in BINARY}


def _truth(effect: str, shares: np.ndarray) -> float:
    """Return the effect in the population: of so many units that nothing is left to chance."""
    many = np.rint(shares * 10**12).astype(np.int64)
    if effect == "rank_biserial":
        sizes = np.subtract.outer(range(4), range(4)).T
        moved = [shares[np.abs(sizes) == k].sum() for k in (1, 2, 3)]
        below = (np.cumsum(moved) - np.array(moved) / 2) / sum(moved)
        balance = [shares[sizes == k].sum() - shares[sizes == -k].sum() for k in (1, 2, 3)]
        return float(2 * below @ balance / sum(moved))
    asked = EFFECTS.get(effect) or MATCHED[effect, "asymptotic"]
    return float(asked(many).value)


def sizes() -> None:
    """Print the largest chance of a false rejection at 5 %, without simulation.

    The tests of a paired two-by-two table see how many moved each way; the chance is worked out
    for every share that moves, and the largest is shown.
    """
    shares = np.linspace(0.005, 1, 200)
    print("| units | " + " | ".join(BINARY) + " |\n|---|" + "---|" * len(BINARY))
    for n in UNITS:
        moved = np.arange(n + 1)
        chance_moved = stats.binom.pmf(moved[None], n, shares[:, None])
        line = []
        for method in BINARY:
            p_value = next(f for (_, m), f in _binary(n).items() if m == method)
            rejects = np.array([_rejected(p_value, m) for m in moved])
            line.append(f"{100 * (chance_moved @ rejects).max():.2f} %")
        print(f"| {n} | " + " | ".join(line) + " |", flush=True)


def _rejected(p_value: Callable[[np.ndarray], float], moved: int) -> float:
    total = 0.0
    for up in range(moved // 2 + 1):
        table = np.zeros((4, 4), dtype=int)
        table[1, 2], table[2, 1] = up, moved - up
        if p_value(table) > LEVEL + 1e-12:
            break  # more balanced tables are less extreme
        total += stats.binom.pmf(up, moved, 0.5) * (2 if 2 * up != moved else 1)
    return total


def summarise(path: Path) -> None:
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    print("\nRejections at 5 % where nothing moved, by number of units (worst population):\n")
    _table([row for row in rows if row["what"] == "rejects"], max)
    print("\nCoverage of 95 % intervals, by number of units (mean and worst population):\n")
    _table([row for row in rows if row["what"] == "covers"], min)


def _table(rows: list[dict[str, str]], worst: Callable[[list[float]], float]) -> None:
    print("| function | method | " + " | ".join(f"n = {n}" for n in UNITS) + " |")
    print("|---|---|" + "---|" * len(UNITS))
    for name, method in dict.fromkeys((row["name"], row["method"]) for row in rows):
        line = []
        for n in UNITS:
            found = [
                100 * float(row["share"])
                for row in rows
                if (row["name"], row["method"], row["n_units"]) == (name, method, str(n))
            ]
            line.append(f"{np.mean(found):.1f} ({worst(found):.1f})" if found else "")
        print(f"| {name} | {method} | " + " | ".join(line) + " |")


def _rounded(row: dict[str, object]) -> dict[str, object]:
    return {k: f"{x:.4f}" if isinstance(x, float) else x for k, x in row.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", default="", help="part of the grid, as in 3:5")
    parser.add_argument("--samples", type=int, default=1500)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--summarise", type=Path, metavar="CSV")
    parser.add_argument("--sizes", action="store_true")
    arguments = parser.parse_args()
    if arguments.sizes:
        return sizes()
    if arguments.summarise:
        return summarise(arguments.summarise)
    first, _, last = arguments.cells.partition(":")
    wanted = range(len(cells()))[slice(int(first or 0), int(last) if last else None)]
    stream = arguments.csv.open("w", newline="", encoding="utf-8") if arguments.csv else sys.stdout
    with stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        for place in wanted:
            start = time.perf_counter()
            writer.writerows(_rounded(row) for row in run_cell(place, arguments.samples))
            stream.flush()
            name, n = cells()[place]
            print(
                f"cell {place} of {len(cells())}: {name}, n = {n}, "
                f"{time.perf_counter() - start:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    return None


if __name__ == "__main__":
    main()
