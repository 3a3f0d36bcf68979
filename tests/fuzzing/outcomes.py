"""What a call may come to: a result that holds together, or an error that says what to pass."""

import inspect
import json
import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

import numpy as np

import ilacs_reliability as ilr
from fuzzing.draws import Draw, level

INFINITE = {"odds_ratio", "paired_odds_ratio", "generalised_odds", "risk_ratio", "e_value"} | {
    "proportional_odds"
}
ANY = (-math.inf, math.inf)
RANGES = {
    **dict.fromkeys(("percent_agreement", "paired_superiority", "relative_effect"), (0.0, 1.0)),
    **dict.fromkeys(("specific_agreement", "stratified_relative_effect"), (0.0, 1.0)),
    **dict.fromkeys(("bangdiwala_b", "kappa_max"), (0.0, 1.0)),
    # missing ratings and losses that are no distances let kappas fall below -1
    **dict.fromkeys(("cohen_kappa", "scott_pi", "fleiss_kappa", "conger_kappa"), (-math.inf, 1.0)),
    "light_kappa": (-math.inf, 1.0),
    # pairs of raters who share few units may correlate below zero in the mean
    **dict.fromkeys(("kendall_w", "lin_ccc"), (-1.0, 1.0)),
    "paired_difference": (-1.0, 1.0),
    **dict.fromkeys(("risk_difference", "cliffs_delta", "somers_d"), (-1.0, 1.0)),
    **dict.fromkeys(("krippendorff_alpha", "gwet_ac", "brennan_prediger"), (-math.inf, 1.0)),
    **dict.fromkeys(("odds_ratio", "risk_ratio", "paired_odds_ratio"), (0.0, math.inf)),
    **dict.fromkeys(("generalised_odds", "proportional_odds"), (0.0, math.inf)),
    "icc": (-math.inf, 1.0),
    "e_value": (1.0, math.inf),
}
ONE_LINE = set(ilr.__all__) - {"Dataset"}
SHOWN = ("__repr__", "describe", "_repr_html_", "to_dict", "rows")
# fields that say where an answer comes from, not what it is
SOURCES = ("methods_source", "influence_source", "known", "table")
# what the field calls an argument
CALLED_OTHERWISE = {
    "agreement_weights": {"weights"},
    "d_study": {"ratings"},
    "stratified_shift": {"table"},
}
# what no sentence should say
UNSAID = re.compile(
    r"\bnan\b|\bNone\b|-0\.0+\b(?![0-9])|p = 0\.?[,; ]|  |\.\.$|(?<![\d.,])1 units\b|array\("
)
# limits that weigh independent pieces otherwise than the estimate does, which may lie outside
OTHERWISE = {"harville_fenech"}
SLACK = 1e-7


def error_problems(name: str, error: Exception) -> Iterator[str]:
    """Yield what is wrong with an error: its kind, or that it names no argument."""
    if not isinstance(error, (TypeError, ValueError)) or type(error).__module__ != "builtins":
        yield "raises"
        return
    named = set(re.findall(r"`(\w+)", str(error)))
    # a coefficient's own error passes through
    allowed = argument_names(name) | (
        {"weights", "metric"} if "coefficient" in argument_names(name) else set()
    )
    if not named & allowed:
        yield "error names no argument"
    if len(str(error)) > 2000:
        yield "error is endless"


def argument_names(name: str) -> set[str]:
    return set(inspect.signature(getattr(ilr, name)).parameters) | CALLED_OTHERWISE.get(name, set())


def warning_problems(result: object, seen: Sequence) -> Iterator[str]:
    """Yield warnings that no docstring promises, that point elsewhere, or that come twice."""
    for warning in seen:
        if warning.category not in (ilr.UndefinedEstimateWarning, ilr.SuspectInputWarning):
            yield f"warns of {warning.category.__name__}"
        elif warning.filename != "<case>":
            yield "warns at another line"
    seen = [one for one in seen if one.category is not ilr.SuspectInputWarning]
    if isinstance(result, (ilr.Estimate, ilr.SignificanceResult)):
        undefined = result.status == "undefined"
        if undefined and not seen:
            yield "undefined without a warning"
        if len(seen) > 1:
            yield "warns more than once"
        if seen and not undefined and np.ndim(getattr(result, "value", 0.0)) == 0:
            yield "warns of a number that is defined"


