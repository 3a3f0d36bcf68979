"""Numbers of grades that carry labels: put in the order of the scale, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ilacs_reliability._checks.names import column_names, row_names, without_coordinates
from ilacs_reliability._data.arrays import refuse_mask, refuse_undeclared
from ilacs_reliability._data.scales import Scale, cells_in_order, codes_of_names

ALONE = "pass its values alone, worst first, as by `.to_numpy()`"


def in_grade_order(
    values: Any, scale: Scale | None, name: str, *, rows: bool = True, instead: str = ALONE
) -> Any:
    """Put what carries labels of grades in the order of the scale; leave the rest as it is.

    Parameters
    ----------
    values : series or mapping, dataframe, list of series, or anything else
        Something for each grade, or a table whose columns are grades.
    scale : Scale or None
        The grades; None where nobody declared any.
    name : str
        The argument's name.
    rows : bool, optional
        Whether the rows of a table are grades too. Default: true.
    instead : str, optional
        What an error says to do where there is no scale.

    Returns
    -------
    list, ndarray or the values themselves
        In the order of the scale.

    Raises
    ------
    TypeError
        As from `refuse_mask`.
    ValueError
        If labels are not the grades, or there is no scale and they do more than number places.
    """
    refuse_mask(values, name)
    if isinstance(values, (list, tuple)):
        if not any(map(_is_labelled, values)):
            return values
        return [in_grade_order(row, scale, name, instead=instead) for row in values]
    columns = column_names(values)
    if columns is None:
        return _listed(values, scale, name, instead)
    cells, down = np.asarray(values), row_names(values) if rows else None
    if scale is None:
        refuse_undeclared(down, f"rows of `{name}`", instead)
        refuse_undeclared(columns, f"columns of `{name}`", instead)
        return cells
    if rows:
        return cells_in_order(cells, (down, columns), scale, name)
    codes = codes_of_names(columns, scale, f"the columns of `{name}`")
    return cells if codes is None else cells[:, np.argsort(codes)]


def _is_labelled(row: object) -> bool:
    return isinstance(row, Mapping) or row_names(row) is not None


def _listed(values: Any, scale: Scale | None, name: str, instead: str) -> Any:
    mapped = isinstance(values, Mapping)
    labels, values = tuple(values) if mapped else row_names(values), without_coordinates(values)
    if labels is None:
        return values
    listed = list(values.values()) if mapped else list(values)
    if scale is None:
        refuse_undeclared(labels, f"labels of `{name}`", instead)
        return listed
    codes = codes_of_names(labels, scale, f"the labels of `{name}`")
    return listed if codes is None else [listed[place] for place in np.argsort(codes)]
