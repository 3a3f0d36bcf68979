"""Many studies at once are the studies one by one; undefined ones stay undefined."""

import tracemalloc
import warnings
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from closeness import close

SCALE = ilr.Scale([1, 2, 3])
FORMS = ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")
KINDS = ("identity", "linear", "quadratic")
CORRECTED = (
    ilr.percent_agreement,
    ilr.cohen_kappa,
    ilr.conger_kappa,
    ilr.light_kappa,
    ilr.scott_pi,
    ilr.fleiss_kappa,
    ilr.brennan_prediger,
    ilr.gwet_ac,
    ilr.bangdiwala_b,
)


def on_a_grade(ratings):
    return ilr.specific_agreement(ratings)[2]


def an_index(ratings, key):
    return ilr.marginal_indices(ratings)[key]


def first_pair(ratings, coefficient):
    return next(iter(ilr.pairwise_agreement(ratings, coefficient=coefficient).values()))


COEFFICIENTS = {
    **{f"{one.__name__}-{kind}": partial(one, weights=kind) for one in CORRECTED for kind in KINDS},
    **{
        f"alpha-{metric}": partial(ilr.krippendorff_alpha, metric=metric)
        for metric in ("nominal", "ordinal", "interval", "ratio")
    },
    **{f"icc-{form}": partial(ilr.icc, form=form) for form in FORMS},
    "kendall_w": ilr.kendall_w,
    "lin_ccc": ilr.lin_ccc,
    "kappa_max": ilr.kappa_max,
    "specific_agreement": on_a_grade,
    "prevalence": partial(an_index, key=("prevalence", 1)),
    "bias": partial(an_index, key=("bias", 2)),
    "pabak": partial(an_index, key="pabak"),
    "pairwise": partial(first_pair, coefficient=ilr.percent_agreement),
    "pairwise-kappa": partial(first_pair, coefficient=ilr.cohen_kappa),
}


def first_of(function, ratings, **options):
    return next(iter(function(ratings, **options).values()))


# what has no answer for one rater
OF_SEVERAL = {
    "kendall_w-pairwise": partial(ilr.kendall_w, missing="pairwise"),
    "standard": lambda ratings: first_of(ilr.agreement_with_standard, ratings, standard=0),
    "appraisers": lambda ratings: ilr.attribute_agreement(ratings).between,
    "consensus": lambda ratings: first_of(ilr.consensus_agreement, ratings, ties="worst", least=1),
    "groups": lambda ratings: (
        ilr.group_agreement(ratings, {"a": [0], "b": [1]})["a", "b"]
        if ratings.n_raters == 2
        else ilr.group_agreement(ratings, {"a": [0, 2], "b": [1]})["a", "b"]
    ),
    "trials": lambda ratings: ilr.intra_rater_agreement(
        ratings, trial={"a": [0, 1], **({"b": [2]} if ratings.n_raters > 2 else {})}
    )["within raters"],
}
TWO_RATERS = ("cohen", "scott", "bangdiwala", "kappa_max", "prevalence", "bias", "pabak")
STUDIES = {
    "2": ([[1, 1], [0, 0], [2, 1], [0, 1]], None),
    "2 missing": ([[2, 1], [2, -1], [0, 0], [1, 0]], None),
    "2 in clusters": ([[1, 1], [0, 0], [2, 1], [0, 2]], [0, 0, 1, 2]),
    "3": ([[0, 0, 2], [1, 1, 0], [2, 2, 2]], None),
    "3 missing": ([[0, -1, 2], [1, 1, 0], [2, 2, -1], [-1, 1, 1]], None),
    "3 missing in clusters": ([[0, 0, 2], [1, 1, -1], [2, 1, 2], [2, -1, -1]], [0, 1, 1, 2]),
}
CASES = [
    pytest.param(name, study, id=f"{name} of {study}")
    for name in COEFFICIENTS
    for study in STUDIES
    if study.startswith("2") or not name.startswith(TWO_RATERS)
]
ALL = COEFFICIENTS | OF_SEVERAL
MORE_CASES = [
    pytest.param(name, study, id=f"{name} of {study}") for name in OF_SEVERAL for study in STUDIES
]


def several(study):
    """Return a study, and frequencies that leave no unit, one unit, like units, and more."""
    codes, clusters = STUDIES[study]
    ratings = ilr.ratings_from_codes(codes, scale=SCALE, clusters=clusters)
    size = len(ratings.frequencies)
    alike = 3.0 * np.eye(size)
    drawn = np.random.default_rng(11).integers(0, 4, (4, size))
    return ratings, np.vstack([np.zeros(size), np.eye(size), alike, drawn, np.ones(size)])


