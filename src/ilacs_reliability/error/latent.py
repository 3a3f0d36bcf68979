"""A latent grade: a normal state, cut at thresholds, seen with an error."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_number, naming, told
from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.names import shown
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.labelled import in_grade_order
from ilacs_reliability._data.ratings import (
    REPEAT_NOTE,
    Ratings,
    RatingsLike,
    as_ratings,
    check_whole,
    clusters_left_out,
    grades_used,
)
from ilacs_reliability._data.scales import FloatArray, Scale, refuse_unordered
from ilacs_reliability._results.estimates import Estimate, Method
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.records import Record, plain, rows_table
from ilacs_reliability._results.undefined import REASONS, left_unsaid, warn_undefined
from ilacs_reliability._results.wording import as_said, fixed, listed, percent, with_interval
from ilacs_reliability.agreement.formulas import build_estimate
from ilacs_reliability.error.bivariate import cell_probabilities, thresholds_of
from ilacs_reliability.error.latent_fits import (
    Gradings,
    influence_on,
    likeliest,
    profile_limits,
)
from ilacs_reliability.error.remarks import IN_ORDER, OF_REPEATS
from ilacs_reliability.error.repeats import reliability_from_repeats
from ilacs_reliability.error.stated import (
    between_none_and_one,
    check_reliability,
    reliability_given,
)

NAME = "latent_grade_model"
# tables of the chances of each two grades that a fit takes
FITS = 20
ASSUMPTIONS = (
    "the state of a unit is normal on the scale that the grades cut",
    "errors of two gradings are independent of each other and of the state",
    "all who grade cut at the same thresholds",
)
MAPPED = "pass a mapping from grade to number, worst first, or the numbers alone as a list"
NOT_SHOWN = "whether errors of two gradings are independent, nor whether the grades were right"


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class LatentGrade(Record):
    """Thresholds and reliability of gradings of a latent state.

    Attributes
    ----------
    scale : Scale
        The grades, worst first.
    margins : ndarray of float, shape (n_grades,)
        Share of each grade.
    thresholds : ndarray of float, shape (n_grades - 1,)
        Where the state is cut, in standard deviations of a grading; infinite beyond the grades that
        were given.
    reliability : Estimate
        Correlation of two independent gradings of one state, 0 to 1.
    basis : str
        Where the reliability is from: "double gradings", "repeats" or "stated".
    n_units : int
        Units that the margins rest on; 0 where shares were given.
    assumptions : tuple of str
        What is taken for granted.
    notes : tuple of str
        What a reader must know about the gradings.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> model = ilr.latent_grade_model({"below": 42, "good": 111}, reliability=0.8)
    >>> model.joint().round(4).tolist()
    [[0.1895, 0.085], [0.085, 0.6405]]
    """

    scale: Scale
    margins: FloatArray
    thresholds: FloatArray
    reliability: Estimate
    basis: str
    n_units: int
    assumptions: tuple[str, ...] = ASSUMPTIONS
    notes: tuple[str, ...] = ()

    def joint(self) -> FloatArray:
        """Return the chance of each pair of grades in two gradings of one state.

        Returns
        -------
        ndarray of float, shape (n_grades, n_grades)
            First grading by second; nan where the reliability is undefined.
        """
        return read_only(_cells(self, float(self.reliability.value)))

    def errors(self) -> FloatArray:
        """Return the chance of each grade given that of the state, were it seen without error.

        Returns
        -------
        ndarray of float, shape (n_grades, n_grades)
            Grade of the state by grade given; nan for a grade that no state has.
        """
        cells = _cells(self, float(np.sqrt(self.reliability.value)))
        total = cells.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            return read_only(np.where(total > 0, cells / np.where(total > 0, total, 1.0), np.nan))

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a grade.

        Returns
        -------
        list of dict
            The grade, its share and the threshold below it.
        """
        below = [-np.inf, *self.thresholds.tolist()]
        shares = zip(self.scale.labels, self.margins.tolist(), below, strict=True)
        return [{"grade": grade, "share": share, "threshold": low} for grade, share, low in shares]

    def to_dict(self) -> dict[str, Any]:
        """Return thresholds, reliability and assumptions as plain Python values.

        Returns
        -------
        dict
            Under ``rows`` a row a grade.
        """
        return {
            "name": NAME,
            "basis": self.basis,
            "reliability": self.reliability.to_dict(),
            "n_units": self.n_units,
            "assumptions": list(self.assumptions),
            "notes": list(self.notes),
            "rows": plain(self.rows()),
        }

    def describe(self) -> str:
        """Say the reliability, the shares of grades and what is assumed.

        Returns
        -------
        str
            Plain English.
        """
        if np.isnan(self.margins).any():
            return " ".join((self.reliability.describe(), *self.notes))
        shares = listed(
            f"{as_said(grade)} {percent(share)}"
            for grade, share in zip(self.scale.labels, self.margins, strict=True)
        )
        said = (
            self.reliability.describe()
            if self.basis != "stated"
            else f"The stated reliability is {_said(self.reliability)}."
        )
        taken = f"It is assumed that {listed(self.assumptions)}."
        more = (note for note in self.notes if note not in said)
        return " ".join((said, f"Grades have shares {shares}.", taken, *more))

    def __repr__(self) -> str:
        value = fixed(float(self.reliability.value), 4)
        return f"LatentGrade({len(self.scale)} grades, reliability {value}, {self.basis})"

    def _repr_html_(self) -> str:
        return rows_table(self.rows(), ("grade", "share", "threshold"))


