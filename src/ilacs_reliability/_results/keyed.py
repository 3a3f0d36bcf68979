"""What a record has computed for it, named by a key, with what the computation takes.

A record holds no function: it travels, is compared and copied as the numbers it is made of. What it
answers beyond them, such as its limits at a level, is found by a function of some room, whose name
the record holds with the numbers that function takes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from operator import attrgetter
from typing import Any

from ilacs_reliability._results.records import same


class Keyed(tuple[Any, ...]):
    """A function of the package by its key, "module:name", what it takes first, and by name.

    Called with anything, it looks the function up and passes what it holds before and beside that;
    a search takes `bound` of it first. Two that hold the same are equal.
    """

    __slots__ = ()

    def __call__(self, *asked: Any, **more: Any) -> Any:
        """Return what the function says.

        Parameters
        ----------
        *asked, **more : object
            What it takes beyond what this holds.

        Returns
        -------
        object
            Its answer.
        """
        return self._function()(*self.first, *asked, **self.named, **more)

    def bound(self) -> Callable[..., Any]:
        """Return the function for the many calls of a search, looked up once.

        So are functions by their key among what it takes. What this returns lives as long as the
        search: no record holds it.
        """
        first = map(looked_up, self.first)
        return partial(
            self._function(), *first, **{name: looked_up(part) for name, part in self.named.items()}
        )

    def marked(self, mark: str) -> bool:
        """Return whether the function carries a mark, such as that of `folded`."""
        return bool(getattr(self._function(), mark, False))

    def _function(self) -> Callable[..., Any]:
        module, _, name = self.key.partition(":")
        found: Callable[..., Any] = attrgetter(name)(import_module(module))
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keyed) and same(tuple(self), tuple(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        """The module and the name of the function."""
        key: str = self[0]
        return key

    @property
    def first(self) -> tuple[Any, ...]:
        """What the function takes first."""
        first: tuple[Any, ...] = self[1]
        return first

    @property
    def named(self) -> dict[str, Any]:
        """What the function takes by name."""
        named: dict[str, Any] = self[2]
        return named


def looked_up(part: Any) -> Any:
    """Return a function by its key as one for the many calls of a search, all else as it is."""
    return part.bound() if isinstance(part, Keyed) else part


def folded(limits: Callable[..., Any]) -> Callable[..., Any]:
    """Mark limits of a measure without a sign, which chance alone can only push up.

    Near the least that it can be, the lower one errs by the whole level and not by half of it.
    """
    limits.folded = True  # type: ignore[attr-defined]
    return limits


def keyed(function: Callable[..., Any], *first: Any, **named: Any) -> Keyed:
    """Return a function of a module by its key, with what it takes first and by name.

    Parameters
    ----------
    function : callable
        Defined at the top of a module, or a method of a class that is.
    *first, **named : object
        Plain data: numbers, texts, arrays, records, other keyed functions, and tuples of these.

    Returns
    -------
    Keyed
        The same function, by its key.

    Raises
    ------
    TypeError
        If a function is defined inside another, where no key finds it.

    Examples
    --------
    >>> from ilacs_reliability._inference.intervals import wald_limits
    >>> from ilacs_reliability._results.keyed import keyed
    >>> wald = keyed(wald_limits, 0.5, 0.1, confidence_level=0.95)
    >>> wald.key
    'ilacs_reliability._inference.intervals:wald_limits'
    >>> wald() == wald_limits(0.5, 0.1, confidence_level=0.95)
    True
    """
    name = function.__qualname__
    if "<" in name:
        raise TypeError(f"no key finds {name}, which is defined inside a function.")
    return Keyed((f"{function.__module__}:{name}", first, named))