def quietly(coefficient, ratings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        return coefficient(ratings)


@pytest.mark.parametrize(("name", "study"), CASES + MORE_CASES)
def test_each_study_of_a_batch_gets_what_it_gets_alone(name, study):
    coefficient = ALL[name]
    ratings, frequencies = several(study)
    batch = quietly(coefficient, ratings.with_frequencies(frequencies))
    numbers = {
        field: np.broadcast_to(getattr(batch, field), batch.value.shape)
        for field in ("value", "standard_error", "observed", "expected", "n_units", "n_independent")
    }
    intervals = {way: batch.confidence_interval(method=way) for way in batch.interval_methods}
    for place, row in enumerate(frequencies):
        alone = quietly(coefficient, ratings.with_frequencies(row))
        assert (alone.status == "ok") == np.isfinite(batch.value[place])
        for field, found in numbers.items():
            assert_allclose(found[place], getattr(alone, field), atol=1e-6, err_msg=field)
        for way, interval in intervals.items():
            limits = [interval.low[place], interval.high[place]]
            assert_allclose(limits, [*alone.confidence_interval(method=way)], atol=1e-6)


@pytest.mark.parametrize(
    "coefficient",
    [
        partial(ilr.conger_kappa, weights="quadratic"),
        partial(ilr.fleiss_kappa, weights="quadratic"),
        partial(ilr.krippendorff_alpha, metric="interval"),
    ],
)
def test_the_least_that_another_study_can_be_moves_no_limit(coefficient):
    """Raters of (2, 3) agree less than by chance, and their lower limit needs the least."""
    ratings = ilr.ratings_from_matrix([[1, 1, 2, 2], [2, 2, 2, 2]], scale=ilr.Scale([1, 2, 3, 4]))
    beside = coefficient(ratings.with_frequencies([[1, 5], [2, 3], [4, 1]]))
    alone = coefficient(ratings.with_frequencies([1, 5]))
    low, high = beside.confidence_interval(method="score")
    assert_allclose([low[0], high[0]], alone.confidence_interval(method="score"), rtol=1e-12)


@pytest.mark.parametrize(("name", "study"), CASES)
def test_no_study_is_a_batch_too(name, study):
    ratings, frequencies = several(study)
    batch = quietly(COEFFICIENTS[name], ratings.with_frequencies(frequencies[:0]))
    assert np.shape(batch.value) == np.shape(batch.standard_error) == (0,)
    for way in batch.interval_methods:
        assert np.shape(batch.confidence_interval(method=way).low) == (0,)


PAIRED = [name for name in COEFFICIENTS if name.startswith((*TWO_RATERS, "pairwise"))]


@pytest.mark.parametrize("name", PAIRED)
def test_one_rater_is_no_pair(name):
    with pytest.raises(ValueError, match="raters"):
        COEFFICIENTS[name]([[0.0], [1.0]])


@pytest.mark.parametrize("name", [name for name in COEFFICIENTS if name not in PAIRED])
def test_a_batch_by_one_rater_is_undefined_study_by_study(name):
    ratings = ilr.ratings_from_codes([[0], [1]], scale=SCALE)
    batch = quietly(COEFFICIENTS[name], ratings.with_frequencies(np.eye(2)))
    assert np.isnan(batch.value).tolist() == [True, True]


@pytest.mark.parametrize("coefficient", [ilr.cohen_kappa, ilr.scott_pi])
def test_a_batch_by_three_raters_is_refused_as_one_study_is(coefficient):
    ratings, frequencies = several("3")
    with pytest.raises(ValueError, match="is for two raters, but `ratings` has 3"):
        coefficient(ratings.with_frequencies(frequencies))


LEVELS = (0.01, 0.1, 0.5, 0.95, 0.999)


@pytest.mark.parametrize(("name", "study"), CASES)
def test_every_interval_holds_the_estimate_at_every_level(name, study):
    ratings, frequencies = several(study)
    batch = quietly(COEFFICIENTS[name], ratings.with_frequencies(frequencies))
    known = np.isfinite(batch.value)
    for way in batch.interval_methods:
        for level in LEVELS:
            low, high = batch.confidence_interval(level, way)
            assert (np.isnan(low) == ~known)[~known].all()
            assert not (low > batch.value)[known].any()
            assert not (high < batch.value)[known].any()
            if way not in ("t", "wald"):
                assert high[known].max(initial=0) <= 1 + 1e-9


@pytest.mark.parametrize(("name", "study"), CASES)
def test_a_method_that_gives_way_has_the_name_and_the_limits_of_the_other(name, study):
    ratings, frequencies = several(study)
    for row in frequencies:
        alone = quietly(COEFFICIENTS[name], ratings.with_frequencies(row))
        if alone.status == "undefined":
            continue
        for way in alone.interval_methods:
            interval = alone.confidence_interval(method=way)
            used, *why = interval.method.split(", since ")
            assert used == way or why
            if used in alone.interval_methods:
                assert_allclose([*interval], [*alone.confidence_interval(method=used)], atol=1e-12)


def test_mcgraw_wong_limits_give_way_by_name():
    steps = ilr.icc([[i, i + 2] for i in range(1, 9)], form="C,k")
    interval = steps.confidence_interval(method="mcgraw_wong")
    assert interval.method == "score, since F has no width"
    assert tuple(interval) == tuple(steps.confidence_interval(method="score")) == (-1, 1)


@pytest.mark.parametrize("form", ["1,k", "A,k", "C,k"])
def test_limits_of_a_mean_pass_minus_one_only_with_the_estimate(form):
    rng = np.random.default_rng(5)
    below = 0
    for _ in range(40):
        found = quietly(partial(ilr.icc, form=form), rng.integers(0, 4, (5, rng.integers(2, 5))))
        if found.status == "undefined":
            continue
        lows = [found.confidence_interval(method=way).low for way in found.interval_methods]
        below += found.value < -1
        assert min(lows) >= -1 if found.value >= -1 else max(lows) < found.value
    assert below > 3


def test_f_between_like_means_has_a_p_value_of_1():
    result = ilr.icc_test([[3, 2, 0], [3, 2, 0], [2, 2, 1]])
    assert (result.status, result.statistic, result.p_value) == ("ok", 0.0, 1.0)


@pytest.mark.parametrize("form", FORMS)
def test_an_icc_test_is_ok_where_it_has_a_p_value(form):
    rng = np.random.default_rng(3)
    for _ in range(60):
        table = rng.integers(0, 4, (3, 3))
        result = quietly(partial(ilr.icc_test, form=form), table)
        assert (result.status == "ok") == np.isfinite(result.p_value)


def test_a_difference_with_what_is_infinite_is_undefined():
    infinite = ilr.risk_ratio([[0, 3], [2, 3]], at_most=1)
    assert infinite.value == np.inf
    kappa = ilr.cohen_kappa([[1, 1], [2, 2], [1, 2]])
    for pair in ((infinite, infinite), (infinite, kappa), (kappa, infinite)):
        with pytest.warns(ilr.UndefinedEstimateWarning, match="infinite"):
            gap = ilr.difference(*pair, paired=False)
        assert (gap.status, gap.reason) == ("undefined", "infinite")
        assert np.isnan([gap.value, *gap.confidence_interval()]).all()


def test_a_normal_benchmark_below_minus_one_is_in_the_lowest_band():
    below = ilr.icc([[1, 4], [4, 1], [1, 4], [4, 2]] * 40, form="C,k")
    assert below.value < -1
    found = ilr.benchmark(below, method="normal")
    assert found.cumulative[0] == 1
    assert found.cumulative[1:] == (0.0,) * (len(found.bands) - 1)


def test_units_of_one_rater_move_no_coefficient():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        listing = ilr.influential_units(ilr.light_kappa, [[0.0], [1.0]])
    assert [row["change"] for row in listing] == [None, None]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_lights_kappa_of_many_raters_is_the_average_of_their_pairs(kind, missing):
    rng = np.random.default_rng(41)
    codes = np.clip(rng.integers(0, 3, (40, 1)) + rng.integers(-1, 2, (40, 12)), 0, 2)
    codes[rng.random(codes.shape) < missing] = -1
    ratings = ilr.ratings_from_codes(codes, scale=SCALE)
    kappa = partial(ilr.cohen_kappa, weights=kind)
    light, pairs = (
        ilr.light_kappa(ratings, weights=kind),
        [*ilr.pairwise_agreement(ratings, coefficient=kappa).values()],
    )
    assert_allclose(light.value, np.mean([pair.value for pair in pairs]), atol=1e-12)
    assert_allclose(light.expected, np.mean([pair.expected for pair in pairs]), atol=1e-12)
    # each pair's influence is per unit of its own
    parts = [pair.influence * (light.n_units / pair.n_units) for pair in pairs]
    assert_allclose(light.influence, np.mean(parts, axis=0), atol=1e-12)


def test_lights_kappa_of_two_hundred_raters_holds_little_at_a_time():
    codes = np.random.default_rng(43).integers(0, 4, (150, 200))
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([1, 2, 3, 4]))
    tracemalloc.start()
    ilr.jackknife(ilr.light_kappa, ratings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # one record a pair held 19,900 tables
    assert peak < 2**28


def test_ordinal_alpha_of_a_batch_of_one_study_has_its_influences():
    """As that of pairs of raters, whose study is made as a batch."""
    codes = [[1, 0, 1, 0], [1, 1, 1, 1], [0, 1, 2, 0]]
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(range(3)))
    ordinal = partial(ilr.krippendorff_alpha, metric="ordinal")
    pairs = ilr.pairwise_agreement(ratings, coefficient=ordinal).values()
    for found, columns in zip(pairs, combinations(range(4), 2), strict=True):
        alone = ordinal(ratings.select_raters(*columns))
        assert found.value == close(alone.value)
        assert found.standard_error == close(alone.standard_error)
