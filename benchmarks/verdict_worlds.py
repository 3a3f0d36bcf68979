"""How often is a verdict on several raters and grades wrong, where the truth is on its edge?

Studies are drawn from many worlds in which a coefficient is exactly what a claim declares; the
worlds in which either error is commonest are then drawn again, so that the worst of many is not
called worse than it is.

    python benchmarks/verdict_worlds.py --raters 3 --grades 4 --only gwet_ac --csv piece.csv
    python benchmarks/verdict_worlds.py --summarise docs/_static/verdict_worlds.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from simulated import write_as_made

import ilacs_reliability as ilr
from ilacs_reliability.claims.choices import computed
from ilacs_reliability.claims.outcomes import CONTRADICTED, SUPPORTED
from ilacs_reliability.claims.trials import verdict_codes
from ilacs_reliability.planning.drawing import drawn_studies
from ilacs_reliability.planning.fieldwork import Fieldwork

SIZES = (12, 24, 48, 100, 150)
THRESHOLDS = (0.4, 0.6, 0.8)
MODELS = ("known grade", "all or none", "own shares")
MARGINS = {
    2: ((0.5, 0.5), (0.2, 0.8), (0.05, 0.95)),
    4: ((0.25, 0.25, 0.25, 0.25), (0.1, 0.3, 0.4, 0.2), (0.02, 0.08, 0.3, 0.6)),
}
# the first rater against the others
UNLIKE = {
    2: ((0.4, 0.6), (0.6, 0.4)),
    4: ((0.2, 0.4, 0.3, 0.1), (0.1, 0.3, 0.4, 0.2)),
}
LEVEL = 0.95
SEED = 20261129
FIELDS = (
    "coefficient",
    "raters",
    "grades",
    "units",
    "supported",
    "supported_error",
    "supported_world",
    "contradicted",
    "contradicted_error",
    "contradicted_world",
    "worlds",
    "draws",
)


def coefficients(n_raters: int, n_grades: int) -> tuple[tuple[str, str], ...]:
    """Return the coefficients of so many raters, with their weights."""
    kappa = "cohen_kappa" if n_raters == 2 else "conger_kappa"
    plain = (
        ("percent_agreement", ""),
        (kappa, ""),
        ("fleiss_kappa", ""),
        ("krippendorff_alpha", ""),
        ("gwet_ac", ""),
    )
    ordered = ((kappa, "quadratic"), ("krippendorff_alpha", "ordinal"), ("gwet_ac", "quadratic"))
    return plain if n_grades == 2 else (*plain, *ordered)


def said_of(name: str, weights: str) -> str:
    """Return the coefficient with its weights as the rows name it."""
    return " ".join(filter(None, (name, weights)))


def edge_worlds(name: str, weights: str, threshold: float, n_raters: int, n_grades: int) -> dict:
    """Return the worlds in which a coefficient is exactly the threshold, by what they are."""
    starts = {
        f"{model}, {' '.join(map(str, margins))}": (margins, model)
        for margins in MARGINS[n_grades]
        for model in (MODELS if n_raters > 2 else MODELS[:1])
    }
    first, others = UNLIKE[n_grades]
    starts["raters unlike"] = ([first, *[others] * (n_raters - 1)], "all or none")
    found = {}
    for said, (margins, model) in starts.items():
        try:
            found[f"{threshold}: {said}"] = ilr.agreement_world(
                threshold,
                margins=margins,
                n_raters=n_raters,
                model=model,
                coefficient=partial(computed, name, weights=weights),
            )
        except ValueError:
            continue
    return found


def claim_of(name: str, weights: str, threshold: float) -> ilr.Claim:
    """Return a claim about a coefficient, with no floor but its own threshold."""
    return ilr.Claim(
        statement="So it is.",
        kind="consistency",
        coefficient=name,
        weights=weights,
        threshold=threshold,
        floor=-1.0,
        confidence_level=LEVEL,
    )


def error_rows(
    n_raters: int, n_grades: int, draws: int, only: str | None
) -> Iterator[dict[str, object]]:
    """Yield the worst errors of each coefficient, or of one alone, by number of units."""
    for place, (name, weights) in enumerate(coefficients(n_raters, n_grades)):
        if only not in (None, said_of(name, weights)):
            continue
        # a seed each, so that a piece gives the rows that the whole gives
        rng = np.random.default_rng([SEED, n_raters, n_grades, place])
        worlds = {
            said: (claim_of(name, weights, threshold), world)
            for threshold in THRESHOLDS
            for said, world in edge_worlds(name, weights, threshold, n_raters, n_grades).items()
        }
        for n in SIZES:
            once = {said: errors(*both, n, draws, rng) for said, both in worlds.items()}
            row = {
                "coefficient": said_of(name, weights),
                "raters": n_raters,
                "grades": n_grades,
                "units": n,
                "worlds": len(worlds),
                "draws": draws,
            }
            for way, kind in enumerate(("supported", "contradicted")):
                worst = max(once, key=lambda said: once[said][way])
                share = errors(*worlds[worst], n, 5 * draws, rng)[way]
                row |= {
                    kind: f"{100 * share:.2f}",
                    f"{kind}_error": f"{100 * (share * (1 - share) / draws / 5) ** 0.5:.2f}",
                    f"{kind}_world": worst,
                }
            yield row


def errors(
    claim: ilr.Claim, world: ilr.World, n: int, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return how often drawn studies find the claim supported and contradicted."""
    codes = np.concatenate(
        [verdict_codes(claim, one) for one in drawn_studies(world, Fieldwork(), n, draws, rng)]
    )
    return float((codes == SUPPORTED).mean()), float((codes == CONTRADICTED).mean())


def summary(path: Path) -> str:
    """Return the table of the docs: the worst chance of either error, in per cent."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    head = ["coefficient", "raters", "grades"]
    lines = [f"| {' | '.join([*head, *map(str, SIZES)])} |", "|---" * (len(SIZES) + 3) + "|"]
    for key in dict.fromkeys(tuple(one[name] for name in head) for one in rows):
        cells = {
            one["units"]: f"{float(one['supported']):.1f} / {float(one['contradicted']):.1f}"
            for one in rows
            if tuple(one[name] for name in head) == key
        }
        lines.append(f"| {' | '.join([*key, *(cells[str(n)] for n in SIZES)])} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Write the rows, or print their summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--raters", type=int, default=3)
    parser.add_argument("--grades", type=int, default=4)
    parser.add_argument("--only", help="one coefficient, as the rows name it")
    parser.add_argument("--draws", type=int, default=4_000)
    parser.add_argument("--summarise", type=Path)
    given = parser.parse_args(arguments)
    if given.summarise:
        print(summary(given.summarise))
        return 0
    rows = error_rows(given.raters, given.grades, given.draws, given.only)
    write_as_made(given.csv, FIELDS, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
