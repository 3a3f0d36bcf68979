"""What an estimate is made of, in the parts that whoever makes one has together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ilacs_reliability._results.estimates import FloatArray, Limits, Method
from ilacs_reliability._results.keyed import Keyed


class Title(NamedTuple):
    """What a result is called: by programs and in a sentence, with its weights."""

    name: str
    label: str
    weights: str = ""


class Value(NamedTuple):
    """A number with its influences and parts, or the reason why there is none."""

    value: Any
    influence: FloatArray | Keyed
    observed: Any = float("nan")
    expected: Any = float("nan")
    reason: str = ""
    why: str = ""


class Basis(NamedTuple):
    """What a number rests on; None stands for what its ratings say."""

    n_units: Any
    n_ratings: Any = None
    n_missing: Any = None
    enters: npt.NDArray[Any] | None = None


class Offer(NamedTuple):
    """The intervals that an estimate offers, the range of their limits, and what they rest on."""

    methods: Iterable[Method] | Keyed = ()
    within: Limits | Keyed = (-np.inf, np.inf)
    origin: Any = None


class Undefined(NamedTuple):
    """Why a number has no value; both "" where it has one."""

    reason: str = ""
    why: str = ""


class Outcome(NamedTuple):
    """What a test found, and how."""

    statistic: float
    p_value: float
    method: str
    df: float | tuple[float, ...] | None = None
    alternative: str = ""
