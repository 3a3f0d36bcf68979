"""Containers: a mapping and arrays that cannot change, and sets refused where order matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import numpy.typing as npt

Key = TypeVar("Key")
Value = TypeVar("Value", covariant=True)


class FrozenMapping(Mapping[Key, Value]):
    """A read-only mapping; unlike a mapping proxy, it can be pickled and deep-copied.

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

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[Key, Value]) -> None:
        self._entries = dict(entries)

    def __getitem__(self, key: Key) -> Value:
        return self._entries[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return repr(self._entries)


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
