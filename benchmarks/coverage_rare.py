"""Coverage of coefficients where raters hardly ever agree, and of the largest kappa of rare grades.

Worlds are drawn at random: how often all raters agree (0 to 12 %), which grades they then give, and
how they share the others. Each world has its own random stream:

    python benchmarks/coverage_rare.py --seed 7 --worlds 0:400
"""

from __future__ import annotations

import argparse
import itertools
import warnings
from collections.abc import Iterator
from functools import partial

import numpy as np

import ilacs_reliability as ilr

LEVEL, SAMPLES = 0.95, 1000
UNITS = (8, 15, 30, 75, 200)
MOST_AGREEMENT = 0.12
KINDS = ("identity", "identity", "linear", "quadratic")
ANY = {"fleiss_kappa": ilr.fleiss_kappa, "gwet_ac": ilr.gwet_ac, "krippendorff_alpha": None}
METHODS = ("score", "t", "wald", "logit")
MARGINS = ((0.02, 0.06), (0.01, 0.02), (0.01, 0.05), (0.03, 0.03), (0.1, 0.3), (0.5, 0.5))


def rare_world(seed: int, number: int) -> dict[str, object]:
    """Draw a world in which raters seldom agree, and how its intervals did."""
    rng = np.random.default_rng([seed, number])
    q, m = int(rng.integers(2, 5)), int(rng.choice([2, 2, 2, 3]))
    patterns = np.array(list(itertools.product(range(q), repeat=m)))
    alike = (patterns == patterns[:, :1]).all(axis=1)
    agreement = rng.uniform(0, MOST_AGREEMENT)
    chances = rng.dirichlet(np.full(len(patterns), rng.choice([0.3, 1.0, 3.0])))
    chances[alike] *= agreement / max(chances[alike].sum(), 1e-12)
    chances[~alike] *= (1 - agreement) / chances[~alike].sum()
    own = "cohen_kappa" if m == 2 else "conger_kappa"
    name, n = str(rng.choice([own, *ANY])), int(rng.choice(UNITS))
    coefficient = _coefficient(name, str(rng.choice(KINDS)), q)
    base = ilr.ratings_from_codes(patterns, scale=ilr.Scale(range(q)))
    # alpha's correction for few ratings goes with their number
    truth = coefficient(base.with_frequencies(chances * 1e9)).value
    sampled = coefficient(base.with_frequencies(rng.multinomial(n, chances, size=SAMPLES)))
    return {"family": name, "n": n, "truth": truth, **_figures(sampled, truth, METHODS)}


def _coefficient(name: str, kind: str, q: int) -> object:
    if name == "krippendorff_alpha":
        weights = ilr.agreement_weights(ilr.Scale(range(q)), kind)
        return partial(ilr.krippendorff_alpha, metric=weights)
    return partial(getattr(ilr, name), weights=kind)


def largest_kappas() -> Iterator[dict[str, object]]:
    """Return how the limits of the largest kappa did at some margins of two grades."""
    base = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 0], [1, 1]], scale=ilr.Scale([0, 1]))
    worlds = itertools.product(MARGINS, (0.0, 0.9), UNITS[1:])
    for number, ((p, q), shared, n) in enumerate(worlds):
        rng = np.random.default_rng([7, number])
        both = shared * min(p, q) + (1 - shared) * p * q
        chances = np.array([both, p - both, q - both, 1 - p - q + both])
        chance = p * q + (1 - p) * (1 - q)
        truth = (1 - abs(p - q) - chance) / (1 - chance)
        found = ilr.kappa_max(base.with_frequencies(rng.multinomial(n, chances, size=SAMPLES)))
        yield {"family": "kappa_max", "n": n, **_figures(found, truth, ("margins",))}


def _figures(found: ilr.Estimate, truth: float, methods: tuple[str, ...]) -> dict[str, float]:
    known, row = np.isfinite(found.value), {}
    for method in methods:
        low, high = (np.asarray(end)[known] for end in found.confidence_interval(LEVEL, method))
        row[f"{method} above"] = (low > truth + 1e-9).mean()
        row[f"{method} below"] = (high < truth - 1e-9).mean()
        row[f"{method} width"] = (high - low).mean()
    return row


def table(rows: list[dict[str, object]], methods: tuple[str, ...]) -> list[str]:
    """Return a line for each coefficient and method."""
    lines = []
    families = sorted({str(row["family"]) for row in rows})
    for method, family in itertools.product(methods, [*families, "all"]):
        chosen = [row for row in rows if family in ("all", row["family"])]
        above, below, width = (
            np.array([row[f"{method} {part}"] for row in chosen])
            for part in ("above", "below", "width")
        )
        cover = 1 - above - below
        lines.append(
            f"| {family} | {method} | {len(chosen)} | {cover.mean():.1%} | {cover.min():.1%} | "
            f"{(cover >= LEVEL - 0.02).mean():.0%} | {above.mean():.1%}, {above.max():.1%} | "
            f"{below.mean():.1%}, {below.max():.1%} | {width.mean():.2f} |"
        )
    return lines if len(families) > 1 else lines[:1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--worlds", default="0:400", help="start:stop")
    options = parser.parse_args()
    warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
    worlds = range(*map(int, options.worlds.split(":")))
    rare = [rare_world(options.seed, number) for number in worlds]
    print(
        "| coefficient | interval | worlds | mean | worst | at 93% or more | "
        "above the truth: mean, worst | below it: mean, worst | mean width |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    print("\n".join([*table(rare, METHODS), *table(list(largest_kappas()), ("margins",))]))


if __name__ == "__main__":
    main()
