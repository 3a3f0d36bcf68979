"""Write down what calls with drawn input say, which reach where no example does.

Usage: python scripts/drawn_calls.py [--cases 5000] [--seed 1] | --again | --check

The fuzzer draws the calls: some of each name, and those that take a way through the core that few
others took. Of each there are the numbers of its result and of its limits, and a digest of its
words without numbers.
"""

import argparse
import hashlib
import json
import math
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import chain, islice
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

import ilacs_reliability as ilr

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import golden

from fuzzing import running
from fuzzing.calls import Call

FILE = golden.REFERENCE / "drawn_calls.json"
CORE = re.compile(r"ilacs_reliability/(agreement|comparison|error|planning|shift|_inference)/")
# of one call: characters, seconds, numbers of its result, estimates and methods asked for limits
LONGEST, DEAREST, NUMBERS, ESTIMATES, METHODS = 700, 0.15, 40, 2, 6
# calls that take each way through the core, and those of each name whatever way they take
TIMES, EACH = 3, 24
LEVEL, THRESHOLD = 0.9, 0.3
# relative and absolute: searches end within some 1e-5, elsewhere on another processor
TOLERANCE, ROUNDING = 5e-5, 1e-6
NUMBER = re.compile(r"0x[0-9a-fA-F]+|[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?%?")


def said(text: str) -> dict[str, Any]:
    """Return what a call says: numbers and a digest of words, or an error and that of its words."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            result = eval(text, running.NAMESPACE)
            numbers = [*islice(_leaves(golden.told(result)), NUMBERS), *_limits(result)]
        except (TypeError, ValueError) as error:
            return {"error": type(error).__name__, "words": digest([str(error)])}
    words = [*_words(result), *sorted({str(one.message) for one in warned})]
    return {"numbers": [_short(number) for number in numbers], "words": digest(words)}


def _leaves(plain: Any) -> Iterator[float | None]:
    """Yield every number of a plain value, truth and none included."""
    if isinstance(plain, Mapping):
        plain = plain.values()
    if isinstance(plain, Iterable) and not isinstance(plain, str | bytes):
        for one in plain:
            yield from _leaves(one)
    elif isinstance(plain, bool | int | float) or plain is None:
        yield plain if plain is None or math.isfinite(plain) else None


def _limits(result: Any) -> Iterator[float | None]:
    for estimate in islice(golden._estimates(result), ESTIMATES):
        if estimate.status != "ok" or np.ndim(estimate.value):
            continue
        for method in estimate.interval_methods[:METHODS]:
            yield from _leaves(list(estimate.confidence_interval(LEVEL, method)))
            test = ilr.threshold_test(estimate, THRESHOLD, alternative="two-sided", method=method)
            yield from _leaves(test.p_value)


def _words(result: Any) -> Iterator[str]:
    for name in ("describe", "_repr_html_"):
        if hasattr(result, name):
            yield getattr(result, name)()


def digest(words: Iterable[str]) -> str:
    """Return a digest of words that is the same whatever their numbers."""
    return hashlib.sha256(NUMBER.sub("#", "\n".join(words)).encode()).hexdigest()[:10]


def _short(number: float | None) -> Any:
    return number if number is None or isinstance(number, int) else float(f"{number:.8g}")


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say how a call says something else than it did."""
    if then.keys() != now.keys():
        return [f"{then} became {now}"]
    found = [
        f"{key} became {now[key]}" for key in ("error", "words") if then.get(key) != now.get(key)
    ]
    before, after = then.get("numbers", []), now.get("numbers", [])
    if len(before) != len(after):
        return [*found, f"{len(before)} numbers became {len(after)}"]
    pairs = zip(before, after, strict=True)
    return [
        *found,
        *(f"{a} became {b} at {k}" for k, (a, b) in enumerate(pairs) if not _alike(a, b)),
    ]


def _alike(then: float | None, now: float | None) -> bool:
    if then is None or now is None:
        return then is now
    return math.isclose(then, now, rel_tol=TOLERANCE, abs_tol=ROUNDING)


@cache
def stored() -> dict[str, Any]:
    """Return what was said when the file was written, by the calls' text."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def answered(cases: int, seed: int) -> Iterator[str]:
    """Yield the first calls of each name that are answered."""
    times: Counter[str] = Counter()
    for case in range(cases):
        _, call = running.drawn(seed, case)
        text = str(call)
        if times[call.name] >= EACH or len(text) > LONGEST or not _settled(call):
            continue
        with suppress(running.TooLongError, MemoryError, Exception), running.limited(10 * DEAREST):
            if "error" not in said(text) and _quick(text):
                times[call.name] += 1
                yield text


def reaching(cases: int, seed: int) -> Iterator[str]:
    """Yield the calls that take a way through the core that few before them took."""
    taken: Counter[tuple[str, int, int]] = Counter()
    for case in range(cases):
        _, call = running.drawn(seed, case)
        text = str(call)
        if len(text) > LONGEST or not _settled(call):
            continue
        with suppress(running.TooLongError, MemoryError, Exception), running.limited(10 * DEAREST):
            with tracing() as ways:
                said(text)
            if all(taken[way] >= TIMES for way in ways) or not _quick(text):
                continue
            taken.update(ways)
            yield text


def _settled(call: Call) -> bool:
    """Whether a call draws from nothing, or from a source that it names."""
    drawn = "rng" in running.outcomes.argument_names(call.name)
    return not drawn or call.arguments.get("rng", "None") != "None"


def _quick(text: str) -> bool:
    started = time.process_time()
    first = said(text)
    return time.process_time() - started < DEAREST and first == said(text)


@contextmanager
def tracing() -> Iterator[set[tuple[str, int, int]]]:
    """Collect the ways taken through the core, from line to line."""
    ways: set[tuple[str, int, int]] = set()
    last: dict[int, int] = {}

    def lines(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            ways.add((frame.f_code.co_filename, last.get(id(frame), 0), frame.f_lineno))
            last[id(frame)] = frame.f_lineno
        return lines

    def calls(frame: FrameType, event: str, _: object) -> Any:
        if not CORE.search(frame.f_code.co_filename):
            return None
        last[id(frame)] = 0
        return lines

    before = sys.gettrace()
    sys.settrace(calls)
    try:
        yield ways
    finally:
        sys.settrace(before)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file, or say what differs from it.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; default that of the process.

    Returns
    -------
    int
        Exit status: 0 unless a check found a difference.
    """
    parser = argparse.ArgumentParser(description="Write down what calls with drawn input say.")
    parser.add_argument("--check", action="store_true", help="say what differs from the file")
    parser.add_argument("--again", action="store_true", help="write what the same calls say now")
    parser.add_argument("--cases", type=int, default=5000, help="cases to choose from")
    parser.add_argument("--seed", type=int, default=1, help="what the cases follow from")
    given = parser.parse_args(arguments)
    if given.check:
        found = [
            f"{text}: {line}"
            for text, then in stored().items()
            for line in differences(then, said(text))
        ]
        print("\n".join(found) or "nothing differs")
        return bool(found)
    ways = () if given.again else (answered, reaching)
    calls = chain(*(way(given.cases, given.seed) for way in ways)) if ways else stored()
    now = {text: said(text) for text in calls}
    lines = (f"{json.dumps(text)}:{json.dumps(now[text])}" for text in sorted(now))
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
