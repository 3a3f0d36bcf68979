"""Several areas a unit: iota of another program, the definition, and what is refused."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from stored import cases

SCALE = ilr.Scale(["poor", "fair", "good"])


def three_columns(ratings, area):
    columns = [(place + area) % len(ratings[0]) for place in range(3)]
    return [[str(row[column]) for column in columns] for row in ratings]


@pytest.mark.parametrize(
    "case", [pytest.param(one, id=one["id"]) for one in cases("iota_agreement")]
)
def test_kappa_of_profiles_is_iota(case):
    ratings = case["data"]["ratings"]
    scale = ilr.Scale(sorted({str(x) for row in ratings for x in row}))
    n_areas = int(case["id"].split(".")[-1])
    areas = {area: three_columns(ratings, area) for area in range(n_areas)}
    profiles = ilr.ratings_from_areas(areas, scale=scale)
    kappa = ilr.conger_kappa(profiles, weights=ilr.profile_weights(profiles.scale))
    assert_allclose(kappa.value, case["values"]["iota"], rtol=1e-10)


@given(
    hnp.arrays(
        np.int64, st.tuples(st.integers(2, 6), st.just(2), st.just(3)), elements=st.integers(0, 2)
    )
)
@our.examples(20)
def test_credit_is_the_share_of_areas_alike(codes):
    labels = np.array(SCALE.labels, dtype=object)
    areas = {name: labels[codes[..., place]] for place, name in enumerate("abc")}
    profiles = ilr.ratings_from_areas(areas, scale=SCALE)
    share = Fraction(int((codes[:, 0] == codes[:, 1]).sum()), codes[:, 0].size)
    weights = ilr.profile_weights(profiles.scale)
    assert ilr.percent_agreement(profiles, weights=weights).value == close(float(share))
    every = Fraction(int((codes[:, 0] == codes[:, 1]).all(axis=1).sum()), len(codes))
    assert ilr.percent_agreement(profiles).value == close(float(every))
    near = 1 - np.abs(codes[:, 0] - codes[:, 1]) / 2
    linear = ilr.profile_weights(profiles.scale, kind="linear", area_scale=SCALE)
    assert ilr.percent_agreement(profiles, weights=linear).value == close(near.mean())


def test_one_area_is_its_own_ratings_and_a_gap_is_missing():
    rows = [["poor", "good"], ["fair", None], ["good", "good"], ["poor", "poor"]]
    alone = ilr.ratings_from_areas({"safety": rows}, scale=SCALE, raters=["x", "y"])
    plain = ilr.ratings_from_matrix(rows, scale=SCALE, raters=["x", "y"])
    assert ilr.cohen_kappa(alone).value == close(ilr.cohen_kappa(plain).value)
    assert alone.n_missing == 1
    assert alone.raters == ("x", "y")
    both = ilr.ratings_from_areas({"safety": rows, "care": [["fair", "fair"]] * 4}, scale=SCALE)
    assert both.n_missing == 1
    assert not both.scale.ordered


@pytest.mark.parametrize(
    ("areas", "kind", "message"),
    [
        ({}, ValueError, "`areas` must hold an area or more"),
        ([[["poor"]]], TypeError, "`areas` must be a mapping"),
        ({"a": [["poor", "good"]], "b": [["poor"]]}, ValueError, "same units by the same raters"),
        ({"a": ["poor", "good"]}, ValueError, "'a' has shape"),
        ({"a": [["poor", "bad"]]}, ValueError, "'bad'"),
        ({"a": [["poor", None]], "b": [[None, "good"]]}, ValueError, "no rating with a grade"),
    ],
)
def test_areas_that_do_not_fit_are_refused(areas, kind, message):
    with pytest.raises(kind, match=message):
        ilr.ratings_from_areas(areas, scale=SCALE)


FRAME = pd.DataFrame(
    {"ann": ["poor", "fair", "good"], "bob": ["good", "fair", "poor"]}, index=["u", "v", "w"]
)


def test_dataframes_keep_the_names_of_their_raters_and_units():
    areas = {"safety": FRAME, "care": FRAME.iloc[::-1].set_axis(FRAME.index)}
    clusters = pd.Series(["y", "x", "x"], index=["w", "v", "u"])
    profiles = ilr.ratings_from_areas(areas, scale=SCALE, clusters=clusters)
    right = ilr.ratings_from_areas(
        {area: frame.to_numpy().tolist() for area, frame in areas.items()},
        scale=SCALE,
        raters=["ann", "bob"],
        units=["u", "v", "w"],
        clusters=["x", "x", "y"],
    )
    assert profiles == right
    named = ilr.ratings_from_areas(areas, scale=SCALE, raters={"bob": "B", "ann": "A"})
    assert named.raters == ("A", "B")
    # numbers of rows and arrays beside a dataframe have no names to differ
    bare = {"safety": FRAME, "care": FRAME.reset_index(drop=True), "work": FRAME.to_numpy()}
    assert ilr.ratings_from_areas(bare, scale=SCALE).raters == ("ann", "bob")


@pytest.mark.parametrize(
    ("other", "given", "message"),
    [
        (FRAME[["bob", "ann"]], {}, r"same columns .* 'a' has \('ann', 'bob'\) and 'b' \('bob'"),
        (FRAME.iloc[::-1], {}, r"same rows .* 'a' has \('u', 'v', 'w'\) and 'b' \('w'"),
        (FRAME, {"raters": ["bob", "ann"]}, r"`raters` are \('bob', 'ann'\), but the columns"),
        (FRAME, {"units": ["w", "v", "u"]}, r"`units` are \('w', 'v', 'u'\), but the rows"),
        (FRAME, {"clusters": pd.Series([1, 2, 2], index=["u", "v", "x"])}, "`clusters` is labell"),
    ],
)
def test_dataframes_in_another_order_are_refused(other, given, message):
    with pytest.raises(ValueError, match=message):
        ilr.ratings_from_areas({"a": FRAME, "b": other}, scale=SCALE, **given)


PROFILES = ilr.Scale([("poor", "good"), ("fair", "good")], ordered=False)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: ilr.profile_weights(SCALE), TypeError, "tuples as grades, but got 'poor'"),
        (
            lambda: ilr.profile_weights(ilr.Scale([("a",), ("a", "b")], ordered=False)),
            ValueError,
            "profiles of one length",
        ),
        (
            lambda: ilr.profile_weights(PROFILES, kind="linear"),
            ValueError,
            "`area_scale` is needed",
        ),
        (
            lambda: ilr.profile_weights(PROFILES, area_scale=ilr.Scale(["poor", "good"])),
            ValueError,
            "'fair'",
        ),
        (lambda: ilr.profile_weights(PROFILES, area_scale=[1]), TypeError, "`area_scale` must be"),
        (lambda: ilr.profile_weights([("a",)]), TypeError, "`scale` must be a Scale"),
    ],
)
def test_profiles_that_earn_no_credit_are_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
