"""Write down what every public function says of three dozen tables and studies.

Usage: python scripts/golden.py            # writes the files in tests/reference/ anew
       python scripts/golden.py --check    # says which calls now say something else

`golden.json` holds what each call says, `golden_limits.json` every other interval of the estimates
that it returns, and the p-value at a threshold that goes with it. A change that alters no number
and no sentence leaves the files as they are. One that means to alter some writes them anew: the
lines that differ are what the change does, and what its reviewer reads.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import inspect
import json
import math
import sys
import types
import typing
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import ilacs_reliability as ilr
from ilacs_reliability._results.records import plain

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import registry

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
FILE, LIMITS = REFERENCE / "golden.json", REFERENCE / "golden_limits.json"
DEFAULTS = REFERENCE / "golden_defaults.json"
GRADES = ilr.Scale(["poor", "fair", "good"])
FOUR = ilr.Scale(["inadequate", "requires improvement", "good", "outstanding"])
YES = ilr.Scale(["no", "yes"])
CODES = [[0, 1, 1], [1, 1, 2], [2, 2, 2], [0, 0, 1], [1, 2, 2], [0, 0, 0]]
GAPS = [[0, 1, -1], [1, 1, 2], [2, -1, 2], [0, 0, 1], [-1, 2, 1], [1, 1, 1], [2, 1, 2]]
MOVES = [[0, 1], [1, 2], [1, 1], [0, 0], [2, 1], [1, 2], [0, 2], [2, 2], [1, 0], [0, 1]]
NINE = [[i * i % 4, (i * i + i // 3) % 4, (i + i // 2) % 4, i % 4] for i in range(1, 25)]
# of each kind; all options are tried on the first few
TABLES: dict[str, Any] = {
    "moved": [[5, 3, 0], [2, 20, 5], [1, 3, 30]],
    "leadership": [[0, 0, 0, 0], [0, 0, 0, 0], [0, 7, 17, 20], [0, 1, 7, 26]],
    "paired": [[1, 1], [7, 12]],
    "clustered": ilr.ratings_from_codes(
        MOVES, scale=GRADES, clusters=list("aabbccddee"), design="repeat"
    ),
    "first year": [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]],
    "still": [[3, 0], [0, 4]],
    "one way": [[4, 3, 2], [0, 5, 1], [0, 0, 6]],
    "balanced": [[4, 3, 0], [3, 5, 2], [0, 2, 6]],
    "large": [[120, 80, 9, 1], [60, 400, 130, 12], [7, 90, 300, 66], [0, 5, 40, 210]],
    "few": [[2, 3], [1, 0]],
    "missing": ilr.ratings_from_codes(
        [*MOVES, [0, -1], [-1, 2], [2, 0], [2, 1]],
        scale=ilr.Scale(["poor", "fair", "good", "best"], scores=[0, 1, 4, 9]),
        clusters=list("aaabbccddeeefg"),
        design="repeat",
    ),
    "five": [[2, 1, 0, 0, 1], [3, 4, 2, 0, 0], [1, 0, 6, 5, 0], [0, 2, 1, 3, 4], [0, 0, 0, 1, 2]],
}
STUDIES: dict[str, Any] = {
    "pair": ilr.ratings_from_table([[20, 5, 1], [4, 15, 3], [0, 6, 9]], scale=GRADES),
    "missing": ilr.ratings_from_codes(GAPS, scale=GRADES),
    "clustered": ilr.ratings_from_codes(CODES, scale=GRADES, clusters=list("aabbcc")),
    "passed": ilr.ratings_from_codes(
        [[0, 1, 1], [1, 1, 1], [0, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 1]], scale=YES
    ),
    "occasions": ilr.ratings_from_codes(CODES, scale=GRADES),
    "alike": ilr.ratings_from_codes([[1, 1], [1, 1], [1, 1]], scale=GRADES),
    "four": ilr.ratings_from_codes(NINE, scale=FOUR),
    "anonymous": ilr.ratings_from_counts(
        [[3, 0, 0], [1, 2, 0], [0, 2, 1], [0, 0, 3]], scale=GRADES
    ),
    "halves": [[1, 2], [2, 2], [3, 3], [3, 4], [4, 4], [4, 4], [2, 1], [1, 1], [4, 3]],
    "two grades": ilr.ratings_from_codes(
        [[0, 1, -1], [1, 1, 1], [0, -1, 0], [1, 1, 0], [0, 0, 0], [-1, 1, 1], [1, 1, 1], [0, 1, 1]],
        scale=YES,
    ),
    "few clusters": ilr.ratings_from_codes(
        [*NINE[:12], *([-1, *one[1:]] for one in NINE[12:18])],
        scale=FOUR,
        clusters=[i * i % 7 for i in range(18)],
    ),
    "many alike": ilr.ratings_from_table(
        [[400, 3, 0], [2, 50, 1], [0, 2, 9]], scale=ilr.Scale(["poor", "fair", "good"])
    ),
    "numbers": [[9.0, 8.0], [6.0, 2.0], [8.0, 8.0], [7.0, 6.0], [10.0, 9.0], [6.0, 7.0]],
}
GROUPS: dict[str, Any] = {
    "short": ilr.grades_from_table(
        [[9, 4, 3], [2, 6, 4]], scale=GRADES, groups=("short", "standard")
    ),
    "strata": ilr.grades_from_table([[[9, 4, 3], [2, 6, 4]], [[5, 5, 1], [3, 8, 2]]]),
    "layers": [[[3, 2], [1, 4]], [[6, 1], [2, 5]], [[4, 4], [3, 2]], [[2, 2], [0, 3]]],
    "three": [[6, 4, 2, 0], [3, 3, 5, 1], [1, 2, 4, 6]],
    "two": [[9, 4], [2, 6]],
    "separated": [[5, 0, 0], [0, 0, 6]],
    "alike": [[3, 3, 2], [3, 3, 2]],
    "apart": [[[4, 2, 1], [0, 0, 0]], [[0, 0, 0], [3, 1, 5]]],
    "one moved": [[1, 0, 0, 0], [4, 6, 2, 1]],
    "unlike strata": [[[3, 2, 0], [1, 1, 4]], [[0, 6, 1], [2, 2, 0]], [[9, 1, 1], [0, 2, 3]]],
    "large": [[120, 340, 260, 90], [80, 300, 310, 130]],
}
TRIED = 4
# of one result, how many estimates are asked for all their intervals, at which levels and threshold
ESTIMATES, LEVEL, LOW_LEVEL, THRESHOLDS = 3, 0.9, 0.01, (0.3, 1.5)
UNIONS = (typing.Union, types.UnionType)
# relative: closed sums, what is found by a search or by linear algebra, and limits, whose searches
# end within some 1e-5, at another point on another processor
SUMMED, SEARCHED, LIMITED = 1e-12, 1e-6, 5e-5
KINDS: dict[str, Mapping[str, Any]] = {"table": TABLES, "ratings": STUDIES, "grades": GROUPS}
# arguments without a default, and those without which a call takes long or differs from the next
GIVEN: dict[str, Any] = {
    "margin": 0.2,
    "reliability": 0.8,
    "rng": 7,
    "n_resamples": 99,
    "gamma": (1.0, 2.0),
}
# the grade to cut at, where a scale's own names are not its numbers
CUTS = {"short": "fair", "clustered": "fair"}
TWO_GRADES = ("paired", "still", "two", "layers", "passed")


def others() -> dict[str, Callable[[], Any]]:
    """Return the calls of what takes no table or study first."""
    kappa = ilr.cohen_kappa(STUDIES["pair"])
    fleiss = ilr.fleiss_kappa(STUDIES["four"])
    pi = ilr.scott_pi(STUDIES["pair"])
    claim = ilr.Claim(statement="They agree.", kind="consistency", threshold=0.5)
    four = STUDIES["four"]
    every = [[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    seen = [40, 11, 8, 11, 10, 7, 12, 41]
    repeats = ilr.ratings_from_codes(every, scale=YES, frequencies=seen, design="repeat")
    allowed = ilr.tables_consistent_with(24, scale=YES, figures={"same": 22})
    methods = typing.get_args(typing.get_type_hints(ilr.adjust_p_values)["method"])
    return {
        **{
            f"adjust_p_values {method}": lambda method=method: ilr.adjust_p_values(
                [0.01, 0.2, 0.03, 0.8], method=method
            )
            for method in methods
        },
        **{
            f"threshold_test {method}": lambda method=method: ilr.threshold_test(
                kappa, 0.3, method=method
            )
            for method in kappa.interval_methods
        },
        "equivalence_test": lambda: ilr.equivalence_test(kappa, low=0.1, high=0.9),
        "benchmark": lambda: ilr.benchmark(kappa),
        "benchmark fleiss": lambda: ilr.benchmark(fleiss, scale="fleiss"),
        "equal_agreement_test": lambda: ilr.equal_agreement_test([kappa, fleiss], paired=False),
        "equal_agreement_test paired": lambda: ilr.equal_agreement_test([kappa, pi], paired=True),
        "difference paired": lambda: ilr.difference(kappa, pi, paired=True),
        "difference": lambda: ilr.difference(kappa, fleiss, paired=False),
        "bootstrap": lambda: ilr.bootstrap(ilr.cohen_kappa, STUDIES["pair"], n_resamples=99, rng=7),
        "jackknife": lambda: ilr.jackknife(ilr.cohen_kappa, STUDIES["pair"]),
        "generalise": lambda: ilr.generalise(ilr.fleiss_kappa, four),
        "influential_raters": lambda: ilr.influential_raters(ilr.fleiss_kappa, four),
        "influential_units": lambda: ilr.influential_units(ilr.fleiss_kappa, four),
        "judge": lambda: ilr.judge(claim, kappa),
        "reachable_outcomes": lambda: ilr.reachable_outcomes(claim, 24),
        "verdict_power": lambda: ilr.verdict_power(claim, [[0.4, 0.1], [0.1, 0.4]], 24),
        "verdict_multiverse": lambda: ilr.verdict_multiverse(claim, STUDIES["pair"]),
        "reproduce": lambda: [ilr.reproduce(one) for one in ilr.published_claims()],
        "stratified_shift": lambda: ilr.stratified_shift(
            [TABLES["moved"], TABLES["one way"]], n_resamples=99, rng=7
        ),
        "stratified_shift exact": lambda: ilr.stratified_shift(
            [TABLES["moved"], TABLES["one way"]],
            heterogeneity="monte_carlo",
            n_resamples=99,
            rng=7,
        ),
        "agreement_table": lambda: ilr.agreement_table(STUDIES["pair"]),
        "agreement_table four": lambda: ilr.agreement_table(four, weights=("identity", "linear")),
        "agreement_with_standard": lambda: ilr.agreement_with_standard(
            [[1, 1], [2, 1], [2, 2], [1, 1]], [1, 2, 2, 1]
        ),
        **{
            f"group_agreement {between}": lambda between=between: ilr.group_agreement(
                four, {"first two": [0, 1], "others": [2, 3]}, between=between
            )
            for between in ("schouten", "vanbelle_albert")
        },
        "intra_rater_agreement": lambda: ilr.intra_rater_agreement(four, trial=2, weights="linear"),
        "survey_weighted": lambda: ilr.survey_weighted(
            ilr.gwet_ac, [[1, 1], [2, 1], [2, 2], [1, 1]], survey_weights=[1, 2, 3, 4]
        ),
        "dawid_skene": lambda: ilr.dawid_skene(four, known=3, n_starts=1),
        "grade_accuracy": lambda: ilr.grade_accuracy([13, 29, 65, 46], reliability=0.8),
        "latent_grade_model": lambda: ilr.latent_grade_model([13, 29, 65, 46], reliability=0.8),
        "misclassification_matrix": lambda: ilr.misclassification_matrix(four, standard=3),
        "polychoric_correlation": lambda: ilr.polychoric_correlation(
            STUDIES["pair"], method="two_step"
        ),
        "rater_severity": lambda: ilr.rater_severity(GROUPS["strata"], n_resamples=99, rng=7),
        "repeat_grade_probability": lambda: ilr.repeat_grade_probability(
            [13, 29, 65, 46], reliability=0.8, at_least=3
        ),
        "identified_range": lambda: ilr.identified_range(ilr.cohen_kappa, allowed),
        "tables_consistent_with": lambda: allowed,
        "reliability_from_repeats": lambda: ilr.reliability_from_repeats(repeats),
        "d_study": lambda: ilr.d_study(four),
        "d_study relative": lambda: ilr.d_study(four, decision="relative"),
        "assess_security": ilr.assess_security,
    }


def calls(names: Collection[str] = ()) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield each call of some functions, of all where none are named, by a label."""
    for name in ilr.__all__:
        row = registry.ROWS.get(name)
        if row is None or not row.golden or (names and name not in names):
            continue
        function = getattr(ilr, name)
        parameters = inspect.signature(function).parameters
        kind = KINDS.get(registry.first(name), {})
        for place, (study, data) in enumerate(kind.items()):
            if place >= TRIED and row.golden == "first":
                break
            for option, value in [("", None), *(_options(function) if place < TRIED else ())]:
                given = {key: GIVEN[key] for key in parameters if key in GIVEN}
                if row.options == registry.CUT and study not in TWO_GRADES:
                    given["at_least"] = CUTS.get(study, 2)
                if option:
                    given[option] = value
                label = f"{name} {study}" + (f" {option}={value}" if option else "")
                yield label, _call(function, data, given)
    for label, call in others().items():
        if not names or label.split()[0] in names:
            yield label, call


