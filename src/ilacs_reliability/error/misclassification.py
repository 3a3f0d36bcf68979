"""Which grade is given for which: errors by the grade of a standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import naming
from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings, check_whole
from ilacs_reliability._data.scales import CodeArray, FloatArray, Scale
from ilacs_reliability._results.records import Record, plain, rows_table
from ilacs_reliability._results.wording import as_said, counted, listed, percent
from ilacs_reliability.agreement.studies import check_cells
from ilacs_reliability.error.latent import latent_grade_model
from ilacs_reliability.error.standards import Standard, with_standard

NAME = "misclassification_matrix"


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class ErrorMatrix(Record):
    """How often each grade is given for each grade of a standard, or of the state.

    Attributes
    ----------
    scale : Scale
        The grades, worst first.
    shares : ndarray of float, shape (n_grades, n_grades)
        Grade of the standard by grade given; each row adds up to 1, and is nan where no unit has
        the grade.
    counts : ndarray of float, shape (n_grades, n_grades), or None
        Ratings behind them; None where a model says them.
    margins : ndarray of float, shape (n_grades,)
        Share of units by grade of the standard.
    n_units, n_raters : int
        Units with a standard and a rating, and raters.
    basis : str
        "standard" or "latent grade".
    status, reason, why, notes
        As in `Estimate`.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> errors = ilr.misclassification_matrix([[1, 1], [2, 1], [2, 2], [1, 1]], standard=1)
    >>> errors.shares.round(2).tolist()
    [[0.67, 0.33], [0.0, 1.0]]
    """

    scale: Scale
    shares: FloatArray
    counts: FloatArray | None
    margins: FloatArray
    n_units: int
    n_raters: int
    basis: str
    status: str = "ok"
    reason: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a grade of the standard and a grade given.

        Returns
        -------
        list of dict
            ``standard``, ``given``, ``share`` and, where there are any, ``n_ratings``.
        """
        labels = self.scale.labels
        rows = []
        for i, true in enumerate(labels):
            for j, given in enumerate(labels):
                row = {"standard": true, "given": given, "share": float(self.shares[i, j])}
                extra = {} if self.counts is None else {"n_ratings": float(self.counts[i, j])}
                rows.append(row | extra)
        return rows

    def to_dict(self) -> dict[str, Any]:
        """Return the shares as plain Python values.

        Returns
        -------
        dict
            Under ``rows`` a row a pair of grades.
        """
        names = ("basis", "n_units", "n_raters", "status", "reason", "why", "notes")
        row = {name: plain(getattr(self, name)) for name in names}
        return {"name": NAME, **row, "margins": plain(self.margins), "rows": plain(self.rows())}

    def describe(self) -> str:
        """Say how often each grade of the standard is given as such.

        Returns
        -------
        str
            Plain English.
        """
        if self.status != "ok":
            return " ".join((f"Errors by grade are undefined ({self.why}).", *self.notes))
        right = listed(
            f"{as_said(label)} in {percent(self.shares[code, code])}"
            for code, label in enumerate(self.scale.labels)
            if not np.isnan(self.shares[code, code])
        )
        of = "standard" if self.basis == "standard" else "state"
        basis = f"from {counted(self.n_units, 'unit')} by {counted(self.n_raters, 'rater')}"
        return " ".join(
            (f"Where the {of} is so, the grade given is {right}, {basis}.", *self.notes)
        )

    def __repr__(self) -> str:
        size = f"{counted(self.n_units, 'unit')}, {counted(len(self.scale), 'grade')}"
        return f"ErrorMatrix({size}, by {self.basis})"

    def _repr_html_(self) -> str:
        return rows_table(self.rows(), ("standard", "given", "share", "n_ratings"))


