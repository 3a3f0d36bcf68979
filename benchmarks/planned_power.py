"""Does a study show what planning promised as often as it promised?

Each plan is held to studies that are drawn unit by unit from what the plan supposes and analysed
one after another by the function itself, with the interval or the verdict that was planned for.

    python benchmarks/planned_power.py --csv docs/_static/planned_power.csv
    python benchmarks/planned_power.py --summarise docs/_static/planned_power.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from simulated import write_as_made

import ilacs_reliability as ilr

SEED = 20261130
FIELDS = ("plan", "study", "units", "planned", "planned_error", "seen", "seen_error", "draws")
GRADES = (0.1, 0.2, 0.4, 0.3)
MOVES = np.array([[0.1, 0.2, 0.2], [0.1, 0.2, 0.0], [0.1, 0.0, 0.1]])
GROUPS = np.array([[0.3, 0.3, 0.3, 0.1], [0.1, 0.2, 0.4, 0.3]])
CLUSTERS = ilr.Fieldwork(cluster_size=5, cluster_correlation=0.2)
LOST = ilr.Fieldwork(ratings_per_unit=2, drop_out=0.1)


class Promise(NamedTuple):
    """A plan: what it is, its study, units, chance with its error, and one fresh study's answer."""

    plan: str
    study: str
    units: int
    chance: float
    error: float
    shown: Callable[[np.random.Generator], bool]


def agreement(function: Callable, world: ilr.World, n: int, least: float, **how: object) -> Promise:
    """Promise of `power_for_agreement`."""
    interval, level = how.pop("interval", None), how.pop("confidence_level", 0.95)
    work = how.get("fieldwork") or ilr.Fieldwork()
    plan = ilr.power_for_agreement(
        function,
        world,
        n,
        threshold=least,
        confidence_level=level,
        interval=interval,
        rng=1,
        **how,
    )

    def shown(rng: np.random.Generator) -> bool:
        found = function(ratings(world, n, work, rng))
        return bool(found.confidence_interval(level, interval)[0] >= least)

    said = f"{function.__name__} at least {least}, {interval or 'planned'} interval at {level:.0%}"
    how_many = f"{world.n_raters} raters, {len(world.scale)} grades{carried_out(work)}"
    return Promise(
        "power_for_agreement: " + said.replace("planned interval", "interval"),
        how_many,
        n,
        plan.power,
        plan.chances.simulation_error,
        shown,
    )


def carried_out(work: ilr.Fieldwork) -> str:
    """Say what is particular about the fieldwork."""
    said = [f", clusters of {work.cluster_size}"] if work.cluster_size > 1 else []
    said += [", two of them a unit, 10 % drop out"] if work.drop_out else []
    return "".join(said)


def ratings(world: ilr.World, n: int, work: ilr.Fieldwork, rng: np.random.Generator) -> ilr.Ratings:
    """Draw a study unit by unit; the units of a cluster share chances of their own."""
    clusters = np.arange(n) // work.cluster_size
    if work.cluster_size > 1:
        rate = (1 - work.cluster_correlation) / work.cluster_correlation
        own = rng.dirichlet(world.shares * rate, size=clusters.max() + 1)
        drawn = [rng.choice(len(world.shares), p=own[one]) for one in clusters]
    else:
        drawn = rng.choice(len(world.shares), size=n, p=world.shares)
    codes = world.patterns[drawn].copy()
    if work.ratings_per_unit:
        for row in codes:
            row[rng.permutation(world.n_raters)[work.ratings_per_unit :]] = -1
    codes[rng.random(n) < work.drop_out] = -1
    together = clusters if work.cluster_size > 1 else None
    return ilr.ratings_from_codes(codes, scale=world.scale, clusters=together)