def _options(function: Any) -> Iterator[tuple[str, Any]]:
    """Yield each value that an option may have, but its default."""
    hints = typing.get_type_hints(function)
    for name, parameter in inspect.signature(function).parameters.items():
        for value in _literals(hints[name]):
            if value != parameter.default and isinstance(value, str):
                yield name, value


def _literals(hint: Any) -> list[Any]:
    if typing.get_origin(hint) is typing.Literal:
        return list(typing.get_args(hint))
    either = typing.get_args(hint) if typing.get_origin(hint) in UNIONS else ()
    return [value for part in either for value in _literals(part)]


def _call(function: Any, data: Any, given: dict[str, Any]) -> Callable[[], Any]:
    return lambda: function(data, **given)


def answers(
    names: Collection[str] = (), of: Callable[[str, Any], Any] | None = None
) -> dict[str, Any]:
    """Return what each call says, as JSON holds it; those that are refused are left out.

    Parameters
    ----------
    names : collection of str, optional
        Of these functions. Default: of all.
    of : callable, optional
        What to write down of a call by its label and its result. Default: all that it says.

    Returns
    -------
    dict
        By the calls' labels.
    """
    found = {}
    for name, call in calls(names):
        with warnings.catch_warnings(), contextlib.suppress(TypeError, ValueError):
            warnings.simplefilter("ignore")
            said = told(call()) if of is None else of(name, call())
            said = json.loads(json.dumps(said, allow_nan=False))
            if said or of is None:
                found[name] = said
    return found


