"""A method of a record that is given a thing of a wrong kind names its argument."""

import inspect
import re
import warnings

import numpy as np
import pytest

import ilacs_reliability as ilr
from fuzzing import running
from fuzzing.draws import ALIENS

NAMED = ilr.ratings_from_matrix([["a", "b"], ["b", "b"]], scale=ilr.Scale(["a", "b"]))
METHODS = {
    "select_raters": NAMED.select_raters,
    "with_frequencies": NAMED.with_frequencies,
    "code": ilr.Scale([1, "a"]).code,
    "encode": ilr.Scale([1, "a"]).encode,
    "encode, by name": lambda given: ilr.Scale([1, "a"]).encode(["a"], name=given),
    "decode": ilr.Scale([1, "a"]).decode,
    "missing": ilr.load_dataset("inspections").missing,
    "confidence_interval": ilr.percent_agreement([[1, 1], [1, 2]]).confidence_interval,
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("name", METHODS)
def test_a_wrong_kind_of_thing_is_named(name):
    named = {*inspect.signature(METHODS[name]).parameters, "name"}
    for given in ALIENS:
        told = refusal(METHODS[name], eval(given, running.NAMESPACE))
        assert not told or set(re.findall(r"`(\w+)", told)) & named, (given, told)
        assert len(told) < 2000


def refusal(method, thing):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            method(thing)
        except (TypeError, ValueError, IndexError) as error:
            return str(error)
    return ""


@pytest.mark.parametrize(
    "call",
    [
        lambda: ilr.jackknife(ilr.fleiss_kappa, [[1, 1], [2, np.nan], [2, 2], [np.nan, 2]]),
        lambda: ilr.jackknife(ilr.percent_agreement, [[1, 1]]),
        lambda: ilr.influential_units(ilr.fleiss_kappa, [[1, 1], [2, np.nan], [2, 2], [1, 2]]),
        lambda: ilr.influential_raters(ilr.fleiss_kappa, [[1, np.nan, 1], [2, 2, np.nan]]),
    ],
)
def test_sentences_of_what_is_left_out_hold_no_nan_and_no_none(call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        text = call().describe()
    assert not re.search(r"\b(nan|None)\b", text)


@pytest.mark.parametrize(
    "ratings",
    [
        [[0, 0]],
        [[3.0, 3.0], [3.0, np.nan]],
        ilr.ratings_from_table([[22]], scale=ilr.Scale(["poor"])),
        ilr.ratings_from_counts([[5]], scale=ilr.Scale(["poor"])),
    ],
)
@pytest.mark.parametrize("weights", ["identity", "linear", "circular"])
def test_agreement_on_the_one_grade_there_is_leaves_a_width(ratings, weights):
    found = ilr.percent_agreement(ratings, weights=weights)
    for method in found.interval_methods:
        low, high = found.confidence_interval(method=method)
        assert low < 0.95
        assert high == pytest.approx(1)


def test_units_that_count_for_less_than_one_are_left_out_whole():
    pairs = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 1]], scale=ilr.Scale(["no", "yes"]))
    listing = ilr.influential_units(ilr.percent_agreement, pairs.with_frequencies([0.5, 1.5, 2.0]))
    without = {tuple(row["grades"]): row["without"] for row in listing}
    assert without["no", "no"] == pytest.approx(2 / 3.5)
    assert without["no", "yes"] == pytest.approx(2.5 / 3)


@pytest.mark.parametrize("n", [0.59, 2.05, 7.3])
def test_limits_of_fractions_of_units_hold_their_share(n):
    alike = ilr.ratings_from_codes([[0, 0], [1, 1]], scale=ilr.Scale(["no", "yes"]))
    found = ilr.percent_agreement(alike.with_frequencies([n, n / 3]))
    for name in ("clopper_pearson", "wilson", "jeffreys", "midp"):
        assert dict(found.methods)[name](found, 0.95)[1] == pytest.approx(1), name
