"""Reading the bundled tables; nothing is read at import and nothing is kept.

Readers of the standard library are imported where they read, to keep the import light.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sized
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.containers import FrozenMapping
from ilacs_reliability.datasets.dataset import Cell, Dataset, DatasetInfo, Expected

_CATALOGUES = ("records.toml", "published.toml", "second_reading.toml", "classic.toml")
_TABULATED = "tabulated.toml"
_TEXTS = ("title", "description", "source", "note", "url", "status", "licence")

T = TypeVar("T", bound=np.generic)
_Array: TypeAlias = npt.NDArray[np.int64] | npt.NDArray[np.float64]


def load_dataset(name: str) -> Dataset:
    """Load a bundled table.

    Parameters
    ----------
    name : str
        One of the names that `list_datasets` gives.

    Returns
    -------
    Dataset
        Its columns or arrays, with source, licence and the numbers known for it. Read anew
        at each call.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If there is no table of that name.

    See Also
    --------
    list_datasets : What there is, where it comes from and under what licence.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.load_dataset("cohen_1960").counts
    array([[88, 14, 18],
           [10, 40, 10],
           [ 2,  6, 12]])
    """
    if not isinstance(name, str):
        raise TypeError(f"`name` must be a string, but got {type(name).__name__}.")
    known: list[str] = []
    for file in _CATALOGUES:
        entries = _read_toml(file)
        if name in entries:
            return _dataset(name, entries[name])
        known.extend(entries)
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"`name` is {name!r}, which is not a bundled table.{hint} There are {known}.")


def load_several(names: Iterable[str]) -> dict[str, Dataset]:
    """Load bundled tables by their names, each file read once."""
    entries = _entries()
    return {name: _dataset(name, entries[name]) for name in names}


def _entries() -> dict[str, dict[str, Any]]:
    """Return the entry of every bundled table, with its tabulated numbers."""
    tabulated = _read_toml(_TABULATED)
    return {
        name: {**entry, **tabulated[name], "tabulated": False}
        if entry.get("tabulated", False)
        else entry
        for file in _CATALOGUES
        for name, entry in _read_toml(file).items()
    }


def list_datasets(*, holds: str | None = None) -> tuple[DatasetInfo, ...]:
    """Say what each bundled table is, where it comes from and under what licence.

    Parameters
    ----------
    holds : {"columns", "counts", "ratings", "frequencies"}, optional
        List only the tables that hold this. Default: all of them.

    Returns
    -------
    tuple of DatasetInfo
        One record for each table: first those made from the inspection records, then
        published figures, then a second reading of later reports, then classic tables from
        the literature on agreement.

    Raises
    ------
    ValueError
        If `holds` is none of the four.

    See Also
    --------
    load_dataset : Load one of them.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.list_datasets()[0].licence
    'Open Government Licence v3.0'
    >>> len(ilr.list_datasets(holds="ratings"))
    11
    """
    if holds is not None:
        check_option(holds, ("columns", "counts", "ratings", "frequencies"), "holds")
    found = (_dataset(name, entry).info for name, entry in _entries().items())
    return tuple(info for info in found if holds is None or holds in info.holds)


def _dataset(name: str, entry: Mapping[str, Any]) -> Dataset:
    if entry.get("tabulated", False):
        entry = {**entry, **_read_toml(_TABULATED)[name]}
    columns = _columns(entry)
    arrays = {part: read(entry[part]) for part, read in _ARRAYS.items() if part in entry}
    levels = {column: _distinct(cells) for column, cells in columns.items()}
    labels = tuple(entry.get("labels", ()))
    return Dataset(
        info=_info(name, entry, columns, arrays),
        columns=FrozenMapping(columns),
        levels=FrozenMapping(levels),
        arrays=FrozenMapping(arrays),
        labels=labels,
        row_labels=tuple(entry.get("row_labels", labels if "counts" in entry else ())),
        column_labels=tuple(entry.get("column_labels", labels if "counts" in entry else ())),
        expected=_expected(entry.get("expected", {})),
    )


def _info(
    name: str,
    entry: Mapping[str, Any],
    columns: Mapping[str, tuple[Cell, ...]],
    arrays: Mapping[str, _Array],
) -> DatasetInfo:
    parts: list[Sized] = [*columns.values(), *arrays.values()]
    texts = {key: " ".join(entry.get(key, "").split()) for key in _TEXTS}
    texts["source"] = ". ".join(filter(None, [texts["source"], texts.pop("note")]))
    return DatasetInfo(
        name=name,
        holds=(*(["columns"] if columns else []), *arrays),
        n_rows=len(parts[0]),
        **texts,
    )


def _columns(entry: Mapping[str, Any]) -> dict[str, tuple[Cell, ...]]:
    text = _read_text(entry["file"]) if "file" in entry else entry.get("columns", "")
    head, *rows = list(csv.reader(text.strip().splitlines(), skipinitialspace=True)) or [[]]
    kinds = dict.fromkeys(entry.get("integers", ()), int) | dict.fromkeys(
        entry.get("numbers", ()), float
    )
    cells = zip(*rows, strict=True)
    return {
        column: tuple(kinds.get(column, str)(cell) if cell else None for cell in values)
        for column, values in zip(head, cells, strict=True)
    }


def _counts(text: str) -> npt.NDArray[np.int64]:
    return _read_only(np.array([line.split() for line in text.strip().splitlines()], np.int64))


def _ratings(text: str) -> npt.NDArray[np.float64]:
    rows = [line.split() for line in text.strip().splitlines()]
    numbers = [["nan" if cell == "." else cell for cell in row] for row in rows]
    return _read_only(np.array(numbers, np.float64))


def _frequencies(text: str) -> npt.NDArray[np.int64]:
    return _read_only(np.array(text.split(), np.int64))


_ARRAYS: dict[str, Callable[[str], _Array]] = {
    "counts": _counts,
    "ratings": _ratings,
    "frequencies": _frequencies,
}


def _read_only(array: npt.NDArray[T]) -> npt.NDArray[T]:
    array.flags.writeable = False
    return array


def _distinct(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    return tuple(dict.fromkeys(cell for cell in cells if cell is not None))


def _expected(groups: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, Expected]]:
    return FrozenMapping(
        {
            group: FrozenMapping(
                {name: _number(text, given["by"]) for name, text in given.items() if name != "by"}
            )
            for group, given in groups.items()
        }
    )


def _number(text: str, by: str) -> Expected:
    tokens = text.split()
    values = tuple(float(Fraction(token)) for token in tokens)
    value = values[0] if len(values) == 1 else values
    return Expected(value, max(map(_half_a_digit, tokens)), by)


def _half_a_digit(token: str) -> float:
    _, point, digits = token.partition(".")
    return 0.5 * 10.0 ** -len(digits) if point else 0.0


def _read_toml(file: str) -> dict[str, dict[str, Any]]:
    """Read the tables of a file; what stands above the first holds for all of them."""
    import tomllib

    read = tomllib.loads(_read_text(file))
    shared = {key: value for key, value in read.items() if not isinstance(value, dict)}
    return {key: shared | value for key, value in read.items() if isinstance(value, dict)}


def _read_text(file: str) -> str:
    from importlib import resources

    return (resources.files("ilacs_reliability.datasets") / file).read_text(encoding="utf-8")