def result_problems(name: str, result: object, draw: Draw) -> Iterator[str]:
    """Yield what does not hold of a result and of every record inside it."""
    for record in records(result):
        if isinstance(record, ilr.Estimate):
            yield from estimate_problems(name, record, draw)
        elif isinstance(record, ilr.SignificanceResult):
            yield from test_problems(record)
        elif isinstance(record, ilr.Interval):
            yield from interval_problems(name, None, record)
        yield from shown_problems(record, draw)
        yield from writable_problems(record)


def records(thing: object, depth: int = 0) -> Iterator[object]:
    """Yield a record and the records that it holds."""
    if isinstance(thing, (ilr.Estimate, ilr.SignificanceResult, ilr.Ratings, ilr.Scale)):
        yield thing
        if isinstance(thing, ilr.SignificanceResult) and thing.effect is not None:
            yield thing.effect
        return
    if depth > 3 or isinstance(thing, (str, np.ndarray, int, float)):
        return
    if is_dataclass(thing) and not isinstance(thing, type):
        yield thing
        for field in fields(thing):
            yield from records(getattr(thing, field.name, None), depth + 1)
    elif isinstance(thing, Mapping):
        for inside in list(thing.values())[:3]:
            yield from records(inside, depth + 1)
    elif isinstance(thing, (tuple, list)):
        for inside in thing[:3]:
            yield from records(inside, depth + 1)


def estimate_problems(name: str, one: ilr.Estimate, draw: Draw) -> Iterator[str]:
    if np.ndim(one.value):
        yield from batch_problems(one)
        return
    of = one.name
    if type(one.value) is not float and not isinstance(one.value, (np.floating, int)):
        yield f"value is a {type(one.value).__name__}"
    yield from status_problems(one, one.value)
    if math.isinf(one.value) and of not in INFINITE and name not in INFINITE:
        yield "value is infinite"
    low, high = RANGES.get(of, ANY)
    if not (math.isnan(one.value) or low - SLACK <= one.value <= high + SLACK):
        yield f"value of {of} is outside its range"
    if one.status == "undefined" and not math.isnan(one.standard_error):
        yield "undefined with a standard error"
    if one.standard_error < 0 or math.isinf(one.standard_error):
        yield "standard error is no size"
    yield from influence_problems(one)
    yield from limits_problems(of, one, draw)
    if one.status == "ok" and one.interval_methods and draw.chance(0.1):
        yield from threshold_problems(one, draw)


def status_problems(one: object, number: float) -> Iterator[str]:
    if one.status not in ("ok", "undefined"):
        yield "status is neither"
    if (one.status == "ok") == math.isnan(number):
        yield f"status is {one.status} but the number is {'' if math.isnan(number) else 'not '}nan"
    if (one.status == "ok") == bool(one.reason):
        yield f"status is {one.status} with the reason {one.reason or 'missing'!r}"


def influence_problems(one: ilr.Estimate) -> Iterator[str]:
    influence = one.influence
    if influence.shape != one.frequencies.shape:
        yield "influence has another shape than frequencies"
        return
    if influence.flags.writeable:
        yield "influence can be written to"
    # huge counts round
    if one.status == "ok" and np.isfinite(influence).all() and one.frequencies.sum() <= 1e8:
        pull = influence * one.frequencies
        # scores that lie close for their scale leave little room between credit and chance
        room = 1.0 if math.isnan(one.expected) else abs(1.0 - one.expected)
        # scores of a million leave of pulls that are nothing what their squares round by, and
        # credit near that of chance what their difference does
        largest = max(float(np.abs(influence).max(initial=0)), abs(one.value), 1.0)
        rounding = 1e-14 * one.frequencies.sum() * largest
        rounding = rounding / room if room > 0 else np.inf
        if abs(pull.sum()) > 1e-6 * np.abs(pull).sum() + 1e-9 + rounding:
            yield "influence does not average to zero"


