"""How often one limit alone misses: a table from the data of the other coverage scripts.

A 95 % interval whose misses all lie on one side misses twice what a reader of that one limit takes
it to. Nothing is simulated here:

    python benchmarks/one_limit.py docs/_static/coverage.csv docs/_static/coverage_large.csv
    python benchmarks/one_limit.py docs/_static/coverage_others.csv
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from simulated import read_rows

METHODS = ("score", "t", "wald", "logit")
FEW = 0.04


def line(name: str, method: str, rows: list[dict[str, object]]) -> str:
    known = [row for row in rows if row[f"{method}_coverage"] != ""]
    cover, above = (
        np.array([row[f"{method}_{part}"] for row in known]) for part in ("coverage", "above")
    )
    sides = (
        f"{side.mean():.1%} | {side.max():.1%} | {(side < FEW).mean():.0%}"
        for side in (above, 1 - cover - above)
    )
    return f"| {name} | {method} | {len(known)} | {' | '.join(sides)} |"


def table(path: Path) -> list[str]:
    rows = read_rows(path)
    if "default_coverage" not in rows[0]:
        return [line(path.stem, method, rows) for method in METHODS]
    families = dict.fromkeys(row["family"] for row in rows)
    parts = {name: [row for row in rows if row["family"] == name] for name in families}
    return [line(name, "default", part) for name, part in parts.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="+")
    options = parser.parse_args()
    sides = " | ".join(f"{side}: mean | worst | under 4%" for side in ("above", "below"))
    print(f"| settings | interval | cells | {sides} |\n|{'---|' * 9}")
    for path in options.data:
        print("\n".join(table(path)))


if __name__ == "__main__":
    main()
