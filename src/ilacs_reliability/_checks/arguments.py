"""What kind of thing an argument is: a number, an option, a listing, a mapping, a flag."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Real
from typing import Any, TypeGuard, TypeVar

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.containers import refuse_set

Kind = TypeVar("Kind")
# a longer repr than this hides the sentence that it stands in
LONGEST = 80


def told(value: object) -> str:
    """Return what an error says was given.

    Parameters
    ----------
    value : object
        What was given.

    Returns
    -------
    str
        Its repr, cut short; its kind where that has several lines or none can be had.
    """
    kind = type(value).__name__
    try:
        text = repr(value)
    except Exception:
        return f"a value of type {kind}"
    if "\n" in text:
        return f"a value of type {kind}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 20]}... of type {kind}"


@contextmanager
def naming(name: str, *, instead: str) -> Iterator[None]:
    """Let errors name the argument of the caller, not that of a function which it calls.

    Parameters
    ----------
    name, instead : str
        The argument that the user gave, and what the function that is called calls it.

    Yields
    ------
    None
        While the function is called.
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(str(error).replace(f"`{instead}`", f"`{name}`")) from None


def check_number(value: Any, name: str, *, finite: bool = True) -> float:
    """Return a single real number; raise where an argument is anything else.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name.
    finite : bool, optional
        Whether nan and the infinities are refused. Default: they are.

    Returns
    -------
    float
        The number.

    Raises
    ------
    TypeError
        If it is not a number, or is true or false.
    ValueError
        If it is not finite, or too large for a float.
    """
    single = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
    if not is_real(single):
        raise TypeError(f"`{name}` must be a number, but got {told(value)}.")
    try:
        number = float(single)
    except OverflowError:
        raise ValueError(f"`{name}` is too large for a number: {told(value)}.") from None
    if finite and not math.isfinite(number):
        raise ValueError(f"`{name}` must be a finite number, but got {told(value)}.")
    return number


def float_array(values: Any) -> npt.NDArray[np.float64]:
    """Return numbers as an array of floats, always a copy.

    Parameters
    ----------
    values : array_like
        What was given.

    Returns
    -------
    ndarray of float
        The numbers.

    Raises
    ------
    TypeError
        If any is text, which NumPy would read, a complex number or a time, or no number at all.
    ValueError
        If rows differ in length.
    OverflowError
        If a number is too large for a float.
    """
    array = np.asarray(values)
    cells = array.ravel().tolist() if array.dtype == object else ()
    if array.dtype.kind in "USmMc" or any(isinstance(cell, (str, bytes)) for cell in cells):
        raise TypeError("text, a complex number or a time is no number")
    return array.astype(np.float64)


def check_between(value: Any, name: str, low: float, high: float) -> float:
    """Return a number strictly between two others; raise where an argument is anything else.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name.
    low, high : float
        The bounds, which it may not reach.

    Returns
    -------
    float
        The number.

    Raises
    ------
    TypeError
        If it is not a number.
    ValueError
        If it is not strictly between the bounds.
    """
    number = check_number(value, name, finite=False)
    if not low < number < high:
        hint = _hint(number, low, high)
        raise ValueError(
            f"`{name}` must be between {low:g} and {high:g}, but got {told(value)}{hint}."
        )
    return number


def _hint(number: float, low: float, high: float) -> str:
    if number in (low, high):
        return f"; {low:g} and {high:g} themselves are excluded"
    is_percent = high == 1 < number <= 100
    return f"; write {number:g} % as {number / 100:g}" if is_percent else ""


def check_confidence_level(confidence_level: Any) -> float:
    """Return a confidence level; raise unless it lies strictly between 0 and 1.

    Parameters
    ----------
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    float
        The same.

    Raises
    ------
    TypeError
        If it is not a number.
    ValueError
        If it does not lie strictly between 0 and 1.
    """
    return check_between(confidence_level, "confidence_level", 0.0, 1.0)


def check_count(value: Any, name: str, *, least: int = 1) -> int:
    """Return a whole number; raise where an argument is anything else.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name.
    least : int, optional
        The smallest that makes sense. Default: 1.

    Returns
    -------
    int
        The number.

    Raises
    ------
    TypeError
        If it is not a whole number, or is true or false.
    ValueError
        If it is smaller.
    """
    kind = "a positive whole number" if least == 1 else "a whole number"
    if not is_whole(value):
        raise TypeError(f"`{name}` must be {kind}, but got {told(value)}.")
    if value < least:
        wanted = kind if least == 1 else f"at least {least}"
        raise ValueError(f"`{name}` must be {wanted}, but got {told(value)}.")
    return int(value)


def is_real(value: object) -> bool:
    """Say whether a value is a real number, and not true, false or a length of time.

    Parameters
    ----------
    value : object
        What was given.

    Returns
    -------
    bool
        True for whole numbers, floats and fractions of Python's or NumPy's.
    """
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_, np.timedelta64))