def verdict(claim: ilr.Claim, world: object, n: int | tuple[int, int], said: str) -> Promise:
    """Promise of `verdict_power`, held to `judge`."""
    found = ilr.verdict_power(claim, world, n, rng=2)
    number, drawn, _ = found.method.partition(" studies drawn")
    chance = found.supported
    error = (chance * (1 - chance) / int(number.replace(",", ""))) ** 0.5 if drawn else 0.0

    def shown(rng: np.random.Generator) -> bool:
        return ilr.judge(claim, evidence(claim, world, n, rng)).outcome == "supported"

    units = n if isinstance(n, int) else sum(n)
    return Promise(f"verdict_power: {said}", claim.kind, units, found.supported, error, shown)


def evidence(claim: ilr.Claim, world: object, n: object, rng: np.random.Generator) -> ilr.Estimate:
    """Return the estimate that a fresh study gives a claim."""
    if claim.kind == "consistency":
        return getattr(ilr, claim.coefficient)(ratings(world, n, ilr.Fieldwork(), rng))
    if claim.kind == "comparison":
        counts = [rng.multinomial(one, row) for one, row in zip(n, world, strict=True)]
        return ilr.relative_effect(ilr.grades_from_table(np.array(counts)))
    up, same, down = rng.multinomial(n, world)
    return ilr.net_shift(
        ilr.transitions_from_table([[same, up], [down, 0]], scale=ilr.Scale(["low", "high"]))
    ).net


def shift(test: Callable, n: int, name: str, *, least: float | None = None) -> Promise:
    """Promise of `units_for_shift`."""
    plan = ilr.units_for_shift(MOVES, test=test, n_units=n, threshold=least, rng=3)

    def shown(rng: np.random.Generator) -> bool:
        table = rng.multinomial(n, MOVES.ravel()).reshape(MOVES.shape)
        return passed(test(ilr.transitions_from_table(table)), least)

    error = plan.chances.simulation_error
    return Promise(f"units_for_shift: {name}", "3 grades", n, plan.power, error, shown)