def limits(label: str, result: Any) -> dict[str, Any]:
    """Return the limits of a result's estimates by each method, and p at a threshold.

    Of a call with an option there are those at one level alone.
    """
    found = {}
    for place, estimate in enumerate(islice(_estimates(result), ESTIMATES)):
        if estimate.status != "ok" or np.ndim(estimate.value):
            continue
        for method in estimate.interval_methods:
            interval = estimate.confidence_interval(LEVEL, method)
            said = [plain(interval.low), plain(interval.high), interval.method]
            found[f"{place} {method}"] = said + ([] if "=" in label else _more(estimate, method))
    return found


def defaults() -> dict[str, dict[str, str]]:
    """Return what each argument of every public function and method is where it is left out."""
    found = {}
    for name in ilr.__all__:
        public = getattr(ilr, name)
        parts = {name: public}
        if inspect.isclass(public):
            parts |= {f"{name}.{part}": one for part, one in inspect.getmembers(public, callable)}
        for label, one in parts.items():
            own = str(getattr(one, "__module__", "")).startswith(ilr.__name__)
            if "._" in label or not own:
                continue
            with contextlib.suppress(TypeError, ValueError):
                given = inspect.signature(one).parameters.values()
                options = {x.name: repr(x.default) for x in given if x.default is not x.empty}
                if options and " at 0x" not in str(options):
                    found[label] = options
    return found


