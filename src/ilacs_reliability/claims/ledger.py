"""The claims of the ledger, and their figures recomputed from the counts behind them."""

from __future__ import annotations

from ilacs_reliability._checks.arguments import told
from ilacs_reliability.claims.assessing import Entry
from ilacs_reliability.claims.evidence import Evidence, bundled_evidence
from ilacs_reliability.claims.protocol import Protocol, as_protocol
from ilacs_reliability.claims.published import (
    about_60_percent,
    already_improving,
    bigger_authorities,
    caught_before_they_fell,
    confident,
    consistent_and_reliable,
    effectiveness_improving,
    inadequate_left_similarly,
    lesson_observations_1996,
    lesson_visits_2019,
    none_still_inadequate,
    quarter_outstanding_2025,
    reinspections_2024,
    rigorous_but_fair,
    short_against_standard,
    short_kept,
    state_2018,
    state_2022,
    two_inspectors,
    two_thirds_left_inadequate,
    vast_majority_improving,
    visits_reduced,
    year_one,
)
from ilacs_reliability.claims.reproducing import Reproduction
from ilacs_reliability.claims.statements import Claim

ENTRIES: tuple[Entry, ...] = (
    two_inspectors.ENTRY,
    year_one.ENTRY,
    about_60_percent.ENTRY,
    reinspections_2024.ENTRY,
    short_kept.ENTRY,
    short_against_standard.ENTRY,
    consistent_and_reliable.ENTRY,
    already_improving.ENTRY,
    effectiveness_improving.ENTRY,
    two_thirds_left_inadequate.ENTRY,
    inadequate_left_similarly.ENTRY,
    none_still_inadequate.ENTRY,
    vast_majority_improving.ENTRY,
    state_2018.ENTRY,
    state_2022.ENTRY,
    quarter_outstanding_2025.ENTRY,
    lesson_observations_1996.ENTRY,
    lesson_visits_2019.ENTRY,
    bigger_authorities.ENTRY,
    caught_before_they_fell.ENTRY,
    visits_reduced.ENTRY,
    rigorous_but_fair.ENTRY,
    confident.ENTRY,
)


def declared(rules: Protocol) -> list[tuple[Claim, Entry]]:
    """Return each claim as a protocol declares it, with its entry."""
    return [(entry.declare(rules), entry) for entry in ENTRIES]


def published_claims(*, protocol: Protocol | None = None) -> tuple[Claim, ...]:
    """List the claims of the ledger, with the thresholds that a protocol declares.

    Parameters
    ----------
    protocol : Protocol, optional
        Thresholds, levels and margins. Default: ``Protocol()``.

    Returns
    -------
    tuple of Claim
        "two_inspectors", "year_one", "about_60_percent", "reinspections_2024", "short_kept",
        "short_against_standard", "consistent_and_reliable", "already_improving",
        "effectiveness_improving", "two_thirds_left_inadequate", "inadequate_left_similarly",
        "none_still_inadequate", "vast_majority_improving", "state_2018", "state_2022",
        "quarter_outstanding_2025", "lesson_observations_1996", "lesson_visits_2019",
        "bigger_authorities", "caught_before_they_fell", "visits_reduced", "rigorous_but_fair" and
        "confident". Of those that nobody is known to have said, `whose` is "our question".

    Raises
    ------
    TypeError
        If `protocol` is not a `Protocol`.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> for claim in ilr.published_claims()[:2]:
    ...     print(claim.statement, claim.bar)
    Two inspectors at one school reach the same decision. at least 0.8
    More than half of councils improved in the first year of ILACS. more than 0.5
    """
    return tuple(claim for claim, _ in declared(as_protocol(protocol)))


def reproduce(claim: Claim) -> Reproduction:
    """Recompute a published claim's figures from the counts behind them.

    Parameters
    ----------
    claim : Claim
        One of `published_claims`.

    Returns
    -------
    Reproduction
        Each published figure beside the recomputed one.

    Raises
    ------
    TypeError
        If `claim` is not a `Claim`.
    ValueError
        If the claim is not one of the published ones.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> claims = {claim.name: claim for claim in ilr.published_claims()}
    >>> ilr.reproduce(claims["reinspections_2024"])
    Reproduction(reinspections_2024: 4 of 4 figures agree)
    """
    if not isinstance(claim, Claim):
        raise TypeError(f"`claim` must be a Claim, but got {type(claim).__name__}.")
    entries = {one.name: (one.statement, entry) for one, entry in declared(Protocol())}
    statement, entry = entries.get(claim.name, ("", None))
    if entry is None or statement != claim.statement:
        raise ValueError(
            f"`claim` must be one of {tuple(entries)}, as `published_claims` gives them, "
            f"but got {told(claim)}."
        )
    return reproduced(claim, entry, bundled_evidence())


def reproduced(claim: Claim, entry: Entry, evidence: Evidence) -> Reproduction:
    """Recompute a claim's figures from evidence that is at hand."""
    figures, note = entry.recompute(evidence)
    return Reproduction(claim, figures, note)
