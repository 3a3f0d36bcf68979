"""What scores are counted in, and from where, is no fact about the units graded."""

import inspect
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import ilacs_reliability as ilr
import registry

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import golden

TABLE = np.array([[5, 3, 1], [1, 4, 3], [0, 1, 2]])
CODES = [[0, 1, 1], [1, 1, 2], [2, 2, 2], [0, 0, 1], [1, 2, 2], [0, 0, 0], [2, 1, 2]]
GROUPS = [[9, 4, 3], [2, 6, 4]]
FACTORS = [2.0**-130, 2.0**-45, 2.0**45, 2.0**130]
# around a circle a whole turn is one more than the scores' range; a margin is in their unit
IN_A_UNIT = {"circular", "shift_equivalence"}
FAR_FROM_ZERO = 2.0**20


def scored(kind, factor, start=0.0):
    scale = ilr.Scale(["a", "b", "c"], scores=[start, start + factor, start + 3 * factor])
    if kind == "table":
        every = [[i, j] for i in range(3) for j in range(3)]
        return ilr.ratings_from_codes(
            every, scale=scale, frequencies=TABLE.ravel(), design="repeat"
        )
    if kind == "ratings":
        return ilr.ratings_from_codes(CODES, scale=scale)
    return ilr.grades_from_table(GROUPS, scale=scale, groups=("x", "y"))


def numbers(result):
    if isinstance(result, ilr.Estimate):
        return {"value": result.value}
    if isinstance(result, ilr.SignificanceResult):
        effect = {} if result.effect is None else {"effect": result.effect.value}
        return {"p": result.p_value, **effect}
    if isinstance(result, Mapping):
        parts = {key: numbers(one) for key, one in result.items()}
        return {(key, name): x for key, part in parts.items() for name, x in part.items()}
    return {}


def limits(result):
    found = {}
    for place, estimate in enumerate(golden._estimates(result)):
        found[place, "status"] = estimate.status
        if estimate.status != "ok" or np.ndim(estimate.value):
            continue
        for method in estimate.interval_methods:
            high, low = (estimate.confidence_interval(level, method) for level in (0.9, 0.01))
            found[place, method] = (estimate.value, high.low, high.high, low.low, low.high)
            found[place, method, "named"] = high.method
    return found


def asked(name, options, factor, start=0.0, of=numbers):
    function = getattr(ilr, name)
    given = {k: v for k, v in golden.GIVEN.items() if k in inspect.signature(function).parameters}
    if registry.ROWS[name].options == registry.CUT:
        given["at_least"] = "b"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return of(function(scored(registry.first(name), factor, start), **given, **options))
        except (TypeError, ValueError):
            return None


CALLS = [
    (name, {option: value} if option else {})
    for name, row in registry.ROWS.items()
    if row.golden and registry.first(name) in golden.KINDS and name not in IN_A_UNIT
    for option, value in [("", None), *golden._options(getattr(ilr, name))]
    if value not in IN_A_UNIT and asked(name, {option: value} if option else {}, 1.0)
]


def test_calls_are_asked_of_many_functions():
    assert len({name for name, _ in CALLS}) > 50


@pytest.mark.parametrize("factor", FACTORS, ids=["2^-130", "2^-45", "2^45", "2^130"])
@pytest.mark.parametrize(
    ("name", "options"), CALLS, ids=[" ".join([n, *map(str, o.values())]) for n, o in CALLS]
)
def test_scores_in_another_unit_have_the_same_p_value_and_effects_in_that_unit(
    name, options, factor
):
    right, found = asked(name, options, 1.0), asked(name, options, factor)
    assert found is not None
    for key, value in right.items():
        units = (1.0,) if "p" in (key, key[-1]) else (1.0, factor, factor**2)
        same = [
            np.isclose(found[key], value * unit, rtol=1e-6, atol=0, equal_nan=True)
            for unit in units
        ]
        assert any(same), key


WAYS = {
    "2^-45": (2.0**-45, 0.0),
    "2^-100": (2.0**-100, 0.0),
    "2^45": (2.0**45, 0.0),
    "from 2^20": (1.0, FAR_FROM_ZERO),
}
# credit by the ratio of scores is of scores from zero
FROM_ZERO = [(name, options) for name, options in CALLS if "ratio" in options.values()]
ASKED = {
    f"{name} {' '.join(options.values())} {way}": (name, options, *WAYS[way])
    for name, options in CALLS
    for way in WAYS
    if not (WAYS[way][1] and (name, options) in FROM_ZERO)
}


@pytest.mark.parametrize(("name", "options", "factor", "start"), ASKED.values(), ids=ASKED)
def test_scores_in_another_unit_or_from_elsewhere_have_the_same_limits(
    name, options, factor, start
):
    right, found = (
        asked(name, options, *scored_by, of=limits) for scored_by in [(1.0,), (factor, start)]
    )
    assert found.keys() == right.keys()
    for key, said in right.items():
        if isinstance(said, str):
            assert found[key] == said, key
        else:
            same = [
                np.allclose(
                    found[key], x * np.array(said), rtol=1e-5, atol=1e-7 * x, equal_nan=True
                )
                for x in (1.0, factor, factor**2)
            ]
            assert any(same), key


@pytest.mark.parametrize(("name", "options"), FROM_ZERO, ids=[name for name, _ in FROM_ZERO])
def test_a_ratio_of_scores_counts_from_zero(name, options):
    assert asked(name, options, 1.0, FAR_FROM_ZERO, limits) != asked(name, options, 1.0, of=limits)


@pytest.mark.parametrize("factor", FACTORS, ids=["2^-130", "2^-45", "2^45", "2^130"])
@pytest.mark.parametrize("clustered", [False, True])
def test_strata_are_compared_alike_in_any_unit(factor, clustered):
    def shift(unit):
        scale = ilr.Scale(["a", "b", "c"], scores=[0.0, unit, 3 * unit])
        moves = ([[0, 1], [1, 2], [1, 1], [2, 1], [0, 0], [0, 2]], [[1, 0], [2, 0], [2, 2], [1, 2]])
        strata = [
            ilr.ratings_from_codes(
                rows,
                scale=scale,
                design="repeat",
                clusters=[f"{k} {i // 2}" for i in range(len(rows))] if clustered else None,
            )
            for k, rows in enumerate(moves)
        ]
        return ilr.stratified_shift(strata, effect="score", heterogeneity="asymptotic")

    right, found = shift(1.0), shift(factor)
    assert found.test.p_value == pytest.approx(right.test.p_value)
    assert found.heterogeneity.statistic == pytest.approx(right.heterogeneity.statistic)
    assert found.heterogeneity.p_value == pytest.approx(right.heterogeneity.p_value)
    assert 0 < right.heterogeneity.p_value < 1
