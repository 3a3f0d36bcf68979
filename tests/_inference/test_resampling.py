"""Bootstrap and jackknife."""

import pickle
import warnings
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability._inference import drawn_units, resampling

BINARY = ilr.Scale(["no", "yes"])
METHODS = ("bca", "percentile", "studentized", "bayesian")
TABLE = ilr.ratings_from_table([[40, 9], [6, 45]], scale=BINARY)
CODES = np.repeat(TABLE.patterns, TABLE.frequencies, axis=0)

THREE = np.array(
    [[0, 0, 1], [1, 1, 1], [2, 2, 2], [0, -1, 0], [2, 1, 2], [1, 1, 0], [3, 3, 3], [2, 3, -1]] * 4,
    dtype=np.int8,
)
GAPS = ilr.ratings_from_codes(THREE, scale=ilr.Scale([1, 2, 3, 4]))


def kappa_of(first, second, axis=-1):
    """Return Cohen's kappa of two rows of 0 and 1, by its formula."""
    agree = (first == second).mean(axis=axis)
    p, q = first.mean(axis=axis), second.mean(axis=axis)
    chance = p * q + (1 - p) * (1 - q)
    return (agree - chance) / (1 - chance)


# the bootstrap


@pytest.mark.parametrize(("method", "name"), [("bca", "BCa"), ("percentile", "percentile")])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_limits_equal_scipys_within_monte_carlo_error(method, name, level):
    theirs = stats.bootstrap(
        (CODES[:, 0], CODES[:, 1]),
        kappa_of,
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        confidence_level=level,
        method=name,
        rng=np.random.default_rng(1),
    )
    ours = ilr.bootstrap(
        ilr.cohen_kappa, TABLE, n_resamples=20_000, method=method, confidence_level=level, rng=2
    )
    assert_allclose([*ours.confidence_interval], [*theirs.confidence_interval], atol=0.01)
    assert_allclose(ours.standard_error, theirs.standard_error, rtol=0.03)
    assert ours.confidence_interval.method == f"{method} bootstrap"
    assert ours.confidence_interval.confidence_level == level


def test_replicates_are_the_coefficient_of_resampled_units():
    """The same mean and spread as drawing units one by one and calling the coefficient."""
    rng = np.random.default_rng(3)
    alpha = partial(ilr.krippendorff_alpha, metric="ordinal")
    slow = []
    for _ in range(2000):
        drawn = THREE[rng.integers(0, len(THREE), len(THREE))]
        slow.append(alpha(ilr.ratings_from_codes(drawn, scale=GAPS.scale)).value)
    fast = ilr.bootstrap(alpha, GAPS, n_resamples=8000, rng=4).replicates
    error = np.std(slow) / np.sqrt(len(slow))
    assert abs(np.mean(slow) - fast.mean()) < 4 * error
    assert_allclose(fast.std(), np.std(slow), rtol=0.07)


@pytest.mark.parametrize("method", METHODS)
def test_the_spread_of_replicates_is_the_standard_error(method):
    for coefficient in (ilr.cohen_kappa, ilr.gwet_ac, ilr.krippendorff_alpha):
        result = ilr.bootstrap(coefficient, TABLE, n_resamples=4000, method=method, rng=5)
        assert_allclose(result.standard_error, result.estimate.standard_error, rtol=0.06)
        low, high = result.confidence_interval
        wide = result.estimate.confidence_interval(method="wald")
        assert low < result.estimate.value < high
        assert_allclose([low, high], [*wide], atol=0.05)


def test_studentized_limits_are_the_pivots_of_the_replicates():
    """By hand: (value - estimate) / error of each replicate, its quantiles turned round."""
    result = ilr.bootstrap(ilr.cohen_kappa, TABLE, n_resamples=999, method="studentized", rng=6)
    again = ilr.bootstrap(ilr.cohen_kappa, TABLE, n_resamples=999, method="percentile", rng=6)
    assert_array_equal(result.replicates, again.replicates)
    frequencies = np.random.default_rng(6).multinomial(100, TABLE.frequencies / 100, 999)
    batch = ilr.cohen_kappa(TABLE.with_frequencies(frequencies))
    assert_array_equal(batch.value, result.replicates)
    estimate = result.estimate
    pivots = (batch.value - estimate.value) / batch.standard_error
    low, high = np.quantile(pivots, [0.975, 0.025])
    by_hand = estimate.value - np.array([low, high]) * estimate.standard_error
    assert_allclose([*result.confidence_interval], by_hand)


