"""Random choices, and how a table of numbers is written in each form that people use."""

import math
import random
import signal
from collections.abc import Callable, Sequence

Rows = list[list[float]]
NUMPY_KINDS = ("int8", "uint8", "int16", "int32", "int64", "uint64", "float32", "float64", "object")

# of a processor that a call and what is looked at of its result may take
SECONDS = 10


def afresh() -> None:
    """Give what comes next the whole of its time, where time is taken."""
    if signal.getitimer(signal.ITIMER_PROF)[0]:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)


class Draw(random.Random):
    """A seeded source of Python text, and what the text drawn so far speaks of."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.grades: Sequence[str] = ("1", "2")
        self.groups: Sequence[str] = ()
        self.numbered = True
        self.names: Sequence[str] = ("first", "second")
        self.data = ""
        self.shape = (2, 2)
        self.purpose = ""
        self.calls = 0

    def count(self, calls: int = 1) -> None:
        """Count what is called next, and give it its own time."""
        self.calls += calls
        afresh()

    def one(self, *options):
        return options[int(self.random() * len(options))]

    def chance(self, share: float) -> bool:
        return self.random() < share

    def whole(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low + 1))

    def weighted(self, options):
        """Choose among (share, thing) pairs."""
        mark = self.random() * sum(share for share, _ in options)
        for share, thing in options:
            mark -= share
            if mark < 0:
                return thing
        return options[-1][1]


def text(value) -> str:
    """Write a value so that Python reads it back."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(text, value))}]"
    return repr(value)


def written(draw: Draw, rows: Rows) -> str:
    """Write a table of numbers as a list, a tuple, an array of any kind or order, or a frame."""
    return draw.weighted(FORMS)(draw, rows)


