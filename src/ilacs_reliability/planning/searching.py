"""The least number of units from which on a study reaches what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf
from typing import TypeAlias

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from ilacs_reliability._checks.arguments import check_count, told
from ilacs_reliability.planning.deciding import Chances

# more units than any of these studies has
MOST_UNITS = 100_000

# rounds of looking, the later ones with more draws
ROUNDS = 4
# a line that rises no more than this shows no rise
FLAT = 1e-3
# strengths are told apart to this, and chances beyond these are not
STRENGTH = 1e-4
CERTAIN = (1e-9, 1 - 1e-9)
# parts of the draws of the last look
FIRST, LATER = 0.2, 0.4
# and what all looks come to
LOOKS = 2 * FIRST + (ROUNDS - 2) * LATER + 1
# looks that a strength takes at most but for odd ones
STRENGTHS = 10
Look: TypeAlias = Callable[[int, int], Chances]


def check_units(n_units: object, name: str = "n_units") -> int:
    """Return a number of planned units; raise unless it is a whole one from 2 to 100,000."""
    count = check_count(n_units, name, least=2)
    if count > MOST_UNITS:
        raise ValueError(f"`{name}` must be at most {MOST_UNITS:,}, but got {told(n_units)}.")
    return count


def least_by_search(
    look: Look, *, power: float, start: float, n_draws: int, least: int = 2
) -> tuple[int, Chances] | None:
    """Return the least number of units whose drawn power reaches `power` with it, or None.

    The probit of power is all but linear in the root of the number of units, so each round looks
    where the line through what was seen so far says.
    """
    seen = _explored(look, power=power, start=start, n_draws=n_draws, least=least)
    if seen is None:
        return None
    return _confirmed(look, power, _next(seen, norm.ppf(power), least), n_draws)


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of probits of power over the roots of the number of units."""

    root: float
    probit: float
    slope: float

    def units(self, power: float) -> float:
        """Return about how many units reach a power."""
        root = self.root + (float(norm.ppf(power)) - self.probit) / self.slope
        return float(np.clip(max(root, 1.0) ** 2, 2.0, MOST_UNITS))


def power_curve(look: Look, *, power: float, start: float, n_draws: int) -> Curve | None:
    """Return how power rises near some power; None where no number of units reaches it."""
    seen = _explored(look, power=power, start=start, n_draws=n_draws, least=4)
    if seen is None:
        return None
    root, probit, slope = _line(seen, float(norm.ppf(power)))
    return Curve(root, probit, max(slope, FLAT))


def _explored(
    look: Look, *, power: float, start: float, n_draws: int, least: int
) -> dict[int, tuple[float, float]] | None:
    """Return what looks near the number that is sought came to; None where it is too large."""
    seen: dict[int, tuple[float, float]] = {}
    target, n = norm.ppf(power), int(np.clip(ceil(start), least, MOST_UNITS))
    for round_ in range(ROUNDS):
        draws = max(round(n_draws * (FIRST if round_ < 2 else LATER)), 1)
        _note(seen, n, look(n, draws), draws)
        if n >= MOST_UNITS and seen[n][0] < target:
            return None
        n = _next(seen, target, least)
        n += (n in seen) * (1 if seen.get(n, (0.0, 0.0))[0] < target else -1)
    return seen


def _note(seen: dict[int, tuple[float, float]], n: int, found: Chances, draws: int) -> None:
    """Keep the probit of what was reached, and how much it weighs."""
    # an estimate of 0 or 1 lies within half a draw of it
    probit = norm.ppf(np.clip(found.supported, 0.5 / draws, 1 - 0.5 / draws))
    seen[n] = (float(probit), float(draws * norm.pdf(probit) ** 2))


def _next(seen: dict[int, tuple[float, float]], target: float, least: int) -> int:
    """Return where a weighted line of probits over roots reaches the target."""
    roots = np.sqrt(list(seen))
    middle, centre, slope = _line(seen, target)
    root = middle + (target - centre) / max(slope, FLAT)
    if not FLAT < slope < inf:
        # one point, or no rise that is seen over the noise
        root = roots[-1] * (1.3 if list(seen.values())[-1][0] < target else 0.85)
    root = float(np.clip(root, roots.min() / 2, roots.max() * 2))
    return int(np.clip(ceil(root**2), least, MOST_UNITS))


def _line(seen: dict[int, tuple[float, float]], target: float) -> tuple[float, float, float]:
    """Return a point and the slope of the line through what was seen, the nearest weighing most."""
    roots = np.sqrt(list(seen))
    probits, weights = np.array(list(seen.values())).T
    near = weights * np.exp(-np.abs(probits - target))
    middle, centre = np.average(roots, weights=near), np.average(probits, weights=near)
    spread = (near * (roots - middle) ** 2).sum()
    slope = (near * (roots - middle) * (probits - centre)).sum() / max(spread, 1e-12)
    return float(middle), float(centre), float(slope) if len(seen) > 1 else inf


def _confirmed(look: Look, power: float, n: int, n_draws: int) -> tuple[int, Chances] | None:
    """Return the number with fresh draws, moved on while they clearly fall short."""
    found = look(n, n_draws)
    for _ in range(3):
        if found.supported >= power - 2 * (power * (1 - power) / n_draws) ** 0.5:
            break
        n = ceil(n * 1.02)
        found = look(n, n_draws)
    return (n, found) if n < MOST_UNITS else None


def least_exactly(power_at: Callable[[int], float], *, power: float, top: int, least: int) -> int:
    """Return the least number from which on power is always reached, up to `top` where it is."""
    n = top
    while n > least and power_at(n - 1) >= power:
        n -= 1
    return n


def strength_reached(
    power_at: Callable[[float], float], *, power: float, edge: float, best: float, guess: float
) -> float | None:
    """Return the strength nearest the edge of a claim with that power, or None where none has it.

    The probit of power is all but linear in the strength, so few strengths are looked at.
    """
    seen: dict[float, float] = {}

    def ahead(strength: float) -> float:
        if strength not in seen:
            seen[strength] = float(norm.ppf(np.clip(power_at(strength), *CERTAIN)) - target)
        return seen[strength]

    target = float(norm.ppf(power))
    if ahead(best) < 0:
        return None
    low, high = (min(edge, best), max(edge, best))
    near = float(np.clip(guess, low, high))
    short = near if ahead(near) < 0 else edge
    if ahead(short) >= 0:
        return edge
    enough = best if ahead(near) < 0 else near
    return float(brentq(ahead, short, enough, xtol=STRENGTH))
