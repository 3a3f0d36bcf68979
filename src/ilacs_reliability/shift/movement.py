"""How many units improved, stayed and declined, and what room they had to move."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ilacs_reliability._checks.containers import FrozenMapping
from ilacs_reliability._data.scales import IntArray, Scale, refuse_unordered
from ilacs_reliability._data.tables import TransitionsLike
from ilacs_reliability._results.cards import paragraphs
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.ingredients import Title, Undefined
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.pictured import Pictured
from ilacs_reliability._results.records import Record, plain, rows_table
from ilacs_reliability._results.wording import (
    counted,
    fixed,
    together,
    whole,
    with_interval,
)
from ilacs_reliability.shift.moves import (
    Pairs,
    as_pairs,
    cut_at,
    linear_estimate,
    mean_methods,
    share_estimate,
)
from ilacs_reliability.shift.paired_limits import bonett_price_limits, tango_limits
from ilacs_reliability.shift.sentences import (
    EFFECTS,
    KEPT,
    NOTHING_RISES,
    OF_THOSE,
    SHARE,
    STOOD_STILL,
    at_the_bottom,
    at_the_top,
    kind_said,
    moves_listed,
    net_shift_said,
    out_of,
    room_said,
    share_reaching,
    without_room,
)
from ilacs_reliability.shift.sums import SignedSum, score_method


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class NetShift(Record, Pictured):
    """How grades moved between two occasions.

    Attributes
    ----------
    improved, unchanged, declined : Estimate
        Shares of all units, 0 to 1. Their interval "simultaneous" covers the three at once
        (the limits of one share with the error shared out by Bonferroni): `describe`,
        `to_dict` and the notebook's table show that one, while `confidence_interval()` of a share
        alone starts with Clopper and Pearson's ("korn_graubard" over clusters).
    net : Estimate
        Share improved minus share declined, -1 to 1; interval by Tango's score method.
    room_up : Estimate
        Share improved among the units that could improve; `n_units` says how many could.
    room_down : Estimate
        Share declined among the units that could decline.
    counts : ndarray of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    scale : Scale
        The grades, worst first.
    n_units : int
        Units graded twice.
    by_move : mapping of int to int
        Units by the number of grades moved, up positive, from the furthest fall to the furthest
        rise that the scale allows.
    by_before : mapping of grade to (int, int, int)
        Units that improved, stayed and declined, by the grade before.
    pairs : Pairs
        Where the counts come from, with the clusters of ratings that carry any.
    notes : tuple of str
        What a reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> shift = ilr.net_shift([[0, 2, 1], [1, 3, 4], [0, 0, 2]])
    >>> shift
    NetShift(13 units: 7 improved, 5 unchanged, 1 declined; net +46.2 points)
    """

    improved: Estimate
    unchanged: Estimate
    declined: Estimate
    net: Estimate
    room_up: Estimate
    room_down: Estimate
    counts: IntArray
    scale: Scale
    n_units: int
    by_move: Mapping[int, int]
    by_before: Mapping[Hashable, tuple[int, int, int]]
    pairs: Pairs
    notes: tuple[str, ...] = ()

    @property
    def n_improved(self) -> int:
        """Units whose grade rose."""
        return int(np.triu(self.counts, 1).sum())

    @property
    def n_unchanged(self) -> int:
        """Units whose grade stayed."""
        return int(np.trace(self.counts))

    @property
    def n_declined(self) -> int:
        """Units whose grade fell."""
        return int(np.tril(self.counts, -1).sum())

    def at_least(self, grade: Hashable) -> Estimate:
        """Return the share of units at or above a grade on the second occasion.

        Parameters
        ----------
        grade : hashable
            A grade of the scale, not the worst.

        Returns
        -------
        Estimate
            The share, 0 to 1.

        Raises
        ------
        ValueError
            If the scale has no such grade, or it is the worst.

        Examples
        --------
        Good or outstanding in the first year of the framework, 21 of 33:

        >>> import ilacs_reliability as ilr
        >>> table = [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]]
        >>> first_year = ilr.transitions_from_table(table, scale=ilr.OFSTED_SCALE)
        >>> round(ilr.net_shift(first_year).at_least("good").value, 4)
        0.6364
        """
        _, after = cut_at(self.pairs, grade)
        everyone = np.ones(len(after), dtype=bool)
        title = Title(name="at_least", label=share_reaching(grade))
        return share_estimate(self.pairs, after, everyone, title)

    def describe(self) -> str:
        """Say in a sentence how grades moved, with intervals and what room there was.

        Returns
        -------
        str
            A plain English sentence. The intervals of the three shares are simultaneous.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> print(ilr.net_shift([[0, 2, 1], [1, 3, 4], [0, 0, 2]]).describe())
        Of 13 units graded twice, 7 improved (53.8%, 20.6 to 84.7), 5 kept their grade
        (38.5%, 10.6 to 73.5) and 1 declined (7.7%, 0.1 to 42.3), intervals together at 95%;
        by number of grades 1 by +2, 6 by +1, 1 by -1; improved less declined is +46.2
        points (95% interval 3.9 to 73.3); 11 could improve (63.6% of them did) and 10 could
        decline (10.0% of them did); it does not show why grades moved: better work, chance,
        the choice of who is inspected when and inspectors' error can all leave the same
        counts.
        """
        kinds = (
            (self.n_improved, self.improved, "improved"),
            (self.n_unchanged, self.unchanged, KEPT),
            (self.n_declined, self.declined, "declined"),
        )
        net, low, high = together(
            *(100 * x for x in (self.net.value, *self.net.confidence_interval())),
            decimals=1,
            edge=100,
        )
        return net_shift_said(
            self.n_units,
            three=[_kind(*kind) for kind in kinds],
            by_move=self.by_move,
            net=(f"{'+' if self.net.value > 0 else ''}{net}", low, high),
            room=room_said(*(_room(room) for room in (self.room_up, self.room_down))),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the result as a flat row of plain Python values, at full precision.

        Returns
        -------
        dict
            Counts, shares with their simultaneous 95 % intervals, the net change with its interval
            and the room to move.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.net_shift([[0, 2], [1, 3]]).to_dict()["n_improved"]
        2
        """
        row: dict[str, Any] = {"name": "net_shift", "n_units": self.n_units}
        for kind in ("improved", "unchanged", "declined"):
            share = getattr(self, kind)
            row |= {f"n_{kind}": getattr(self, f"n_{kind}"), kind: share.value}
            row |= _limits_of(share, kind, "simultaneous")
        row |= {"net": self.net.value} | _limits_of(self.net, "net", None)
        for way in ("room_up", "room_down"):
            room = getattr(self, way)
            row |= {f"n_{way}": plain(room.n_units), way: room.value} | _limits_of(room, way, None)
        row |= {"by_move": self.by_move, "notes": list(self.notes)}
        return {key: plain(value) for key, value in row.items()}

    def __repr__(self) -> str:
        return (
            f"NetShift({counted(self.n_units, 'unit')}: {whole(self.n_improved)} improved, "
            f"{whole(self.n_unchanged)} unchanged, {whole(self.n_declined)} declined; net "
            f"{'+' if self.net.value > 0 else ''}{fixed(100 * self.net.value, 1, edge=100)} points)"
        )

    def _repr_html_(self) -> str:
        shares = {
            "improved": (self.improved, self.n_improved),
            "unchanged": (self.unchanged, self.n_unchanged),
            "declined": (self.declined, self.n_declined),
            "net": (self.net, self.n_improved - self.n_declined),
            OF_THOSE["improved"]: (self.room_up, self.n_improved),
            OF_THOSE["declined"]: (self.room_down, self.n_declined),
        }
        rows = [_shown_row(name, *pair) for name, pair in shares.items()]
        lines = (moves_listed(self.by_move), *self.notes)
        return rows_table(rows, ("grades", "units", SHARE)) + paragraphs(lines)