LatentSource: TypeAlias = (
    LatentGrade | RatingsLike | Mapping[Hashable, float] | npt.NDArray[Any] | list[float]
)


def latent_grade_model(
    source: LatentSource, *, reliability: Estimate | float | None = None
) -> LatentGrade:
    r"""Model grades as a normal state that is cut at thresholds and seen with an error.

    Parameters
    ----------
    source : Ratings, mapping or array_like
        Double gradings, units by two raters or more who did not confer; gradings of three dates or
        more, as from `sequences_from_frame`; or how many units have each grade, as a mapping from
        grade to number, worst first, or the numbers alone. Labels of a series declare no order, and
        are refused.
    reliability : Estimate or float, optional
        Correlation of two independent gradings of one state, 0 to 1; an `Estimate`, as from
        `reliability_from_repeats`, `polychoric_correlation`, `icc` of single ratings or a kappa
        with quadratic weights, brings its interval along. Needed where the source has no double
        gradings. Default: what the double gradings say.

    Returns
    -------
    LatentGrade
        The thresholds and the reliability.

    Raises
    ------
    TypeError
        If the source or the reliability is of another kind.
    ValueError
        If the reliability is missing where it cannot be estimated, or not within 0 to 1, fewer
        than two grades have units, or grades are too many for a fit in some seconds.

    Warns
    -----
    UndefinedEstimateWarning
        If no unit has two gradings, or all are one grade. The reliability is then nan.

    See Also
    --------
    repeat_grade_probability : What the model says of a second grading.
    polychoric_correlation : Thresholds of each rater's own, and correlations below zero.
    reliability_from_repeats : A reliability from gradings of several dates.

    Notes
    -----
    A unit's state :math:`T` is standard normal, and a grading is :math:`\sqrt{\rho} T +
    \sqrt{1 - \rho} e` cut at thresholds [1]_: :math:`\rho` is the intraclass correlation behind the
    grades. Thresholds are those of the shares of grades over all gradings; given them the
    reliability is that of the greatest likelihood, 0 and 1 included, with limits where the
    likelihood has dropped by a chi-square's quantile, which take units as independent and the
    thresholds as known: of 24 and 150 units with four grades they held a reliability of 0.5 to 0.95
    in 92 to 96 of 100 samples, where 95 were wanted. Of three dates or more the reliability is
    that of `reliability_from_repeats`, and the shares are those of each unit's last grading.

    References
    ----------
    .. [1] U. Olsson, "Maximum likelihood estimation of the polychoric correlation coefficient",
           Psychometrika 44 (1979), 443-460.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> scale = ilr.Scale(["poor", "fair", "good"])
    >>> table = ilr.ratings_from_table([[10, 3, 0], [4, 20, 6], [0, 5, 12]], scale=scale)
    >>> ilr.latent_grade_model(table)
    LatentGrade(3 grades, reliability 0.8397, double gradings)
    """
    if isinstance(source, LatentGrade):
        return source if reliability is None else replace(source, **_stated(reliability))
    if _is_margins(source):
        return _of_margins(source, reliability)
    taken = _ratings(source)
    if taken.frequencies.ndim != 1:
        raise ValueError(
            f"`source` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    check_whole(taken, "source")
    refuse_unordered(taken.scale, "source", IN_ORDER)
    left = clusters_left_out(taken)
    if left:
        taken = replace(taken, notes=(*taken.notes, *left))
    if reliability is not None:
        return _of_shares(taken.scale, _shares(taken), reliability, taken.notes, taken.n_units)
    if taken.design == "repeat" and taken.n_raters > 2:
        return _of_repeats(taken)
    _check_work(taken)
    return _of_gradings(taken)


def _check_work(ratings: Ratings) -> None:
    """Refuse more grades than a fit takes some seconds for: each pair of them has a cell."""
    used, q = int(grades_used(ratings).sum()), ratings.scale.n_grades
    if not affordable(FITS * (used**2 + q**2 / 4), nanoseconds=5_000, held=1e3 * used**2):
        raise ValueError(
            f"`source` has too many grades for a fit in some seconds ({told(ratings)}): "
            "join grades."
        )


def _ratings(source: Any) -> Ratings:
    with naming("source", instead="ratings"):
        return as_ratings(source)


def _is_margins(source: Any) -> bool:
    if isinstance(source, Ratings):
        return False
    if isinstance(source, Mapping):
        return True
    try:
        return np.ndim(source) == 1
    except ValueError:
        return False


def _of_margins(source: Any, reliability: Any) -> LatentGrade:
    labels = tuple(source) if isinstance(source, Mapping) else None
    plain = source if labels is None else list(source.values())
    numbers = in_grade_order(plain, None, "source", instead=MAPPED)
    counts = np.array([check_number(one, "source") for one in numbers])
    if not len(counts) or counts.min() < 0:
        raise ValueError(f"`source` must hold numbers of units by grade, but got {told(source)}.")
    if reliability is None:
        raise ValueError(
            "`reliability` is needed where `source` has no double gradings: how many units have "
            "each grade does not tell how they would be graded again."
        )
    scale = Scale(range(1, len(counts) + 1) if labels is None else labels)
    whole = bool((counts == np.floor(counts)).all())
    return _of_shares(scale, counts, reliability, (), int(counts.sum()) if whole else 0)


def _of_shares(
    scale: Scale, counts: FloatArray, reliability: Any, notes: tuple[str, ...], n_units: int
) -> LatentGrade:
    if (counts > 0).sum() < 2:
        raise ValueError(
            f"`source` must have units of two grades or more, but {int((counts > 0).sum())} of "
            f"{shown(scale.labels)} has any."
        )
    return LatentGrade(
        scale=scale,
        margins=counts / counts.sum(),
        thresholds=thresholds_of(counts),
        n_units=n_units,
        notes=notes,
        **_stated(reliability),
    )


def _of_repeats(ratings: Ratings) -> LatentGrade:
    # here a change of the unit does not count as disagreement
    notes = tuple(note for note in ratings.notes if note != REPEAT_NOTE)
    with naming("source", instead="sequences"):
        reliability = reliability_from_repeats(ratings)
    model = _of_shares(ratings.scale, _shares(ratings), reliability, notes, ratings.n_units)
    return replace(model, basis="repeats", assumptions=(*ASSUMPTIONS, OF_REPEATS))


def _shares(ratings: Ratings) -> FloatArray:
    """Return how many units have each grade, of repeats as they were graded last."""
    if ratings.design != "repeat" or ratings.patterns is None:
        return np.asarray(ratings.frequencies @ ratings.table.counts, dtype=np.float64)
    there = ratings.patterns >= 0
    rated = there.any(axis=1)
    last = there.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    grades = ratings.patterns[np.arange(len(last)), last]
    times = ratings.frequencies[rated].astype(np.float64)
    counts = np.zeros(ratings.scale.n_grades)
    np.add.at(counts, grades[rated], times)
    return counts


def _stated(reliability: Any) -> dict[str, Any]:
    if isinstance(reliability, Estimate):
        check_reliability(reliability)
        return {"reliability": reliability, "basis": "stated"}
    stated = Estimate(
        value=reliability_given(reliability).value,
        name="reliability",
        label="stated reliability",
        frequencies=np.zeros(1),
        influence_source=np.full(1, np.nan),
        n_units=0,
        limits=NOT_SHOWN,
        range_source=(0.0, 1.0),
    )
    return {"reliability": stated, "basis": "stated"}


def _of_gradings(ratings: Ratings) -> LatentGrade:
    paired = ratings.table.paired > 0
    counts = ratings.counts.astype(np.float64)
    frequencies = np.where(paired, ratings.frequencies, 0.0).astype(np.float64)
    totals = frequencies @ counts
    n_units = int(frequencies.sum())
    reason = ""
    if not n_units:
        reason = "no_pairable_units"
    elif (totals > 0).sum() < 2:
        reason = "no_variation"
    if reason:
        warn_undefined("reliability", REASONS[reason])
    margins = totals / totals.sum() if n_units else np.full(len(totals), np.nan)
    thresholds = np.full(len(totals) - 1, np.nan) if reason else thresholds_of(totals)
    return LatentGrade(
        scale=ratings.scale,
        margins=margins,
        thresholds=thresholds,
        reliability=_estimate(ratings, counts, frequencies, thresholds, reason),
        basis="double gradings",
        n_units=n_units,
        notes=ratings.notes,
    )


def _estimate(
    ratings: Ratings,
    counts: FloatArray,
    frequencies: FloatArray,
    thresholds: FloatArray,
    reason: str,
) -> Estimate:
    value, influence = float("nan"), np.full(len(counts), np.nan)
    methods: tuple[Method, ...] = ()
    if not reason:
        gradings = Gradings(read_only(counts), read_only(frequencies), read_only(thresholds))
        value = likeliest(gradings)
        influence = influence_on(gradings, value)
        limits = keyed(profile_limits, gradings=gradings, value=value)
        methods = (("profile", limits),)
    with left_unsaid():
        return build_estimate(
            ratings,
            Title(name=NAME, label="reliability"),
            Value(value=value, influence=influence, reason=reason),
            Basis(
                n_units=frequencies.sum(),
                n_ratings=int((frequencies @ counts).sum()),
                enters=(frequencies > 0).astype(np.float64),
            ),
            Offer(methods=methods, within=(0.0, 1.0)),
            notes=_repeats(ratings),
            limits=NOT_SHOWN,
        )


def _repeats(ratings: Ratings) -> tuple[str, ...]:
    if ratings.design != "repeat":
        return ()
    return (
        "The gradings are of different dates, so that a change of the state counts as error: the "
        "reliability is higher than this, were all else as assumed.",
    )


def _cells(model: LatentGrade, correlation: float) -> FloatArray:
    if np.isnan(correlation) or np.isnan(model.thresholds).any():
        return np.full((model.scale.n_grades, model.scale.n_grades), np.nan)
    return cell_probabilities(model.thresholds, model.thresholds, correlation).probabilities


def _said(reliability: Estimate) -> str:
    if not reliability.methods or reliability.status != "ok":
        return fixed(reliability.value)
    interval = between_none_and_one(reliability.confidence_interval())
    return with_interval(reliability.value, *interval, how=interval.method)
