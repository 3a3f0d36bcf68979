"""The coefficients that a claim of consistency may name, and the ratings behind an estimate."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ilacs_reliability._data.ratings import Ratings, ratings_from_codes, ratings_from_counts
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.undefined import UndefinedEstimateWarning
from ilacs_reliability.agreement.alpha import krippendorff_alpha
from ilacs_reliability.agreement.coefficients import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
    scott_pi,
)

PLAIN = "percent_agreement"
COEFFICIENTS: dict[str, Callable[..., Estimate]] = {
    PLAIN: percent_agreement,
    "cohen_kappa": cohen_kappa,
    "scott_pi": scott_pi,
    "conger_kappa": conger_kappa,
    "fleiss_kappa": fleiss_kappa,
    "brennan_prediger": brennan_prediger,
    "gwet_ac": gwet_ac,
    "krippendorff_alpha": krippendorff_alpha,
}
OF_TWO = ("cohen_kappa", "scott_pi")
OF_SEVERAL = ("conger_kappa", "fleiss_kappa")
# their chance agreement hangs on the number of grades, which an estimate does not tell
OF_THE_SCALE = ("brennan_prediger", "gwet_ac")
# exact agreement only, by the names that coefficients and alpha have for it
EXACT = ("", "identity", "nominal")


def computed(name: str, ratings: Ratings, weights: str = "") -> Estimate:
    """Compute a coefficient by its name, without a warning where it is undefined."""
    option = "metric" if name == "krippendorff_alpha" else "weights"
    how = {} if weights in EXACT else {option: weights}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        return COEFFICIENTS[name](ratings, **how)


def defensible(ratings: Ratings, *, with_scale: bool = True) -> tuple[str, ...]:
    """Name every coefficient that these raters allow, plain agreement first."""
    known = ratings.patterns is not None
    out = set(OF_SEVERAL if known and ratings.n_raters == 2 else OF_TWO)
    out |= set() if known else {"conger_kappa"}
    out |= set() if with_scale else set(OF_THE_SCALE)
    return tuple(name for name in COEFFICIENTS if name not in out)


def kappa_beside(ratings: Ratings) -> str:
    """Name the kappa that a claim about plain agreement is held to as well."""
    return (
        "cohen_kappa" if ratings.patterns is not None and ratings.n_raters == 2 else "fleiss_kappa"
    )


def ratings_behind(estimate: Estimate) -> Ratings | None:
    """Return the ratings that an estimate counts, of exact agreement; None where it cannot tell.

    Grades that nobody used are not among them, nor can units counted in fractions be told.
    """
    patterns: Any = estimate.patterns
    if patterns is None or not patterns.shape[1] or estimate.weights not in EXACT:
        return None
    # weights of units, as a Bayesian bootstrap draws them, count none
    if (estimate.frequencies % 1 != 0).any():
        return None
    if "anonymous" in estimate.by:
        scale = Scale(range(patterns.shape[1])) if patterns.shape[1] > 1 else None
        return (
            None
            if scale is None
            else ratings_from_counts(patterns, scale=scale, frequencies=estimate.frequencies)
        )
    return ratings_from_codes(
        patterns,
        scale=Scale(range(max(2, int(np.max(patterns)) + 1))),
        frequencies=estimate.frequencies,
        clusters=estimate.clusters,
    )
