"""Thousands of distinct numbers: no table of patterns by grades is held, and nothing changes."""

import pickle
import tracemalloc
import warnings
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
from ilacs_reliability._data import wide
from ilacs_reliability.agreement import alpha, ranges

WEIGHTS = ("identity", "linear", "quadratic")
KAPPAS = (
    ilr.percent_agreement,
    ilr.cohen_kappa,
    ilr.conger_kappa,
    ilr.light_kappa,
    ilr.scott_pi,
    ilr.fleiss_kappa,
    ilr.brennan_prediger,
    ilr.gwet_ac,
)
FUNCTIONS = {
    **{f"{f.__name__} {kind}": partial(f, weights=kind) for f in KAPPAS for kind in WEIGHTS},
    **{
        f"alpha {metric}": partial(ilr.krippendorff_alpha, metric=metric)
        for metric in ("nominal", "ordinal", "interval")
    },
    **{
        f"icc {form} {estimator}": partial(ilr.icc, form=form, estimator=estimator)
        for form in ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")
        for estimator in ("anova", "reml")
    },
    "lin_ccc": ilr.lin_ccc,
    "kendall_w": ilr.kendall_w,
}
every_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
MOST_MEMORY = 64 * 2**20


def scores(n_units, n_raters=2, *, missing=0.0, seed=20261128):
    """Return numbers that are nearly all distinct, by raters who see the same units."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(n_units, 1)) + rng.normal(size=(n_units, n_raters))
    drawn[0] = 0.25
    drawn[rng.random(drawn.shape) < missing] = np.nan
    return drawn


def peak(function, *args):
    """Return what a call returns and the most memory that it held, in bytes."""
    tracemalloc.start()
    try:
        found = function(*args)
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def raters_for(function):
    """Return two raters for what is for two, else three."""
    pairs_only = getattr(function, "func", function) in (ilr.cohen_kappa, ilr.scott_pi)
    return 2 if pairs_only else 3


def limits(function, ratings):
    """Return an estimate, with its error and its limits found."""
    with warnings.catch_warnings():
        # two raters who never give the same number have no error in nominal agreement
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        estimate = function(ratings)
    return estimate, (estimate.value, estimate.standard_error, *estimate.confidence_interval())


def as_tables(monkeypatch):
    """Hold every table with its zeros, whatever its size."""
    monkeypatch.setattr(wide, "MOST_CELLS", 1 << 60)
    monkeypatch.setattr(wide, "MOST_GRADES", 1 << 60)
    monkeypatch.setattr(alpha, "MOST_GRADES", 1 << 60)
    monkeypatch.setattr(alpha, "MOST_CELLS", 1 << 60)


def as_rules(monkeypatch):
    """Hold no table with its zeros, however small."""
    monkeypatch.setattr(wide, "MOST_CELLS", 0)
    monkeypatch.setattr(wide, "MOST_GRADES", 1)
    monkeypatch.setattr(alpha, "MOST_GRADES", 1)
    monkeypatch.setattr(alpha, "MOST_CELLS", 0)


def interval_alpha(drawn):
    """Krippendorff's alpha of complete scores, as he defines it."""
    n, m = drawn.shape
    pooled = drawn.ravel()
    within = ((drawn[:, :, None] - drawn[:, None, :]) ** 2).sum() / (n * m * (m - 1))
    # over ordered pairs of different ratings
    chance = 2.0 * pooled.var(ddof=1)
    return 1.0 - within / chance


def concordance(drawn):
    """Lin's coefficient of two raters, as he defines it."""
    covariance = np.cov(drawn.T, ddof=0)
    shift = np.diff(drawn.mean(axis=0))[0]
    return 2.0 * covariance[0, 1] / (np.trace(covariance) + shift**2)


def rank_concordance(drawn):
    """Kendall's W as Friedman's chi-square over its most."""
    n, m = drawn.shape
    return stats.friedmanchisquare(*drawn).statistic / (m * (n - 1))


def one_way(drawn):
    """The one-way intraclass correlation by its analysis of variance."""
    m = drawn.shape[1]
    between = m * drawn.mean(axis=1).var(ddof=1)
    within = drawn.var(axis=1, ddof=1).mean()
    return (between - within) / (between + (m - 1) * within)


def mean_gap(drawn):
    """Weighted kappa of two raters by linear weights: mean gap within units over that by chance."""
    first, second = drawn.T
    return 1.0 - np.abs(first - second).mean() / np.abs(first[:, None] - second).mean()


