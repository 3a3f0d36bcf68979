"""Units that several columns name together, such as a school and a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ilacs_reliability._data.engines import collect, read_frame, refuse_missing
from ilacs_reliability._data.keys import Column

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

# what may stand between two names: the first that none of them holds
BETWEEN = (", ", " | ", " / ", "\x1f")


def with_one_unit(frame: IntoFrame, unit: Any) -> tuple[Any, Column]:
    """Join the columns of a unit where they are several.

    Parameters
    ----------
    frame : dataframe or lazy frame
        Anything that narwhals knows.
    unit : str or list of str
        The column of units, or those that name a unit together.

    Returns
    -------
    frame : dataframe or lazy frame
        The same, with one more column where there are several.
    unit : str
        The column of units.

    Raises
    ------
    ValueError
        If there is no column, one is absent or there twice, or a value is missing.
    """
    if not isinstance(unit, (list, tuple)):
        return frame, unit
    if len(unit) < 2:
        if not unit:
            raise ValueError("`unit` must name a column or more, but is empty.")
        return frame, unit[0]
    import narwhals as nw

    columns = [("unit", column) for column in unit]
    source = read_frame(frame, columns)
    refuse_missing(source, columns)
    name = " and ".join(map(str, unit))
    while name in source.schema:
        name = f"unit {name}"
    texts = [nw.col(column).cast(nw.String) for column in unit]
    holds = [
        nw.any_horizontal(
            *(text.str.contains(one, literal=True) for text in texts), ignore_nulls=True
        )
        .any()
        .alias(f"{place}")
        for place, one in enumerate(BETWEEN)
    ]
    found = [flag for [flag] in collect(source.rows.select(*holds))]
    between = BETWEEN[found.index(False)] if False in found else "\x1e"
    rows = source.rows if source.held is None else source.held
    joined = rows.with_columns(nw.concat_str(texts, separator=between).alias(name))
    return nw.to_native(joined), name
