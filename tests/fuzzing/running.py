"""Run cases within a time and a memory limit, and keep the first finding of each kind."""

import re
import resource
import signal
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

import ilacs_reliability as ilr
from fuzzing import laws, outcomes
from fuzzing.calls import FUNCTIONS, MADE, SHARES, Call, call
from fuzzing.draws import SECONDS, Draw

Arguments: TypeAlias = dict[str, object]
PACKAGE = str(Path(ilr.__file__).parent)
NAMES = [*FUNCTIONS, *MADE]
CHOICES = [(SHARES.get(name, 1.0), name) for name in NAMES]


def frozen(array: np.ndarray) -> np.ndarray:
    """Return an array that nobody may write to."""
    array.setflags(write=False)
    return array


def arrow(columns: dict) -> pa.Table:
    return pa.Table.from_pandas(pd.DataFrame(columns).astype(object).astype("string"))


NAMESPACE = {
    "ilr": ilr,
    "np": np,
    "pd": pd,
    "pl": pl,
    "pa": pa,
    "nw": nw,
    "nan": float("nan"),
    "inf": float("inf"),
    "date": date,
    "Decimal": Decimal,
    "Fraction": Fraction,
    "partial": partial,
    "frozen": frozen,
    "arrow": arrow,
}
RUN = compile("function(**arguments)", "<case>", "eval")


class TooLongError(BaseException):
    """A call that took longer than it may; no handler of the library catches it."""


@dataclass
class Finding:
    """Something that may not be, with the call that shows it."""

    kind: str
    case: str
    text: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}\n    {self.case}: {self.text}\n    {self.detail}"


@dataclass
class Tally:
    """What was run: calls with those of results' methods, cases, and what each name did."""

    calls: int = 0
    cases: int = 0
    answered: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    seconds: Counter = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)

    def add(self, other: "Tally") -> None:
        """Add what another counted."""
        self.calls += other.calls
        self.cases += other.cases
        self.answered += other.answered
        self.refused += other.refused
        self.seconds += other.seconds
        self.reached |= other.reached


def drawn(seed: int, case: int, names: frozenset[str] = frozenset()) -> tuple[Draw, Call]:
    """Draw the case of a number."""
    draw = Draw(f"{seed}/{case}")
    choices = [one for one in CHOICES if one[1] in names] if names else CHOICES
    return draw, call(draw, draw.weighted(choices))


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Interrupt what takes more of a processor's time, however busy it is."""

    def stop(*_: object) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def limit_memory(more: int) -> None:
    """Let this process take so many bytes more than it has."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + more, resource.RLIM_INFINITY))


def findings(draw: Draw, one: Call, tally: Tally, case: str = "") -> Iterator[Finding]:
    """Run a call and yield what may not be."""
    found = partial(Finding, case=case, text=str(one))
    started = time.perf_counter()
    try:
        with limited(SECONDS):
            for kind, detail, *called in _problems(draw, one, tally):
                shown = "".join((str(one), *called))
                yield replace(found(f"{one.name}: {kind}"), text=shown, detail=detail)
    except TooLongError as error:
        yield found(f"{one.name}: takes longer than {SECONDS} s in {innermost(error)}")
    except MemoryError as error:
        yield found(f"{one.name}: takes too much memory in {innermost(error)}")
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        where = innermost(error)
        yield found(f"{type(error).__name__} in {where}", detail=f"{one.name}: {error}")
    tally.calls += draw.calls
    tally.seconds[one.name] += time.perf_counter() - started


def _problems(draw: Draw, one: Call, tally: Tally) -> Iterator[tuple[str, ...]]:
    arguments = evaluated(one)
    if arguments is None:
        return
    function = getattr(ilr, one.name)
    before = _snapshot(arguments) if draw.chance(0.2) else None
    result, error, seen = attempt(function, arguments)
    tally.cases += 1
    draw.count()
    if before is not None and _snapshot(arguments) != before:
        yield "changes its argument", ""
    if error is not None:
        tally.refused[one.name] += 1
        if one.spoilt == "coefficient" and callable(arguments[one.spoilt]):
            return
        for problem in outcomes.error_problems(one.name, error):
            where = f"{type(error).__name__} in {innermost(error)}"
            yield f"{problem} ({where})", str(error)
        return
    tally.answered[one.name] += 1
    tally.reached |= outcomes.reached(result)
    for problem in outcomes.warning_problems(result, seen):
        yield problem, "; ".join(str(warning.message) for warning in seen)
    for problem in _exercised(draw, one, arguments, result):
        yield problem, _short(result)
    if draw.chance(0.2):
        yield from laws.misused(result, draw, NAMESPACE)


def _exercised(draw: Draw, one: Call, arguments: Arguments, result: object) -> Iterator[str]:
    function = getattr(ilr, one.name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield from outcomes.result_problems(one.name, result, draw)
        if draw.chance(0.1):
            yield from laws.travel_problems(result)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if draw.chance(0.3):
            yield from laws.study_problems(function, arguments, result)
    if "rng" not in outcomes.argument_names(one.name) or "rng" in one.arguments:
        yield from _asked_again(draw, one, result)


def _asked_again(draw: Draw, one: Call, result: object) -> Iterator[str]:
    if one.arguments.get("rng") == "None" or one.spoilt == "rng":
        return
    function = getattr(ilr, one.name)
    if draw.chance(0.1):
        draw.count()
        again, *_ = attempt(function, evaluated(one))
        if outcomes.digest(again) != outcomes.digest(result):
            yield "gives another answer when asked again"
    if draw.chance(0.3) and not laws.is_drawn(result):
        turned = laws.reordered(one.name, evaluated(one), draw)
        if turned is not None:
            draw.count()
            again, *_ = attempt(function, turned)
            yield from laws.order_problems(result, again)


def evaluated(one: Call) -> Arguments | None:
    """Evaluate the arguments; None where the library refuses to make one."""
    with warnings.catch_warnings(), suppress(TypeError, ValueError):
        warnings.simplefilter("ignore")
        return {key: eval(text, NAMESPACE) for key, text in one.arguments.items()}
    return None


def attempt(function: object, arguments: Arguments) -> tuple[object, object, list]:
    """Call a function as a user would; return the result, the error and the warnings."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            return eval(RUN, {"function": function, "arguments": arguments}), None, seen
        except MemoryError:
            raise
        except Exception as error:
            return None, error, seen


def innermost(error: BaseException) -> str:
    """Name the innermost function of the package that an error came through."""
    inside = [
        f"{Path(frame.filename).name}:{frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(PACKAGE)
    ]
    return inside[-1] if inside else "no function of the package"


def _snapshot(arguments: Arguments) -> object:
    return {key: _held(value) for key, value in arguments.items()}


def _held(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, repr(value) if value.dtype == object else value.tobytes()
    if isinstance(value, (ilr.Ratings, ilr.Estimate, ilr.GroupedGrades, ilr.Transitions)):
        return outcomes.digest(value)
    if isinstance(value, (pd.DataFrame, pd.Series, pl.DataFrame, pa.Table)):
        return str(value)
    return re.sub("0x[0-9a-f]+", "", repr(value))


def _short(result: object) -> str:
    try:
        return repr(result)
    except Exception as error:
        return f"{type(result).__name__}, whose repr raises {error!r}"