def limits_problems(name: str, one: ilr.Estimate, draw: Draw) -> Iterator[str]:
    """Ask for the interval by one method at a usual and at an odd level, seldom by every one."""
    offered = one.interval_methods
    if not offered:
        return
    methods = offered if draw.chance(0.1) else {offered[0], draw.one(*offered)}
    for method in sorted(methods):
        draw.count(2)
        usual = one.confidence_interval(method=method)
        if one.status == "ok":
            yield from raw_problems(one, method)
        yield from interval_problems(name, one, usual)
        wanted = float(level(draw))
        odd = one.confidence_interval(wanted, method)
        yield from interval_problems(name, one, odd)
        inner, outer = (usual, odd) if wanted > 0.95 else (odd, usual)
        # what splits its error as a two-sided test does splits it anew at each level
        anew = {inner.method, outer.method} & {"fisher", "conditional"}
        if anew or inner.method != outer.method or math.isnan(inner.low) or math.isnan(outer.low):
            continue
        slack = SLACK * max(1.0, *(abs(x) for x in inner if math.isfinite(x)), 1.0)
        if inner.low < outer.low - slack or inner.high > outer.high + slack:
            yield f"interval of a lower level is wider ({_stem(method)})"


def raw_problems(one: ilr.Estimate, method: str) -> Iterator[str]:
    """Ask whether limits of a usual level hold the estimate before the record sees to it."""
    if method in OTHERWISE:
        return
    low, high = dict(one.methods)[method](one, 0.95)
    slack = SLACK * max(1.0, abs(one.value))
    if low > one.value + slack or high < one.value - slack:
        yield f"limits leave out the estimate ({method})"


def threshold_problems(one: ilr.Estimate, draw: Draw) -> Iterator[str]:
    """Ask whether a test at a threshold and the interval by the same method agree."""
    method = draw.one(*one.interval_methods)
    limits = one.confidence_interval(method=method)
    spread = limits.high - limits.low
    if limits.method != method or not math.isfinite(spread + one.value):
        return
    threshold = one.value + spread * draw.one(-1.2, -0.5, -0.1, 0.1, 0.4, 1.1) * draw.random()
    draw.count()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        test = ilr.threshold_test(one, threshold, alternative="two-sided", method=method)
    # a likelihood is climbed until a step gains too little
    slack = max(1e-6 * spread, 1e-6 if method == "likelihood" else 0.0)
    outside = threshold < limits.low - slack or threshold > limits.high + slack
    inside = limits.low + slack < threshold < limits.high - slack
    if (outside and test.p_value > 0.05) or (inside and test.p_value < 0.05):
        yield f"test at a threshold and the interval disagree ({method})"


def _stem(method: str) -> str:
    return method.split(",")[0]


def interval_problems(name: str, one: ilr.Estimate | None, limits: ilr.Interval) -> Iterator[str]:
    if one is None:
        return
    low, high, method = limits.low, limits.high, _stem(limits.method)
    if not limits.method:
        yield "interval has no method"
    if one.status == "undefined":
        if not (math.isnan(low) and math.isnan(high)):
            yield f"undefined with an interval ({method})"
        return
    if math.isnan(low) or math.isnan(high):
        if not math.isnan(one.standard_error) and one.n_independent > 1:
            yield f"interval is nan ({method})"
        return
    slack = SLACK * max(1.0, abs(one.value) if math.isfinite(one.value) else 1.0)
    if not (low < high or (low == high and may_have_no_width(one, limits))):
        yield f"interval has no width ({method})"
    if not low - slack <= one.value <= high + slack:
        yield f"interval leaves out the estimate ({method})"
    # these textbook formulas are known to pass the ends of the range
    least, most = (-math.inf, math.inf) if method in ("wald", "t") else RANGES.get(name, ANY)
    if low < least - SLACK or high > most + SLACK:
        yield f"interval leaves the range ({method})"


