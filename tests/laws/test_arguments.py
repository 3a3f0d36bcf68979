"""Whatever is given in place of an argument, the error says which argument is wrong."""

import inspect
import re
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import ilacs_reliability as ilr
import registry
from registry import CALLED, CODES, ROWS, SCALE, STUDY

RATINGS, KAPPA, OCCASIONS = STUDY[0], registry.KAPPA, registry.OCCASIONS[0]
# what people make themselves, called like a function
MADE = {
    "Claim": ((), {"statement": "They agree.", "kind": "share", "threshold": 0.5}),
    "Protocol": ((), {}),
    "Scale": ((["poor", "good"],), {}),
}
CALLS = sorted({*registry.CALLED, *MADE})


def call_of(name):
    """Return what is given in a call that succeeds, by place and by name."""
    return MADE[name] if name in MADE else ROWS[name].call()


# what the field calls an argument
CALLED_OTHERWISE = {
    "agreement_weights": {"weights"},
    "d_study": {"ratings"},
    "stratified_shift": {"table"},
}
ALIENS = {
    "no axis": lambda: np.array(0.5),
    "iterator": lambda: iter([1, 2]),
    "times": lambda: np.array([[1, 2], [2, 1]], dtype="m8[s]"),
    "text": lambda: "zzz",
    "no text": lambda: "",
    "fraction": lambda: 3.7,
    "negative": lambda: -1,
    "true": lambda: True,
    "nan": lambda: float("nan"),
    "object": lambda: object(),
    "list": list,
    "dict": dict,
    "array": lambda: np.array([1, 2]),
    "function": lambda: lambda anything: anything,
}


@pytest.mark.parametrize("name", CALLS)
def test_an_error_names_an_argument(name):
    function, (positional, options) = getattr(ilr, name), call_of(name)
    parameters = inspect.signature(function).parameters.values()
    function(*positional, **options)
    names = {parameter.name for parameter in parameters} | CALLED_OTHERWISE.get(name, set())
    silent = []
    for place, parameter in enumerate(parameters):
        for kind, make in ALIENS.items():
            given, named, alien = list(positional), dict(options), make()
            if place < len(given):
                given[place] = alien
            else:
                named[parameter.name] = alien
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    function(*given, **named)
            except (TypeError, ValueError) as error:
                if not names & set(re.findall(r"`(\w+)", str(error))):
                    silent.append((parameter.name, kind, str(error)))
    assert silent == []


# what no option can be, of whichever kind it is
NONSENSE = {
    "dataframe": pd.DataFrame({"a": [1, 2]}),
    "huge": 10**400,
    "unprintable": 10**5000,
    "complex": 1j,
    "decimal": Decimal("0.5"),
    "object": object(),
}
RANDOM, DRAWING = (
    [name for name in CALLED if argument in inspect.signature(getattr(ilr, name)).parameters]
    for argument in ("rng", "n_resamples")
)


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize("wrong", [True, "x", 0.5, -1, [1, 2]], ids=str)
def test_no_source_of_chance_is_refused_by_its_name(name, wrong):
    positional, options = call_of(name)
    with pytest.raises((TypeError, ValueError), match="`rng` must be"):
        getattr(ilr, name)(*positional, **{**options, "rng": wrong})


@pytest.mark.parametrize("name", DRAWING)
@pytest.mark.parametrize("wrong", [True, "9", 9.0, 0, None, 10**400], ids=lambda it: str(it)[:9])
def test_no_number_of_draws_is_refused_by_its_name(name, wrong):
    positional, options = call_of(name)
    with pytest.raises((TypeError, ValueError), match="`n_resamples` must be"):
        getattr(ilr, name)(*positional, **{**options, "n_resamples": wrong})


@pytest.mark.parametrize("name", DRAWING)
def test_a_number_of_draws_may_be_a_small_whole_number_of_numpy(name):
    positional, options = call_of(name)
    function = getattr(ilr, name)
    if "monte_carlo" in str(function.__doc__):
        options = {**options, "method": "monte_carlo"}
    plain, small = (
        function(*positional, **{**options, "n_resamples": number, "rng": 3})
        for number in (20, np.int8(20))
    )
    assert repr(plain) == repr(small)