def misclassification_matrix(
    ratings: RatingsLike, *, standard: Standard | None = None
) -> ErrorMatrix:
    """Estimate how often each grade is given for each grade of a standard.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    standard : hashable, mapping or sequence, optional
        What is known of the units, as in `agreement_with_standard`. Default: nothing is, and a
        latent model of double gradings says it, inside which alone there is a right grade.

    Returns
    -------
    ErrorMatrix
        Shares of grades given, by grade of the standard, over all raters.

    Raises
    ------
    TypeError, ValueError
        As from `agreement_with_standard`, or without a standard from `latent_grade_model`; or if
        the grades are too many for a row each two.

    Warns
    -----
    UndefinedEstimateWarning
        Without a standard, as from `latent_grade_model`. All shares are then nan.

    See Also
    --------
    dawid_skene : Errors of each rater without a standard, from three raters or more.
    repeat_grade_probability : How often a grade would be given again, by these errors.

    Notes
    -----
    The share of row :math:`i` in column :math:`j` is that of the ratings of units of standard
    :math:`i` that are :math:`j` [1]_. Without a standard it is the chance of grade :math:`j` where
    the state has grade :math:`i`, with the thresholds and the reliability of `latent_grade_model`.

    References
    ----------
    .. [1] I. Bross, "Misclassification in 2 x 2 tables", Biometrics 10 (1954), 478-486.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings, standard = [[1, 1], [2, 1], [2, 2], [1, 1]], [1, 2, 2, 1]
    >>> errors = ilr.misclassification_matrix(ratings, standard=standard)
    >>> errors.shares.tolist()
    [[1.0, 0.0], [0.25, 0.75]]
    """
    if standard is None:
        return _of_states(ratings)
    taken, known = with_standard(ratings, standard, asker=NAME)
    if taken.frequencies.ndim != 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    check_whole(taken, "ratings")
    q, has = taken.scale.n_grades, (known >= 0) & (taken.table.rated > 0)
    check_cells(taken, NAME, steps=float(q) ** 2, nanoseconds=600.0, cells=20.0 * q**2)
    weights = np.where(has, taken.frequencies, 0.0).astype(np.float64)
    counts, units = _counted(taken, known, weights), np.zeros(q)
    np.add.at(units, known[has], weights[has])
    total = counts.sum(axis=1, keepdims=True)
    why = "" if weights.any() else "no unit has a standard and a rating"
    return ErrorMatrix(
        scale=taken.scale,
        shares=np.where(total > 0, counts / np.where(total > 0, total, 1.0), np.nan),
        counts=counts,
        margins=units / units.sum() if weights.any() else np.full(q, np.nan),
        n_units=int(units.sum()),
        n_raters=taken.n_raters,
        basis="standard",
        status="undefined" if why else "ok",
        reason="no_complete_units" if why else "",
        why=why,
        notes=taken.notes,
    )


def _counted(ratings: Ratings, known: CodeArray, weights: FloatArray) -> FloatArray:
    """Count ratings by the grade of the standard and the grade given."""
    counts = np.zeros((ratings.scale.n_grades, ratings.scale.n_grades))
    if ratings.patterns is None:
        np.add.at(counts, known, weights[:, None] * ratings.counts)
        return counts
    for column in ratings.patterns.T:
        both = (known >= 0) & (column >= 0)
        np.add.at(counts, (known[both], column[both]), weights[both])
    return counts


def _of_states(ratings: RatingsLike) -> ErrorMatrix:
    taken = as_ratings(ratings)
    if taken.frequencies.ndim != 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    check_whole(taken, "ratings")
    with naming("ratings", instead="source"):
        model = latent_grade_model(taken)
    reliability = model.reliability
    note = "The right grade is that of a latent state, which exists only inside the model."
    return ErrorMatrix(
        scale=model.scale,
        shares=model.errors(),
        counts=None,
        margins=model.margins,
        n_units=model.n_units,
        n_raters=int(reliability.n_raters),
        basis="latent grade",
        status=reliability.status,
        reason=reliability.reason,
        why=reliability.why,
        notes=(*model.notes, note),
    )