def may_have_no_width(one: ilr.Estimate, limits: ilr.Interval) -> bool:
    """Tell whether nothing is left to be uncertain of, or less than two floats can hold."""
    if any("none is left to be uncertain of" in note for note in one.notes):
        return True
    usual = one.confidence_interval(method=_offered(one, limits.method))
    # at a low level an interval is narrower in proportion, or where nothing moved to its square
    held = limits.confidence_level**2 * (usual.high - usual.low)
    return limits.confidence_level < 0.01 or 0 < held < 4.0 * math.ulp(abs(one.value))


def _offered(one: ilr.Estimate, method: str) -> str | None:
    return method if method in one.interval_methods else None


def test_problems(one: ilr.SignificanceResult) -> Iterator[str]:
    yield from status_problems(one, one.p_value)
    if one.p_value < 0 or one.p_value > 1:
        yield "p is not between 0 and 1"
    if not one.method:
        yield "test has no method"
    if one.n_units < 0:
        yield "n_units is negative"


def writable_problems(record: object) -> Iterator[str]:
    if not is_dataclass(record):
        return
    for field in fields(record):
        held = getattr(record, field.name, None)
        if isinstance(held, np.ndarray) and held.flags.writeable:
            yield f"{type(record).__name__}.{field.name} can be written to"


def batch_problems(one: ilr.Estimate) -> Iterator[str]:
    shape = np.shape(one.value)
    error = np.asarray(one.standard_error)
    if error.shape != shape:
        yield "standard errors of a batch have another shape"
        return
    undefined = np.isnan(one.value)
    if (undefined & ~np.isnan(error)).any():
        yield "undefined study of a batch with a standard error"
    for method in one.interval_methods:
        low, high = map(np.asarray, one.confidence_interval(method=method))
        if low.shape != shape or high.shape != shape:
            yield f"intervals of a batch have another shape ({method})"
            continue
        if (undefined & ~(np.isnan(low) & np.isnan(high))).any():
            yield f"undefined study of a batch with an interval ({method})"
        there = ~undefined & ~np.isnan(low) & ~np.isnan(high)
        if (there & ~((low - SLACK <= one.value) & (one.value <= high + SLACK))).any():
            yield f"interval of a batch leaves out the estimate ({method})"
        if (there & ~(low < high)).any():
            yield f"interval of a batch has no width ({method})"


def shown_problems(record: object, draw: Draw) -> Iterator[str]:
    """Show a record in one of the ways it can be shown, or in each."""
    if isinstance(record, ilr.Interval):
        repr(record)
        return
    kind = type(record).__name__
    chosen = SHOWN if draw.chance(0.1) else (draw.one(*SHOWN),)
    for how in chosen:
        show = getattr(record, how, None)
        if not callable(show):
            continue
        draw.count()
        shown = show()
        if how == "to_dict":
            try:
                json.dumps(shown, allow_nan=False)
            except ValueError:
                yield f"{how} of {kind} is not strict JSON"
        elif how == "__repr__" and "\n" in shown and kind in ONE_LINE:
            yield f"repr of {kind} takes several lines"
        elif how == "describe":
            said = UNSAID.search(shown)
            if said and "undefined" not in shown:
                yield f"{kind} says {said.group()!r}"


def digest(thing: object, depth: int = 0) -> object:
    """Return what two results that hold the same have in common."""
    if isinstance(thing, np.ndarray):
        return thing.shape, thing.tobytes() if thing.dtype != object else repr(thing)
    if is_dataclass(thing) and not isinstance(thing, type) and depth < 5:
        names = [field.name for field in fields(thing)]
        known = [n for n in names if n not in SOURCES]
        return type(thing).__name__, [digest(getattr(thing, n, None), depth + 1) for n in known]
    if isinstance(thing, Mapping):
        return [(repr(key), digest(value, depth + 1)) for key, value in thing.items()]
    if isinstance(thing, (list, tuple)):
        return [digest(value, depth + 1) for value in thing]
    return "" if callable(thing) else repr(thing)


def reached(result: object) -> set[str]:
    """Return the public classes that a result holds."""
    return {type(record).__name__ for record in records(result)} | {type(result).__name__} & set(
        ilr.__all__
    )
