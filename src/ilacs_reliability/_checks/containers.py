"""Containers: mappings, lists and arrays that cannot change, sets refused where order matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

Key = TypeVar("Key")
Value = TypeVar("Value")


def _refused(self: Any, *given: Any, **named: Any) -> NoReturn:
    """Refuse to change what a result holds."""
    kind = "dict" if isinstance(self, dict) else "list"
    raise TypeError(f"a result cannot be changed: change a copy of this, as from {kind}(...).")


class FrozenMapping(dict[Key, Value]):
    """A dictionary that nobody can write to, nor to the lists, mappings and arrays in it.

    Parameters
    ----------
    entries : mapping
        What it holds, copied.

    Examples
    --------
    >>> from ilacs_reliability._checks.containers import FrozenMapping
    >>> FrozenMapping({"RI": "requires improvement"})
    {'RI': 'requires improvement'}
    """

    __slots__ = ()

    def __init__(self, entries: Mapping[Key, Value]) -> None:
        super().__init__((key, frozen(value)) for key, value in entries.items())

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenMapping, (dict(self),)

    __setitem__ = __delitem__ = __ior__ = _refused
    clear = pop = popitem = setdefault = update = _refused


class FrozenList(list[Value]):
    """A list that nobody can write to, nor to the lists, mappings and arrays in it.

    Parameters
    ----------
    entries : iterable
        What it holds, copied.

    Examples
    --------
    >>> from ilacs_reliability._checks.containers import FrozenList
    >>> FrozenList(["fair", "good"])
    ['fair', 'good']
    """

    __slots__ = ()

    def __init__(self, entries: Iterable[Value]) -> None:
        super().__init__(map(frozen, entries))

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenList, (list(self),)

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refused
    append = extend = insert = remove = pop = _refused
    clear = sort = reverse = _refused


# what cannot change, and is by far the most of what is asked of
UNCHANGING = frozenset({str, bytes, bool, int, float, complex, type(None), np.float64, np.int64})


def frozen(value: Any) -> Any:
    """Return what holds the same and cannot be written to, at any depth of plain containers.

    Parameters
    ----------
    value : object
        A part of a record: a dict, list, tuple, set or array is frozen with all in it, anything
        else, such as another record, is taken as it is.

    Returns
    -------
    object
        The same thing where it was frozen already; else a copy, of an array a view, since what the
        caller gave stays the caller's to write to.
    """
    kind = type(value)
    if kind is np.ndarray:
        return read_only(value.view()) if value.flags.writeable else value
    if kind in UNCHANGING or kind is FrozenMapping or kind is FrozenList:
        return value
    if isinstance(value, np.ndarray):
        return read_only(value.view()) if value.flags.writeable else value
    if isinstance(value, (dict, MappingProxyType)):
        return FrozenMapping(value)
    if isinstance(value, list):
        return FrozenList(value)
    if isinstance(value, set):
        return frozenset(value)
    # a tuple of a class of its own is frozen by whoever makes it
    plain = kind is tuple or hasattr(kind, "_make")
    return _frozen_tuple(value) if plain else value


def _frozen_tuple(value: tuple[Any, ...]) -> tuple[Any, ...]:
    parts = [frozen(part) for part in value]
    if all(part is old for part, old in zip(parts, value, strict=True)):
        return value
    kind: Any = type(value)
    found: tuple[Any, ...] = getattr(kind, "_make", kind)(parts)
    return found


def thawed(value: Any) -> Any:
    """Return a part of a record as its receiver's own: a dict and a list of a frozen one."""
    if isinstance(value, FrozenMapping):
        return {key: thawed(part) for key, part in value.items()}
    return [thawed(part) for part in value] if isinstance(value, FrozenList) else value


def refuse_set(things: object, name: str) -> None:
    """Raise if a set is given where the order counts.

    Parameters
    ----------
    things : object
        What was given.
    name : str
        The argument's name.

    Raises
    ------
    TypeError
        If it is a set.
    """
    if isinstance(things, (set, frozenset)):
        raise TypeError(f"`{name}` must be in order, as in a list, but a set has none.")


def read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Let nobody write to an array that several results share.

    Parameters
    ----------
    array : ndarray
        An array of our own, or a view of another's.

    Returns
    -------
    ndarray
        The same.
    """
    array.setflags(write=False)
    return array
