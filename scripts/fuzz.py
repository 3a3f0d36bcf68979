"""Call every public name with input of every form, and say what may not be.

Usage: python scripts/fuzz.py [--seconds 60] [--seed 0] [--calls N] [--names NAME ...]
       python scripts/fuzz.py --case SEED/NUMBER
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fuzzing import running
from fuzzing.workers import Session, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run cases until the time or the calls are spent, and print one finding of each kind.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; default that of the process.

    Returns
    -------
    int
        Exit status: 0 where every outcome was allowed, else 1.
    """
    parser = argparse.ArgumentParser(description="Call every public name with any input.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default 60)")
    parser.add_argument("--seed", type=int, default=0, help="what the cases follow from")
    parser.add_argument("--calls", type=float, default=float("inf"), help="stop after so many")
    parser.add_argument("--names", nargs="*", default=(), help="call only these")
    parser.add_argument("--case", help="run one case again, as SEED/NUMBER")
    parser.add_argument("--slow", action="store_true", help="say where the time went")
    given = parser.parse_args(arguments)
    names = frozenset(given.names)
    return _one(given.case, names) if given.case else _many(given, names)


def _one(case: str, names: frozenset[str]) -> int:
    seed, number = map(int, case.split("/"))
    draw, call = running.drawn(seed, number, names)
    print(call)
    found = list(running.findings(draw, call, running.Tally(), case))
    print(*found, sep="\n")
    return int(bool(found))


def _many(given: argparse.Namespace, names: frozenset[str]) -> int:
    session, started = Session(given.seed, names), time.monotonic()
    run(session, given.seconds, given.calls)
    spent, tally = time.monotonic() - started, session.tally
    _show(session)
    print(
        f"{tally.calls} calls ({tally.cases} of {len(names or running.NAMES)} public names, "
        f"{sum(tally.refused.values())} refused; the others of results' methods) in {spent:.0f} s "
        f"({tally.calls / spent:.0f} a second), seed {given.seed}, {session.cases} cases: "
        f"{len(session.shortest)} kinds of finding."
    )
    if given.slow:
        for name, seconds in sorted(tally.seconds.items(), key=lambda one: -one[1])[:25]:
            print(f"{seconds:8.1f} s {name}")
    return int(bool(session.shortest))


def _show(session: Session) -> None:
    """Print each problem with the functions that have it and its shortest case."""
    problems: dict[str, list[str]] = {}
    for kind in session.shortest:
        problems.setdefault(kind.partition(": ")[2] or kind, []).append(kind)
    for problem, kinds in sorted(problems.items()):
        shortest = min((session.shortest[kind] for kind in kinds), key=lambda one: len(one.text))
        named = sorted(f"{kind.partition(': ')[0]} ({session.times[kind]})" for kind in kinds)
        print(f"{problem}\n    in {', '.join(named)}\n    {shortest.case}: {shortest.text[:2000]}")
        print(f"    {shortest.detail[:300]}\n" if shortest.detail else "")


if __name__ == "__main__":
    sys.exit(main())