def test_bayesian_weights_are_dirichlet():
    """The posterior of a share under Haldane's prior is a Beta, so its quantiles are known."""
    result = ilr.bootstrap(
        ilr.percent_agreement, TABLE, n_resamples=20_000, method="bayesian", rng=7
    )
    exact = stats.beta(85, 15).ppf([0.025, 0.975])
    assert_allclose([*result.confidence_interval], exact, atol=0.005)
    assert stats.kstest(result.replicates, stats.beta(85, 15).cdf).pvalue > 1e-4


def test_percentile_limits_of_a_share_are_binomial():
    result = ilr.bootstrap(
        ilr.percent_agreement, TABLE, n_resamples=20_000, method="percentile", rng=8
    )
    exact = stats.binom(100, 0.85).ppf([0.025, 0.975]) / 100
    assert_allclose([*result.confidence_interval], exact, atol=0.0101)
    observed = np.bincount(np.rint(result.replicates * 100).astype(int), minlength=101)
    expected = stats.binom(100, 0.85).pmf(range(101)) * 20_000
    usual = expected > 10
    distance = ((observed - expected)[usual] ** 2 / expected[usual]).sum()
    assert stats.chi2(usual.sum() - 1).sf(distance) > 1e-4


@pytest.mark.parametrize("n_copies", [1, 40])
def test_few_units_of_many_patterns_are_drawn_as_often_as_many(n_copies):
    """With few units a pattern, units are drawn by index; with many, patterns by multinomial."""
    ratings = GAPS.with_frequencies(GAPS.frequencies * n_copies)
    drawn = [
        frequencies
        for _, frequencies, _ in drawn_units.draw_counts(ratings, 4000, np.random.default_rng(9))
    ]
    counts = np.concatenate(drawn)
    n = ratings.frequencies.sum()
    assert_array_equal(counts.sum(axis=1), n)
    share = ratings.frequencies / n
    error = np.sqrt(n * share * (1 - share) / 4000)
    assert (np.abs(counts.mean(axis=0) - n * share) < 4.5 * error).all()
    assert_allclose(counts.var(axis=0), n * share * (1 - share), rtol=0.15)


@pytest.mark.parametrize("name", ["fleiss_kappa", "gwet_ac", "krippendorff_alpha"])
def test_who_gave_which_grade_is_left_out_where_it_does_not_matter(name, monkeypatch):
    """The same limits as when the coefficient hides that it looks at counts only."""
    coefficient = getattr(ilr, name)
    monkeypatch.setattr(resampling, "FEW_PATTERNS", 0)
    merged = ilr.bootstrap(coefficient, GAPS, n_resamples=20_000, rng=25)
    hidden = ilr.bootstrap(lambda taken: coefficient(taken), GAPS, n_resamples=20_000, rng=26)
    assert_allclose([*merged.confidence_interval], [*hidden.confidence_interval], atol=0.015)
    assert_allclose(merged.standard_error, hidden.standard_error, rtol=0.03)
    first, second = (ilr.jackknife(c, GAPS) for c in (coefficient, lambda r: coefficient(r)))
    assert_allclose(first.replicates, second.replicates, rtol=1e-12)
    assert_allclose(first.standard_error, second.standard_error, rtol=1e-12)


def test_a_coefficient_of_two_of_the_raters_keeps_them_apart(monkeypatch):
    monkeypatch.setattr(resampling, "FEW_PATTERNS", 0)

    def of_a_pair(ratings):
        return ilr.fleiss_kappa(ratings.select_raters(0, 2))

    result = ilr.bootstrap(of_a_pair, GAPS, n_resamples=4000, rng=27)
    assert_allclose(result.standard_error, result.estimate.standard_error, rtol=0.12)


@pytest.mark.parametrize("method", METHODS)
def test_an_rng_makes_the_result_reproducible(method):
    run = partial(ilr.bootstrap, ilr.cohen_kappa, TABLE, n_resamples=200, method=method)
    first, second, other = run(rng=11), run(rng=np.random.default_rng(11)), run(rng=12)
    assert_array_equal(first.replicates, second.replicates)
    assert [*first.confidence_interval] == [*second.confidence_interval]
    assert (first.replicates != other.replicates).any()


