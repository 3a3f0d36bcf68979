"""Dataframes of every library, long and wide, with the columns that functions ask for."""

from fuzzing.draws import Draw, text
from fuzzing.inputs import scale

COLUMNS = {
    "unit": "unit",
    "rater": "who",
    "grade": "grade",
    "group": "kind",
    "stratum": "region",
    "frequency": "times",
    "cluster": "region",
    "before": "first",
    "after": "second",
    "date": "when",
    "framework": "kind",
}
GAPS = ("None", "None", "nan", "''", "pd.NA", "'nobody'")
NOT_COLUMNS = ("'absent'", "None", "0", "'grade'", "['unit']", "('unit',)", "nan", "pl.col('unit')")


def frame(draw: Draw) -> str:
    """A frame in which each row is a rating, or a unit with two gradings."""
    draw.names = ("first", "second", "third")[: draw.whole(1, 3)]
    declared = draw.data = scale(draw, draw.whole(1, 5))
    n_units, long = draw.whole(0, 8), draw.chance(0.5)
    units = [k for k in range(n_units) for _ in (draw.names if long else "x")]
    who = [name for _ in range(n_units) for name in (draw.names if long else ("Ann",))]
    cells = {
        "unit": [_odd(draw, repr(f"u{k}"), 0.005) for k in units],
        "who": [_odd(draw, repr(name), 0.005) for name in who],
        "grade": [_grade(draw) for _ in units],
        "kind": [_odd(draw, draw.one("'short'", "'standard'"), 0.01) for _ in units],
        "region": [_odd(draw, f"'r{k % 3}'", 0.005) for k in units],
        "when": [
            _odd(draw, repr(f"20{10 + k % 7}-03-0{1 + k % 2}"), 0.005) for k, _ in enumerate(units)
        ],
        "times": [_odd(draw, str(1 + k % 4), 0.005) for k in units],
        **{name: [_grade(draw) for _ in units] for name in ("first", "second", "third")},
    }
    assert declared
    listed = ", ".join(f"{name!r}: [{', '.join(column)}]" for name, column in cells.items())
    return _of_a_library(draw, f"{{{listed}}}")


def _odd(draw: Draw, usual: str, share: float) -> str:
    return draw.one(*GAPS) if draw.chance(share) else usual


def _grade(draw: Draw) -> str:
    return _odd(draw, draw.one(*draw.grades), draw.one(0.0, 0.05))


def _of_a_library(draw: Draw, columns: str) -> str:
    return draw.one(
        f"pd.DataFrame({columns})",
        f"pd.DataFrame({columns}).convert_dtypes()",
        f"pd.DataFrame({columns}).astype('category')",
        f"pd.DataFrame({columns}, dtype=object)",
        f"pd.DataFrame({columns}).set_index('unit', drop=False)",
        # what pandas calls missing is an object to polars, which panics at it
        f"pl.DataFrame({columns}, strict=False)".replace("pd.NA", "None"),
        f"pl.DataFrame({columns}, strict=False).lazy()".replace("pd.NA", "None"),
        f"arrow({columns})",
        f"nw.from_native(pl.DataFrame({columns}, strict=False))".replace("pd.NA", "None"),
        columns,
    )


def column(draw: Draw, argument: str) -> str:
    if draw.chance(0.03):
        return draw.one(*NOT_COLUMNS)
    return repr(COLUMNS[argument])


def rater_columns(draw: Draw) -> str:
    return text(list(draw.names)) if draw.chance(0.95) else draw.one("'first'", "[]", "['who', 3]")
