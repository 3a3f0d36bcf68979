"""Shares of units, with exact limits, as functions of ratings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability.agreement.formulas import build_estimate
from ilacs_reliability.agreement.studies import as_count
from ilacs_reliability.shift.moves import share_methods

Mask = npt.NDArray[np.bool_]


def share_of_units(
    ratings: Ratings,
    hit: Mask,
    enters: Mask,
    *,
    name: str,
    label: str,
    why: str,
    limits: str,
    by: str = "",
) -> Estimate:
    """Estimate the share of some units that are of a kind, without a warning where there is none.

    Parameters
    ----------
    ratings : Ratings
        One study or many, by the raters whose every rating a unit that counts has.
    hit, enters : ndarray of bool, shape (n_patterns,)
        Patterns of the kind, and patterns that count at all.
    name, label, limits, by
        As in `Estimate`.
    why : str
        Why the share is undefined where no unit counts.

    Returns
    -------
    Estimate
        The share, 0 to 1, with limits that cover at least as often as they say.
    """
    frequencies = ratings.frequencies.astype(np.float64)
    n_units = frequencies @ enters
    with np.errstate(invalid="ignore", divide="ignore"):
        value: Any = frequencies @ (hit & enters) / n_units
    nothing = frequencies.ndim == 1 and not n_units
    with left_unsaid():
        found = build_estimate(
            ratings,
            Title(name=name, label=label),
            Value(
                value=value,
                influence=(hit - np.asarray(value)[..., None]) * enters,
                reason="no_complete_units" if nothing else "",
                why=why if nothing else "",
            ),
            Basis(
                n_units=n_units,
                n_ratings=as_count(n_units * ratings.n_raters),
                n_missing=as_count(0 * n_units),
                enters=enters.astype(np.float64),
            ),
            Offer(methods=share_methods(ratings.clusters is not None), within=(0.0, 1.0)),
            limits=limits,
        )
    return replace(found, by=by or found.by)
