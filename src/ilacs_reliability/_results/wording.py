"""How sentences, tables and records write numbers and names: never as what they are not."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from typing import Any

# rounding moves a sum of shares by less than this
NOISE = 1e-12
# more decimals than this are no longer read
MOST_DECIMALS = 9
# counts beyond this are written in powers of ten
LARGEST_COUNT = 1e15
# names beyond this many are only counted
MOST_NAMED = 4


def fixed(value: Any, decimals: int = 3, *, edge: float = 1.0) -> str:
    """Write a number with decimals: more of them where it would read as a bound it does not reach.

    Parameters
    ----------
    value : float
        The number.
    decimals : int, optional
        Digits after the point. Default: 3.
    edge : float, optional
        The bound, beside 0: 1 for a share or a coefficient, 100 for per cent. Default: 1.

    Returns
    -------
    str
        Such as "0.750"; "0.99998", since it is not 1; "0.000" for 0 and for what rounding leaves
        of it.

    Examples
    --------
    >>> from ilacs_reliability._results.wording import fixed
    >>> fixed(0.75), fixed(0.99998), fixed(1.0), fixed(-1e-17)
    ('0.750', '0.99998', '1.000', '0.000')
    """
    number = float(value)
    if not math.isfinite(number):
        return f"{number:g}"
    if abs(number) >= 1e7:
        return f"{number:.{decimals + 1}g}"
    nearest = min((0.0, edge, -edge), key=lambda bound: abs(number - bound))
    distance = abs(number - nearest)
    if distance < NOISE * edge:
        return f"{nearest or 0.0:.{decimals}f}"
    for digits in range(decimals, MOST_DECIMALS + 1):
        shown = f"{number:.{digits}f}"
        if float(shown) != nearest:
            return shown
    return f"{number:.1e}" if nearest == 0 else f"{number:.12g}"


def percent(share: Any, decimals: int = 1) -> str:
    """Write a share as per cent.

    Parameters
    ----------
    share : float
        Between 0 and 1.
    decimals : int, optional
        Digits after the point. Default: 1.

    Returns
    -------
    str
        Such as "42.9%"; "99.998%" and "0.0003%" where fewer digits would say all or none.

    Examples
    --------
    >>> from ilacs_reliability._results.wording import percent
    >>> percent(3 / 7), percent(0.99998), percent(1.0, 0)
    ('42.9%', '99.998%', '100%')
    """
    return f"{fixed(100 * float(share), decimals, edge=100.0)}%"


def level(confidence_level: float) -> str:
    """Write a confidence level.

    Parameters
    ----------
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    str
        Such as "95%", to four significant digits, more where fewer would make it 100%.

    Examples
    --------
    >>> from ilacs_reliability._results.wording import level
    >>> level(0.95), level(0.9833333), level(0.9999999)
    ('95%', '98.33%', '99.99999%')
    """
    percents = 100 * float(confidence_level)
    digits = (f"{percents:.{digits}g}" for digits in range(4, 17))
    return f"{next((said for said in digits if said not in ('100', '1e+02')), '100')}%"


def together(*values: Any, decimals: int = 3, edge: float = 1.0) -> tuple[str, ...]:
    """Write an estimate and its limits, with as many digits as it takes to tell them apart.

    Parameters
    ----------
    *values : float
        The numbers.
    decimals : int, optional
        Digits after the point where these suffice. Default: 3.
    edge : float, optional
        As in `fixed`.

    Returns
    -------
    tuple of str
        One for each number.

    Examples
    --------
    >>> from ilacs_reliability._results.wording import together
    >>> together(0.8, 0.7, 0.9), together(0.8, 0.79996, 0.80004)
    (('0.800', '0.700', '0.900'), ('0.80000', '0.79996', '0.80004'))
    """
    numbers = [float(value) for value in values]
    n_distinct = len({f"{number:.{MOST_DECIMALS}f}" for number in numbers})
    for digits in range(decimals, MOST_DECIMALS + 1):
        shown = tuple(fixed(number, digits, edge=edge) for number in numbers)
        if len(set(shown)) >= n_distinct or any(1e6 < abs(x) < math.inf for x in numbers):
            break
    return shown


def with_interval(
    value: Any, low: Any, high: Any, *, says: str = "95% interval", how: str = ""
) -> str:
    """Write an estimate with its interval.

    Parameters
    ----------
    value, low, high : float
        The estimate and its limits.
    says : str, optional
        What comes before the limits. Default: "95% interval".
    how : str, optional
        How they were found, which follows them. Default: not said.

    Returns
    -------
    str
        Such as "0.750 (95% interval 0.194 to 0.994)".

    Examples
    --------
    >>> from ilacs_reliability._results.wording import with_interval
    >>> with_interval(0.75, 0.194, 0.994)
    '0.750 (95% interval 0.194 to 0.994)'
    """
    shown, lower, upper = together(value, low, high)
    between = f"{says} {lower} to {upper}".lstrip()
    return f"{shown} ({between}{', ' if how else ''}{how})"


def significant(value: Any, digits: int = 4) -> str:
    """Write a number of any size to some significant digits.

    Parameters
    ----------
    value : float
        The number.
    digits : int, optional
        Significant digits, more where fewer would make it 1 or -1. Default: 4.

    Returns
    -------
    str
        Such as "0.7143"; whole numbers in full.

    Examples
    --------
    >>> from ilacs_reliability._results.wording import significant
    >>> significant(5 / 7), significant(0.999999), significant(1438500.0)
    ('0.7143', '0.999999', '1438500')
    """
    number = float(value)
    if abs(number) < NOISE * NOISE:
        return "0"
    if number.is_integer() and abs(number) < LARGEST_COUNT:
        return f"{int(number)}"
    if abs(abs(number) - 1) < NOISE:
        return f"{number:.0f}"
    for more in range(digits, 12):
        shown = f"{number:.{more}g}"
        if abs(float(shown)) != 1:
            return shown
    return f"{number:.13g}"


def whole(number: Any, *, mark: str = ",") -> str:
    """Write a count in full.

    Parameters
    ----------
    number : float
        How many; fractions where units are weighted.
    mark : str, optional
        What stands between thousands. Default: a comma.

    Returns
    -------
    str
        Such as "1,438,500" or "2.5".

    Examples
    --------
    >>> from ilacs_reliability._results.wording import whole
    >>> whole(1438500), whole(2.5), whole(1438500, mark="")
    ('1,438,500', '2.5', '1438500')
    """
    count = float(number)
    if not math.isfinite(count) or abs(count) >= LARGEST_COUNT:
        return f"{count:g}"
    if count.is_integer():
        return f"{int(count):,}".replace(",", mark)
    return f"{count:,.6g}".replace(",", mark) if abs(count) < 1e6 else f"{round(count, 1):,}"


def counted(number: Any, thing: str, things: str = "") -> str:
    """Write how many there are of a thing.

    Parameters
    ----------
    number : float
        How many.
    thing : str
        One of them.
    things : str, optional
        Several of them. Default: `thing` with an "s".

    Returns
    -------
    str
        Such as "1 unit", "1,200 units" or "2 strata".

    Examples
    --------
    >>> from ilacs_reliability._results.wording import counted
    >>> counted(1, "unit"), counted(1200, "unit"), counted(2, "stratum", "strata")
    ('1 unit', '1,200 units', '2 strata')
    """
    return f"{whole(number)} {thing if number == 1 else things or f'{thing}s'}"


def left_out(
    number: Any, why: str, thing: str = "unit", *, since: str = "", things: str = ""
) -> tuple[str, ...]:
    """Say how many units do not enter.

    Parameters
    ----------
    number : float
        The units.
    why : str
        What they lack.
    thing : str, optional
        One of them, where that is no unit.
    since, things : str, optional
        Why that keeps them out, of one and of several.

    Returns
    -------
    tuple of str
        One note, or none where there is none.

    Examples
    --------
    >>> from ilacs_reliability._results.wording import left_out
    >>> left_out(1, "without a grade"), left_out(0, "without a grade")
    (('1 unit without a grade does not enter.',), ())
    """
    if not number:
        return ()
    does, reason = ("does", since) if number == 1 else ("do", things or since)
    return (f"{counted(number, thing)} {why} {does} not enter{reason}.",)


def set_aside(number: Any, why: str) -> tuple[str, ...]:
    """Say of how many units a study was made smaller, before anything was asked of it.

    Parameters
    ----------
    number : float
        The units.
    why : str
        What they are or lack.

    Returns
    -------
    tuple of str
        One note, or none where there is none.
    """
    return (f"Left out: {counted(number, 'unit')} {why}.",) if number else ()


def p_phrase(p_value: float) -> str:
    """Write a p-value for a sentence.

    Parameters
    ----------
    p_value : float
        Between 0 and 1.

    Returns
    -------
    str
        "p = 0.031", "p < 0.0001", or "p > 0.999" where it is not 1.

    Examples
    --------
    >>> from ilacs_reliability._results.wording import p_phrase
    >>> p_phrase(0.03125), p_phrase(1e-9), p_phrase(0.99996), p_phrase(1.0)
    ('p = 0.0312', 'p < 0.0001', 'p > 0.999', 'p = 1')
    """
    if p_value < 1e-4:
        return "p < 0.0001"
    shown = f"{p_value:.3g}"
    if shown == "1" and 1 - p_value > NOISE:
        return "p > 0.999"
    return f"p = {shown}"


def with_article(label: str) -> str:
    """Return what a sentence calls an estimate: "Cohen's kappa", but "the relative effect".

    Parameters
    ----------
    label : str
        Name of the estimate in words.

    Returns
    -------
    str
        The name, with "the" unless it begins with someone's name.
    """
    of_someone = label[:1].isupper() and ("'s " in label or "s' " in label)
    return label if of_someone else f"the {label}"


def sentence_start(label: str) -> str:
    """Return a label as a sentence begins with it.

    Parameters
    ----------
    label : str
        Name of the estimate in words.

    Returns
    -------
    str
        The label with its first letter as a capital.
    """
    return f"{label[:1].upper()}{label[1:]}"


def grade_name(label: Hashable) -> str:
    """Return what a sentence calls a grade.

    Parameters
    ----------
    label : hashable
        Its label.

    Returns
    -------
    str
        The label in quotation marks where it is a text.

    Examples
    --------
    >>> from ilacs_reliability._results.wording import grade_name
    >>> grade_name("good"), grade_name(2)
    ("'good'", '2')
    """
    return repr(str(label)) if isinstance(label, str) else str(label)


def as_said(label: Hashable) -> str:
    """Return a grade as a sentence says that a unit is of it.

    Parameters
    ----------
    label : hashable
        Its label.

    Returns
    -------
    str
        The label, or "grade 2" where it is no text.

    Examples
    --------
    >>> from ilacs_reliability._results.wording import as_said
    >>> as_said("good"), as_said(2)
    ('good', 'grade 2')
    """
    return label if isinstance(label, str) else f"grade {label}"


def listed(names: Iterable[object], most: int = MOST_NAMED) -> str:
    """Join names as a sentence does, those beyond the first few only counted.

    Parameters
    ----------
    names : iterable
        What to name.
    most : int, optional
        How many are named.

    Returns
    -------
    str
        Such as "a, b and c".

    Examples
    --------
    >>> from ilacs_reliability._results.wording import listed
    >>> listed("abc"), listed(range(9))
    ('a, b and c', '0, 1, 2, 3 and 5 more')
    """
    every = [str(name) for name in names]
    if len(every) > most + 1:
        every = [*every[:most], f"{len(every) - most} more"]
    return " and ".join(part for part in (", ".join(every[:-1]), *every[-1:]) if part)