def test_one_generator_goes_on_where_it_was():
    rng = np.random.default_rng(13)
    first, second = (
        ilr.bootstrap(ilr.cohen_kappa, TABLE, n_resamples=50, rng=rng) for _ in range(2)
    )
    assert (first.replicates != second.replicates).any()


def test_the_global_random_state_is_left_alone():
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    ilr.bootstrap(ilr.cohen_kappa, TABLE, n_resamples=50)
    assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("method", METHODS)
def test_blocks_of_replicates_are_all_filled(method, monkeypatch):
    monkeypatch.setattr(drawn_units, "BLOCK", 64)
    result = ilr.bootstrap(ilr.cohen_kappa, TABLE, n_resamples=101, method=method, rng=14)
    assert len(result.replicates) == 101
    assert np.isfinite(result.replicates).all()


@pytest.mark.parametrize("method", METHODS)
def test_perfect_agreement_never_gives_zero_width(method):
    ratings = ilr.ratings_from_table([[8, 0], [0, 4]], scale=BINARY)
    for coefficient in (ilr.percent_agreement, ilr.cohen_kappa, ilr.krippendorff_alpha):
        result = ilr.bootstrap(coefficient, ratings, n_resamples=300, method=method, rng=15)
        low, high = result.confidence_interval
        assert low < 0.8
        assert high == 1
        assert "since every resample is the same" in result.confidence_interval.method


def test_undefined_replicates_are_counted_and_left_out():
    ratings = ilr.ratings_from_table([[5, 1], [0, 1]], scale=BINARY)
    result = ilr.bootstrap(ilr.cohen_kappa, ratings, n_resamples=2000, rng=16)
    # no "yes" at all among seven draws of seven units, five of which have none
    expected = (5 / 7) ** 7
    error = np.sqrt(expected * (1 - expected) / 2000)
    assert abs(result.n_undefined / 2000 - expected) < 4.5 * error
    assert np.isnan(result.replicates).sum() == result.n_undefined
    assert f"{result.n_undefined} of 2,000 resamples are undefined" in result.notes[-1]
    assert np.isfinite([*result.confidence_interval]).all()


def test_an_undefined_coefficient_has_no_bootstrap_interval():
    with pytest.warns(ilr.UndefinedEstimateWarning, match="every rating is the same grade"):
        result = ilr.bootstrap(ilr.cohen_kappa, [[1, 1], [1, 1]], n_resamples=20, rng=17)
    assert np.isnan([*result.confidence_interval]).all()
    assert np.isnan(result.standard_error)
    assert result.n_undefined == 20


def test_replicates_do_not_warn():
    ratings = ilr.ratings_from_table([[2, 1], [0, 1]], scale=BINARY)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in METHODS:
            for coefficient in (ilr.cohen_kappa, ilr.gwet_ac, ilr.krippendorff_alpha):
                ilr.bootstrap(coefficient, ratings, n_resamples=300, method=method, rng=18)


# clusters


def clustered(copies):
    """Each unit of TABLE as a cluster of some copies of itself."""
    return ilr.ratings_from_codes(
        np.repeat(CODES, copies, axis=0), scale=BINARY, clusters=np.repeat(np.arange(100), copies)
    )


@pytest.mark.parametrize("method", METHODS)
def test_clusters_are_drawn_whole(method):
    """Copies within a cluster add nothing: the same draws give the same limits."""
    run = partial(ilr.bootstrap, ilr.cohen_kappa, n_resamples=999, method=method, rng=19)
    single, copied = run(clustered(1)), run(clustered(5))
    assert_allclose(copied.replicates, single.replicates, rtol=1e-12)
    assert_allclose([*copied.confidence_interval], [*single.confidence_interval], rtol=1e-10)
    alone = ilr.bootstrap(ilr.cohen_kappa, TABLE, n_resamples=999, method=method, rng=20)
    assert_allclose(copied.standard_error, alone.standard_error, rtol=0.1)


