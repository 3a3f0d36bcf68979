"""How reliable gradings are, from units that were graded several times."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, overload

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._checks.arguments import check_number, check_option, naming, told
from ilacs_reliability._data.ratings import (
    Ratings,
    RatingsLike,
    as_ratings,
    check_whole,
    clusters_left_out,
    grades_used,
)
from ilacs_reliability._data.scales import refuse_unordered
from ilacs_reliability._results.estimates import (
    Estimate,
    Method,
    SignificanceResult,
    reason_in_words,
)
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.undefined import warn_undefined
from ilacs_reliability._results.wording import counted, percent, significant
from ilacs_reliability.error import markov
from ilacs_reliability.error.climbing import chain_at, steps_of
from ilacs_reliability.error.dated_sequences import (
    Thresholds,
    by_occasion,
    check_work,
    n_occasions,
    pairs_of,
    sequences_of,
)
from ilacs_reliability.error.profile import (
    MOST,
    Profile,
    limits_of,
    links_left_out,
    profile_of,
    told_apart,
)
from ilacs_reliability.error.remarks import (
    IN_ORDER,
    LEANS,
    NO_PAIR,
    NOT_TOLD_APART,
    OF_THE_MIDDLE,
    OF_TWO,
    PAIRS_POOLED,
)

Model: TypeAlias = Literal["bound", "quasi_simplex", "latent_markov"]
MODELS = ("bound", "quasi_simplex", "latent_markov")
NAME = "reliability_from_repeats"
LIMITS = "whether the grades were right, nor anything where the assumptions do not hold"
HIDDEN = (
    "the grade that is right depends on the one at the occasion before alone",
    "errors of different gradings are independent of each other and of what changes",
    "an error gives a neighbouring grade, each as likely as any other",
)
# of 150 units on four grades, 5 a parameter, limits held the truth in 6 of 10 samples
UNITS_A_PARAMETER = 20
MOST_OCCASIONS = 5


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class RepeatReliability(Estimate):
    """The reliability that units' repeated gradings allow under named assumptions.

    Attributes
    ----------
    model : {"bound", "quasi_simplex", "latent_markov"}
        How error and change are told apart.
    assumptions : tuple of str
        What must hold for the number to mean what it says.
    error_correlation : float
        How the errors of two gradings of a unit are taken to correlate.
    loadings : ndarray, shape (n_occasions,)
        Correlation of each grading's latent scale with the state of the nearest inner occasion.
    stabilities : ndarray, shape (n_moves,)
        Correlation of the state at each inner occasion with that at the next.
    log_likelihood : float
        At the estimate.
    profile : ndarray, shape (n_points, 2)
        Reliabilities, falling, and twice the drop in log-likelihood there.
    fit : SignificanceResult or None
        Whether errors farther than two occasions apart are linked, where that can be asked.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> scale = ilr.Scale(["no", "yes"])
    >>> thrice = [[0, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 1], [1, 1, 0], [1, 1, 1]]
    >>> grades = ilr.ratings_from_codes(
    ...     thrice, scale=scale, frequencies=[30, 9, 8, 9, 8, 30], design="repeat"
    ... )
    >>> ilr.reliability_from_repeats(grades).model
    'quasi_simplex'
    """

    model: Model
    assumptions: tuple[str, ...]
    error_correlation: float
    loadings: npt.NDArray[np.float64]
    stabilities: npt.NDArray[np.float64]
    log_likelihood: float
    profile: npt.NDArray[np.float64]
    fit: SignificanceResult | None = None

    def row(self) -> dict[str, Any]:
        """Return the estimate as a flat row, with the model and what it assumes.

        Returns
        -------
        dict
            That of any estimate, and `model`, `error_correlation`, `log_likelihood` and
            `assumptions`.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> thrice = [[0, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 1], [1, 1, 0], [1, 1, 1]]
        >>> grades = ilr.ratings_from_codes(
        ...     thrice, scale=ilr.Scale(["no", "yes"]), frequencies=[30, 9, 8, 9, 8, 30]
        ... )
        >>> ilr.reliability_from_repeats(grades).row()["error_correlation"]
        0.0
        """
        # a slotted dataclass is made twice, so that `super()` does not know it
        return Estimate.row(self) | {
            "model": self.model,
            "error_correlation": self.error_correlation,
            "log_likelihood": self.log_likelihood,
            "assumptions": list(self.assumptions),
        }

    def __repr__(self) -> str:
        return f"Repeat{Estimate.__repr__(self)[:-1]}, model={self.model!r})"


@overload
def reliability_from_repeats(
    sequences: RatingsLike,
    *,
    model: Model = ...,
    error_correlation: float = ...,
    thresholds: Thresholds = ...,
) -> RepeatReliability: ...
@overload
def reliability_from_repeats(
    sequences: RatingsLike,
    *,
    model: Model = ...,
    error_correlation: Sequence[float],
    thresholds: Thresholds = ...,
) -> Estimates: ...
def reliability_from_repeats(
    sequences: RatingsLike,
    *,
    model: Model = "quasi_simplex",
    error_correlation: float | Sequence[float] = 0.0,
    thresholds: Thresholds = "occasion",
) -> RepeatReliability | Estimates:
    r"""Estimate the reliability of gradings from units that were graded on several occasions.

    Parameters
    ----------
    sequences : Ratings or array_like of number, shape (n_units, n_occasions)
        Grades of each unit, a column an occasion, in order, as from `sequences_from_frame`; nan
        where one is missing. Units may have unequal numbers of gradings.
    model : {"quasi_simplex", "bound", "latent_markov"}, optional
        "quasi_simplex" tells error from change by three occasions or more; "bound" gives what the
        reliability must at least be, from two; "latent_markov" is a second opinion on the grades
        themselves. Default: "quasi_simplex".
    error_correlation : float or sequence of float, optional
        How the errors of any two gradings of a unit correlate, from 0 to below 1, as where a team
        leans on an unchanged file. A sequence gives the curve over it. Default: 0.
    thresholds : {"occasion", "framework", "common"} or sequence of hashable, optional
        Which gradings are cut at the same thresholds: those of an occasion (and framework, where
        columns tell), of a framework, or all; or a name for each column. Default: "occasion".

    Returns
    -------
    RepeatReliability, or Estimates by error correlation
        The reliability: the correlation that two independent gradings of the same state would
        have on the latent scale, from 0 to 1. Its interval is that of the profile likelihood, which
        holds at the boundary.

    Raises
    ------
    TypeError
        If the ratings are no ratings, or the error correlation is not a number.
    ValueError
        If there are fewer occasions than the model needs or more than five, raters are anonymous,
        frequencies are not whole, or an option is unknown.

    Warns
    -----
    UndefinedEstimateWarning
        If the gradings do not tell error from change. The value is then nan.

    See Also
    --------
    sequences_from_frame : Sequences from dated records.
    percent_agreement : What two gradings of the same state at one time show directly.

    Notes
    -----
    A unit's state at each occasion is standard normal and depends on the state before alone; a
    grading is :math:`\sqrt{\rho}` times the state plus an independent error, cut at thresholds
    [2]_. Given the middle state, three gradings are independent, so that this is a model of one
    factor whose middle loading squared is the reliability: of latent correlations,
    :math:`\rho = r_{12} r_{23} / r_{13}` [1]_. Thresholds, loadings and stabilities are found by
    maximum likelihood of the grades; no loading or stability passes 1. With four occasions or more
    the inner ones are equally reliable, and `fit` tests by its score whether errors farther than
    two occasions apart are linked. With correlated errors, for three occasions, every occasion is
    equally reliable and :math:`r_{12} = \rho a + (1 - \rho) c` with stability a.

    With few units for its free moves, "latent_markov" leans to 1: at no error the moves alone fit
    nearly any grades. A note says where that is so.

    A state that also holds a component which never changes makes the number too low; errors that
    go together make it too high wherever the state is fairly stable.

    References
    ----------
    .. [1] D. R. Heise, "Separating reliability and stability in test-retest correlation",
           American Sociological Review 34 (1969), 93-101.
    .. [2] D. E. Wiley and J. A. Wiley, "The estimation of measurement error in panel data",
           American Sociological Review 35 (1970), 112-117.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> every = [[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    >>> grades = ilr.ratings_from_codes(
    ...     every,
    ...     scale=ilr.Scale(["no", "yes"]),
    ...     frequencies=[40, 11, 8, 11, 10, 7, 12, 41],
    ...     design="repeat",
    ... )
    >>> round(ilr.reliability_from_repeats(grades).value, 2)
    0.83
    >>> curve = ilr.reliability_from_repeats(grades, error_correlation=[0, 0.2, 0.4])
    >>> [round(point.value, 2) for point in curve.values()]
    [0.83, 0.79, 0.72]
    """
    check_option(model, MODELS, "model")
    ratings = _taken(sequences)
    _check(ratings, model)
    if not np.iterable(error_correlation):
        return _FITS[model](ratings, _share(error_correlation), thresholds)
    shares = map(_share, error_correlation)
    curve: dict[Hashable, Estimate] = {c: _FITS[model](ratings, c, thresholds) for c in shares}
    return Estimates(NAME, "error correlation", curve)


def _taken(sequences: RatingsLike) -> Ratings:
    with naming("sequences", instead="ratings"):
        return as_ratings(sequences)


def _check(ratings: Ratings, model: Model) -> None:
    if ratings.patterns is None or ratings.frequencies.ndim != 1:
        raise ValueError(
            f"`sequences` must be one study with a column for each occasion, but got {ratings!r}."
        )
    check_whole(ratings, "sequences")
    refuse_unordered(ratings.scale, "sequences", IN_ORDER)
    number, least = n_occasions(ratings), 2 if model == "bound" else 3
    if number < least:
        raise ValueError(
            f"`sequences` must have {least} occasions or more for model {model!r}, but got "
            f"{number}: fewer do not tell error from change"
            + ("; model 'bound' takes two." if number == 2 else ".")
        )
    if number > MOST_OCCASIONS:
        raise ValueError(
            f"`sequences` must have {MOST_OCCASIONS} occasions at most, but got {number}; "
            "`last` of `sequences_from_frame` keeps the latest."
        )
    cells = float(grades_used(ratings).sum()) ** number
    check_work(cells, nanoseconds=50.0, held=64.0 * cells)


def _share(error_correlation: Any) -> float:
    value = check_number(error_correlation, "error_correlation")
    if not 0 <= value < 1:
        raise ValueError(
            f"`error_correlation` must be 0 or more and below 1, but got {told(error_correlation)}"
            ": errors that never differ cannot be told from the state."
        )
    return value


def _quasi_simplex(
    ratings: Ratings, error_correlation: float, thresholds: Thresholds
) -> RepeatReliability:
    sequences = sequences_of(ratings, thresholds)
    if error_correlation and sequences.n_occasions > 3:
        raise ValueError(
            "`error_correlation` is fitted for three occasions, but `sequences` has "
            f"{sequences.n_occasions}; `last=3` of `sequences_from_frame` keeps the latest."
        )
    assumptions = _assumptions(error_correlation, sequences.n_occasions)
    if not sequences.groups:
        return _undefined(ratings, "no_variation", "", assumptions, error_correlation)
    check_work(steps_of(sequences), nanoseconds=2.5)
    if not told_apart(sequences):
        return _undefined(ratings, "not_identified", NOT_TOLD_APART, assumptions, error_correlation)
    profile = profile_of(sequences, error_correlation)
    peak = profile.peak
    chain = chain_at(sequences, peak.place, peak.reliability, error_correlation)
    return _result(
        ratings,
        1.0 if peak.reliability >= MOST else peak.reliability,
        assumptions,
        error_correlation,
        methods=(("profile", keyed(limits_of, profile=profile)),),
        loadings=chain.loadings,
        stabilities=chain.stabilities,
        log_likelihood=peak.log_likelihood,
        profile=profile.drops(),
        fit=_fit(profile, ratings),
        notes=() if error_correlation or sequences.n_occasions > 3 else (OF_THE_MIDDLE,),
    )


def _assumptions(error_correlation: float, n_occasions: int) -> tuple[str, ...]:
    errors = (
        f"errors of any two gradings of a unit correlate {significant(error_correlation)}"
        if error_correlation
        else "errors of different gradings are independent of each other and of the state"
    )
    alike = {
        True: "every occasion is equally reliable",
        False: "the inner occasions are equally reliable" if n_occasions > 3 else "",
    }[bool(error_correlation)]
    named = (
        "the state depends on the state at the occasion before alone",
        errors,
        "the latent scale is normal",
        alike,
    )
    return tuple(filter(None, named))


def _fit(profile: Profile, ratings: Ratings) -> SignificanceResult | None:
    statistic, df = links_left_out(profile)
    if not df:
        return None
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=float(special.chdtrc(df, statistic)),
        method="score, chi-square",
        name=NAME,
        label="test of fit of the chain",
        null="errors more than two occasions apart are not linked",
        n_units=ratings.n_units,
        limits="that the chain holds",
    )


def _result(
    ratings: Ratings,
    value: float,
    assumptions: tuple[str, ...],
    error_correlation: float,
    *,
    methods: Sequence[Method] = (),
    notes: tuple[str, ...] = (),
    **found: Any,
) -> RepeatReliability:
    nothing, assumed = np.zeros(0), "; that ".join(assumptions)
    parts: dict[str, Any] = {"loadings": nothing, "stabilities": nothing}
    parts |= {"log_likelihood": np.nan, "profile": np.zeros((0, 2))}
    parts |= {"model": "quasi_simplex", "label": "reliability"} | found
    return RepeatReliability(
        value=value,
        name=NAME,
        frequencies=ratings.frequencies,
        influence_source=np.full(len(ratings.frequencies), np.nan),
        n_units=ratings.n_units,
        n_raters=ratings.n_raters,
        by=f"on {n_occasions(ratings)} occasions",
        n_ratings=ratings.n_ratings,
        n_missing=0,
        methods_source=methods,
        notes=(f"It assumes that {assumed}.", *notes, *clusters_left_out(ratings)),
        limits=LIMITS,
        design="repeat",
        patterns=ratings.patterns,
        range_source=(0.0, 1.0),
        assumptions=assumptions,
        error_correlation=error_correlation,
        **parts,
    )


def _undefined(
    ratings: Ratings,
    reason: str,
    why: str,
    assumptions: tuple[str, ...],
    error_correlation: float,
    **found: Any,
) -> RepeatReliability:
    result = _result(
        ratings,
        np.nan,
        assumptions,
        error_correlation,
        status="undefined",
        reason=reason,
        why=why,
        **found,
    )
    warn_undefined(f"the {result.label}", reason_in_words(result))
    return result


def _bound(ratings: Ratings, error_correlation: float, thresholds: Thresholds) -> RepeatReliability:
    """Take the repeat correlation for a bound: reliability times a stability of 1 or less."""
    sequences = pairs_of(ratings, thresholds)
    assumptions = (
        *_assumptions(error_correlation, 2)[1:3],
        "the state's correlation between the two occasions is at most 1",
    )
    found: dict[str, Any] = {"model": "bound", "label": "least reliability"}
    if not any(len(group.occasions) == 2 for group in sequences.groups):
        return _undefined(
            ratings, "not_identified", NO_PAIR, assumptions, error_correlation, **found
        )
    profile = profile_of(sequences, 0.0)
    part = keyed(_without_common, error_correlation=error_correlation)
    drops = profile.drops()
    pooled = (PAIRS_POOLED,) if n_occasions(ratings) > 2 else ()
    return _result(
        ratings,
        part(profile.peak.reliability),
        assumptions,
        error_correlation,
        methods=(("profile", keyed(_bound_limits, profile=profile, part=part)),),
        log_likelihood=profile.peak.log_likelihood,
        profile=np.column_stack([[part(r) for r in drops[:, 0]], drops[:, 1]]),
        notes=(OF_TWO, *pooled),
        **found,
    )


def _without_common(correlation: float, *, error_correlation: float) -> float:
    return max((correlation - error_correlation) / (1 - error_correlation), 0.0)


def _bound_limits(
    estimate: Any, confidence_level: float, *, profile: Profile, part: Callable[[float], float]
) -> tuple[float, float]:
    low, high = limits_of(estimate, confidence_level, profile=profile)
    return part(low), part(high)


def _latent_markov(
    ratings: Ratings, error_correlation: float, thresholds: Thresholds
) -> RepeatReliability:
    if error_correlation or not isinstance(thresholds, str) or thresholds != "occasion":
        raise ValueError(
            "`model` 'latent_markov' takes neither `error_correlation` nor `thresholds`: its "
            "errors are independent and it has no thresholds."
        )
    rows = _rows(ratings)
    if len(rows.scores) < 2:
        return _undefined(ratings, "no_variation", "", HIDDEN, 0.0, model="latent_markov")
    if not markov.told_apart(rows):
        return _undefined(
            ratings, "not_identified", NOT_TOLD_APART, HIDDEN, 0.0, model="latent_markov"
        )
    peak, profile = markov.hidden_profile(rows)
    reliabilities = [markov.reliability_of(rows, hidden) for hidden in profile]
    drops = [2 * (peak.log_likelihood - hidden.log_likelihood) for hidden in profile]
    limits = keyed(markov.limits_of, rows=rows, peak=peak, profile=profile)
    same = percent(markov.same_grade(rows, peak))
    said: tuple[str, ...] = (
        f"Two gradings of one state would give the same grade in {same} of cases.",
    )
    n_units, n_free = int(rows.counts.sum()), markov.n_free(rows)
    if n_units < UNITS_A_PARAMETER * n_free:
        said = (*said, LEANS.format(n_free=n_free, units=counted(n_units, "unit")))
    return _result(
        ratings,
        markov.reliability_of(rows, peak),
        HIDDEN,
        0.0,
        methods=(("profile", limits),),
        log_likelihood=peak.log_likelihood,
        profile=np.column_stack([reliabilities, drops]),
        notes=said,
        model="latent_markov",
        label="reliability of the grades' scores",
    )


def _rows(ratings: Ratings) -> markov.Rows:
    """Return distinct rows of the grades that somebody got."""
    grades = by_occasion(ratings)[ratings.frequencies > 0]
    used = np.unique(grades[grades >= 0])
    places = np.searchsorted(used, grades)
    scores = np.asarray(ratings.scale.scores, dtype=np.float64)[used]
    counts = ratings.frequencies[ratings.frequencies > 0].astype(np.int64)
    return markov.Rows(np.where(grades >= 0, places, -1), counts, scores)


_FITS: dict[str, Callable[[Ratings, float, Thresholds], RepeatReliability]] = {
    "bound": _bound,
    "quasi_simplex": _quasi_simplex,
    "latent_markov": _latent_markov,
}
