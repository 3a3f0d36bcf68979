"""What must come to the same: units in another order, studies one by one, a copy, a second call."""

import copy
import inspect
import math
import pickle
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

import ilacs_reliability as ilr
from fuzzing.draws import Draw, afresh, alien
from fuzzing.outcomes import digest

# functions whose first rater, or occasion, is not like the second
OF_AN_ORDER = {"marginal_indices", "pairwise_agreement", "influential_raters", "cross_check"}
# what else has a value for each unit
OF_UNITS = ("survey_weights", "standard")
# estimates of one result that are copied and compared within seconds
MOST_COPIED = 500
DRAWN = re.compile(r"monte|drawn|resample|bootstrap|permut", re.IGNORECASE)
METHODS = {
    ilr.Ratings: ("select_raters", "with_frequencies"),
    ilr.Scale: ("code", "encode", "decode"),
    ilr.Estimate: ("confidence_interval",),
    ilr.Dataset: ("missing",),
    ilr.Protocol: ("from_toml",),
    ilr.StudyDesign: ("from_toml",),
    ilr.Listing: ("column",),
}


def reordered(name: str, arguments: dict[str, object], draw: Draw) -> dict[str, object] | None:
    """Return the arguments with units, raters or strata the other way round, where that is none."""
    for argument in ("ratings", "grades"):
        table = arguments.get(argument)
        if isinstance(table, list) and table and all(isinstance(row, list) for row in table):
            if argument == "grades" and not isinstance(table[0][0], list):
                return None
            turned = table[::-1]
            if argument == "ratings" and name not in OF_AN_ORDER and draw.chance(0.5):
                turned = [row[::-1] for row in turned]
            return {**arguments, argument: turned, **_turned(arguments)}
    return None


def _turned(arguments: dict[str, object]) -> dict[str, object]:
    """Turn what is said of each unit; labels of a series number the rows, and stay."""
    rows = {key: arguments[key] for key in OF_UNITS if key in arguments}
    listed = {key: x[::-1] for key, x in rows.items() if isinstance(x, list | tuple | np.ndarray)}
    series = {key: x for key, x in rows.items() if isinstance(x, pd.Series)}
    return listed | {key: x[::-1].set_axis(x.index) for key, x in series.items()}


def order_problems(result: object, again: object) -> Iterator[str]:
    for field, loose in (("value", 1e-7), ("standard_error", 1e-5), ("p_value", 1e-6)):
        first, second = (getattr(one, field, None) for one in (result, again))
        if isinstance(first, float) and isinstance(second, float):
            same = math.isclose(first, second, rel_tol=loose, abs_tol=loose)
            if not (same or (math.isnan(first) and math.isnan(second))):
                yield f"{field} changes with the order of units"


def is_drawn(result: object) -> bool:
    """Tell whether a result says that it rests on draws."""
    drawn = DRAWN.search(" ".join((getattr(result, "method", ""), *_notes(result))))
    return isinstance(result, ilr.BootstrapResult) or bool(drawn)


def _notes(result: object) -> tuple[str, ...]:
    notes = getattr(result, "notes", ())
    return notes if isinstance(notes, tuple) else ()


def study_problems(function, arguments: dict[str, object], batch: object) -> Iterator[str]:
    """Compare each study of a batch with the same study alone."""
    ratings = arguments.get("ratings")
    if not isinstance(batch, ilr.Estimate) or not isinstance(ratings, ilr.Ratings):
        return
    if ratings.frequencies.ndim == 1 or np.shape(batch.value) != ratings.frequencies.shape[:-1]:
        return
    for place in list(np.ndindex(np.shape(batch.value)))[:3]:
        afresh()
        alone = function(
            **{**arguments, "ratings": ratings.with_frequencies(ratings.frequencies[place])}
        )
        if not _same(batch.value[place], alone.value):
            yield "value in a batch differs from that of the study alone"
        elif not _same(np.asarray(batch.standard_error)[place], alone.standard_error):
            yield "standard error in a batch differs from that of the study alone"
        else:
            yield from _limits_apart(batch, alone, place)


def _limits_apart(batch: ilr.Estimate, alone: ilr.Estimate, place: tuple) -> Iterator[str]:
    for method in set(batch.interval_methods) & set(alone.interval_methods):
        many, one = (x.confidence_interval(method=method) for x in (batch, alone))
        for a, b in zip(many, one, strict=True):
            if not _same(np.asarray(a)[place], b):
                yield f"interval in a batch differs from that of the study alone ({method})"
                break


def _same(first: float, second: float) -> bool:
    both = math.isnan(first) and math.isnan(second)
    return both or math.isclose(first, second, rel_tol=1e-6, abs_tol=1e-7)


def travel_problems(result: object) -> Iterator[str]:
    """Pickle and copy a result, unless it holds very many others."""
    kind = type(result).__name__
    if isinstance(result, Mapping | Sequence) and len(result) > MOST_COPIED:
        return
    for how, again in (
        ("pickle", lambda: pickle.loads(pickle.dumps(result))),
        ("copy", lambda: copy.deepcopy(result)),
    ):
        if digest(again()) != digest(result):
            yield f"{how} of {kind} differs"
        elif isinstance(result, (ilr.Estimate, ilr.SignificanceResult)) and again() != result:
            yield f"{how} of {kind} is not equal to it"


def misused(result: object, draw: Draw, namespace: dict) -> Iterator[tuple[str, str, str]]:
    """Call a method of a result with a thing of a wrong kind; yield problem, detail and call."""
    for kind, names in METHODS.items():
        if not isinstance(result, kind):
            continue
        name, given = draw.one(*names), alien(draw)
        method = getattr(result, name)
        called = f".{name}({given})"
        draw.count()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                method(eval(given, namespace))
        except (KeyError, IndexError) as error:
            if type(error).__name__ not in (inspect.getdoc(method) or ""):
                yield f"{kind.__name__}.{name} raises {type(error).__name__}", str(error), called
        except (TypeError, ValueError) as error:
            named = set(re.findall(r"`(\w+)", str(error)))
            if not named & set(inspect.signature(method).parameters):
                problem = f"{kind.__name__}.{name}: error names no argument"
                yield problem, f"{type(error).__name__}: {error}", called