def _shown_row(name: str, share: Estimate, units: int) -> dict[str, Any]:
    many = out_of(units, share.n_units)
    row: dict[str, Any] = {"grades": name, "units": many}
    limits = _limits_of(share, "share", "simultaneous")
    if share.status != "ok" or not limits:
        return row
    return row | {
        SHARE: with_interval(share.value, limits["share_low"], limits["share_high"], says="")
    }


def net_shift(table: TransitionsLike) -> NetShift:
    r"""Count who improved, stayed and declined, with intervals and the room there was to move.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first. Of ratings, the first column
        is before.

    Returns
    -------
    NetShift
        Shares of all units, the net change, the number of grades moved, and the shares among the
        units that had room: those at the best grade cannot improve, nor those at the worst decline.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, or
        the scale is not ordered.

    See Also
    --------
    sign_test : Whether improved and declined differ by more than chance.
    paired_difference : The change in the share at or above a grade.

    Notes
    -----
    The three shares have exact intervals [1]_; their "simultaneous" interval shares the error out
    by Bonferroni, so that all three are covered at once at the level or more, whatever their
    number. The net change :math:`(u - d) / n` has Tango's score interval [2]_: it leaves zero out
    exactly where the asymptotic sign test rejects. Where ratings carry clusters, the intervals rest
    on the spread between clusters [3]_.

    References
    ----------
    .. [1] C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in
           the case of the binomial", Biometrika 26 (1934), 404-413.
    .. [2] T. Tango, "Equivalence test and confidence interval for the difference in proportions for
           the paired-sample design", Statistics in Medicine 17 (1998), 891-908.
    .. [3] E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small expected
           number of positive counts estimated from survey data", Survey Methodology 24 (1998),
           193-201.

    Examples
    --------
    The 33 reports of the framework's first year, grade before by grade after:

    >>> import ilacs_reliability as ilr
    >>> table = [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]]
    >>> shift = ilr.net_shift(ilr.transitions_from_table(table, scale=ilr.OFSTED_SCALE))
    >>> shift
    NetShift(33 units: 19 improved, 11 unchanged, 3 declined; net +48.5 points)
    >>> shift.by_move[2]
    2
    """
    pairs = as_pairs(table)
    check_ordered(pairs)
    moves, counts = pairs.moves, pairs.counts
    everyone = np.ones(len(moves), dtype=bool)
    best = pairs.n_grades - 1
    shares = {
        kind: share_estimate(
            pairs, rows, everyone, Title(name=kind, label=f"share {kind}"), simultaneous=3
        )
        for kind, rows in (
            ("improved", moves > 0),
            ("unchanged", moves == 0),
            ("declined", moves < 0),
        )
    }
    return NetShift(
        **shares,
        net=net_estimate(pairs),
        room_up=share_estimate(
            pairs,
            moves > 0,
            pairs.before < best,
            Title(name="room_up", label=EFFECTS["room_up"]),
            none=Undefined(reason="no_room", why=_why_no_room(pairs, best)),
        ),
        room_down=share_estimate(
            pairs,
            moves < 0,
            pairs.before > 0,
            Title(name="room_down", label=EFFECTS["room_down"]),
            none=Undefined(reason="no_room", why=_why_no_room(pairs, 0)),
        ),
        counts=counts,
        scale=pairs.scale,
        n_units=pairs.n_units,
        by_move=FrozenMapping(
            {move: int(np.trace(counts, offset=move)) for move in range(-best, best + 1)}
        ),
        by_before=FrozenMapping(dict(zip(pairs.scale.labels, _by_before(counts), strict=True))),
        pairs=pairs,
        notes=(*pairs.notes, *_room_notes(pairs)),
    )


