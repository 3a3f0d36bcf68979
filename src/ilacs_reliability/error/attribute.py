"""Each appraiser within trials, against the others and against a known standard."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.ratings import Ratings, RatingsLike, check_whole
from ilacs_reliability._data.scales import CodeArray, Scale
from ilacs_reliability._data.tables import direction_note
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.records import Record, html_table, plain, rows_table
from ilacs_reliability._results.wording import counted, fixed
from ilacs_reliability.agreement.formulas import (
    keep_raters,
    known_raters,
    patterns_of,
    rater_names,
)
from ilacs_reliability.error.remarks import (
    NO_SIDES,
    NOT_ALL,
    RIGHT,
    STANDARD,
    by_appraisers,
    called,
)
from ilacs_reliability.error.shares import Mask, share_of_units
from ilacs_reliability.error.standards import Standard, Trials, appraisers, with_standard

NOTHING_TO_COMPARE = (
    "Nothing can be compared: there is one appraiser, one trial and no standard to hold its grades "
    "against."
)
PARTS = ("within", "between", "each_standard", "all_standard", "misses", "false_alarms", "mixed")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class AttributeAgreement(Record):
    """How often appraisers agree with themselves, with each other and with a standard.

    Attributes
    ----------
    within : Estimates
        For each appraiser with two trials or more, the share of units rated alike in all of them.
    between : Estimate or None
        The share of units rated alike by all appraisers in all trials; None for a single one.
    each_standard : Estimates
        For each appraiser, the share of units rated as the standard in all trials; empty where no
        standard is given, as are those that follow.
    all_standard : Estimate or None
        The share of units rated as the standard by all in all trials.
    misses, false_alarms : Estimates
        For each appraiser, of the units whose standard is not the best grade (the worst), the share
        rated above it (below it) in all trials.
    mixed : Estimates
        For each appraiser with two trials or more, the share of units with a standard rated above
        it in one trial and not in another, or below.
    notes : tuple of str
        What a reader must know about these ratings.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings = [[1, 1, 1, 2], [2, 2, 2, 2], [2, 1, 2, 2]]
    >>> found = ilr.attribute_agreement(ratings, standard=[1, 2, 2], trial=2)
    >>> round(found.each_standard[1].value, 4)
    0.6667
    """

    within: Estimates
    between: Estimate | None
    each_standard: Estimates
    all_standard: Estimate | None
    misses: Estimates
    false_alarms: Estimates
    mixed: Estimates
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return one flat row a share, for a dataframe of any kind.

        Returns
        -------
        list of dict
            Plain Python values at full precision; ``part`` says what of, ``appraiser`` whose, "all"
            for all together.
        """
        return [
            {"part": part, "appraiser": str(who)} | share.row() for part, who, share in self._each()
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return all shares as plain Python values, at full precision.

        Returns
        -------
        dict
            Under ``rows`` a row a share, and the notes.
        """
        return {
            "name": "attribute_agreement",
            "rows": [plain(row) for row in self.rows()],
            "notes": list(self.notes),
        }

    def describe(self) -> str:
        """Say each share in a sentence.

        Returns
        -------
        str
            Plain English.
        """
        shares = (replace(share, notes=()) for _, _, share in self._each())
        said = [share.describe() for share in shares] or [NOTHING_TO_COMPARE]
        return " ".join((*said, *self.notes))

    def __repr__(self) -> str:
        together = [
            f"{name} {fixed(share.value, 4)}"
            for name, share in (("between", self.between), ("all as standard", self.all_standard))
            if share is not None and np.ndim(share.value) == 0
        ]
        n_appraisers = max(len(self.within), len(self.each_standard))
        who = [counted(n_appraisers, "appraiser")] if n_appraisers else []
        return f"AttributeAgreement({', '.join((*who, *together))})"

    def _repr_html_(self) -> str:
        columns = ("part", "appraiser", "value", "low", "high", "n_units", "method", "reason")
        rows = self.rows()
        return rows_table(rows, columns) if rows else html_table({"says": self.describe()})

    def _each(self) -> Iterable[tuple[str, Hashable, Estimate]]:
        for part in PARTS:
            yield from _named(part, getattr(self, part))


def agreement_with_standard(ratings: RatingsLike, standard: Standard) -> Estimates:
    """Estimate, for each rater, how often the grade is the known one.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    standard : hashable, mapping or sequence
        What is known of the units: a rater of `ratings`, by name or column, whose grades are the
        standard; a mapping from names of units to grades; or, where `ratings` is an array, a grade
        for each of its rows, nan where there is none.

    Returns
    -------
    Estimates
        For each rater, the share of the units with a standard that the rater graded so, 0 to 1.
        Intervals "clopper_pearson", "midp", "wilson", "jeffreys", "t" and "wald", each for one
        rater alone. A rater of no such unit has status "undefined", without a warning.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale, or the standard is no numbers where they are.
    ValueError
        If raters are anonymous, there is no such rater or unit, no other rater is left, or the
        grades do not fit the scale or the rows.

    See Also
    --------
    attribute_agreement : Also within trials, between appraisers, and by misses and false alarms.
    misclassification_matrix : Which grades are given for which.

    Notes
    -----
    A rater's units are a binomial sample, so that Clopper and Pearson's limits [1]_ cover at least
    as often as they say. Agreement by chance is part of the share: for a coefficient that leaves it
    out, give `cohen_kappa` the rater and the standard.

    References
    ----------
    .. [1] C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in
           the case of the binomial", Biometrika 26 (1934), 404-413.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> found = ilr.agreement_with_standard([[1, 1], [2, 1], [2, 2], [1, 1]], [1, 2, 2, 1])
    >>> {rater: round(share.value, 2) for rater, share in found.items()}
    {1: 1.0, 2: 0.75}
    """
    taken, known = with_standard(ratings, standard, asker="agreement_with_standard")
    columns = {rater: [column] for column, rater in enumerate(rater_names(taken))}
    shares = _Shares(taken, known, "agreement_with_standard", columns)
    entries = {rater: shares.as_standard(rater, own) for rater, own in columns.items()}
    return Estimates("agreement_with_standard", "rater", entries)


def attribute_agreement(
    ratings: RatingsLike, *, standard: Standard | None = None, trial: Trials = None
) -> AttributeAgreement:
    """Estimate how often appraisers agree with themselves, each other and a standard.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_columns)
        Grades of each unit, a column for each appraiser and trial; nan where one is missing.
    standard : hashable, mapping or sequence, optional
        What is known of the units, as in `agreement_with_standard`. Default: nothing.
    trial : int or mapping of hashable to sequence of hashable, optional
        Which columns are trials of one appraiser: a number says that so many columns in turn are; a
        mapping lists, for each appraiser, the raters of `ratings`, by name or column. The column of
        the standard does not count. Default: raters named by pairs (appraiser, trial) belong
        together, any others are an appraiser each.

    Returns
    -------
    AttributeAgreement
        Shares of units, 0 to 1, each with exact limits: within appraisers, between them, each and
        all against the standard, misses, false alarms and mixed units.

    Raises
    ------
    TypeError
        As in `agreement_with_standard`, or if `trial` is no number or mapping.
    ValueError
        As in `agreement_with_standard`, or if `trial` does not divide or list the columns.

    See Also
    --------
    agreement_with_standard : Each rating of a unit by itself.
    percent_agreement : The share of pairs of ratings that agree, of units of any number of ratings.
    krippendorff_alpha : Corrects for agreement by chance.

    Notes
    -----
    A unit counts for an appraiser where all that appraiser's trials are there, and for all where
    all trials of all are; it matches where they are all alike (and as the standard). The more
    trials and appraisers, the harder that is, so that shares compare only within one design. A
    missed unit was rated above its standard in every trial, a false alarm below it in every trial:
    with two grades, the worst first, these are the defect that passed and the sound unit that
    failed.

    Limits are Clopper and Pearson's [1]_, two-sided at every share. Some programs print one-sided
    limits where all or none match [2]_: for 15 of 15 they give 0.819 to 1, these 0.782 to 1.

    References
    ----------
    .. [1] C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in
           the case of the binomial", Biometrika 26 (1934), 404-413.
    .. [2] Automotive Industry Action Group, "Measurement Systems Analysis Reference Manual", 4th
           edition (2010), chapter III, section C.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings = [[1, 1, 1, 2], [2, 2, 2, 2], [2, 1, 2, 2], [1, 1, 1, 1]]
    >>> found = ilr.attribute_agreement(ratings, standard=[1, 2, 2, 1], trial=2)
    >>> {who: share.value for who, share in found.within.items()}
    {1: 0.75, 3: 0.75}
    >>> found.all_standard
    Estimate(attribute_agreement = 0.5000, n_units=4, 95% clopper_pearson 0.0676 to 0.9324)
    """
    name = "attribute_agreement"
    if standard is None:
        taken, known = known_raters(ratings, name), None
    else:
        taken, known = with_standard(ratings, standard, asker=name)
    columns = appraisers(taken, trial)
    repeated = {who: own for who, own in columns.items() if len(own) > 1}
    shares = _Shares(taken, known, name, columns)
    judged = {} if known is None else columns
    sided = judged if taken.scale.ordered else {}
    return AttributeAgreement(
        within=_by_appraiser("within", shares.alike, repeated),
        between=shares.alike_by_all() if len(columns) > 1 else None,
        each_standard=_by_appraiser("against the standard", shares.as_standard, judged),
        all_standard=None if known is None else shares.as_standard_by_all(),
        misses=_by_appraiser("misses", shares.above, sided),
        false_alarms=_by_appraiser("false alarms", shares.below, sided),
        mixed=_by_appraiser("mixed", shares.on_both_sides, repeated if sided else {}),
        notes=(*taken.notes, *(_of_sides(taken.scale) if judged else ())),
    )


def _of_sides(scale: Scale) -> tuple[str, ...]:
    return direction_note(scale) if scale.ordered else (NO_SIDES,)


def _by_appraiser(
    part: str,
    share: Callable[[Hashable, list[int]], Estimate],
    columns: Mapping[Hashable, list[int]],
) -> Estimates:
    entries = {who: share(who, own) for who, own in columns.items()}
    return Estimates(f"attribute_agreement {part}", "appraiser", entries)


class _Shares:
    """Shares of units, each by some columns of ratings."""

    def __init__(
        self,
        ratings: Ratings,
        known: CodeArray | None,
        name: str,
        columns: Mapping[Hashable, list[int]],
    ) -> None:
        if ratings.frequencies.ndim == 1:
            check_whole(ratings, "ratings")
        self.ratings, self.name, self.columns = ratings, name, columns
        self.known = (
            np.full((len(patterns_of(ratings)), 1), -1) if known is None else known[:, None]
        )
        self.every = list(range(ratings.n_raters))

    def alike(self, who: Hashable, columns: list[int]) -> Estimate:
        label = f"share of units that {called(who)} graded alike{_times(columns)}"
        why = f"no unit has all trials of {called(who)}"
        return self._share(who, columns, _alike(self._codes(columns)), label, why, RIGHT)

    def alike_by_all(self) -> Estimate:
        label = "share of units that all appraisers graded alike"
        return self._share(None, self.every, _alike(self._codes(self.every)), label, NOT_ALL, RIGHT)

    def as_standard(self, who: Hashable, columns: list[int]) -> Estimate:
        label = f"share of units that {called(who)} graded as the standard{_times(columns)}"
        why = f"no unit has a standard and is graded by {called(who)}{_times(columns)}"
        return self._judged(who, columns, self._codes(columns) == self.known, label, why)

    def as_standard_by_all(self) -> Estimate:
        label = "share of units that all appraisers graded as the standard"
        hit = self._codes(self.every) == self.known
        return self._judged(None, self.every, hit, label, f"of those with a standard {NOT_ALL}")

    def above(self, who: Hashable, columns: list[int]) -> Estimate:
        hit = self._codes(columns) > self.known
        room = self.known[:, 0] < self.ratings.scale.n_grades - 1
        return self._one_side(who, columns, hit, room, ("above", "best"))

    def below(self, who: Hashable, columns: list[int]) -> Estimate:
        hit = self._codes(columns) < self.known
        return self._one_side(who, columns, hit, self.known[:, 0] > 0, ("below", "worst"))

    def on_both_sides(self, who: Hashable, columns: list[int]) -> Estimate:
        label = f"share of units that {called(who)} graded on several sides of their standard"
        why = f"no unit has a standard and all trials of {called(who)}"
        sides = np.sign(self._codes(columns) - self.known.astype(np.int64))
        return self._judged(who, columns, ~_alike(sides)[:, None], label, why)

    def _one_side(
        self, who: Hashable, columns: list[int], hit: Mask, room: Mask, words: tuple[str, str]
    ) -> Estimate:
        side, end = words
        label = f"share of units that {called(who)} graded {side} their standard{_times(columns)}"
        why = f"no unit graded by {called(who)} has a standard other than the {end} grade"
        return self._judged(who, columns, hit, label, why, room)

    def _judged(
        self,
        who: Hashable,
        columns: list[int],
        hits: Mask,
        label: str,
        why: str,
        room: Mask | None = None,
    ) -> Estimate:
        has = self.known[:, 0] >= 0
        enters = has if room is None else has & room
        return self._share(who, columns, np.all(hits, axis=1), label, why, STANDARD, enters)

    def _share(
        self,
        who: Hashable,
        columns: list[int],
        hit: Mask,
        label: str,
        why: str,
        limits: str,
        among: Mask | None = None,
    ) -> Estimate:
        complete: Mask = np.all(self._codes(columns) >= 0, axis=1)
        by = self.columns if who is None else {who: columns}
        share = share_of_units(
            keep_raters(self.ratings, columns),
            hit,
            complete if among is None else complete & among,
            name=self.name,
            label=label,
            why=why,
            limits=limits,
            by=by_appraisers(by),
        )
        return replace(share, n_raters=len(by))

    def _codes(self, columns: list[int]) -> CodeArray:
        return patterns_of(self.ratings)[:, columns]


def _alike(codes: npt.NDArray[Any]) -> Mask:
    alike: Mask = np.all(codes == codes[:, :1], axis=1)
    return alike


def _times(columns: list[int]) -> str:
    return f" in {len(columns)} trials" if len(columns) > 1 else ""


def _named(
    part: str, held: Estimate | Estimates | None
) -> Iterable[tuple[str, Hashable, Estimate]]:
    if isinstance(held, Estimates):
        yield from ((part, who, share) for who, share in held.items())
    elif held is not None:
        yield part, "all", held
