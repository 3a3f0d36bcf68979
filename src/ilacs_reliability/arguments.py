"""What kind of thing an argument is: a function, a listing, a mapping, a flag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ilacs_reliability.containers import refuse_set


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
            f"`{name}` must be a function of ratings, such as `cohen_kappa`, but got {value!r}."
        )


def check_listing(value: object, name: str, *, of: str) -> None:
    """Raise unless an argument lists several things in an order.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name.
    of : str
        What it lists, in the plural.

    Raises
    ------
    TypeError
        If it is a single string, a set, or nothing that can be gone through.
    """
    refuse_set(value, name)
    alone = isinstance(value, str) or (isinstance(value, np.ndarray) and value.ndim == 0)
    if alone or not isinstance(value, Iterable):
        given = f"the string {value!r}" if isinstance(value, str) else repr(value)
        raise TypeError(f"`{name}` must be a sequence of {of}, but got {given}.")


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
        raise TypeError(f"`{name}` must be a mapping of {of}, but got {value!r}.")


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
        raise TypeError(f"`{name}` must be True or False, but got {value!r}.")