DEFINITIONS = {
    "alpha interval": interval_alpha,
    "lin_ccc": concordance,
    "cohen_kappa quadratic": concordance,
    "light_kappa quadratic": concordance,
    "cohen_kappa linear": mean_gap,
    "kendall_w": rank_concordance,
    "icc 1,1 anova": one_way,
}


@every_function
def test_memory_does_not_grow_with_units_times_distinct_numbers(function):
    (estimate, found), held = peak(limits, function, scores(6000))
    assert held < MOST_MEMORY
    assert estimate.n_units == 6000
    assert np.isfinite(found).all()


@every_function
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_numbers_do_not_depend_on_how_the_table_is_held(function, missing, monkeypatch):
    ratings = scores(60, raters_for(function), missing=missing)
    as_tables(monkeypatch)
    table, expected = limits(function, ratings)
    as_rules(monkeypatch)
    rule, found = limits(function, ratings)
    assert_allclose(found, expected, rtol=1e-9, atol=1e-11)
    assert_allclose(rule.value, table.value, rtol=0, atol=1e-12)
    assert_allclose(rule.influence, table.influence, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_thousands_of_distinct_numbers_give_what_the_definition_gives(name):
    drawn = scores(1500)
    assert_allclose(FUNCTIONS[name](drawn).value, DEFINITIONS[name](drawn), rtol=1e-11)


@pytest.mark.parametrize("name", ["lin_ccc", "kendall_w", "alpha ordinal", "alpha interval"])
def test_influence_of_a_unit_is_what_leaving_it_out_shows(name):
    drawn = scores(700)
    estimate = FUNCTIONS[name](drawn)
    codes = ilr.ratings_from_matrix(drawn, scale=ilr.Scale(sorted({*drawn.ravel().tolist()})))
    for place in (0, 350, 699):
        fewer = codes.with_frequencies(codes.frequencies - (np.arange(700) == place))
        moved = estimate.value - FUNCTIONS[name](fewer).value
        assert_allclose(estimate.influence[place] / 700, moved, rtol=0.05, atol=2e-5)


@every_function
def test_a_batch_of_many_grades_is_a_loop(function):
    drawn = scores(150, raters_for(function), missing=0.1)
    scale = ilr.Scale(np.unique(drawn[~np.isnan(drawn)]).tolist())
    ratings = ilr.ratings_from_matrix(np.repeat(drawn, 5, axis=0), scale=scale)
    times = np.random.default_rng(5).multinomial(150, np.full(150, 1 / 150), size=3)
    batch = function(ratings.with_frequencies(times)).value
    alone = [function(ratings.with_frequencies(one)).value for one in times]
    assert_allclose(batch, alone, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["lin_ccc", "alpha ordinal", "alpha interval", "gwet_ac linear"])
def test_leaving_out_a_unit_of_many_grades_is_a_loop(name, monkeypatch):
    as_rules(monkeypatch)
    drawn = scores(30, 3, missing=0.1)
    result = ilr.jackknife(FUNCTIONS[name], drawn)
    scale = ilr.Scale(np.unique(drawn[~np.isnan(drawn)]).tolist())
    ratings = ilr.ratings_from_matrix(drawn, scale=scale)
    others = [ratings.frequencies - (np.arange(30) == place) for place in range(30)]
    alone = [FUNCTIONS[name](ratings.with_frequencies(one)).value for one in others]
    assert_allclose(np.sort(result.replicates), np.sort(alone), rtol=1e-9)


def test_counts_are_made_when_they_are_asked_for():
    drawn = scores(700)
    scale = ilr.Scale(np.unique(drawn).tolist())
    ratings, held = peak(partial(ilr.ratings_from_matrix, drawn, scale=scale))
    assert held < 8 * 2**20
    other = ilr.ratings_from_matrix(drawn, scale=scale)
    assert ratings.counts.shape == (700, len(scale))
    assert (ratings.counts.sum(axis=1) == 2).all()
    assert not ratings.counts.flags.writeable
    assert ratings == other
    assert (pickle.loads(pickle.dumps(ratings)).counts == ratings.counts).all()
    with pytest.raises(AttributeError, match="no attribute 'count'"):
        _ = ratings.count


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (partial(ilr.cohen_kappa, weights="radical"), "`weights` 'radical' needs a table"),
        (partial(ilr.krippendorff_alpha, metric="ratio"), "`metric` 'ratio' needs a table"),
        (ilr.bangdiwala_b, "12000 grades"),
        (ilr.kappa_max, "kappa_max of 12000 grades"),
        (ilr.marginal_indices, "marginal_indices has an entry for each of 12000"),
        (ilr.specific_agreement, "specific_agreement has an entry for each of 12000"),
    ],
)
def test_what_needs_all_pairs_of_grades_says_what_to_do(call, match):
    drawn = np.random.default_rng(1).normal(size=(6000, 2)) + 9.0

    def refused():
        with pytest.raises(ValueError, match=match) as caught:
            call(drawn)
        return str(caught.value)

    said, held = peak(refused)
    assert "round the scores to fewer grades" in said
    assert any(f"`{argument}`" in said for argument in ("ratings", "weights", "metric"))
    assert held < MOST_MEMORY


