"""Stored results of other programs, read from `tests/reference/`."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "reference"


@cache
def _read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of one stored file, each with its data filled in.

    Parameters
    ----------
    name : str
        File name without `.json`, for example ``"irr_agreement"``.

    Returns
    -------
    list of dict
        Each has `id`, `call`, `values` and `data`. `data` is the entry of `tables.json` the call
        was made on (`counts`, `ratings` or `distribution`, with `labels` and `source`), or None.
        A case the program refused has its message as ``values["error"]``.
    """
    tables = _read("tables")
    return [
        case | {"data": tables[case["data"]] if case["data"] else None, "table": case["data"]}
        for case in _read(name)["cases"]
    ]


def case(name: str, identifier: str) -> dict[str, Any]:
    """Return the one case of a file with this identifier."""
    (found,) = (entry for entry in cases(name) if entry["id"] == identifier)
    return found