def test_a_cluster_drawn_twice_is_two_clusters():
    """Standard errors of replicates, against ratings written out cluster by cluster."""
    regions = np.array([0, 0, 1, 1, 1, 2, 3, 3])
    codes = np.array([[0, 0], [0, 1], [1, 1], [1, 1], [1, 0], [0, 0], [1, 1], [0, 1]])
    ratings = ilr.ratings_from_codes(codes, scale=BINARY, clusters=regions)
    ((_, frequencies, times),) = drawn_units.draw_counts(ratings, 30, np.random.default_rng(24))
    batch = ilr.gwet_ac(ratings.with_frequencies(frequencies))
    errors = resampling._errors(batch, ratings, times)
    for drawn, error in zip(times, errors, strict=True):
        picked = np.repeat(np.arange(4), drawn.astype(int))
        rows = np.concatenate([codes[regions == cluster] for cluster in picked])
        names = np.concatenate([[i] * (regions == c).sum() for i, c in enumerate(picked)])
        written = ilr.ratings_from_codes(rows, scale=BINARY, clusters=names)
        assert_allclose(error, ilr.gwet_ac(written).standard_error, rtol=1e-10, atol=1e-12)


def test_each_cluster_keeps_its_own_units():
    codes = [[0, 0], [0, 1], [1, 1], [1, 1], [1, 0], [0, 0], [1, 1]]
    regions = ["a", "a", "b", "b", "b", "c", "c"]
    ratings = ilr.ratings_from_codes(codes, scale=BINARY, clusters=regions)
    ((_, frequencies, _),) = drawn_units.draw_counts(ratings, 500, np.random.default_rng(21))
    for draw in frequencies:
        times = {
            cluster: set((draw / ratings.frequencies)[ratings.clusters == cluster])
            for cluster in range(3)
        }
        assert all(len(values) == 1 for values in times.values())
        assert sum(value for values in times.values() for value in values) == 3


def test_the_jackknife_leaves_out_clusters_whole():
    ratings = clustered(3)
    alone, whole = (ilr.jackknife(ilr.cohen_kappa, r) for r in (TABLE, ratings))
    assert_allclose(whole.standard_error, alone.standard_error, rtol=1e-10)
    assert len(whole.replicates) == 100
    assert set(whole.frequencies.tolist()) == {1}


# the jackknife


@given(ratings=our.studies(max_units=8))
def test_the_jackknife_is_leaving_out_each_unit_in_turn(ratings):
    units = np.repeat(ratings.patterns, ratings.frequencies, axis=0)
    values = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        for unit in range(len(units)):
            rest = np.delete(units, unit, axis=0)
            if (rest < 0).all():
                values.append(np.nan)
                continue
            values.append(ilr.gwet_ac(ilr.ratings_from_codes(rest, scale=ratings.scale)).value)
    n, mean = len(values), np.mean(values)
    error = np.sqrt((n - 1) / n * ((np.array(values) - mean) ** 2).sum())
    result = ilr.jackknife(ilr.gwet_ac, ratings)
    replicates = np.repeat(result.replicates, result.frequencies)
    # a single unit left is no study, though its batch has a number for AC
    defined = np.isfinite(values)
    assert_allclose(replicates[defined], np.array(values)[defined], atol=1e-10)
    if defined.all():
        assert_allclose(result.standard_error, error, atol=1e-10)
        assert_allclose(result.bias, (n - 1) * (mean - result.estimate.value), atol=1e-9)


def test_two_units_have_no_acceleration_and_say_so():
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        result = ilr.bootstrap(ilr.gwet_ac, [[1, 1], [2, 1]], n_resamples=99, rng=1)
    assert result.confidence_interval.method == "bca bootstrap without acceleration"


def test_results_say_themselves_in_a_sentence_and_a_row():
    jackknife = ilr.jackknife(ilr.percent_agreement, TABLE)
    assert jackknife.to_dict()["standard_error"] == close(jackknife.standard_error)
    assert jackknife.to_dict()["n_left_out"] == 100
    assert "from leaving out each of 100 units." in jackknife.describe()
    assert "<table>" in jackknife._repr_html_()
    bootstrap = ilr.bootstrap(ilr.percent_agreement, TABLE, n_resamples=99, rng=1)
    assert "from 99 resamples of 100 units." in bootstrap.describe()


