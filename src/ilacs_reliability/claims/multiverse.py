"""One claim under every defensible choice: thresholds, coefficients, cuts and unclear units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import (
    check_listing,
    check_name,
    check_option,
    naming,
    told,
)
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import (
    Ratings,
    check_whole,
    ratings_from_codes,
    ratings_from_counts,
)
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._data.tables import (
    GroupedGrades,
    Transitions,
    grades_from_table,
    transitions_from_table,
)
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.listing import Listing
from ilacs_reliability._results.wording import counted, listed, whole
from ilacs_reliability.claims.choices import COEFFICIENTS, computed, defensible
from ilacs_reliability.claims.evidence import moves
from ilacs_reliability.claims.judging import Verdict, judge
from ilacs_reliability.claims.outcomes import OUTCOMES
from ilacs_reliability.claims.phrases import improved, improved_of_moved
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.comparison.effects import relative_effect

FACTORS = ("units", "cut", "coefficient", "threshold")
OF_MOVES = ("improved", "improved_of_moved")
STEP = 0.1
EVERY = "all"
# nanoseconds to judge one way, and for a pattern of ratings or a cell of a table
WAY, CELL = 2e6, 1e3


def verdict_multiverse(
    claim: Claim,
    data: Any,
    *,
    thresholds: Sequence[Any] | None = None,
    coefficients: Sequence[str] | None = None,
    cuts: Sequence[Any] | None = None,
) -> Listing:
    """Judge a claim under every combination of choices that could be defended.

    Parameters
    ----------
    claim : Claim
        The claim.
    data : Ratings, Transitions, GroupedGrades, or mapping of str to these
        The study: ratings of the same time for consistency, transitions for a shift or share, two
        groups for a comparison. Of a mapping, one for each way to count unclear units, such as
        ``{"without the unclear": ..., "with them": ...}``.
    thresholds : sequence of float or pair, optional
        Thresholds to hold the claim to, pairs where it lies within margins. Default: its own, and
        0.1 to either side; margins 0.05 narrower and wider.
    coefficients : sequence of str, optional
        For consistency, names of coefficients. For a shift "improved", the share of all that rose,
        or "improved_of_moved", that of those that moved. Default: all that the data allow; for a
        shift the one that the claim names.
    cuts : sequence of label, optional
        Grades at which to split the scale in two, "at or above"; None for all grades. Default: all
        grades, and each cut.

    Returns
    -------
    Listing
        A row a combination: `units`, `cut`, `coefficient`, `threshold`, `value`, `low`, `high` (the
        interval that decides) and `outcome`. Its sentence says how many have which outcome, and on
        which choices the reading depends.

    Raises
    ------
    TypeError
        If `claim` is not a `Claim`, `data` are of another kind, or a choice is no sequence.
    ValueError
        If a coefficient or a cut is unknown, a threshold does not fit the claim, a choice is empty,
        or there are more ways to judge than some seconds allow.

    See Also
    --------
    judge : The one verdict by what was declared.
    agreement_table : The coefficients themselves, side by side.

    Notes
    -----
    The idea is that of a multiverse analysis [1]_: what hangs on a choice that was not declared is
    not shown. Each coefficient is held to the threshold by itself, without the floor for kappa.

    References
    ----------
    .. [1] S. Steegen, F. Tuerlinckx, A. Gelman and W. Vanpaemel, "Increasing transparency through a
           multiverse analysis", Perspectives on Psychological Science 11 (2016), 702-712.

    Examples
    --------
    Two raters agree in 146 of 150, all but four in one grade:

    >>> import ilacs_reliability as ilr
    >>> claim = ilr.Claim(statement="They agree.", kind="consistency", threshold=0.8)
    >>> table = ilr.ratings_from_table([[2, 2], [2, 144]], scale=ilr.Scale(["poor", "good"]))
    >>> found = ilr.verdict_multiverse(claim, table, thresholds=[0.8], cuts=[None])
    >>> print(found.sentence)
    Of 6 ways to judge it 3 are supported and 3 not shown: the reading depends on the coefficient.
    """
    if not isinstance(claim, Claim):
        raise TypeError(f"`claim` must be a Claim, but got {type(claim).__name__}.")
    studies = _studies(claim, data)
    held = [_held_to(claim, one) for one in _given(thresholds, "thresholds", _near(claim))]
    scale = next(iter(studies.values())).scale
    parts = _given(cuts, "cuts", [None, *(_cuts(scale))])
    for place, cut in enumerate(parts):
        check_name(cut, "cuts", str(place))
        _check_cut(cut, scale)
    _check_work(studies, (len(held), len(parts)), coefficients)
    rows = [
        row
        for (units, study), cut in product(studies.items(), parts)
        for row in _rows(held, units, _split(study, cut), cut, coefficients)
    ]
    return Listing("verdict_multiverse", tuple(rows), _sentence(rows), ())


def _check_work(
    studies: Mapping[str, Any], held_and_parts: tuple[int, int], coefficients: Any
) -> None:
    """Raise where judging every way would take too long."""
    n_held, n_parts = held_and_parts
    ways = [n_held * n_parts * _n_estimates(one, coefficients) for one in studies.values()]
    each = [WAY + CELL * one.counts.size for one in studies.values()]
    taken = sum(n * nanoseconds for n, nanoseconds in zip(ways, each, strict=True))
    if not affordable(taken, nanoseconds=1.0):
        raise ValueError(
            f"`thresholds`, `coefficients` and `cuts` make {whole(sum(ways))} ways to judge, which "
            "take too long: name fewer of them."
        )


def _n_estimates(study: Any, coefficients: Any) -> int:
    if isinstance(study, GroupedGrades):
        return 1
    usual = defensible(study) if isinstance(study, Ratings) else OF_MOVES[:1]
    return len(_given(coefficients, "coefficients", usual))


def _studies(claim: Claim, data: Any) -> dict[str, Any]:
    wanted = {"consistency": Ratings, "comparison": GroupedGrades}.get(claim.kind, Transitions)
    studies = dict(data) if isinstance(data, Mapping) else {EVERY: data}
    if not studies:
        raise ValueError("`data` holds no study.")
    for name, one in studies.items():
        if not isinstance(name, str) or not isinstance(one, wanted):
            raise TypeError(
                f"`data` must be {wanted.__name__} for a claim of {claim.kind}, or a mapping of "
                f"names to them, but got {told(one)}."
            )
        if isinstance(one, Ratings) and one.frequencies.ndim > 1:
            raise ValueError(f"`data` must be one study, but {name!r} is a batch of them.")
    return studies


def _given(chosen: Any, name: str, usual: Sequence[Any]) -> list[Any]:
    if chosen is None:
        return list(usual)
    listed = check_listing(chosen, name, of="choices")
    if not listed:
        raise ValueError(f"`{name}` must hold at least one, but is empty.")
    return listed


def _near(claim: Claim) -> list[Any]:
    if isinstance(claim.threshold, tuple):
        low, high = claim.threshold
        return [(low + by, high - by) for by in (STEP / 2, 0.0, -STEP / 2) if low + by < high - by]
    near = [round(claim.threshold + by, 10) for by in (-STEP, 0.0, STEP)]
    return [one for one in near if abs(one) <= 1]


def _held_to(claim: Claim, threshold: Any) -> Claim:
    with naming("thresholds", instead="threshold"):
        return replace(claim, threshold=threshold)


def _cuts(scale: Scale) -> tuple[Any, ...]:
    return tuple(scale.labels[1:]) if scale.ordered and len(scale) > 2 else ()


def _check_cut(cut: Any, scale: Scale) -> None:
    if cut is not None and cut not in list(scale.labels[1:]):
        raise ValueError(f"`cuts` must hold grades among {scale.labels[1:]}, but got {told(cut)}.")


def _split(study: Any, cut: Any) -> Any:
    """Return the study with the grades below a cut, and those at or above it, made one each."""
    if cut is None:
        return study
    place = list(study.scale.labels).index(cut)
    sides = Scale((f"below {cut}", f"at least {cut}"))
    if isinstance(study, Transitions):
        return transitions_from_table(_added(_added(study.counts, place, 0), place, 1), scale=sides)
    if isinstance(study, GroupedGrades):
        return grades_from_table(
            _added(study.counts, place, 2), scale=sides, groups=study.groups, strata=study.strata
        )
    check_whole(study, "data")
    if study.patterns is None:
        counts = _added(study.counts, place, 1)
        return ratings_from_counts(counts, scale=sides, frequencies=study.frequencies)
    codes = np.where(study.patterns < 0, -1, study.patterns >= place)
    return ratings_from_codes(
        codes,
        scale=sides,
        raters=study.raters,
        frequencies=study.frequencies,
        clusters=study.clusters,
        design=study.design,
    )


def _added(counts: Any, place: int, axis: int) -> Any:
    return np.add.reduceat(counts, [0, place], axis=axis)


def _rows(
    held: Sequence[Claim], units: str, study: Any, cut: Any, coefficients: Any
) -> Iterator[dict[str, Any]]:
    for estimate in _estimates(held[0], study, coefficients):
        for claim in held:
            verdict = judge(_bare(claim, estimate), estimate)
            yield {
                "units": units,
                "cut": "all grades" if cut is None else f"at least {cut}",
                "coefficient": estimate.name,
                "threshold": claim.bar,
                **_numbers(verdict, estimate),
                "outcome": verdict.outcome,
            }


def _numbers(verdict: Verdict, estimate: Estimate) -> dict[str, float]:
    low, high = verdict.interval or (float("nan"), float("nan"))
    return {"value": float(estimate.value), "low": float(low), "high": float(high)}


def _bare(claim: Claim, estimate: Estimate) -> Claim:
    """Hold any coefficient to the threshold, and to nothing beside it."""
    if claim.kind == "consistency":
        return replace(claim, coefficient=estimate.name, weights=estimate.weights, floor=-1.0)
    return replace(claim, coefficient=estimate.name)


def _estimates(claim: Claim, study: Any, coefficients: Any) -> list[Estimate]:
    if isinstance(study, Ratings):
        names = _given(coefficients, "coefficients", defensible(study))
        for name in names:
            check_option(name, tuple(COEFFICIENTS), "coefficients")
        return [computed(name, study) for name in names]
    if isinstance(study, GroupedGrades):
        with naming("data", instead="grades"):
            return [relative_effect(study)]
    usual = [claim.coefficient if claim.coefficient in OF_MOVES else OF_MOVES[0]]
    names = _given(coefficients, "coefficients", usual)
    for name in names:
        check_option(name, OF_MOVES, "coefficients")
    up, same, down = moves(study.counts)
    made = {"improved": up + same + down, "improved_of_moved": up + down}
    return [
        improved((up, same, down)) if name == "improved" else improved_of_moved(up, down)
        for name in names
        if made[name]
    ]


def _sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(row["outcome"] for row in rows)
    ways = counted(len(rows), "way")
    if not rows:
        return "Nothing could be computed."
    if len(counts) == 1:
        (only,) = counts
        return f"By all of {ways} to judge it, it is {only}."
    parts = [f"{counts[name]} {name}" for name in OUTCOMES if counts[name]]
    first = parts[0].replace(" ", " is " if parts[0].startswith("1 ") else " are ", 1)
    on = [f"the {factor}" for factor in FACTORS if _matters(rows, factor)]
    depends = f"the reading depends on {listed(on)}" if on else "the reading depends on the choice"
    return f"Of {ways} to judge it {listed([first, *parts[1:]])}: {depends}."


def _matters(rows: Sequence[Mapping[str, Any]], factor: str) -> bool:
    """Say whether two ways that differ in this alone have different outcomes."""
    others = [name for name in FACTORS if name != factor]
    seen: dict[tuple[Any, ...], set[str]] = {}
    for row in rows:
        seen.setdefault(tuple(row[name] for name in others), set()).add(row["outcome"])
    return any(len(outcomes) > 1 for outcomes in seen.values())