def net_estimate(pairs: Pairs, *, pieces: SignedSum | None = None) -> Estimate:
    """Estimate the share improved minus the share declined.

    Parameters
    ----------
    pairs : Pairs
        One study or many.
    pieces : SignedSum, optional
        How the test beside it is made, where ratings carry clusters.

    Returns
    -------
    Estimate
        The net change, -1 to 1.
    """
    ways = np.sign(pairs.moves)
    methods = mean_methods(-1.0, 1.0)
    if pairs.clusters is None:
        closed = (
            ("tango", keyed(_net_limits, limits=keyed(tango_limits), ways=ways)),
            ("bonett_price", keyed(_net_limits, limits=keyed(bonett_price_limits), ways=ways)),
        )
        methods = (*closed, *methods)
    elif pieces is not None:
        methods = (score_method(pieces, ways.astype(np.float64), -1.0, 1.0), *methods)
    return linear_estimate(
        pairs,
        ways.astype(np.float64),
        Title(name="net_shift", label=EFFECTS["net"]),
        methods=methods,
    )


def check_ordered(pairs: Pairs) -> None:
    """Raise unless the order of the grades means something.

    Parameters
    ----------
    pairs : Pairs
        The study.

    Raises
    ------
    ValueError
        If the scale is not ordered.
    """
    refuse_unordered(pairs.scale, "table", NOTHING_RISES)


def _net_limits(
    estimate: Estimate, confidence_level: float, *, limits: Callable[..., Limits], ways: IntArray
) -> Limits:
    up, down = (estimate.frequencies @ (ways == way) for way in (1, -1))
    return limits(up, down, estimate.n_units, confidence_level=confidence_level)


def _by_before(counts: IntArray) -> list[tuple[int, int, int]]:
    rows = enumerate(counts.tolist())
    return [(sum(row[i + 1 :]), row[i], sum(row[:i])) for i, row in rows]


def _room_notes(pairs: Pairs) -> tuple[str, ...]:
    top = pairs.count(pairs.before == pairs.n_grades - 1)
    bottom = pairs.count(pairs.before == 0)
    labels = pairs.scale.labels
    notes = (
        at_the_top(top, labels[-1]) if top else "",
        at_the_bottom(bottom, labels[0]) if bottom else "",
        "" if pairs.frequencies @ (pairs.moves != 0) else f"{STOOD_STILL.capitalize()}.",
    )
    return tuple(note for note in notes if note)


def _why_no_room(pairs: Pairs, end: int) -> str:
    return without_room(pairs.n_units, pairs.scale.labels[end])


def _kind(count: int, share: Estimate, words: str) -> str:
    interval = share.confidence_interval(method="simultaneous")
    value, low, high = together(*(100 * x for x in (share.value, *interval)), decimals=1, edge=100)
    return kind_said(count, words, value, low, high)


def _room(room: Estimate) -> tuple[float, float | None]:
    """Return how many had room to move one way, and the share of those that did."""
    return room.n_units, room.value if room.n_units else None


def _limits_of(estimate: Estimate, name: str, method: str | None) -> dict[str, Any]:
    if not estimate.methods:
        return {}
    wanted = method if method in estimate.interval_methods else None
    low, high = interval = estimate.confidence_interval(method=wanted)
    return {f"{name}_low": low, f"{name}_high": high, f"{name}_method": interval.method}