def test_the_jackknife_of_a_mean_is_its_standard_error():
    result = ilr.jackknife(ilr.percent_agreement, TABLE)
    assert_allclose(result.standard_error, result.estimate.standard_error, rtol=1e-12)
    assert_allclose(result.bias, 0, atol=1e-12)


def test_the_jackknife_says_where_a_replicate_is_undefined():
    result = ilr.jackknife(ilr.cohen_kappa, ilr.ratings_from_table([[5, 0], [0, 1]], scale=BINARY))
    assert np.isnan(result.replicates).sum() == 1
    assert np.isnan(result.standard_error)
    with pytest.warns(ilr.UndefinedEstimateWarning):
        ilr.jackknife(ilr.cohen_kappa, [[1, 1], [1, 1]])


# what is refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_resamples": 0}, "`n_resamples` must be a positive whole number, but got 0"),
        ({"n_resamples": -5}, "but got -5"),
        ({"method": "basic"}, "`method` must be one of .* but got 'basic'"),
        ({"confidence_level": 95}, "`confidence_level` must be between 0 and 1"),
    ],
)
def test_the_bootstrap_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        ilr.bootstrap(ilr.cohen_kappa, TABLE, **options)


@pytest.mark.parametrize("resample", [ilr.bootstrap, ilr.jackknife])
def test_resampling_takes_one_study_and_a_coefficient(resample):
    batch = TABLE.with_frequencies(TABLE.frequencies * [[1], [2]])
    with pytest.raises(ValueError, match=r"one study, but got a batch of shape \(2,\)"):
        resample(ilr.cohen_kappa, batch)
    with pytest.raises(TypeError, match="`coefficient` must return an Estimate, but got float"):
        resample(lambda ratings: 0.5, TABLE)
    with pytest.raises(TypeError, match="labels have no order"):
        resample(ilr.cohen_kappa, [["good", "good"]])


def test_arguments_are_never_changed():
    before = TABLE.frequencies.copy()
    for method in METHODS:
        ilr.bootstrap(ilr.cohen_kappa, TABLE, n_resamples=50, method=method, rng=22)
    ilr.jackknife(ilr.cohen_kappa, TABLE)
    assert_array_equal(TABLE.frequencies, before)


def test_results_show_themselves_and_survive_pickling():
    boot = ilr.bootstrap(ilr.cohen_kappa, TABLE, n_resamples=99, rng=23)
    jack = ilr.jackknife(ilr.cohen_kappa, TABLE)
    row = boot.to_dict()
    assert row["value"] == close(boot.estimate.value)
    assert (row["low"], row["high"]) == tuple(boot.confidence_interval)
    assert (row["n_resamples"], row["method"]) == (99, "bca bootstrap")
    assert "99 resamples" in repr(boot)
    assert "bca bootstrap" in boot._repr_html_()
    assert repr(jack).startswith("JackknifeResult(cohen_kappa = 0.69")
    for result in (boot, jack):
        copy = pickle.loads(pickle.dumps(result))
        assert_array_equal(copy.replicates, result.replicates)
        with pytest.raises(AttributeError):
            copy.replicates = None


@pytest.mark.parametrize("method", ["bca", "studentized", "bayesian"])
def test_several_coefficients_share_each_resample(method):
    ratings = ilr.ratings_from_table([[20, 3], [4, 11]], scale=ilr.Scale(["no", "yes"]))
    several = (ilr.cohen_kappa, ilr.gwet_ac, ilr.percent_agreement)
    together = ilr.bootstrap(several, ratings, n_resamples=199, method=method, rng=7)
    for one, result in zip(several, together, strict=True):
        alone = ilr.bootstrap(one, ratings, n_resamples=199, method=method, rng=7)
        assert_allclose(result.replicates, alone.replicates)
        assert_allclose(list(result.confidence_interval), list(alone.confidence_interval))


def test_no_coefficient_is_refused():
    with pytest.raises(ValueError, match="`coefficient` must be a function or several"):
        ilr.bootstrap([], [[1, 1], [1, 2]])


def test_a_single_resample_says_that_it_has_no_spread():
    result = ilr.bootstrap(ilr.cohen_kappa, TABLE, n_resamples=1, rng=1)
    default = ilr.cohen_kappa(TABLE).interval_methods[0]
    assert result.confidence_interval.method == f"{default}, since one resample has no spread"


