"""A planned study as TOML text: what is declared before the first inspection, and read again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from ilacs_reliability._checks.arguments import is_whole, told
from ilacs_reliability.claims.outcomes import OUTCOMES
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.claims.toml_reading import read_toml

OPTIONS = ("n_raters", "n_units", "n_ratings", "cost", "chance")
# said of each claim, whatever it is
ALWAYS = ("statement", "kind", "coefficient", "weights", "threshold", "direction")
FIELDS = (*ALWAYS, "confidence_level", "floor")


def study_text(design: Any) -> str:
    """Return the text of a design, with all that it holds."""
    head = {
        "raters": design.n_raters,
        "cost": design.cost,
        "chance": design.chance,
        "wrong": design.wrong,
        "resamples": design.n_resamples,
    }
    lines = ["[study]", *_entries(head)]
    lines += ["", "[study.units]", *_entries(design.n_units)]
    lines += ["", "[study.rated_by_all]", *_entries(design.n_rated)]
    for claim in design.declared:
        settled = {"settled_by": design.claims[claim.statement]}
        lines += ["", "[[claims]]", *_entries(_declared(claim) | settled)]
    for row in design.options:
        known = {name: value for name, value in row.items() if value is not None}
        lines += ["", "[[options]]", *_entries(known)]
    return "\n".join(lines) + "\n"


def _declared(claim: Claim) -> dict[str, Any]:
    said = {field.name: (getattr(claim, field.name), field.default) for field in fields(Claim)}
    return {
        name: value for name, (value, usual) in said.items() if name in FIELDS or value != usual
    }


def _entries(named: Mapping[str, Any]) -> Iterator[str]:
    for name, value in named.items():
        key = name if name.isascii() and name.isidentifier() else _written(name)
        yield f"{key} = {_written(value)}"


def _written(value: Any) -> str:
    # texts, numbers and lists are written alike in JSON and TOML but for one character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def design_of(text: object) -> dict[str, Any]:
    """Return the fields of the design that a text holds."""
    given = read_toml(text, "study")
    study, rows = _table(given, "study"), _tables(given, "claims")
    settled = [row.pop("settled_by", "") for row in rows]
    if not rows or any(one not in OUTCOMES for one in settled):
        raise ValueError(f"`text` must say `settled_by`, one of {OUTCOMES}, of each claim.")
    claims = tuple(map(_claim, rows))
    return {
        "declared": claims,
        "n_raters": _number(study, "raters", whole=True),
        "n_units": _counts(study, "units"),
        "n_rated": _counts(study, "rated_by_all"),
        "cost": _number(study, "cost"),
        "chance": _number(study, "chance"),
        "wrong": _number(study, "wrong"),
        "claims": {one.statement: said for one, said in zip(claims, settled, strict=True)},
        "options": tuple(
            {name: row.get(name) for name in OPTIONS} for row in _tables(given, "options")
        ),
        "n_resamples": _number(study, "resamples", whole=True),
    }


def _claim(row: Mapping[str, Any]) -> Claim:
    known = tuple(field.name for field in fields(Claim))
    for name in row:
        if name not in known:
            raise ValueError(f"`text` says {told(name)} of a claim, which is not one of {known}.")
    for name in ("statement", "kind", "threshold"):
        if name not in row:
            raise ValueError(f"`text` must say `{name}` of each claim.")
    bar = row["threshold"]
    return Claim(**{**row, "threshold": tuple(bar) if isinstance(bar, list) else bar})


def _table(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = given.get(name)
    if not isinstance(found, dict):
        raise ValueError(f"`text` must hold a table `{name}`, but got {told(found)}.")
    return found


def _tables(given: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = given.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError(f"`text` must hold tables `{name}`, but got {told(found)}.")
    return [dict(one) for one in found]


def _counts(study: Mapping[str, Any], name: str) -> dict[str, int]:
    table = _table(study, name)
    return {stratum: _number(table, stratum, whole=True) for stratum in table}


def _number(table: Mapping[str, Any], name: str, *, whole: bool = False) -> Any:
    value: Any = table.get(name)
    right = is_whole(value) if whole else isinstance(value, (int, float)) and value is not True
    if not right or not value >= 0:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"`text` must give `{name}` as {kind} from 0, but got {told(value)}.")
    return value
