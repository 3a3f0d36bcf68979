"""What is found of latent classes: shares, rates of errors, and what is likely of each unit."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import told
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import CodeArray, FloatArray, Scale
from ilacs_reliability._results.estimates import Estimate, Method
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.listing import Estimates, Listing
from ilacs_reliability._results.records import Record, freeze, plain, rows_table
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import as_said, counted, fixed, listed, percent
from ilacs_reliability.agreement.formulas import build_estimate
from ilacs_reliability.error.class_bootstrap import Draws, OfPlace, bootstrap_limits, drawn_anew
from ilacs_reliability.error.class_fits import Found
from ilacs_reliability.error.class_limits import Place, influences, profile_limits, pull_on
from ilacs_reliability.error.latent_classes import Panel

NAME = "dawid_skene"
NOT_SHOWN = "that the classes are the right grades: raters who err alike are taken to be right"


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class DawidSkene(Record):
    """Classes of units, how often each rater takes one for another, and what is likely of a unit.

    Attributes
    ----------
    scale : Scale
        The grades, worst first.
    raters : tuple
        The raters, in the order of the first axis of `errors`.
    classes : tuple
        The classes: the grades of the scale, or 1, 2 and so on where they are not as many.
    shares : ndarray of float, shape (n_classes,)
        Share of units of each class; nan where it is undefined, as are those that follow.
    errors : ndarray of float, shape (n_raters, n_classes, n_grades)
        Chance that a rater gives each grade to a unit of each class.
    chances : ndarray of float, shape (n_patterns, n_classes)
        Chance of each class for a unit of each pattern.
    patterns : ndarray of int, shape (n_patterns, n_columns)
        Grade indices of each pattern, -1 for missing.
    frequencies : ndarray, shape (n_patterns,)
        Units of each pattern.
    units : tuple of tuple, or None
        Their names, where they were given.
    log_likelihood : float
        Of these ratings, without what the prior adds and without multinomial constants.
    log_likelihoods : tuple of float
        What the starts that were followed to the end reached, highest first, with the prior.
    n_parameters, rank : int
        Shares and rates to be estimated, and how many of them such ratings can tell apart; -1 where
        that was not looked at.
    n_flat : int
        Directions in which the likelihood of these ratings is flat at its maximum.
    method : str
        How the maximum was found.
    status, reason, why, notes
        As in `Estimate`.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings = [[1, 1, 1]] * 9 + [[2, 2, 2]] * 9 + [[1, 1, 2], [1, 2, 1], [2, 1, 2], [2, 2, 1]]
    >>> ilr.dawid_skene(ratings).class_shares()[1]
    Estimate(dawid_skene = 0.5000, n_units=22, 95% profile 0.2999 to 0.7001)
    """

    scale: Scale
    raters: tuple[Hashable, ...]
    classes: tuple[Hashable, ...]
    shares: FloatArray
    errors: FloatArray
    chances: FloatArray
    patterns: CodeArray
    frequencies: npt.NDArray[Any]
    units: tuple[tuple[Hashable, ...], ...] | None
    log_likelihood: float
    log_likelihoods: tuple[float, ...]
    n_parameters: int
    rank: int
    n_flat: int
    method: str
    status: str = "ok"
    reason: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()
    _ratings: Ratings = field(repr=False)
    _panel: Panel = field(repr=False)
    _found: Found | None = field(repr=False)
    _draws: Draws | None = field(repr=False, default=None)

    def class_shares(self) -> Estimates:
        """Return the share of units of each class, with its interval.

        Returns
        -------
        Estimates
            By class; intervals "profile", found when they are asked for, and "bootstrap" where
            studies were drawn.
        """
        places: list[Place] = [(None, number) for number in range(len(self.classes))]
        labels = [f"share of units of class {as_said(one)}" for one in self.classes]
        return Estimates(
            NAME, "class", dict(zip(self.classes, self._estimates(places, labels), strict=True))
        )

    def error_rates(self, rater: Hashable) -> Estimates:
        """Return how often one rater gives each grade to units of each class, with intervals.

        Parameters
        ----------
        rater : hashable
            One of `raters`.

        Returns
        -------
        Estimates
            By class and grade; intervals as those of `class_shares`.

        Raises
        ------
        ValueError
            If there is no such rater.
        """
        if not isinstance(rater, Hashable) or rater not in self.raters:
            raise ValueError(f"`rater` must be one of {self.raters}, but got {told(rater)}.")
        first = self.raters.index(rater) * self.scale.n_grades
        keys = [(one, grade) for one in self.classes for grade in self.scale.labels]
        places: list[Place] = [
            (first + grade, number)
            for number in range(len(self.classes))
            for grade in range(self.scale.n_grades)
        ]
        labels = [f"share of units of class {as_said(one)} graded {grade}" for one, grade in keys]
        return Estimates(
            f"{NAME} of {rater}",
            "class and grade",
            dict(zip(keys, self._estimates(places, labels), strict=True)),
        )

    def resampled(
        self, *, n_resamples: int = 999, rng: np.random.Generator | int | None = 0
    ) -> DawidSkene:
        """Draw studies anew, so that numbers have bootstrap intervals too.

        Parameters
        ----------
        n_resamples : int, optional
            Studies to draw. Default: 999.
        rng : Generator or int, optional
            Where they are drawn from. Default: 0, so that a second call gives the same.

        Returns
        -------
        DawidSkene
            The same, of which `class_shares` and `error_rates` offer "bootstrap" beside "profile":
            quantiles over studies of units drawn with replacement, each climbed from the maximum
            by leaps along EM steps. A rate of 0 or 1 is so in all of them; there the profile's
            limits stand in.

        Raises
        ------
        TypeError
            If `n_resamples` is no whole number, or `rng` no source of chance.
        ValueError
            If it is below 1, or too many for so many patterns and raters.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> seen = [[1, 1, 1]] * 9 + [[2, 2, 2]] * 9 + [[1, 1, 2], [1, 2, 1], [2, 1, 2], [2, 2, 1]]
        >>> share = ilr.dawid_skene(seen).resampled(n_resamples=99).class_shares()[1]
        >>> share.interval_methods
        ('profile', 'bootstrap')
        """
        n_resamples = check_draws(n_resamples)
        start = as_generator(rng)
        if self._found is None:
            return self
        patterns = len(self.frequencies)
        steps = 200.0 * n_resamples * patterns * len(self.classes) * (5 + len(self.raters))
        if self.method == "EM" or not affordable(steps, nanoseconds=1.0):
            raise ValueError(
                f"`n_resamples` of {told(n_resamples)} take too long with "
                f"{counted(patterns, 'pattern')} of ratings by "
                f"{counted(len(self.raters), 'rater')}: ask for fewer, or take the profiles."
            )
        draws = drawn_anew(self._panel, self._found.fit, n_resamples, start)
        freeze(draws)
        return replace(self, _draws=draws)

    def classified(self) -> Listing:
        """Return the likeliest class of the units of each pattern, the surest last.

        Returns
        -------
        Listing
            A row a pattern that was seen: its `grades`, `n_units`, the likeliest `class`, its
            `chance`, and `units`, their names where they are known.
        """
        best = self.chances.argmax(axis=1) if self.status == "ok" else np.zeros(len(self.chances))
        rows = [
            self._row(place, int(best[place]))
            for place in np.flatnonzero(self.frequencies > 0).tolist()
        ]
        rows.sort(key=lambda row: float(row["chance"]))
        doubtful = int(sum(row["n_units"] for row in rows if not row["chance"] >= 0.95))
        units = counted(self._n_units, "unit")
        said = f"Of {units} {doubtful} have no class of chance 0.95 or more."
        return Listing(NAME, tuple(rows), said, self.notes)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a rater, class and grade.

        Returns
        -------
        list of dict
            The share of the class and the rate at which the rater gives its units the grade.
        """
        return [
            {
                "rater": rater,
                "class": one,
                "grade": grade,
                "class_share": float(self.shares[k]),
                "rate": float(self.errors[r, k, j]),
            }
            for r, rater in enumerate(self.raters)
            for k, one in enumerate(self.classes)
            for j, grade in enumerate(self.scale.labels)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return shares, rates and how they were found as plain Python values.

        Returns
        -------
        dict
            Under ``rows`` a row a rater, class and grade.
        """
        names = ("log_likelihood", "log_likelihoods", "n_parameters", "rank", "n_flat", "method")
        said = ("status", "reason", "why", "notes")
        row = {name: plain(getattr(self, name)) for name in (*names, *said)}
        shares = dict(zip(map(str, self.classes), plain(self.shares), strict=True))
        return {"name": NAME, "shares": shares, **row, "rows": plain(self.rows())}

    def describe(self) -> str:
        """Say the classes' shares, how often raters agree with them, and what that rests on.

        Returns
        -------
        str
            Plain English.
        """
        basis = f"from {counted(self._n_units, 'unit')} by {counted(len(self.raters), 'rater')}"
        if self.status != "ok":
            return " ".join((f"Latent classes are undefined ({self.why}), {basis}.", *self.notes))
        shares = listed(
            f"{as_said(one)} {percent(share)}"
            for one, share in zip(self.classes, self.shares, strict=True)
        )
        text = f"Latent classes have shares {shares}, {basis}{self._accuracy()} ({self.method})"
        return " ".join((f"{text}; this does not show {NOT_SHOWN}.", *self.notes))

    def _accuracy(self) -> str:
        if self.scale.n_grades != len(self.classes):
            return ""
        right = np.einsum("k,rkk->r", self.shares, self.errors)
        least, most = (fixed(one) for one in (right.min(), right.max()))
        return f"; raters give a unit its class's grade with chances {least} to {most}"

    def __repr__(self) -> str:
        classes = counted(len(self.classes), "class", "classes")
        size = f"{counted(len(self.raters), 'rater')}, {classes}"
        if self.status != "ok":
            return f"DawidSkene(undefined: {self.reason}, {size})"
        return f"DawidSkene({size}, log likelihood {self.log_likelihood:.4f})"

    def _repr_html_(self) -> str:
        return rows_table(self.rows(), ("rater", "class", "grade", "class_share", "rate"))

    def _content(self) -> Iterator[Any]:
        names = (name for name in self.__dataclass_fields__ if not name.startswith("_"))
        return (getattr(self, name) for name in names)

    @property
    def _n_units(self) -> Any:
        return float(np.asarray(self.frequencies).sum())

    def _row(self, place: int, number: int) -> dict[str, Any]:
        codes = self.patterns[place].tolist()
        labels = self.scale.labels
        row = {
            "grades": [None if code < 0 else labels[code] for code in codes],
            "n_units": float(self.frequencies[place]),
            "class": self.classes[number] if self.status == "ok" else None,
            "chance": float(self.chances[place, number]),
        }
        return row if self.units is None else row | {"units": list(self.units[place])}

    def _estimates(self, places: list[Place], labels: list[str]) -> Iterator[Estimate]:
        found, panel = self._found, self._panel
        if found is None or self.method == "EM":
            parts: Any = None
        else:
            parts = influences(panel, found.fit)
        for place, label in zip(places, labels, strict=True):
            yield _estimate(self, place, label, parts)


def _estimate(record: DawidSkene, place: Place, label: str, parts: Any) -> Estimate:
    found, panel = record._found, record._panel
    cell, number = place
    methods: tuple[Method, ...] = ()
    influence = np.full(len(panel.frequencies), np.nan)
    if found is None:
        value = float("nan")
    else:
        held = found.fit.shares[0] if cell is None else found.fit.errors[cell, 0]
        value = float(held[number])
        if parts is not None:
            influence = pull_on(panel, found.fit, *parts, place=place)
            of: dict[str, Any] = {"panel": panel, "fit": found.fit, "log": found.log}
            methods = (("profile", keyed(profile_limits, **of, place=place)),)
            if record._draws is not None:
                drawn = keyed(bootstrap_limits, OfPlace(record._draws, place), **of)
                methods = (*methods, ("bootstrap", drawn))
    with left_unsaid():
        return build_estimate(
            record._ratings,
            Title(name=NAME, label=label),
            Value(value=value, influence=influence, reason=record.reason, why=record.why),
            Basis(n_units=panel.frequencies.sum()),
            Offer(methods=methods, within=(0.0, 1.0)),
            limits=NOT_SHOWN,
            notes=record.notes,
        )
