"""How often limits that are looked at after every double inspection ever miss the truth.

Ten thousand paths of 500 inspections for each true share, stopped at the worst moment: a path
counts as missed if any look's limits leave the truth out. Beside it the same for limits made for
one look (Clopper and Pearson's), and the chance that the sequence ever misses, summed exactly:

    python benchmarks/sequence_level.py --csv docs/_static/sequence_level.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import stats

import ilacs_reliability as ilr
from ilacs_reliability.planning.sequential import stopping_bounds

SEED, PATHS, LOOKS, LEVEL = 20261128, 10_000, 500, 0.95
SHARES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
PRIORS = {"uniform": (1.0, 1.0), "nine in ten": (9.0, 1.0)}
COLUMNS = ("share", "prior", "paths", "looks", "missed", "exact", "one_look_limits_missed")


def rows() -> Iterator[tuple[object, ...]]:
    rng = np.random.default_rng(SEED)
    n = np.arange(1, LOOKS + 1)
    for share in SHARES:
        agreed = np.cumsum(rng.random((PATHS, LOOKS)) < share, axis=1)
        naive = one_look(agreed, n, share)
        for name, prior in PRIORS.items():
            most, least = stopping_bounds(n, share, prior, 1 - LEVEL)
            ever = ((agreed <= most) | (agreed >= least)).any(axis=1)
            check(agreed[:20], share, prior, ever[:20])
            exact = summed(share, most, least)
            yield share, name, PATHS, LOOKS, ever.mean(), round(exact, 5), naive


def check(agreed: np.ndarray, share: float, prior: tuple[float, float], ever: np.ndarray) -> None:
    """Hold the bounds against what the public function says of the same paths."""
    for path, crossed in zip(agreed, ever, strict=True):
        decisions = np.diff(path, prepend=0)
        found = ilr.agreement_sequence(decisions, threshold=share, prior=prior)
        assert (found.settled_at is not None) == crossed


def one_look(agreed: np.ndarray, n: np.ndarray, share: float) -> float:
    """Return how often a limit made for one look misses at some look."""
    tail = (1 - LEVEL) / 2
    too_few = stats.binom.cdf(agreed, n, share) <= tail
    too_many = stats.binom.sf(agreed - 1, n, share) <= tail
    return float((too_few | too_many).any(axis=1).mean())


def summed(share: float, most: np.ndarray, least: np.ndarray) -> float:
    """Return the chance of ever crossing, over all paths."""
    paths = np.zeros(len(most) + 1)
    paths[0] = 1.0
    for low, high in zip(most, least, strict=True):
        paths[1:] = paths[1:] * (1 - share) + paths[:-1] * share
        paths[0] *= 1 - share
        paths[: low + 1] = 0.0
        paths[high:] = 0.0
    return float(1 - paths.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", help="where to write the rows; default: print them")
    path = parser.parse_args().csv
    with Path(path).open("w", newline="", encoding="utf-8") if path else sys.stdout as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows())


if __name__ == "__main__":
    main()