def _fitting(draw: Draw, rows: Rows) -> str:
    numbers = [x for row in rows for x in (row if isinstance(row, list) else [row])]
    flat = [x for y in numbers for x in (y if isinstance(y, list) else [y])]
    if any(x != x for x in flat):
        return draw.one("float32", "float64", "float64", "object")
    low, high = min(flat, default=0), max(flat, default=0)
    fits = ["float64", "object"]
    if any(x % 1 for x in flat):
        return draw.one(*fits)
    sizes = {"int8": 2**7, "uint8": 2**8, "int16": 2**15, "int32": 2**31, "int64": 2**63}
    fits += [kind for kind, size in sizes.items() if high < size and low >= -(size // 2)]
    fits += ["float32"] if high < 2**24 else []
    return draw.one(*(kind for kind in fits if low >= 0 or kind != "uint8"))


def _as_list(draw: Draw, rows: Rows) -> str:
    return text(rows)


def _as_tuple(draw: Draw, rows: Rows) -> str:
    return f"tuple(map(tuple, {text(rows)}))"


def _as_array(draw: Draw, rows: Rows) -> str:
    order = draw.one("", "", ", order='F'")
    return f"np.array({text(rows)}, dtype={_fitting(draw, rows)!r}{order})"


def _as_strange_array(draw: Draw, rows: Rows) -> str:
    array = f"np.array({text(rows)})"
    return draw.one(
        f"frozen({array})",
        f"{array}.repeat(2, axis=0)[::2]",
        f"{array}[::-1][::-1]",
        f"{array}.astype('>f8')",
        f"[np.array(row) for row in {text(rows)}]",
    )


def _as_frame(draw: Draw, rows: Rows) -> str:
    ragged = len({len(row) for row in rows}) != 1
    if ragged or any(isinstance(x, list) for row in rows for x in row):
        return text(rows)
    width = len(rows[0])
    columns = draw.one([f"c{j}" for j in range(width)], list(range(width)))
    named = {str(name): [row[j] for row in rows] for j, name in enumerate(columns)}
    columns_as_text = ", ".join(f"{name!r}: {text(cells)}" for name, cells in named.items())
    return draw.one(
        f"pd.DataFrame({text(rows)})",
        f"pd.DataFrame({text(rows)}, columns={columns})",
        f"pl.DataFrame({{{columns_as_text}}}, strict=False)",
        f"pa.table({{{columns_as_text}}})",
    )


FORMS: Sequence[tuple[float, Callable[[Draw, Rows], str]]] = (
    (10, _as_list),
    (2, _as_tuple),
    (6, _as_array),
    (1, _as_strange_array),
    (1, _as_frame),
)


def level(draw: Draw) -> str:
    """A confidence level: usual, or close to an end."""
    usual = draw.one(0.95, 0.95, 0.9, 0.99, 0.8, 0.5)
    return repr(draw.one(usual, usual, 0.1, 1e-3, 1e-9, 1 - 1e-9, 0.001 + 0.998 * draw.random()))


# what is hardly ever a right argument, whatever the argument is
ALIENS = (
    "None",
    "True",
    "False",
    "0",
    "-1",
    "1",
    "2",
    "3.7",
    "0.5",
    "nan",
    "inf",
    "-inf",
    "10**400",
    "-(10**400)",
    "2**63",
    "1e-320",
    "1e308",
    "1j",
    "Fraction(1, 3)",
    "Decimal('0.5')",
    "Decimal('nan')",
    "'zzz'",
    "''",
    "'exact'",
    "' good '",
    "'x' * 5000",
    "'\\x00'",
    "b'good'",
    "[]",
    "{}",
    "()",
    "set()",
    "{1, 2}",
    "frozenset({1})",
    "[1]",
    "[1, 2]",
    "['a', 'b']",
    "[[]]",
    "[[1], [2]]",
    "[[1, 2], [3]]",
    "[[[1, 2], [3, 4]]]",
    "[[[1, 2]], [[3]]]",
    "[[0, 0], [0, 0]]",
    "[['a', 'b'], ['b', 'a']]",
    "[[1, 'a'], [None, 2.5]]",
    "[None, None]",
    "[[None, None], [None, None]]",
    "[[nan, nan], [nan, nan]]",
    "[[inf, 1], [1, 0]]",
    "[[-1, 2], [3, 4]]",
    "[[0.5, 2], [3, 4]]",
    "[[2**53, 1], [1, 2**53]]",
    "[[10**400, 1], [1, 1]]",
    "[[True, False], [False, True]]",
    "[[1j, 1], [1, 1]]",
    "[[Decimal(1), Decimal(2)], [Decimal(2), Decimal(1)]]",
    "[[Fraction(1), Fraction(2)], [Fraction(2), Fraction(1)]]",
    "[[[1], 2], [3, 4]]",
    "[[{}, 2], [3, 4]]",
    "[set(), set()]",
    "{'a': 1}",
    "{'a': [1, 2], 'b': [2, 1]}",
    "{1: 'a'}",
    "{'a': nan, 'b': None}",
    "object()",
    "object",
    "int",
    "len",
    "np",
    "print",
    "lambda anything: anything",
    "lambda: 1",
    "range(2)",
    "iter([1, 2])",
    "(x for x in [1, 2])",
    "map(int, '12')",
    "np.array(3)",
    "np.array(0.5)",
    "np.array([])",
    "np.array([1, 2])",
    "np.array([0.5, nan])",
    "np.array(['a', 'b'])",
    "np.array([None, 1], dtype=object)",
    "np.array([[1, 2], [2, 1]], dtype='float16')",
    "np.array([[1, 2], [2, 1]], dtype='M8[D]')",
    "np.array([[1, 2], [2, 1]], dtype='m8[s]')",
    "np.array([[1, 2], [2, 1]], dtype=complex)",
    "np.array([[1, 2], [2, 1]], dtype=bool)",
    "np.array([['a', 'b'], ['b', 'a']])",
    "np.array([(1, 2)], dtype=[('a', int), ('b', int)])",
    "np.array([[1, 2], [2, 1]], dtype=np.longdouble)",
    "np.zeros((0, 2))",
    "np.zeros((2, 0))",
    "np.zeros((2, 2, 2, 2))",
    "np.ones((3, 3))",
    "np.eye(2)",
    "np.ma.masked_array([[1, 2], [2, 1]], [[0, 1], [0, 0]])",
    "np.matrix([[1, 2], [2, 1]])",
    "np.int8(1)",
    "np.float32(0.5)",
    "np.float64('nan')",
    "np.bool_(True)",
    "np.str_('exact')",
    "np.datetime64('2020-01-01')",
    "np.random.default_rng(1)",
    "np.random.RandomState(1)",
    "date(2020, 1, 1)",
    "pd.NA",
    "pd.NaT",
    "pd.Series([1, 2])",
    "pd.Series([1, 2], index=['b', 'a'])",
    "pd.Series(['a', 'b'], dtype='category')",
    "pd.Series([1, None], dtype='Int64')",
    "pd.DataFrame({'a': [1, 2], 'b': [2, 1]})",
    "pd.DataFrame({'a': [1, None], 'b': ['x', 'y']})",
    "pd.DataFrame([[1, 2]], columns=['a', 'a'])",
    "pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([('a', 1), ('b', 2)]))",
    "pd.DataFrame()",
    "pd.DataFrame({'a': [1, 2]})['a'].groupby([0, 1])",
    "pl.Series([1, 2])",
    "pl.DataFrame({'a': [1, 2], 'b': [2, 1]})",
    "pl.DataFrame({'a': [1, 2]}).lazy()",
    "pl.col('a')",
    "pa.table({'a': [1, 2], 'b': [2, 1]})",
    "pa.array([1, 2])",
    "ilr",
    "ilr.cohen_kappa",
    "ilr.Scale",
    "ilr.Scale([1, 2])",
    "ilr.OFSTED_SCALE",
    "ilr.Interval(0.1, 0.9)",
    "ilr.Protocol()",
    "ilr.percent_agreement([[1, 1], [2, 2], [1, 2]])",
    "ilr.ratings_from_codes([[0, 1], [1, 1]], scale=ilr.Scale([1, 2]))",
    "ilr.ratings_from_codes([[0, 1], [1, 1]], scale=ilr.Scale([1, 2])).with_frequencies([[1, 2]])",
    "ilr.ratings_from_counts([[2, 0], [1, 1]], scale=ilr.Scale([1, 2]))",
    "ilr.transitions_from_table([[3, 1], [2, 4]])",
    "ilr.grades_from_table([[3, 1], [2, 4]])",
    "ilr.sign_test([[3, 1], [2, 4]])",
    "ilr.unit_agreement([[1, 1], [2, 2], [1, 2]])",
    "ilr.specific_agreement([[1, 1], [2, 2], [1, 2]])",
)


def alien(draw: Draw) -> str:
    """A thing of a wrong kind or value."""
    return draw.one(*ALIENS)
