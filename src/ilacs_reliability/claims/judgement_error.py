"""What a report says of judgement error: what repeats allow, and what error alone gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from ilacs_reliability._data.ratings import Ratings, ratings_from_codes
from ilacs_reliability._data.scales import OFSTED_SCALE
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import counted, fixed, percent
from ilacs_reliability.claims.error_alone import Noise, noise_of_claims, tips_in_order, why_none
from ilacs_reliability.claims.evidence import GOOD, Evidence
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.sections import ErrorRange, Section
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.datasets.inspections import GRADES, Inspection
from ilacs_reliability.datasets.loading import load_dataset
from ilacs_reliability.error.bivariate import cell_probabilities, thresholds_of
from ilacs_reliability.error.repeat_grades import repeat_grade_probability
from ilacs_reliability.error.repeats import reliability_from_repeats

TITLE = "What judgement error may be, under named assumptions"
# three gradings tell the reliability of the one in the middle
AS_THE_MIDDLE = "the other inspections are as reliable as the middle one of three"
N_POINTS = 33


def bundled_sequences() -> Ratings | None:
    """Return the last three grades of each authority, of those that have three."""
    table = load_dataset("grade_sequences").columns
    rows = zip(table["sequence"], table["overall"], table["count"], strict=True)
    histories, times = [], []
    for _, group in groupby(rows, key=lambda row: row[0]):
        history = list(group)
        histories.append([GRADES.index(str(grade)) for _, grade, _ in history])
        times.append(int(history[0][2] or 0))
    return _last_three(histories, times)


def sequences_of_records(records: Sequence[Inspection]) -> Ratings | None:
    """Return the same of inspections in order of authority and day."""
    graded = [one for one in records if one.overall is not None]
    histories = [
        [GRADES.index(str(one.overall)) for one in history]
        for _, history in groupby(graded, key=lambda one: one.authority)
    ]
    return _last_three(histories, [1] * len(histories))


def judgement_error(
    sequences: Ratings | None, evidence: Evidence, claims: Sequence[Claim], rules: Protocol
) -> tuple[tuple[Section, ...], dict[str, Noise]]:
    """Say how often a repeat would give the same grade, if assumptions hold, and what noise gives.

    Parameters
    ----------
    sequences : Ratings or None
        Three grades of each unit, in order; None where no unit has three.
    evidence : Evidence
        Tables of grades before and after.
    claims : sequence of Claim
        Those of the report.
    rules : Protocol
        Thresholds.

    Returns
    -------
    sections : tuple of Section
        One, or none where too few units have three grades to tell error from change.
    noise : dict of str to Noise
        What error alone gives of claims about shifts, by their names.
    """
    if sequences is None:
        return (), {}
    with left_unsaid():
        found = reliability_from_repeats(sequences)
    if found.status != "ok":
        return (), {}
    patterns: Any = sequences.patterns
    last = np.bincount(patterns[:, -1], weights=sequences.frequencies, minlength=len(GRADES))
    chances = repeat_grade_probability(last, reliability=found, at_least=3)
    same, side = (_allowed(chances[event]) for event in _events(chances))
    low, high = found.confidence_interval()
    if not np.isfinite([low, *same, *side]).all():
        return (), {}
    noise = noise_of_claims(evidence, last, low)
    supposed = (*found.assumptions, AS_THE_MIDDLE)
    lines = [
        f"If {', '.join(supposed[:-1])} and {supposed[-1]}, a second team would "
        f"give the same grade in {_span(same)} of inspections, and "
        f"one on the same side of good in {_span(side)}: the last "
        f"three grades of {counted(int(sequences.n_units), 'authority', 'authorities')} allow a "
        f"reliability of {fixed(low, 2)} or more (at 1 grades err never, at 0 they tell nothing).",
        f"The protocol asks that {percent(rules.agreement, 0)} agree; without the assumptions the "
        "data cannot say, and the claim of consistency stays not answerable.",
        *_tipped(claims, noise),
    ]
    shown = _shown(last, (low, high), rules, noise)
    return (Section(title=TITLE, lines=tuple(lines), shown=shown),), noise


def _allowed(chance: Estimate) -> tuple[float, float]:
    """Return the limits of a chance; the value where no reliability changes it."""
    if not chance.interval_methods:
        return float(chance.value), float(chance.value)
    low, high = chance.confidence_interval()
    return float(low), float(high)


def _span(limits: tuple[float, float]) -> str:
    low, high = map(percent, limits)
    return low if low == high else f"{low} to {high}"


def _shown(
    last: Any, allowed: tuple[float, float], rules: Protocol, noise: Mapping[str, Noise]
) -> ErrorRange:
    """Return the curves of a picture, closer together where they are steep."""
    places = 1.0 - np.linspace(1.0, 0.0, N_POINTS) ** 2
    used, cut = last[last > 0], int((last[:GOOD] > 0).sum())
    cuts = thresholds_of(used)
    tables = [cell_probabilities(cuts, cuts, float(place)).probabilities for place in places]
    sides = [table[:cut, :cut].sum() + table[cut:, cut:].sum() for table in tables]
    return ErrorRange(
        reliabilities=places,
        same=np.array([np.trace(table) for table in tables]),
        side=np.array(sides),
        cut=GRADES[GOOD],
        allowed=allowed,
        required=rules.agreement,
        tips=tips_in_order(noise),
    )


def _tipped(claims: Sequence[Claim], noise: Mapping[str, Noise]) -> Iterator[str]:
    """Say where each claim tips, from the most reliable down, and which cannot."""
    stated = {claim.name: claim.statement.rstrip(".") for claim in claims}
    tips = tips_in_order(noise)
    if tips:
        yield (
            "The reliability at or below which error alone gives as much as a claim found, with a "
            f"probability of {percent(next(iter(noise.values())).tip.level, 0)} or more: "
            + "; ".join(f'"{stated[name]}" {fixed(tips[name], 2)}' for name in reversed(tips))
            + "."
        )
    for name in (one for one in noise if one not in tips):
        yield f'"{stated[name]}" is found by error alone at no reliability.'
    reasons = [f'"{stated[name]}" ({why_none(name)})' for name in stated if why_none(name)]
    if reasons:
        yield f"No such reliability is asked for of {'; '.join(reasons)}."


def _last_three(histories: Sequence[Sequence[int]], times: Sequence[int]) -> Ratings | None:
    both = zip(histories, times, strict=True)
    kept = [(history[-3:], n) for history, n in both if len(history) > 2]
    if not kept:
        return None
    codes, frequencies = zip(*kept, strict=True)
    return ratings_from_codes(
        np.array(codes), scale=OFSTED_SCALE, frequencies=frequencies, design="repeat"
    )


def _events(chances: Any) -> tuple[Any, Any]:
    names = list(chances)
    side = next(name for name in names if str(name).startswith("same side"))
    return "same grade", side