def is_whole(value: object) -> TypeGuard[int]:
    """Say whether a value is a whole number, and not true, false or a length of time.

    Parameters
    ----------
    value : object
        What was given.

    Returns
    -------
    bool
        True for an int of Python's or NumPy's.
    """
    # NumPy counts lengths of time among its whole numbers
    return isinstance(value, (int, np.integer)) and is_real(value)


def check_option(value: object, options: Sequence[str | None], name: str) -> None:
    """Raise unless an option is one of a short list.

    Parameters
    ----------
    value : object
        What was given.
    options : sequence of str or None
        What is accepted.
    name : str
        The argument's name.

    Raises
    ------
    ValueError
        If the value is not one of the options.
    """
    # anything else may answer a comparison with an array, or not at all
    if not (value is None or isinstance(value, str)) or value not in options:
        raise ValueError(f"`{name}` must be one of {tuple(options)}, but got {told(value)}.")


def check_text(value: object, name: str) -> None:
    """Raise unless an argument is text.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name.

    Raises
    ------
    TypeError
        If it is anything else.
    """
    if not isinstance(value, str):
        raise TypeError(f"`{name}` must be text, but got {told(value)}.")


def check_names(names: Any, name: str) -> tuple[Hashable, ...]:
    """Return names in order; raise unless each can be looked up and is there once.

    Parameters
    ----------
    names : sequence of hashable
        What was given.
    name : str
        The argument's name.

    Returns
    -------
    tuple of hashable
        The names.

    Raises
    ------
    TypeError
        If it is no sequence, or one of them cannot be hashed.
    ValueError
        If one is there twice.
    """
    given = check_listing(names, name, of="names")
    listed = tuple(one.item() if isinstance(one, np.generic) else one for one in given)
    seen: set[Hashable] = set()
    for place, one in enumerate(listed):
        check_name(one, name, str(place))
        if one in seen:
            raise ValueError(f"`{name}` must name each once, but got {told(one)} twice.")
        seen.add(one)
    return listed


def check_name(value: Any, name: str, place: str) -> None:
    """Raise unless one of an argument's names can be looked up.

    Parameters
    ----------
    value : object
        What should be a name.
    name : str
        The argument's name.
    place : str
        Where the value stands.

    Raises
    ------
    TypeError
        If it cannot be hashed.
    """
    try:
        hash(value)
    except TypeError:
        raise TypeError(
            f"`{name}` must hold names, such as text, but got {told(value)} at {place}."
        ) from None


def check_function(value: object, name: str) -> None:
    """Raise unless an argument can be called.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name.

    Raises
    ------
    TypeError
        If it is not a function.
    """
    if not callable(value):
        raise TypeError(
            f"`{name}` must be a function of ratings, such as `cohen_kappa`, but got {told(value)}."
        )


def check_listing(value: Any, name: str, *, of: str) -> list[Any]:
    """Return what an argument lists; raise unless it lists things in an order.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name.
    of : str
        What it lists, in the plural.

    Returns
    -------
    list
        The things, of an iterator too.

    Raises
    ------
    TypeError
        If it is a single string, a set, a mapping, or nothing that can be gone through.
    """
    refuse_set(value, name)
    if isinstance(value, Mapping):
        raise TypeError(
            f"`{name}` must be a sequence of {of}, but got {told(value)}, whose values would be "
            "lost: pass the ones that count as a list."
        )
    alone = isinstance(value, (str, bytes)) or (isinstance(value, np.ndarray) and value.ndim == 0)
    if alone or not isinstance(value, Iterable):
        given = f"the string {told(value)}" if isinstance(value, str) else told(value)
        raise TypeError(f"`{name}` must be a sequence of {of}, but got {given}.")
    return list(value)


def check_each(things: Any, name: str, kind: type[Kind], *, of: str) -> tuple[Kind, ...]:
    """Return what an argument lists; raise unless each is of one kind.

    Parameters
    ----------
    things : iterable
        What was given.
    name : str
        The argument's name.
    kind : type
        What each must be.
    of : str
        What that is called, in the plural.

    Returns
    -------
    tuple
        The things.

    Raises
    ------
    TypeError
        If it lists nothing, or one of them is of another kind.
    """
    listed = tuple(check_listing(things, name, of=of))
    for place, one in enumerate(listed):
        if not isinstance(one, kind):
            raise TypeError(f"`{name}` must hold {of}, but holds {told(one)} at {place}.")
    return listed


def check_mapping(value: object, name: str, *, of: str) -> None:
    """Raise unless an argument is a mapping.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name.
    of : str
        What it takes to what.

    Raises
    ------
    TypeError
        If it is anything else.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"`{name}` must be a mapping of {of}, but got {told(value)}.")


def check_flag(value: object, name: str) -> None:
    """Raise unless an argument is true or false.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name.

    Raises
    ------
    TypeError
        If it is anything else.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"`{name}` must be True or False, but got {told(value)}.")