# names of grades, groups and units are checked where tables are read
# and any whole number is a seed, a width or a number of grades
NAMES = {
    "rng",
    "within",
    "width",
    "raters",
    "units",
    "groups",
    "strata",
    "frequencies",
    "clusters",
    "group",
    "missing",
}


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"load_dataset", "reproduce"}))
def test_an_option_of_no_kind_is_refused_by_its_name(name):
    function, (positional, options) = getattr(ilr, name), call_of(name)
    wrong = []
    for parameter in list(inspect.signature(function).parameters)[len(positional) :]:
        for kind, nonsense in NONSENSE.items() if parameter not in NAMES else ():
            try:
                function(*positional, **{**options, parameter: nonsense})
                wrong.append((parameter, kind, "accepted"))
            except (TypeError, ValueError) as error:
                if f"`{parameter}" not in str(error):
                    wrong.append((parameter, kind, str(error)[:80]))
    assert wrong == []


RATINGS_OF_NOBODY = ilr.ratings_from_counts([[2, 0, 0], [1, 1, 0]], scale=SCALE)
HUGE = [[1, 10**9], [2, 3]]
# a call, and the argument that its error names
NAMED = {
    "a column that is a list": (lambda: ilr.unit_agreement(RATINGS).column([1]), "name"),
    "anonymous raters": (lambda: RATINGS_OF_NOBODY.select_raters(0), "raters"),
    "a rater that is a list": (
        lambda: ilr.ratings_from_codes(CODES, scale=SCALE, raters=[[1], [2], [3]]),
        "raters",
    ),
    "codes that are all missing": (
        lambda: ilr.ratings_from_codes([[-1, -1]], scale=SCALE),
        "codes",
    ),
    "labels that are all missing": (
        lambda: ilr.ratings_from_matrix([[None, ""]], scale=SCALE),
        "matrix",
    ),
    "an empty frame": (lambda: ilr.sign_test(pd.DataFrame()), "table"),
    "an empty frame of groups": (lambda: ilr.relative_effect(pd.DataFrame()), "grades"),
    "weights beyond a float": (lambda: ilr.gwet_ac(CODES, weights=10**400), "weights"),
    "a label beyond a float": (lambda: ilr.Scale([1, 10**400]), "labels"),
    "scores beyond a float": (lambda: ilr.Scale(["a", "b"], scores=[1, 10**400]), "scores"),
    "p-values beyond a float": (lambda: ilr.adjust_p_values([0.1, 10**400]), "p_values"),
    "draws of too many units": (
        lambda: ilr.stratified_shift(
            [[[5, 3], [2, 2]], HUGE], method="asymptotic", heterogeneity="monte_carlo"
        ),
        "heterogeneity",
    ),
    "a statement that is a table": (
        lambda: ilr.Claim(statement=np.eye(2), kind="share", threshold=0.5),
        "statement",
    ),
    "scores that cannot be squared": (lambda: ilr.icc([[0.0, 1e300], [1e300, 0.0]]), "ratings"),
    "tiny scores": (lambda: ilr.lin_ccc([[0.0, 1e-300], [1e-300, 0.0], [0.0, 0.0]]), "ratings"),
    "tiny scores to weigh": (
        lambda: ilr.cohen_kappa([[0.0, 1e-300], [1e-300, 0.0]], weights="quadratic"),
        "weights",
    ),
    "tiny distances": (
        lambda: ilr.krippendorff_alpha([[0.0, 1e-300], [1e-300, 0.0]], metric="interval"),
        "ratings",
    ),
    "more pairs than can be counted": (
        lambda: ilr.jonckheere([[10**10], [10**11], [1000]]),
        "method",
    ),
    "a threshold that is an array": (
        lambda: ilr.Claim(statement="So.", kind="shift", threshold=np.array(0.5)),
        "threshold",
    ),
    "a long text for a table": (lambda: ilr.sign_test("x" * 5000), "table"),
    "a long text for ratings": (lambda: ilr.icc("x" * 5000), "ratings"),
    "a long text for weights": (lambda: ilr.gwet_ac(CODES, weights="x" * 5000), "weights"),
}


@pytest.mark.parametrize("kind", NAMED)
def test_an_error_is_short_and_names_what_to_change(kind):
    call, argument = NAMED[kind]
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert f"`{argument}`" in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_level_may_be_any_number():
    assert KAPPA.confidence_interval(Fraction(1, 2)) == KAPPA.confidence_interval(0.5)