@pytest.mark.parametrize("table", [[[9, 1], [0, 2]], [[10, 1], [0, 1]], [[10, 1], [1, 0]]])
def test_a_replicate_without_spread_has_no_pivot(table):
    # some replicates agree everywhere, and rounding alone gives them a standard error
    ratings = ilr.ratings_from_table(table, scale=ilr.Scale(["no", "yes"]))
    result = ilr.bootstrap(
        ilr.cohen_kappa, ratings, method="studentized", n_resamples=499, rng=20261130
    )
    assert result.confidence_interval.width < 5


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "table",
    [
        [[0, 1], [1, 1], [0, 1]],
        [[0, 1], [1, 0]],
        [[0, 1], [2, 0], [2, 0]],
        [[0, 1], [0, 2], [0, 2], [1, 0]],
        [[2, 0], [2, 1], [2, 2]],
        [[0, 1], [1, 1]],
        [[0, 0], [1, 1], [1, 2]],
    ],
)
def test_no_interval_is_a_point_or_missing_where_there_is_an_estimate(table, method):
    ratings = ilr.ratings_from_codes(table, scale=ilr.Scale(range(3)))
    coefficients = (
        ilr.percent_agreement,
        ilr.cohen_kappa,
        ilr.gwet_ac,
        ilr.krippendorff_alpha,
        ilr.light_kappa,
        ilr.lin_ccc,
        ilr.kendall_w,
        partial(ilr.icc, form="1,1"),
    )
    for coefficient in coefficients:
        result = ilr.bootstrap(coefficient, ratings, n_resamples=99, method=method, rng=1)
        low, high = result.confidence_interval
        assert result.estimate.status == "ok", coefficient
        assert high - low > 1e-6, (coefficient, result.confidence_interval)
        if "since" not in result.confidence_interval.method:
            assert result.confidence_interval.method.startswith(method)


def test_a_studentized_interval_says_what_stood_in_for_it():
    ratings = ilr.ratings_from_codes([[0, 1], [0, 2], [0, 2], [1, 0]], scale=ilr.Scale(range(3)))
    result = ilr.bootstrap(ilr.gwet_ac, ratings, method="studentized", n_resamples=99, rng=1)
    own = ilr.gwet_ac(ratings).confidence_interval()
    assert tuple(result.confidence_interval) == tuple(own)
    assert result.confidence_interval.method == "score, since the standard error is 0"


# shares of agreement under a Dirichlet prior are a Beta: the patterns that agree, and the others
@pytest.mark.parametrize("prior", [0.5, 1.0, 3])
def test_a_prior_adds_its_units_to_each_pattern_there_can_be(prior):
    codes = [[0, 0]] * 5 + [[1, 1]] * 4 + [[0, 2]] * 2
    taken = ilr.ratings_from_codes(codes, scale=ilr.Scale(["low", "middle", "high"]))
    result = ilr.bootstrap(
        ilr.percent_agreement, taken, n_resamples=20_000, method="bayesian", prior=prior, rng=7
    )
    posterior = stats.beta(9 + 3 * prior, 2 + 6 * prior)
    assert stats.kstest(result.replicates, posterior.cdf).pvalue > 1e-4
    limits = posterior.ppf([0.025, 0.975])
    assert_allclose([*result.confidence_interval], limits, atol=0.01)
    assert result.confidence_interval.method == "bayesian posterior"
    units = "1 unit" if prior == 1 else f"{prior:g} units"
    whole = f"{9 * prior:g} units"
    stated = f"Prior: Dirichlet with {units} on each of 9 patterns, {whole} beside 11 seen."
    assert result.notes[-1] == stated
    assert stated in result.describe()