def _estimates(result: Any) -> Iterator[ilr.Estimate]:
    """Yield the estimates that a result is or holds, in its order."""
    if isinstance(result, ilr.Estimate):
        yield result
        return
    parts: Iterable[Any] = ()
    if isinstance(result, Mapping):
        parts = result.values()
    elif isinstance(result, Sequence) and not isinstance(result, str):
        parts = result
    elif dataclasses.is_dataclass(result) and not isinstance(result, type):
        parts = (getattr(result, field.name) for field in dataclasses.fields(result))
    for part in parts:
        yield from _estimates(part)


def _more(estimate: ilr.Estimate, method: str) -> list[Any]:
    """Return limits at a level so low that they hug the estimate, and p at a threshold."""
    hugging = estimate.confidence_interval(LOW_LEVEL, method)
    found, (least, most) = [plain(hugging.low), plain(hugging.high)], estimate.range
    threshold = next((one for one in THRESHOLDS if least < one < most), None)
    if threshold is not None:
        test = ilr.threshold_test(estimate, threshold, alternative="two-sided", method=method)
        found.append(plain(test.p_value))
    return found


def told(result: Any) -> Any:
    """Return a result as plain values."""
    if hasattr(result, "to_dict"):
        # a report names the version that made it
        return {name: part for name, part in result.to_dict().items() if name != "version"}
    if isinstance(result, Mapping):
        return {str(key): told(value) for key, value in result.items()}
    if isinstance(result, Sequence) and not isinstance(result, str):
        return [told(each) for each in result]
    return plain(result.tolist() if isinstance(result, np.ndarray) else result)


