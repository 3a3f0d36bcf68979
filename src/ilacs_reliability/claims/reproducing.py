"""A published number beside the same number recomputed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ilacs_reliability._results.records import html_table, plain
from ilacs_reliability._results.wording import counted, significant
from ilacs_reliability.claims.statements import Claim


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