def test_a_posterior_of_kappa_is_that_of_shares_drawn_from_its_dirichlet():
    shares = np.random.default_rng(5).dirichlet([20.5, 3.5, 4.5, 11.5], 200_000)
    observed = shares[:, 0] + shares[:, 3]
    first, second = shares[:, 0] + shares[:, 1], shares[:, 0] + shares[:, 2]
    expected = first * second + (1 - first) * (1 - second)
    theirs = np.quantile((observed - expected) / (1 - expected), [0.025, 0.5, 0.975])
    ratings = ilr.ratings_from_table([[20, 3], [4, 11]], scale=ilr.Scale(["no", "yes"]))
    result = ilr.bootstrap(
        ilr.cohen_kappa, ratings, n_resamples=20_000, method="bayesian", prior=0.5, rng=2
    )
    ours = np.quantile(result.replicates, [0.025, 0.5, 0.975])
    assert_allclose(ours, theirs, atol=0.01)
    assert_allclose([*result.confidence_interval], ours[[0, 2]])


def test_a_prior_leaves_room_where_all_agree_and_outweighs_few_units():
    scale = ilr.Scale(["no", "yes"])
    taken = ilr.ratings_from_table([[12, 0], [0, 9]], scale=scale)
    none, some, much = (
        ilr.bootstrap(ilr.cohen_kappa, taken, method="bayesian", prior=prior, rng=1)
        for prior in (0, 0.5, 10_000)
    )
    assert "every resample is the same" in none.confidence_interval.method
    assert some.confidence_interval.high < 1
    assert some.confidence_interval.low > 0
    assert_allclose([*much.confidence_interval], [0, 0], atol=0.05)


def test_units_that_not_all_rated_count_beside_a_prior():
    taken = ilr.ratings_from_codes(
        [[0, 0, 1], [1, -1, 1], [1, 1, 1], [0, 0, -1]], scale=ilr.Scale(["no", "yes"])
    )
    again = ilr.ratings_from_codes(taken.patterns[::-1], scale=ilr.Scale(["no", "yes"]))
    one, other = (
        ilr.bootstrap(ilr.fleiss_kappa, these, method="bayesian", prior=1, n_resamples=99, rng=3)
        for these in (taken, again)
    )
    assert_allclose(one.replicates, other.replicates)
    assert "on each of 8 patterns, 8 units beside 4 seen" in one.notes[-1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"prior": -1, "method": "bayesian"}, "`prior` must be 0 or more, but got -1"),
        ({"prior": 1}, "`prior` is for method='bayesian', but `method` is 'bca'"),
    ],
)
def test_a_prior_that_is_none_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ilr.bootstrap(ilr.cohen_kappa, TABLE, n_resamples=9, **options)


def test_a_prior_needs_known_raters_few_patterns_and_no_clusters():
    scale = ilr.Scale(["no", "yes"])
    for ratings, message in (
        (ilr.ratings_from_counts([[2, 1], [0, 3]], scale=scale), "has anonymous raters"),
        (
            ilr.ratings_from_codes([[0, 1], [1, 1]], scale=scale, clusters=[0, 1]),
            "has clusters",
        ),
        (ilr.ratings_from_codes([[0] * 40, [1] * 40], scale=scale), "patterns of 40 raters"),
    ):
        with pytest.raises(ValueError, match=message):
            ilr.bootstrap(
                ilr.fleiss_kappa, ratings, method="bayesian", prior=1, n_resamples=99, rng=1
            )


@pytest.mark.parametrize("clusters", [None, [0, 0, 1, 2, 3, 4]])
@pytest.mark.parametrize("method", METHODS)
def test_patterns_and_clusters_of_no_unit_are_not_drawn(method, clusters):
    """A cluster of none counted as one more, and with a pattern of none draws were others."""
    codes = [[0, 0], [0, 1], [1, 0], [1, 1], [2, 2], [2, 1]]
    times = np.array([5, 3, 0, 6, 9, 0])
    scale, seen = ilr.Scale(range(3)), times > 0
    every = ilr.ratings_from_codes(codes, scale=scale, clusters=clusters)
    places = (every.patterns == np.array(codes)[:, None]).all(axis=2)
    every = every.with_frequencies(times @ places)
    few = ilr.ratings_from_codes(
        np.array(codes)[seen],
        scale=scale,
        frequencies=times[seen],
        clusters=None if clusters is None else np.array(clusters)[seen],
    )
    ours, other = (
        ilr.bootstrap(ilr.cohen_kappa, one, method=method, n_resamples=99, rng=1)
        for one in (every, few)
    )
    assert_allclose(ours.replicates, other.replicates)
    assert [*ours.confidence_interval] == [close(end) for end in other.confidence_interval]
