"""The published claims, and their figures recomputed from the counts behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from ilacs_reliability._checks.arguments import told
from ilacs_reliability._results.records import html_table, plain
from ilacs_reliability._results.wording import counted, level, percent, significant, whole
from ilacs_reliability.claims.evidence import GOOD, Evidence, bundled_evidence, moves
from ilacs_reliability.claims.judging import Claim
from ilacs_reliability.claims.protocol import Protocol, as_protocol
from ilacs_reliability.claims.settling import units_to_show_share
from ilacs_reliability.datasets.dataset import Dataset
from ilacs_reliability.datasets.loading import load_dataset

NOT_BY_CHANCE = "nothing shows that chance decided who had which kind"
BEFORE_MID_2019 = "2019-05-31"


@dataclass(frozen=True, slots=True)
class Figure:
    """A published number beside the same number recomputed.

    Attributes
    ----------
    name : str
        What the number is.
    published : float
        As printed.
    recomputed : float
        From the counts.
    tolerance : float
        Half a unit of the last printed digit; 0 for a count.
    """

    name: str
    published: float
    recomputed: float
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether the recomputed number rounds to the published one."""
        # rounding half up or half to even may both have been used
        return abs(self.published - self.recomputed) <= self.tolerance + 1e-9


@dataclass(frozen=True, slots=True, repr=False)
class Reproduction:
    """What became of a published claim's figures.

    Attributes
    ----------
    claim : Claim
        The claim.
    figures : tuple of Figure
        Published numbers beside the recomputed ones; empty where none was published.
    note : str
        What a reader must know.
    """

    claim: Claim
    figures: tuple[Figure, ...]
    note: str = ""

    @property
    def agrees(self) -> bool:
        """Whether every published figure was found again; true where none was published."""
        return all(figure.agrees for figure in self.figures)

    def describe(self) -> str:
        """Say in a sentence or two which figures were found again.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> claim = {claim.name: claim for claim in ilr.published_claims()}["two_inspectors"]
        >>> print(ilr.reproduce(claim).describe())
        pairs: published 24, recomputed 24; percent agreement: published 0.92, recomputed 0.9167.
        """
        parts = [
            f"{one.name}: published {significant(one.published, 6)}, recomputed "
            f"{significant(one.recomputed)}" + ("" if one.agrees else " (differs)")
            for one in self.figures
        ] or ["no figure was published"]
        return " ".join(filter(None, (f"{'; '.join(parts)}.", self.note)))

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain Python values.

        Returns
        -------
        dict
            The claim's name, its figures and whether all agree.
        """
        rows = [
            {
                "name": one.name,
                "published": one.published,
                "recomputed": one.recomputed,
                "agrees": one.agrees,
            }
            for one in self.figures
        ]
        strict: dict[str, Any] = plain(
            {
                "name": self.claim.name,
                "figures": rows,
                "agrees": self.agrees,
                "note": self.note,
            }
        )
        return strict

    def __repr__(self) -> str:
        found = sum(figure.agrees for figure in self.figures)
        return (
            f"Reproduction({self.claim.name}: {found} of "
            f"{counted(len(self.figures), 'figure')} agree{'s' * (found == 1)})"
        )

    def _repr_html_(self) -> str:
        return html_table(
            {
                one.name: f"{significant(one.published, 6)} | {significant(one.recomputed)}"
                for one in self.figures
            }
            | {"note": self.note}
        )


def published_claims(*, protocol: Protocol | None = None) -> tuple[Claim, ...]:
    """List the published claims, with the thresholds that a protocol declares.

    Parameters
    ----------
    protocol : Protocol, optional
        Thresholds, levels and margins. Default: ``Protocol()``.

    Returns
    -------
    tuple of Claim
        "two_inspectors", "year_one", "about_60_percent", "reinspections_2024", "short_kept",
        "short_against_standard" and "consistent_and_reliable".

    Raises
    ------
    TypeError
        If `protocol` is not a `Protocol`.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> for claim in ilr.published_claims()[:2]:
    ...     print(claim)
    Claim('Two inspectors at one school reach the same decision.', consistency, at least 0.8)
    Claim('Most councils improved in the first year of ILACS.', shift, more than 0.5)
    """
    rules = as_protocol(protocol)
    makers = (
        _two_inspectors,
        _year_one,
        _about_60_percent,
        _reinspections_2024,
        _short_kept,
        _short_against_standard,
        _consistent_and_reliable,
    )
    return tuple(maker(rules) for maker in makers)


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
    statements = {one.name: one.statement for one in published_claims()}
    if statements.get(claim.name) != claim.statement:
        raise ValueError(
            f"`claim` must be one of {tuple(statements)}, as `published_claims` gives them, "
            f"but got {told(claim)}."
        )
    recompute = RECOMPUTE[claim.name]
    figures, note = recompute(bundled_evidence())
    return Reproduction(claim, figures, note)


def agreed_pairs() -> tuple[int, int]:
    """Return the two-inspector study's pairs with the same decision, and all its pairs.

    Returns
    -------
    tuple of int
        22 and 24.
    """
    same, different = _whole(load_dataset("two_inspector_study").columns["count"])
    return same, same + different


def year_one_counts() -> tuple[int, int, int]:
    """Return the first year's improved, maintained and downgraded councils, as published.

    Returns
    -------
    tuple of int
        19, 12 and 3.
    """
    improved, kept, fell = _whole(load_dataset("year_one").columns["count"])
    return improved, kept, fell


def _two_inspectors(rules: Protocol) -> Claim:
    agreed, pairs = agreed_pairs()
    needed = units_to_show_share(
        agreed / pairs,
        rules.agreement,
        confidence_level=rules.confidence_level,
        power=rules.power,
    )
    how_many = _how_many(needed, agreed / pairs > rules.agreement)
    study = load_dataset("two_inspector_study").info
    return Claim(
        name="two_inspectors",
        statement="Two inspectors at one school reach the same decision.",
        kind="consistency",
        threshold=rules.agreement,
        confidence_level=rules.confidence_level,
        published="92% of 24 pairs (Ofsted, March 2017; figures from the press)",
        source=study.source,
        url=study.url,
        would_settle=(
            f"the two-by-two table; {how_many} would show {level(rules.agreement)} agreement, "
            f"kappa apart, if the true share is {agreed} in {pairs} ({level(rules.power)} power)."
        ),
    )


def _how_many(needed: int | None, is_above: bool) -> str:
    if needed is None:
        return (
            "more than 5,000 double inspections" if is_above else "no number of double inspections"
        )
    return counted(needed, "double inspection")


def _year_one(rules: Protocol) -> Claim:
    published = load_dataset("year_one")
    up, kept, fell = year_one_counts()
    total = up + kept + fell
    is_most = up > rules.majority * total
    return Claim(
        name="year_one",
        statement="Most councils improved in the first year of ILACS.",
        kind="shift",
        threshold=rules.majority,
        direction="more than",
        confidence_level=rules.confidence_level,
        published=(
            "56% of 34 improved, 35% kept, 3 fell; 62% good or better (CYP Now, January 2019)"
        ),
        source=published.info.source,
        url=published.info.url,
        would_settle=(
            f"as a count, nothing more: {whole(up)} of {whole(total)} is "
            f"{'' if is_most else 'not '}more than {level(rules.majority)}; as a rate, the "
            "first ILACS inspection of every authority, since made."
        ),
    )


def _about_60_percent(rules: Protocol) -> Claim:
    published = load_dataset("about_60_percent")
    share = float(published.expected["published"]["improved_share"].value)  # type: ignore[arg-type]
    return Claim(
        name="about_60_percent",
        statement="About 60% of areas inspected so far improved.",
        kind="shift",
        threshold=(round(share - rules.about, 10), round(share + rules.about, 10)),
        direction="within",
        confidence_level=rules.confidence_level,
        published="about 60% (LGA First, undated, before mid-2019)",
        source="LGA First, article by a senior Ofsted author, before mid-2019",
        url=published.info.url,
        would_settle=(
            "for the count, its date and the list of areas; for the rate, the reports since."
        ),
    )


def _reinspections_2024(rules: Protocol) -> Claim:
    published = load_dataset("reinspections_2024").info
    return Claim(
        name="reinspections_2024",
        statement="More authorities rose than fell from their first to their latest ILACS grade.",
        kind="shift",
        threshold=0.0,
        direction="more than",
        confidence_level=rules.confidence_level,
        published="of 65: 40% rose, 23% kept good or better, 18% fell (Ofsted, August 2024)",
        source=published.source,
        url=published.url,
        would_settle=(
            "for the grades, nothing more; for the services, two teams at each re-inspection."
        ),
    )


def _short_kept(rules: Protocol) -> Claim:
    return Claim(
        name="short_kept",
        statement="Short inspections leave the grade no lower than it was.",
        kind="shift",
        threshold=rules.kept,
        confidence_level=rules.confidence_level,
        published="no count found",
        would_settle=(
            "a published type for every inspection: short, short made standard, or standard."
        ),
    )


def _short_against_standard(rules: Protocol) -> Claim:
    margin = rules.superiority_margin
    return Claim(
        name="short_against_standard",
        statement="Short inspections judge like standard ones.",
        kind="comparison",
        threshold=(0.5 - margin, 0.5 + margin),
        direction="within",
        confidence_level=rules.confidence_level,
        selection=NOT_BY_CHANCE,
        published="no comparison found",
        would_settle=(
            "short or standard drawn by lot among good authorities, or both by two teams in each."
        ),
    )


def _consistent_and_reliable(rules: Protocol) -> Claim:
    return Claim(
        name="consistent_and_reliable",
        statement="ILACS judgements are consistent and reliable.",
        kind="consistency",
        threshold=rules.agreement,
        confidence_level=rules.confidence_level,
        published="no agreement figure found in any public text",
        source="Ofsted, ILACS implementation review, 26 September 2019",
        url=(
            "https://socialcareinspection.blog.gov.uk/2019/09/26/"
            "ilacs-implementation-review-how-are-our-childrens-services-inspections-working/"
        ),
        would_settle=(
            "two teams grading the same authorities at the same time, apart, and the cross-table "
            "of their grades published."
        ),
    )


Recomputed: TypeAlias = tuple[tuple[Figure, ...], str]


def _again_two_inspectors(evidence: Evidence) -> Recomputed:
    study = load_dataset("two_inspector_study")
    agreed, pairs = agreed_pairs()
    found = {"n_pairs": pairs, "percent_agreement": agreed / pairs}
    names = {"n_pairs": "pairs", "percent_agreement": "percent agreement"}
    return _figures(study, "press", found, names), ""


def _again_year_one(evidence: Evidence) -> Recomputed:
    study = load_dataset("year_one")
    improved, kept, fell = year_one_counts()
    total = improved + kept + fell
    table = evidence.tables["year_one_transitions"]
    good = int(table[:, GOOD:].sum())
    found = {
        "n_councils": total,
        "downgraded": fell,
        "improved_share": improved / total,
        "maintained_share": kept / total,
        "good_or_better_share": good / total,
    }
    up, same, down = moves(table)
    note = (
        f"The records hold {whole(up + same + down)} of the {whole(total)}: {whole(up)} "
        f"improved, {whole(same)} kept, {whole(down)} "
        "fell; the one they lack kept a grade below good."
    )
    return _figures(study, "published", found), note


def _again_about_60_percent(evidence: Evidence) -> Recomputed:
    study = load_dataset("about_60_percent")
    shares = {day: counts[0] / sum(counts) for day, counts in evidence.by_date.items()}
    first, late = next(iter(shares)), BEFORE_MID_2019
    found = {"improved_share": shares[first]}
    note = f"That was on {first}; by {late} it was {percent(shares[late])}."
    return _figures(study, "published", found), note


def _again_reinspections_2024(evidence: Evidence) -> Recomputed:
    study = load_dataset("reinspections_2024")
    table = evidence.tables["first_to_latest_ilacs_2024"]
    up, _, down = moves(table)
    total = int(table.sum())
    found = {
        "n_authorities": total,
        "improved_share": up / total,
        "kept_share": int(table.diagonal()[GOOD:].sum()) / total,
        "declined_share": down / total,
    }
    return _figures(study, "published", found), ""


def _nothing_published(evidence: Evidence) -> Recomputed:
    return (), ""


RECOMPUTE: dict[str, Callable[[Evidence], Recomputed]] = {
    "two_inspectors": _again_two_inspectors,
    "year_one": _again_year_one,
    "about_60_percent": _again_about_60_percent,
    "reinspections_2024": _again_reinspections_2024,
    "short_kept": _nothing_published,
    "short_against_standard": _nothing_published,
    "consistent_and_reliable": _nothing_published,
}
"""How each published claim's figures are recomputed, by its name."""


def _figures(
    study: Dataset, by: str, found: dict[str, float], names: dict[str, str] | None = None
) -> tuple[Figure, ...]:
    """Set each published number beside the one that was found."""
    given: Any = study.expected[by]
    labels = names or {name: name.replace("_", " ").removeprefix("n ") for name in found}
    return tuple(
        Figure(labels[name], float(given[name].value), value, given[name].tolerance)
        for name, value in found.items()
    )


def _whole(cells: Iterable[Any]) -> list[int]:
    return [int(cell) for cell in cells]