def _compact(answer: Any) -> str:
    return json.dumps(answer, separators=(",", ":"), ensure_ascii=False)


@cache
def stored(file: Path = FILE) -> dict[str, Any]:
    """Return what was said when a file was written."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def differences(then: Any, now: Any, tolerance: float, place: str = "") -> Iterator[str]:
    """Yield where two answers differ: numbers by more than the tolerance, all else at all."""
    if isinstance(then, dict) and isinstance(now, dict) and then.keys() == now.keys():
        for key in then:
            yield from differences(then[key], now[key], tolerance, f"{place} {key}")
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for k, (one, other) in enumerate(zip(then, now, strict=True)):
            yield from differences(one, other, tolerance, f"{place} {k}")
    elif isinstance(then, float) and isinstance(now, (int, float)):
        if not math.isclose(then, now, rel_tol=tolerance, abs_tol=tolerance):
            yield f"{place}: {then!r} became {now!r}"
    elif then != now:
        yield f"{place}: {then!r} became {now!r}"


def changes(
    then: Mapping[str, Any], now: Mapping[str, Any], *, limits_alone: bool = False
) -> list[str]:
    """Say which calls no longer say what they said; a new call says nothing else."""
    found = [f"{name} says nothing" for name in sorted(then.keys() - now.keys())]
    for name in sorted(then.keys() & now.keys()):
        row = registry.ROWS[name.split()[0]]
        tolerance = LIMITED if limits_alone else SEARCHED if row.searched else SUMMED
        found += [f"{name}:{line}" for line in differences(then[name], now[name], tolerance)]
    return found


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
    parser = argparse.ArgumentParser(description="Write down what every function says.")
    parser.add_argument("--check", action="store_true", help="say what differs from the file")
    check = parser.parse_args(arguments).check
    found = []
    if check:
        found += [f"{k}: {v}" for k, v in defaults().items() if stored(DEFAULTS).get(k) != v]
    else:
        lines = (f"{json.dumps(name)}:{_compact(one)}" for name, one in sorted(defaults().items()))
        DEFAULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    for file, of in ((FILE, None), (LIMITS, limits)):
        now = answers(of=of)
        if check:
            found += changes(stored(file), now, limits_alone=file == LIMITS)
        else:
            lines = (f"{json.dumps(name)}:{_compact(now[name])}" for name in sorted(now))
            file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    if check:
        print("\n".join(found) or "nothing differs")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
