"""How often would the verdict on each published claim be wrong, had the truth been on its edge?

Each claim is held to the evidence it met: so many units, its threshold and level, every result gone
through with its chance. Of two margins the edge with the larger chance stands.

    python benchmarks/published_errors.py --csv docs/_static/published_errors.csv
    python benchmarks/published_errors.py --summarise docs/_static/published_errors.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from simulated import write_as_made

import ilacs_reliability as ilr

DECISIVE = ("supported", "contradicted", "not shown")
FIELDS = ("claim", "asks", "units", "supported", "contradicted", "method", "reachable")


def rows() -> Iterator[dict[str, object]]:
    """Yield a row for each claim that has evidence to bear on it."""
    for one in ilr.assess_security().assessments:
        verdict, claim = one.verdict, one.claim
        if verdict.outcome not in DECISIVE:
            continue
        n = int(verdict.evidence.n_units)
        found = [
            ilr.verdict_power(claim, world(claim, edge), n, rng=1)
            for edge in claim.margins
            if np.isfinite(edge)
        ]
        yield {
            "claim": claim.statement,
            "asks": claim.bar,
            "units": n,
            "supported": f"{100 * max(one.supported for one in found):.2f}",
            "contradicted": f"{100 * max(one.contradicted for one in found):.2f}",
            "method": "exact" if found[0].error == 0 else "drawn",
            "reachable": ", ".join(verdict.reachable),
        }


def world(claim: ilr.Claim, edge: float) -> object:
    """Return what is true on an edge of a claim."""
    if claim.kind != "consistency":
        return edge
    # two raters with even shares, who disagree either way as often
    return np.array([[edge, 1 - edge], [1 - edge, edge]]) / 2


def summary(path: Path) -> str:
    """Return the table of the docs, in per cent."""
    lines = ["| claim | asks | units | supported | contradicted |", "|---|---|---|---|---|"]
    with path.open(encoding="utf-8", newline="") as file:
        for one in csv.DictReader(file):
            chances = [f"{float(one[kind]):.1f}" for kind in ("supported", "contradicted")]
            lines.append(
                f"| {' | '.join([one['claim'].rstrip('.'), one['asks'], one['units'], *chances])} |"
            )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Write the rows, or print their summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--summarise", type=Path)
    given = parser.parse_args(arguments)
    if given.summarise:
        print(summary(given.summarise))
        return 0
    write_as_made(given.csv, FIELDS, rows())
    return 0


if __name__ == "__main__":
    sys.exit(main())
