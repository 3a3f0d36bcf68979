"""What is declared before the data are opened: levels, thresholds and margins."""

from __future__ import annotations

import hashlib
import reprlib
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

from ilacs_reliability._checks.arguments import check_count, check_option, told
from ilacs_reliability._results.records import as_dict, html_table
from ilacs_reliability._results.wording import significant
from ilacs_reliability.claims.toml_reading import read_toml

Adjust: TypeAlias = Literal["none", "holm"]
SCHEMAS = (1, 2)
# in the order in which the first schema wrote them
NUMBERS = (
    "confidence_level",
    "power",
    "agreement",
    "coefficient",
    "majority",
    "about",
    "kept",
    "superiority_margin",
)
# what came later enters a fingerprint only where it is declared to be something else
LATER = {"vast_majority": 0.75, "adjust": "none"}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Protocol:
    """Thresholds, levels and margins that a verdict is held to.

    Publish the `fingerprint` before the data are opened: it changes with what is declared.

    Parameters
    ----------
    confidence_level : float, optional
        Of the interval that decides every claim, whatever its direction, between 0.5 and 1: where
        the truth is on a claim's edge, "supported" comes in at most half of the rest. Default:
        0.95.
    power : float, optional
        With which a proposed study should settle a question, between 0 and 1. Default: 0.8.
    agreement : float, optional
        Share of double inspections that must give the same decision for judgements to be called
        consistent, between 0 and 1. Default: 0.8.
    coefficient : float, optional
        The chance-corrected coefficient that is needed as well, in every table that a publication
        allows, between 0 and 1. Default: 0.6.
    majority : float, optional
        Share above which "most" is true, between 0 and 1. Default: 0.5.
    about : float, optional
        How far a share may lie from a published "about", between 0 and 1. Default: 0.05.
    kept : float, optional
        Share of short inspections that must leave the grade no lower, between 0 and 1. Default:
        0.8.
    superiority_margin : float, optional
        How far the relative effect of two groups (the chance that one's grade is the higher, a
        tie counted half) may lie from one half and still count as alike, between 0 and 0.5.
        Default: 0.1.
    vast_majority : float, optional
        Share above which "the vast majority" is true, between 0 and 1. Default: 0.75.
    adjust : {"none", "holm"}, optional
        Whether the claims of a report share one error: with "holm" any of them is wrongly
        supported or contradicted, at its edge, in at most the error of one. Default: "none".
    schema : {2, 1}, optional
        The rules by which the numbers are read. Schema 1, of texts that name none, judges margins
        by an interval of level 1 - 2 (1 - `confidence_level`) and knows no later number. Default:
        2.

    Raises
    ------
    TypeError
        If one is not a number.
    ValueError
        If a number is outside its range, `adjust` or `schema` is unknown, or schema 1 is to hold
        what came later.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.Protocol(agreement=0.9).fingerprint[:8]
    'd20d59a3'
    >>> ilr.Protocol(agreement=0.9, schema=1).fingerprint[:8]
    '4805f35b'
    """

    confidence_level: float = 0.95
    power: float = 0.8
    agreement: float = 0.8
    coefficient: float = 0.6
    majority: float = 0.5
    about: float = 0.05
    kept: float = 0.8
    superiority_margin: float = 0.1
    vast_majority: float = 0.75
    adjust: Adjust = "none"
    schema: int = 2

    def __post_init__(self) -> None:
        check_option(self.adjust, ("none", "holm"), "adjust")
        object.__setattr__(self, "schema", check_count(self.schema, "schema"))
        if self.schema not in SCHEMAS:
            raise ValueError(f"`schema` must be one of {SCHEMAS}, but got {told(self.schema)}.")
        for name in (*NUMBERS, "vast_majority"):
            value = getattr(self, name)
            top = 0.5 if name == "superiority_margin" else 1.0
            # claims within margins ask for an interval of level 1 - 2 (1 - confidence_level)
            least = 0.5 if name == "confidence_level" else 0.0
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise TypeError(f"`{name}` must be a number, but got {reprlib.repr(value)}.")
            if not least < value < top:
                raise ValueError(
                    f"`{name}` must be between {least:g} and {top:g}, but got {_shown(value)}."
                )
            object.__setattr__(self, name, float(value))
        later = [name for name, usual in LATER.items() if getattr(self, name) != usual]
        if self.schema == 1 and later:
            raise ValueError(f"`schema` must be 2 where `{later[0]}` is declared, but got 1.")

    @classmethod
    def from_toml(cls, text: str) -> Protocol:
        r"""Read a protocol from TOML text.

        Parameters
        ----------
        text : str
            A table of the parameters' names and values; those left out keep their defaults. A text
            that names no `schema` is of schema 1, as all texts once were.

        Returns
        -------
        Protocol
            The protocol.

        Raises
        ------
        TypeError
            If `text` is not a string, or what is declared is not a number.
        ValueError
            If the text is not TOML, a name is unknown, or a number is outside its range.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.Protocol.from_toml("schema = 2\nagreement = 0.9").agreement
        0.9
        """
        given = {"schema": 1} | read_toml(text, "protocol")
        known = tuple(field.name for field in fields(cls))
        for name in given:
            if name not in known:
                raise ValueError(
                    f"`text` declares {reprlib.repr(name)}, which is not one of {known}."
                )
        return cls(**given)

    def to_toml(self) -> str:
        """Write the protocol as TOML text.

        Returns
        -------
        str
            The canonical text: the schema, one line a number in the order of the parameters, and
            what later versions added where it is not the default.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> print(ilr.Protocol().to_toml().splitlines()[0])
        schema = 2
        """
        return "".join(f"{name} = {_toml(value)}\n" for name, value in self._declared())

    to_dict = as_dict

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical text, in hexadecimal."""
        return hashlib.sha256(self.to_toml().encode()).hexdigest()

    def level_of(self, direction: str) -> float:
        """Return the level of the interval that decides a claim of some direction.

        Parameters
        ----------
        direction : str
            Of the claim.

        Returns
        -------
        float
            The `confidence_level`; in schema 1 that of two one-sided tests for margins.
        """
        by_margins = self.schema == 1 and direction == "within"
        return 1 - 2 * (1 - self.confidence_level) if by_margins else self.confidence_level

    def _declared(self) -> list[tuple[str, Any]]:
        first = [("schema", self.schema)] if self.schema > 1 else []
        later = [name for name, usual in LATER.items() if getattr(self, name) != usual]
        return first + [(name, getattr(self, name)) for name in (*NUMBERS, *later)]

    def _items(self) -> list[tuple[str, Any]]:
        return [(field.name, getattr(self, field.name)) for field in fields(self)]

    def __repr__(self) -> str:
        inside = ", ".join(
            f"{name}={value!r}" if isinstance(value, str) else f"{name}={significant(value, 12)}"
            for name, value in self._items()
        )
        return f"Protocol({inside})"

    def _repr_html_(self) -> str:
        return html_table(dict(self._items()) | {"fingerprint": self.fingerprint})


def as_protocol(protocol: Protocol | None) -> Protocol:
    """Return a protocol, the default one where none is given.

    Parameters
    ----------
    protocol : Protocol or None
        What was given.

    Returns
    -------
    Protocol
        The protocol.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if protocol is not None and not isinstance(protocol, Protocol):
        raise TypeError(f"`protocol` must be a Protocol, but got {type(protocol).__name__}.")
    return protocol or Protocol()


def _toml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _shown(value: float) -> str:
    # the digits of a very long number are not shown, and of some cannot be
    long = isinstance(value, int) and abs(value) >= 10**20
    return "a whole number of more than 20 digits" if long else str(value)
