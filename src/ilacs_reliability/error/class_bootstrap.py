"""Latent classes of studies drawn anew: a batch of frequencies over the same patterns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.few_draws import least_tail, read_off, usual_tails
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.named_limits import instead
from ilacs_reliability.error.class_limits import Place, profile_limits
from ilacs_reliability.error.latent_classes import Fit, Panel, em_step, posterior, whole

# EM steps from somewhat within the simplex, three to a leap
MOST_LEAPS, INSIDE, GAINED = 60, 1e-4, 1e-6
# chances of classes that are held at once
HELD = 2_000_000
# estimates nearer to an end are at it: there draws say nothing
AT_END = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Shares and rates of studies drawn anew.

    Attributes
    ----------
    shares : ndarray of float, shape (n_resamples, n_classes)
        Of classes.
    errors : ndarray of float, shape (n_cells, n_resamples, n_classes)
        Chances of grades.
    """

    shares: FloatArray
    errors: FloatArray

    def at(self, place: Place) -> FloatArray:
        """Return one of the numbers in all studies."""
        cell, number = place
        drawn = self.shares if cell is None else self.errors[cell]
        return drawn[:, number]


def drawn_anew(panel: Panel, fit: Fit, n_resamples: int, rng: np.random.Generator) -> Draws:
    """Draw units with replacement and climb from the maximum, in batches.

    Parameters
    ----------
    panel : Panel
        The ratings.
    fit : Fit
        Their maximum, one start.
    n_resamples : int
        Studies to draw.
    rng : Generator
        Where from.
    """
    n_units = int(panel.frequencies.sum())
    drawn = rng.multinomial(n_units, panel.frequencies / n_units, size=n_resamples)
    cells = len(panel.frequencies) * panel.n_classes
    parts = [
        _climbed(replace(panel, frequencies=part.astype(np.float64)), fit)
        for part in np.array_split(drawn, max(1, -(-n_resamples * cells // HELD)))
    ]
    return Draws(
        np.concatenate([part.shares for part in parts]),
        np.concatenate([part.errors for part in parts], axis=1),
    )


@dataclass(frozen=True, slots=True, eq=False)
class OfPlace:
    """One of the numbers of studies drawn anew."""

    draws: Draws
    place: Place

    @property
    def found(self) -> FloatArray:
        """The number in all studies."""
        return self.draws.at(self.place)

    def at_end(self, value: float) -> bool:
        """Return whether draws say nothing of it, as it is at an end or they have no spread."""
        return min(value, 1.0 - value) < AT_END or not np.ptp(self.found) > 0

    def least_p(self, estimate: Estimate) -> float:
        """Return the least p-value of two sides that these draws can hold."""
        return 0.0 if self.at_end(float(estimate.value)) else 2.0 * least_tail(len(self.found))


def bootstrap_limits(
    drawn: OfPlace,
    estimate: Estimate,
    confidence_level: float,
    *,
    panel: Panel,
    fit: Fit,
    log: float,
) -> Limits:
    """Return quantiles of what was drawn; at an end, where draws have no spread, the profile's."""
    value = float(np.asarray(estimate.value))
    found = read_off(drawn.found, usual_tails(confidence_level), value, "bootstrap")
    at_end = drawn.at_end(value) or not np.ptp(np.asarray(found)) > 0
    if not at_end:
        return found
    of: dict[str, Any] = {"panel": panel, "fit": fit, "log": log, "place": drawn.place}
    other = profile_limits(estimate, confidence_level, **of)
    return instead(found, other, at_end, "profile", "draws have no spread at an end")


def _climbed(panel: Panel, fit: Fit) -> Fit:
    """Climb in each study by leaps along two EM steps, taken back where they do not gain."""
    n_studies = len(panel.frequencies)
    shares = np.maximum(np.repeat(fit.shares, n_studies, axis=0), INSIDE)
    errors = np.maximum(np.repeat(fit.errors, n_studies, axis=1), INSIDE)
    here = whole(panel, replace(fit, shares=shares, errors=errors))
    done = here
    left = np.arange(n_studies)
    for _ in range(MOST_LEAPS):
        here, gains = _leap(panel, here)
        done = _put(done, left, here)
        going = gains > GAINED
        if not going.any():
            break
        left, here = left[going], here.pick(going)
        panel = replace(panel, frequencies=panel.frequencies[going])
    return done


def _leap(panel: Panel, fit: Fit) -> tuple[Fit, FloatArray]:
    """Return where a leap leads, and what the likelihood of each study gains by it."""
    start, chances = posterior(panel, fit)
    first = em_step(panel, fit, chances)
    second = em_step(panel, first, posterior(panel, first)[1])
    far = _extrapolated(panel, fit, first, second)
    logs, chances = posterior(panel, far)
    safe, safe_chances = posterior(panel, second)
    gained = logs > safe
    there = _chosen(gained, far, second)
    chances = np.where(gained[:, None], chances, safe_chances)
    return em_step(panel, there, chances), np.maximum(logs, safe) - start


def _extrapolated(panel: Panel, fit: Fit, first: Fit, second: Fit) -> Fit:
    step = [first.shares - fit.shares, first.errors - fit.errors]
    bend = [second.shares - first.shares - step[0], second.errors - first.errors - step[1]]
    lengths = [np.sqrt(_squares(*pair)) for pair in (step, bend)]
    leap = np.maximum(lengths[0] / np.maximum(lengths[1], 1e-300), 1.0)[:, None]
    places = [
        np.clip(at + 2.0 * leap * one + leap**2 * two, 0.5 * end, 1.0)
        for at, one, two, end in zip(
            (fit.shares, fit.errors), step, bend, (second.shares, second.errors), strict=True
        )
    ]
    return whole(panel, replace(fit, shares=places[0], errors=places[1]))


def _squares(shares: FloatArray, errors: FloatArray) -> FloatArray:
    found: FloatArray = (shares**2).sum(axis=1) + (errors**2).sum(axis=(0, 2))
    return found


def _chosen(which: Any, one: Fit, other: Fit) -> Fit:
    shares = np.where(which[:, None], one.shares, other.shares)
    errors = np.where(which[:, None], one.errors, other.errors)
    return replace(one, shares=shares, errors=errors)


def _put(done: Fit, at: Any, part: Fit) -> Fit:
    shares, errors = done.shares.copy(), done.errors.copy()
    shares[at], errors[:, at] = part.shares, part.errors
    return replace(done, shares=shares, errors=errors)
