"""Bangdiwala's B: how much of the rectangles of the margins is filled by agreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_listing, check_number
from ilacs_reliability._data.ratings import Ratings, RatingsLike
from ilacs_reliability._data.scales import FloatArray, Weights, agreement_weights
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability.agreement.formulas import (
    build_estimate,
    known_raters,
    patterns_of,
    smooth_parts,
)
from ilacs_reliability.agreement.rescaled import rescaled_methods
from ilacs_reliability.agreement.studies import (
    check_cells,
    n_paired_ratings,
    study_of,
    unpaired_note,
    where_known,
    why_undefined,
)
from ilacs_reliability.agreement.titles import of_agreement_chart


def bangdiwala_b(
    ratings: RatingsLike,
    *,
    weights: Weights = "identity",
    partial_credit: Sequence[float] = (),
) -> Estimate:
    r"""Estimate Bangdiwala's B for two raters.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, 2)
        Grades of each unit by the two raters; a unit that one of them did not rate is left out.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.
    partial_credit : sequence of float, optional
        The same said by steps: credit for grades that are one step apart, two steps and so on, each
        between 0 and 1; beyond, none. Default: none.

    Returns
    -------
    Estimate
        B, 0 to 1: the area of agreement as a share of the area that the margins allow.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If there are not exactly two known raters, `weights` does not fit the scale, a credit is not
        between 0 and 1 or exceeds that of a nearer grade, both are given, or the grades are so many
        that it would take more than some seconds.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units have two ratings, or the raters used no grade in common. The value
        is then nan.

    See Also
    --------
    cohen_kappa : Agreement beyond what the same margins give by chance.

    Notes
    -----
    :math:`B = \sum_k n_{kk}^2 / \sum_k n_{k \cdot} n_{\cdot k}` [1]_. It is not corrected for
    chance. With credit :math:`b_s` for :math:`s` steps, each grade's rectangle of agreement is
    widened step by step, and what it gains counts :math:`b_s` [2]_. A matrix of weights widens it
    in the order of the weights, to all grades with at least that credit, which is the same where
    credit falls with the number of steps. The standard error is the delta
    method's over units. B is a ratio of squares, so its root behaves like a share of units:
    "score" and "logit" are found there. At 95 % "score" covered 93 % or more in each of 60
    settings drawn at random, "t" and "wald" as little as 83 %.

    References
    ----------
    .. [1] S. I. Bangdiwala, "A graphical test for observer agreement", Proceedings of the 45th
           International Statistical Institute Meeting, Amsterdam (1985), 307-308.
    .. [2] S. R. Munoz and S. I. Bangdiwala, "Interpretation of kappa and B statistics measures of
           agreement", Journal of Applied Statistics 24 (1997), 105-112.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
    >>> ratings = ilr.ratings_from_table(table, scale=ilr.Scale(["ectopic", "AIU", "NIU"]))
    >>> round(ilr.bangdiwala_b(ratings).value, 7)
    0.8059604
    """
    taken = known_raters(ratings, "bangdiwala_b", n_raters=2)
    partial_credit = check_listing(partial_credit, "partial_credit", of="numbers")
    credit = _credit(taken, weights, partial_credit)
    q, n_levels = len(taken.scale), len(np.unique(np.round(credit, 12)))
    cells = float(q**2 * len(taken.table.totals))
    check_cells(taken, "bangdiwala_b", steps=q**4 * n_levels, nanoseconds=5.0, cells=cells)
    exact = np.array_equal(credit, np.eye(len(taken.scale)))
    study = study_of(taken, "identity")
    formula = keyed(_area, credit=credit)
    frequencies, both = study.frequencies, taken.table.paired
    value, influence = smooth_parts(formula, _cells(taken), frequencies, both)
    value = where_known(study, value)
    named = weights if isinstance(weights, str) and not len(partial_credit) else "custom"
    kind = "identity" if exact else named
    reason = "" if study.is_batch else why_undefined(study)
    if not study.is_batch and not reason and not np.isfinite(value):
        reason = "no_common_grade"
    return build_estimate(
        taken,
        Title(
            name="bangdiwala_b",
            label=of_agreement_chart(kind),
            weights=kind,
        ),
        Value(
            value=value,
            influence=influence,
            observed=value,
            expected=np.zeros(np.shape(value)),
            reason=reason,
        ),
        Basis(n_units=study.n_paired, n_ratings=n_paired_ratings(taken), enters=both),
        Offer(
            methods=rescaled_methods(keyed(_root), keyed(_square), keyed(_root_slope)),
            within=(0.0, 1.0),
        ),
        notes=unpaired_note(taken),
    )


def _root(area: FloatArray) -> FloatArray:
    return np.sqrt(area)


def _square(root: FloatArray) -> FloatArray:
    return np.square(root)


def _credit(ratings: Ratings, weights: Weights, partial_credit: Sequence[float]) -> FloatArray:
    """Return the credit of each pair of grades, said either way."""
    steps = _steps(partial_credit, len(ratings.scale))
    if len(steps) == 1:
        return agreement_weights(ratings.scale, weights)
    if not (isinstance(weights, str) and weights == "identity"):
        raise ValueError("`weights` and `partial_credit` both say the credit: give one of them.")
    gap = np.abs(np.subtract.outer(np.arange(len(ratings.scale)), np.arange(len(ratings.scale))))
    padded = np.append(steps, np.zeros(len(ratings.scale)))
    credit: FloatArray = padded[gap]
    return credit


def _steps(partial_credit: Sequence[float], n_grades: int) -> tuple[float, ...]:
    """Return the credit of 0, 1, 2, ... steps."""
    for place, credit in enumerate(partial_credit):
        check_number(credit, f"partial_credit[{place}]")
    steps = (1.0, *(float(credit) for credit in partial_credit))
    if len(steps) > n_grades:
        raise ValueError(
            f"`partial_credit` must hold at most {n_grades - 1} credits for {n_grades} grades, "
            f"but got {len(steps) - 1}."
        )
    for place, (nearer, credit) in enumerate(zip(steps, steps[1:], strict=False)):
        if not 0 <= credit <= nearer:
            raise ValueError(
                f"`partial_credit` must fall from 1 towards 0, but got {credit:g} at {place}."
            )
    return steps


def _cells(ratings: Ratings) -> FloatArray:
    """Return 1 where a pattern is a pair of grades, shape (n_patterns, n_grades ** 2)."""
    patterns = patterns_of(ratings).astype(np.int64)
    n_grades = len(ratings.scale)
    both = (patterns >= 0).all(axis=1)
    cells = np.zeros((len(patterns), n_grades**2))
    cells[both, (patterns[:, 0] * n_grades + patterns[:, 1])[both]] = 1.0
    return cells


def _area(sums: npt.NDArray[Any], *, credit: FloatArray) -> npt.NDArray[Any]:
    table = sums.reshape(*sums.shape[:-1], *credit.shape)
    allowed = (table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1)
    rounded = np.round(credit, 12)
    filled, before = np.zeros(table.shape[:-2]), np.zeros(table.shape[:-2])
    for level in np.unique(rounded[rounded > 0])[::-1]:
        near = table * (rounded >= level)
        area = (near.sum(axis=-1) * near.sum(axis=-2)).sum(axis=-1)
        filled, before = filled + level * (area - before), area
    share: npt.NDArray[Any] = filled / allowed
    return share


def _root_slope(value: FloatArray) -> FloatArray:
    slope: FloatArray = 0.5 / np.sqrt(value)
    return slope