def test_limits_by_margins_give_way_where_grades_are_many():
    drawn = np.random.default_rng(2).integers(0, 300, size=(900, 2))
    estimate = ilr.kappa_max(drawn)
    assert estimate.interval_methods == ("t", "wald", "score", "logit")
    assert any("margins" in note for note in estimate.notes)


@pytest.mark.parametrize(
    "function",
    [f for name, f in FUNCTIONS.items() if not name.startswith("percent")],
    ids=[name for name in FUNCTIONS if not name.startswith("percent")],
)
def test_one_grade_of_hundreds_leaves_nothing_to_compare(function):
    ratings = ilr.ratings_from_codes(np.full((40, 2), 351), scale=ilr.Scale(range(700)))
    if getattr(function, "func", None) in (ilr.brennan_prediger, ilr.gwet_ac):
        # their chance is of grades that nobody used, too
        assert_allclose(function(ratings).value, 1.0, rtol=1e-12)
        function = ilr.fleiss_kappa
    with pytest.warns(ilr.UndefinedEstimateWarning, match="same grade"):
        estimate = function(ratings)
    assert estimate.status == "undefined"
    batch = function(ratings.with_frequencies(ratings.frequencies[None] * [[1], [2]]))
    assert np.isnan(batch.value).all()


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize("n_raters", [2, 3, 5])
@pytest.mark.parametrize(
    "name", ["percent_agreement", "brennan_prediger", "gwet_ac", "fleiss_kappa", "cohen_kappa"]
)
def test_a_range_by_a_rule_is_that_by_the_table(name, kind, n_raters, monkeypatch):
    scale = ilr.Scale(range(6), scores=[0, 1, 3, 4, 9, 10])
    table, _ = ranges.coefficient_range(name, ilr.agreement_weights(scale, kind), n_raters)
    as_rules(monkeypatch)
    rule, _ = ranges.coefficient_range(name, wide.credit_by_rule(scale, kind), n_raters)
    # AC's is found by eigenvalues of a table where that says more
    assert rule <= table + 1e-12
    if name != "gwet_ac" or kind == "identity":
        assert_allclose(rule, table, atol=1e-12)


def test_the_table_of_coefficients_holds_no_table_of_grades():
    listing, held = peak(ilr.agreement_table, scores(6000))
    assert held < MOST_MEMORY
    by_name = {(row["coefficient"], row["weights"]): row["value"] for row in listing}
    drawn = scores(6000)
    assert_allclose(by_name["krippendorff_alpha", "quadratic"], interval_alpha(drawn), rtol=1e-10)
    assert_allclose(by_name["cohen_kappa", "quadratic"], concordance(drawn), rtol=1e-10)


@pytest.mark.parametrize("low", [0.0, 1e6])
def test_ratings_of_one_of_very_many_grades_leave_alpha_undefined(low):
    """What a grade's distance from itself rounds to is no disagreement by chance."""
    scale = ilr.Scale([low + code / 10 for code in range(1000)])
    for code in range(0, 1000, 37):
        ratings = ilr.ratings_from_codes(np.full((5, 3), code), scale=scale)
        with pytest.warns(ilr.UndefinedEstimateWarning, match="the same grade"):
            alpha = ilr.krippendorff_alpha(ratings, metric="interval")
        assert alpha.reason == "no_variation"


@pytest.mark.parametrize("alike", [False, True])
def test_the_largest_kappa_of_many_grades_is_not_certain(alike):
    scores = np.random.default_rng(0).random((300, 2))
    found = ilr.kappa_max(np.column_stack([scores[:, 0], scores[::-1, 0]]) if alike else scores)
    assert_allclose(found.value, float(alike), atol=1e-12)
    for way in (None, *found.interval_methods):
        interval = found.confidence_interval(method=way)
        assert interval.width > 0.001
        assert interval.low <= found.value <= interval.high
    assert found.confidence_interval().method == "score, since t has no width"
