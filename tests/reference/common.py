"""Shared by the Python scripts of this directory; the counterpart of common.R.

Run every script from this directory, for example
    python krippendorff_agreement.py > krippendorff_agreement.json
Inside a call, `counts`, `ratings` (units x raters, nan where missing), `distribution` and `labels`
are those of the named table of tables.json; `ratings` of a two-rater count table are its units. For
tables of groups, `x` and `y` are the grades (1 = first label) of the first and the second group.
"""

import json
import warnings
from pathlib import Path

import numpy as np

TABLES = json.loads((Path(__file__).parent / "tables.json").read_text())
_recorded = []


def inputs_of(name):
    """Arrays of one named table."""
    if name is None:
        return {}
    table = dict(TABLES[name])
    for key in ("counts", "distribution"):
        if key in table:
            table[key] = np.array(table[key])
    if "groups" in table:
        grades = np.arange(1, table["counts"].shape[-1] + 1)
        if table["counts"].ndim == 2:
            table["x"], table["y"] = (np.repeat(grades, row) for row in table["counts"][:2])
    elif "ratings" in table:
        table["ratings"] = np.array(table["ratings"], dtype=float)
    elif "counts" in table and table["counts"].ndim == 2 and len(set(table["counts"].shape)) == 1:
        cells = np.argwhere(table["counts"] > 0)
        repeats = table["counts"][table["counts"] > 0]
        table["ratings"] = np.repeat(cells + 1, repeats, axis=0).astype(float)
    return table


def _plain(value):
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(v) for v in value]
    if isinstance(value, (np.floating, np.integer, np.bool_)):
        return value.item()
    return value


def case(name, data, call, pick, names):
    """Evaluate `call` on the named table and keep what `pick` takes from its result."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            values = pick(eval(call, names | inputs_of(data)))
    except Exception as error:  # a refusal is a result worth keeping
        values = {"error": f"{type(error).__name__}: {error}"}
    _recorded.append({"id": name, "data": data, "call": call, "values": _plain(values)})


def emit(program, version, made_by):
    """Print every case as one JSON document, one case a line."""
    head = {"program": program, "version": version, "made_by": made_by}
    lines = [f"{json.dumps(k)}: {json.dumps(v)}," for k, v in head.items()]
    body = ",\n".join(json.dumps(c) for c in _recorded)
    print("{", *lines, '"cases": [', body, "]", "}", sep="\n")