def comparison(test: Callable, n: int, name: str, *, most: float | None = None) -> Promise:
    """Promise of `units_for_comparison`."""
    plan = ilr.units_for_comparison(
        GROUPS,
        test=test,
        n_units=n,
        threshold=most,
        direction="at least",
        rng=4,
    )

    def shown(rng: np.random.Generator) -> bool:
        counts = [rng.multinomial(n // 2, row) for row in GROUPS]
        return passed(test(ilr.grades_from_table(np.array(counts))), most)

    error = plan.chances.simulation_error
    return Promise(f"units_for_comparison: {name}", "4 grades", n, plan.power, error, shown)


def passed(found: object, least: float | None) -> bool:
    """Say whether a test is significant, or an interval at least so much."""
    if least is None:
        return bool(found.p_value <= 0.05)
    return bool(found.confidence_interval(0.95)[0] >= least)


def claim(kind: str, coefficient: str, threshold: float, **more: object) -> ilr.Claim:
    """Return a claim."""
    return ilr.Claim(
        statement="So it is.", kind=kind, coefficient=coefficient, threshold=threshold, **more
    )


def promises() -> Iterator[Callable[[], Promise]]:
    """Yield what makes each promise."""
    two = ilr.agreement_world(0.85, margins=[0.3, 0.7])
    four = ilr.agreement_world(0.8, margins=GRADES)
    three = ilr.agreement_world(0.75, margins=GRADES, n_raters=3, model="all or none")
    kappa = ilr.cohen_kappa
    yield partial(agreement, ilr.percent_agreement, two, 75, 0.8)
    yield partial(agreement, kappa, two, 75, 0.6, interval="score")
    yield partial(agreement, kappa, two, 75, 0.6, interval="score", confidence_level=0.99)
    yield partial(agreement, kappa, two, 75, 0.6)
    yield partial(agreement, kappa, four, 60, 0.6)
    yield partial(agreement, ilr.gwet_ac, four, 60, 0.6)
    yield partial(agreement, ilr.krippendorff_alpha, three, 60, 0.6)
    yield partial(agreement, ilr.fleiss_kappa, three, 80, 0.6, fieldwork=LOST)
    yield partial(agreement, ilr.fleiss_kappa, three, 80, 0.6, fieldwork=CLUSTERS)
    floorless = {"floor": -1.0}
    for name, world, n in (("cohen_kappa", two, 75), ("gwet_ac", four, 60)):
        held = claim("consistency", name, 0.6, **floorless)
        yield partial(verdict, held, world, n, f"{name} at least 0.6")
    plain = claim("consistency", "percent_agreement", 0.8, floor=0.4)
    yield partial(verdict, plain, two, 75, "percent_agreement at least 0.8, kappa 0.4")
    held = claim("consistency", "fleiss_kappa", 0.6, **floorless)
    yield partial(verdict, held, three, 60, "fleiss_kappa at least 0.6")
    net = claim("shift", "net_shift", 0.0, direction="more than")
    yield partial(verdict, net, [0.4, 0.4, 0.2], 100, "net_shift more than 0")
    alike = claim("comparison", "relative_effect", (0.35, 0.65), direction="within")
    groups = np.array([[0.1, 0.2, 0.4, 0.3]] * 2)
    yield partial(verdict, alike, groups, (60, 60), "relative_effect within 0.35 to 0.65")
    yield partial(shift, ilr.sign_test, 100, "sign_test")
    yield partial(shift, ilr.stuart_maxwell, 100, "stuart_maxwell")
    yield partial(shift, net_of, 100, "net change at least 0", least=0.0)
    yield partial(comparison, ilr.mann_whitney, 60, "mann_whitney")
    yield partial(comparison, ilr.relative_effect, 60, "relative_effect at least 0.5", most=0.5)


def net_of(table: ilr.Transitions) -> ilr.Estimate:
    """Return the net change."""
    return ilr.net_shift(table).net


def rows(draws: int) -> Iterator[dict[str, object]]:
    """Yield what was planned and what was seen."""
    for place, make in enumerate(promises()):
        promise = make()
        rng = np.random.default_rng([SEED, place])
        seen = float(np.mean([promise.shown(rng) for _ in range(draws)]))
        yield {
            "plan": promise.plan,
            "study": promise.study,
            "units": promise.units,
            "planned": f"{100 * promise.chance:.2f}",
            "planned_error": f"{100 * promise.error:.2f}",
            "seen": f"{100 * seen:.2f}",
            "seen_error": f"{100 * (seen * (1 - seen) / draws) ** 0.5:.2f}",
            "draws": draws,
        }


def summary(path: Path) -> str:
    """Return the table of the docs, in per cent, and how far apart the two are at most."""
    with path.open(encoding="utf-8", newline="") as file:
        kept = list(csv.DictReader(file))
    lines = ["| planned by | study | units | planned | seen |", "|---|---|---|---|---|"]
    apart = []
    for one in kept:
        error = float(one["planned_error"])
        planned = f"{float(one['planned']):.1f}" + (f" +- {error:.1f}" if error else "")
        seen = f"{float(one['seen']):.1f} +- {float(one['seen_error']):.1f}"
        lines.append(f"| {one['plan']} | {one['study']} | {one['units']} | {planned} | {seen} |")
        gap = float(one["planned"]) - float(one["seen"])
        apart.append(gap / np.hypot(error, float(one["seen_error"])))
    squares = float(np.sum(np.square(apart)))
    largest = max(apart, key=abs)
    lines += ["", f"Largest {largest:.2f} errors; sum of squares {squares:.1f} of {len(apart)}."]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Write the rows, or print their summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--draws", type=int, default=2_000)
    parser.add_argument("--summarise", type=Path)
    given = parser.parse_args(arguments)
    if given.summarise:
        print(summary(given.summarise))
        return 0
    write_as_made(given.csv, FIELDS, rows(given.draws))
    return 0


if __name__ == "__main__":
    sys.exit(main())
