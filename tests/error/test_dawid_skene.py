"""Latent classes: published maxima, simple cases worked out otherwise, and laws."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy import optimize, special

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.error import class_fits
from ilacs_reliability.error.class_fits import generic_rank, rank_at_random
from ilacs_reliability.error.latent_classes import Climb, Panel, em_step, free_fit, posterior


def anaesthetists(copy="dawid_skene_1979"):
    """Patients of five anaesthetists, the first of whom graded each three times."""
    raters = [("1", 1), ("1", 2), ("1", 3), ("2", 1), ("3", 1), ("4", 1), ("5", 1)]
    rows = ilr.load_dataset(copy).ratings.astype(int)
    return ilr.ratings_from_matrix(rows, scale=ilr.Scale([1, 2, 3, 4]), raters=raters)


def patterns_of(name):
    """Grades no and yes by pattern, with how often each was seen."""
    data = ilr.load_dataset(name)
    scale = ilr.Scale(["no", "yes"])
    codes = data.ratings.astype(int) - 1
    return ilr.ratings_from_codes(codes, scale=scale, frequencies=data.frequencies.astype(int))


def log_likelihood(found, column_of):
    """Sum the logs of patterns' chances, written out."""
    total = 0.0
    for codes, units in zip(found.patterns.tolist(), found.frequencies.tolist(), strict=True):
        chance = sum(
            share
            * math.prod(
                found.errors[column_of[column], k, code]
                for column, code in enumerate(codes)
                if code >= 0
            )
            for k, share in enumerate(found.shares.tolist())
        )
        total += units * math.log(chance)
    return total


def stored(copy, name):
    """Return a stored number, compared to as many digits as it has."""
    expected = ilr.load_dataset(copy).expected["computed"][name]
    return pytest.approx(np.array(expected.value), abs=1.02 * expected.tolerance)


@pytest.mark.parametrize("copy", ["dawid_skene_1979", "dawid_skene_1979_rater"])
def test_the_votes_of_the_anaesthetists_lead_where_em_was_run_to_the_end(copy):
    """The stored maximum is that of EM from vote shares, run to 1e-14 by other code."""
    found = ilr.dawid_skene(anaesthetists(copy), n_starts=1)
    assert found.log_likelihood == stored(copy, "log_likelihood")
    assert found.shares == stored(copy, "class_shares")
    most_likely = {tuple(row["grades"]): row["class"] for row in found.classified().rows()}
    grades = ilr.load_dataset(copy).ratings.astype(int).tolist()
    assert [most_likely[tuple(row)] for row in grades] == stored(copy, "classes")


def test_rates_of_the_anaesthetists_are_the_stored_ones():
    copy = "dawid_skene_1979_rater"
    found = ilr.dawid_skene(anaesthetists(copy), n_starts=1)
    for observer in range(5):
        rates = found.errors[observer].ravel()
        assert rates == stored(copy, f"confusion_observer_{observer + 1}")


def test_many_starts_find_a_higher_maximum_for_the_anaesthetists():
    found = ilr.dawid_skene(anaesthetists())
    written_out = log_likelihood(found, [0, 0, 0, 1, 2, 3, 4])
    assert found.log_likelihood == pytest.approx(written_out, abs=1e-8)
    assert written_out > -192.68225
    assert any(log == pytest.approx(-192.890881, abs=1e-6) for log in found.log_likelihoods)
    assert found.rank == found.n_parameters == 63
    assert "only one reached this maximum" in found.describe()


# R 4.2.2, poLCA 1.6.0.2: set.seed(1); poLCA(cbind(A, B, C, D, E) ~ 1, d, nclass = k, nrep = 12,
# tol = 1e-12, maxiter = 50000): llik, sort(P), sort(probs$A[, 2])
@pytest.mark.parametrize(
    ("n_classes", "log_likelihood", "shares", "carious_by_first"),
    [
        (2, -7410.941976271357, [0.199659284, 0.800340716], [0.005819041, 0.403677858]),
        (
            3,
            -7356.316727811709,
            [0.072824901, 0.213587436, 0.713587663],
            [0.002893292, 0.137754068, 0.738320153],
        ),
    ],
)
def test_classes_of_teeth_are_those_of_polca(n_classes, log_likelihood, shares, carious_by_first):
    found = ilr.dawid_skene(patterns_of("caries"), n_classes=n_classes)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=1e-6)
    assert sorted(found.shares.tolist()) == pytest.approx(shares, abs=1e-5)
    assert sorted(found.errors[0, :, 1].tolist()) == pytest.approx(carious_by_first, abs=1e-5)


# Agresti 2002, tables 13.2 and 13.3, by poLCA (maximum log likelihood it prints)
@pytest.mark.parametrize(
    ("n_classes", "published", "digits"), [(2, -317.2568, 4), (3, -293.705, 3), (4, -289.2858, 4)]
)
def test_latent_classes_of_slides_have_the_published_likelihood(n_classes, published, digits):
    found = ilr.dawid_skene(patterns_of("carcinoma"), n_classes=n_classes)
    assert found.log_likelihood == pytest.approx(published, abs=0.51 * 10**-digits)
    assert found.log_likelihood == pytest.approx(log_likelihood(found, range(7)), abs=1e-8)
    assert sum(log == pytest.approx(published, abs=1e-3) for log in found.log_likelihoods) > 1


def model_table(shares, errors, n_units):
    """Return patterns and the units of each that a model expects."""
    n_raters, _, n_grades = errors.shape
    patterns = np.stack(np.meshgrid(*[range(n_grades)] * n_raters, indexing="ij"), axis=-1)
    patterns = patterns.reshape(-1, n_raters)
    rates = [errors[r][:, patterns[:, r]] for r in range(n_raters)]
    chances = np.asarray(shares) @ np.prod(rates, axis=0)
    return patterns, np.round(n_units * chances).astype(int)


def test_a_model_is_found_again_in_the_table_that_it_expects():
    shares = [0.2, 0.5, 0.3]
    rng = np.random.default_rng(5)
    errors = 0.7 * np.eye(3) + 0.3 * rng.dirichlet(np.ones(3), (4, 3))
    patterns, units = model_table(shares, errors, 10**9)
    ratings = ilr.ratings_from_codes(patterns, scale=ilr.Scale([*"abc"]), frequencies=units)
    found = ilr.dawid_skene(ratings, n_starts=3)
    assert found.shares == pytest.approx(shares, abs=1e-6)
    assert found.errors == pytest.approx(errors, abs=1e-5)
    assert found.n_flat == 0


def test_classes_that_are_all_known_are_counted():
    codes = np.random.default_rng(3).integers(0, 3, (60, 3))
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([*"abc"]))
    found = ilr.dawid_skene(ratings, known=2)
    table = np.array(
        [[np.sum((codes[:, 2] == k) & (codes[:, 0] == j)) for j in range(3)] for k in range(3)]
    )
    assert found.shares == close(np.bincount(codes[:, 2]) / 60)
    assert found.errors[0] == close(table / table.sum(axis=1, keepdims=True))
    share = found.class_shares()["a"]
    n, p = 60, share.value

    def drop(at):
        ratio = special.xlogy(n * p, p / at) + special.xlogy(n - n * p, (1 - p) / (1 - at))
        return 2 * ratio - 3.841458820694124

    limits = optimize.brentq(drop, 1e-9, p), optimize.brentq(drop, p, 1 - 1e-9)
    assert tuple(share.confidence_interval()) == pytest.approx(limits, abs=1e-5)
    assert share.standard_error == pytest.approx(math.sqrt(p * (1 - p) / (n - 1)), rel=1e-9)


def test_a_rate_at_an_end_has_an_interval_that_reaches_it():
    rates = ilr.dawid_skene(patterns_of("carcinoma")).error_rates(4)
    never = rates["no", "yes"]
    assert never.value == close(0)
    low, high = never.confidence_interval()
    assert low == close(0)
    assert 0.01 < high < 0.12
    wider = never.confidence_interval(0.99)
    assert wider.high > high


@pytest.mark.parametrize(("n_right", "n_wrong"), [(30, 0), (25, 5), (0, 12), (1, 40)])
def test_where_classes_are_certain_limits_are_those_of_a_share(n_right, n_wrong):
    """Three raters who never differ say each unit's class; the fourth's rate is then a share."""
    rows = [[0, 0, 0, 0], [0, 0, 0, 1], [1, 1, 1, 1], [1, 1, 1, 0]]
    ratings = ilr.ratings_from_codes(
        rows, scale=ilr.Scale(["no", "yes"]), frequencies=[n_right, n_wrong, 35, 3]
    )
    found = ilr.dawid_skene(ratings, n_starts=4)
    low, high = found.error_rates(4)["no", "no"].confidence_interval(0.9)
    at_top = special.xlogy(n_right, n_right / (n_right + n_wrong)) + special.xlogy(
        n_wrong, n_wrong / (n_right + n_wrong)
    )
    for limit, end in ((low, 0.0), (high, 1.0)):
        log = special.xlogy(n_right, limit) + special.xlogy(n_wrong, 1 - limit)
        drop = 2 * (at_top - log)
        reached = drop == pytest.approx(special.chdtri(1, 0.1), abs=1e-3)
        assert reached or limit == end


def test_limits_of_a_rate_do_not_pass_to_another_class():
    """A class without units of the grade its raters are surest of can take another's part."""
    rng = np.random.default_rng([1, 118])
    true = rng.choice(4, 400, p=[0.1, 0.2, 0.4, 0.3])
    other = (true[:, None] + rng.integers(1, 4, (400, 5))) % 4
    seen = rng.random((400, 5)) < [0.9, 0.8, 0.7, 0.6, 1.0]
    ratings = ilr.ratings_from_codes(np.where(seen, true[:, None], other), scale=ilr.OFSTED_SCALE)
    found = ilr.dawid_skene(ratings, n_starts=4)
    rates = found.error_rates(5)
    assert min(rates[one, one].confidence_interval().low for one in found.classes) > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_of_a_large_table_starts_lead_where_each_would_alone(seed):
    """Short runs of all starts leave out none that leads higher."""
    rng = np.random.default_rng(seed)
    true = rng.choice(4, 3000, p=[0.1, 0.2, 0.4, 0.3])
    right = rng.random((3000, 5)) < rng.uniform(0.4, 0.8, 5)
    codes = np.where(right, true[:, None], rng.integers(4, size=(3000, 5)))
    ratings = ilr.ratings_from_codes(codes, scale=ilr.OFSTED_SCALE)
    many = ilr.dawid_skene(ratings, n_starts=20, rng=seed)
    alone = max(ilr.dawid_skene(ratings, n_starts=1, rng=k).log_likelihood for k in range(3))
    assert many.log_likelihood > alone - 1e-6
    assert many.log_likelihoods[0] - many.log_likelihoods[2] < 1e-4


def test_a_rate_that_became_zero_too_soon_is_given_back():
    codes = [[1, 2, 2], [0, 2, 0], [2, 2, 2], [0, -1, 0], [-1, 1, 2], [-1, 1, 2]]
    codes += [[0, 0, -1], [1, 1, 1], [0, 0, 1], [1, 1, -1], [0, -1, 2]]
    found = ilr.dawid_skene(ilr.ratings_from_codes(codes, scale=ilr.Scale(range(3))), n_starts=3)
    # the highest of 300 random starts of plain EM, of 4,000 steps each
    assert found.log_likelihood == pytest.approx(-20.74644599, abs=1e-6)


def test_three_starts_that_end_low_do_not_end_the_search(monkeypatch):
    """Of a large table three that agree are enough, where none led higher."""
    climbs = iter([-9.0, -9.0, -5.0, -5.0, -5.0, -4.0])

    def climbed(panel, fit, done):
        return Climb(fit, next(climbs), True, None)

    monkeypatch.setattr(class_fits, "FINISHED", 6 * 6 * 3 * 2 * 2)
    monkeypatch.setattr(class_fits, "_climbed", climbed)
    codes = [[0, 0, 1], [1, 1, 1], [0, 0, 0], [1, 0, 1], [1, 1, 0], [0, 1, 1]]
    found = ilr.dawid_skene(
        ilr.ratings_from_codes(codes, scale=ilr.Scale(["no", "yes"])), n_starts=9
    )
    assert len(found.log_likelihoods) == 5


@pytest.mark.parametrize("n_grades", [2, 3, 4])
def test_two_raters_are_not_enough(n_grades):
    codes = np.random.default_rng(1).integers(0, n_grades, (50, 2))
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(range(n_grades)))
    with pytest.warns(ilr.UndefinedEstimateWarning, match="can tell apart only"):
        found = ilr.dawid_skene(ratings)
    assert found.reason == "not_identified"
    assert found.rank == n_grades**2 - 1
    assert np.isnan(found.shares).all()
    assert found.class_shares()[0].status == "undefined"
    assert "undefined" in found.describe()
    kept = ilr.dawid_skene(ratings, prior=0.5, n_starts=1)
    assert np.isfinite(kept.errors).all()
    assert "the rest is the prior" in kept.describe()


def test_three_raters_of_whom_two_rate_a_unit_are_not_enough_either():
    """Three tables of two raters: six numbers for seven parameters."""
    codes = np.random.default_rng(2).integers(0, 2, (60, 3))
    codes[np.arange(60), np.arange(60) % 3] = -1
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([0, 1]))
    with pytest.warns(ilr.UndefinedEstimateWarning):
        found = ilr.dawid_skene(ratings)
    assert (found.rank, found.n_parameters) == (6, 7)


@pytest.mark.parametrize(("n_raters", "n_grades", "n_classes"), [(3, 2, 2), (3, 4, 3), (4, 3, 3)])
def test_three_crossed_raters_tell_as_many_classes_as_grades_apart(n_raters, n_grades, n_classes):
    """The theorem that spares the rank, beside the rank."""
    panel = Panel(
        given=np.tile(np.eye(n_grades), n_raters),
        frequencies=np.ones(n_grades),
        known=np.full(n_grades, -1),
        n_raters=n_raters,
        n_grades=n_grades,
        n_classes=n_classes,
        prior=np.zeros((n_classes, n_grades)),
    )
    masks = np.ones((1, n_raters), dtype=np.int64)
    assert rank_at_random(panel, masks, np.zeros(1, dtype=bool)) == panel.n_parameters
    assert generic_rank(panel) == panel.n_parameters


def test_units_of_known_class_make_up_for_a_rater():
    codes = np.random.default_rng(4).integers(0, 2, (60, 3))
    codes[20:, 2] = -1
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([0, 1]))
    found = ilr.dawid_skene(ratings, known=-1)
    assert found.rank == found.n_parameters == 5


def study(rng, n_units=80, n_raters=4, n_grades=3):
    true = rng.integers(0, n_grades, n_units)
    right = rng.random((n_units, n_raters)) < 0.75
    codes = np.where(right, true[:, None], rng.integers(0, n_grades, (n_units, n_raters)))
    return np.where(rng.random(codes.shape) < 0.1, -1, codes)


@given(seed=st.integers(0, 999))
def test_the_likelihood_never_falls_by_a_step(seed):
    rng = np.random.default_rng(seed)
    codes = study(rng)
    given_ = (codes[:, :, None] == np.arange(3)).reshape(len(codes), -1).astype(float)
    known = np.where(rng.random(len(codes)) < 0.2, rng.integers(0, 3, len(codes)), -1)
    panel = Panel(given_, np.ones(len(codes)), known, 4, 3, 3, np.full((3, 3), rng.integers(0, 2)))
    rates = rng.dirichlet(np.ones(3), (4, 5, 3)).transpose(0, 3, 1, 2).reshape(12, 5, 3)
    fit = free_fit(rng.dirichlet(np.ones(3), 5), rates)
    before, chances = posterior(panel, fit)
    for _ in range(4):
        fit = em_step(panel, fit, chances)
        after, chances = posterior(panel, fit)
        assert (after >= before - 1e-9).all()
        before = after


@pytest.mark.parametrize("seed", [1, 2])
def test_no_small_step_leads_higher(seed):
    rng = np.random.default_rng(seed)
    codes = study(rng)
    found = ilr.dawid_skene(ilr.ratings_from_codes(codes, scale=ilr.Scale([*"abc"])))
    top = log_likelihood(found, range(4))
    for _ in range(40):
        size = 10 ** rng.uniform(-4, -1)
        errors = (1 - size) * found.errors + size * rng.dirichlet(np.ones(3), (4, 3))
        shares = (1 - size) * found.shares + size * rng.dirichlet(np.ones(3))
        moved = type("Moved", (), {"errors": errors, "shares": shares})
        moved.patterns, moved.frequencies = found.patterns, found.frequencies
        assert log_likelihood(moved, range(4)) <= top + 1e-9


@pytest.mark.parametrize("seed", [3, 4])
def test_names_of_grades_order_of_raters_and_counting_are_irrelevant(seed):
    rng = np.random.default_rng(seed)
    codes = study(rng, n_units=150)
    scale = ilr.Scale([*"abc"])
    plain = ilr.dawid_skene(ilr.ratings_from_codes(codes, scale=scale), n_starts=4)
    turned = ilr.dawid_skene(
        ilr.ratings_from_codes(np.where(codes < 0, -1, 2 - codes)[::-1, ::-1], scale=scale),
        n_starts=4,
    )
    assert turned.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-6)
    assert turned.shares[::-1] == pytest.approx(plain.shares, abs=1e-4)
    assert turned.errors[::-1, ::-1, ::-1] == pytest.approx(plain.errors, abs=1e-4)
    twice = ilr.dawid_skene(
        ilr.ratings_from_codes(codes, scale=scale, frequencies=[2] * len(codes)),
        n_starts=4,
    )
    assert twice.log_likelihood == pytest.approx(2 * plain.log_likelihood, abs=1e-5)
    assert twice.errors == pytest.approx(plain.errors, abs=1e-4)


def test_trials_share_the_errors_of_their_rater():
    codes = study(np.random.default_rng(9), n_raters=4)
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([*"abc"]))
    found = ilr.dawid_skene(ratings, trial=2)
    assert found.raters == (1, 3)
    assert found.errors.shape == (2, 3, 3)
    assert found.log_likelihood == pytest.approx(log_likelihood(found, [0, 0, 1, 1]), abs=1e-8)


def test_very_many_raters_are_held_without_their_gaps():
    rng = np.random.default_rng(6)
    n_raters, true = 150, rng.integers(0, 2, 400)
    codes = np.full((400, n_raters), -1, dtype=np.int8)
    for unit, grade in enumerate(true):
        chosen = rng.choice(n_raters, 6, replace=False)
        codes[unit, chosen] = np.where(rng.random(6) < 0.85, grade, 1 - grade)
    found = ilr.dawid_skene(ilr.ratings_from_codes(codes, scale=ilr.Scale([0, 1])), n_starts=4)
    rows = {tuple(row["grades"]): row["class"] for row in found.classified().rows()}
    named = [rows[tuple(None if one < 0 else int(one) for one in row)] for row in codes]
    assert found.method == "EM"
    assert np.mean(np.array(named) == true) > 0.93
    assert "was not looked at" in found.describe()


def test_the_result_is_plain_data_and_says_what_it_does_not_show():
    found = ilr.dawid_skene(patterns_of("carcinoma"))
    assert len(found.rows()) == 7 * 2 * 2
    assert found.to_dict()["shares"]["no"] == close(float(found.shares[0]))
    assert "raters who err alike are taken to be right" in found.describe()
    assert not found.errors.flags.writeable
    with pytest.raises(ValueError, match="`rater` must be one of"):
        found.error_rates("nobody")


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"prior": -1}, ValueError, "`prior` must be 0 or more"),
        ({"prior": 1e308}, ValueError, "`prior` must be 0 or 1e-09 to"),
        ({"prior": 5e-324}, ValueError, "`prior` must be 0 or 1e-09 to"),
        ({"n_starts": 0}, ValueError, "`n_starts` must be a positive whole number"),
        ({"n_starts": 10**8}, ValueError, "`n_starts` of 100000000 take too long"),
        ({"n_classes": 1.5}, TypeError, "`n_classes` must be a positive whole number"),
        ({"n_classes": 99}, ValueError, "`n_classes` must be at most the 20 patterns"),
        ({"n_classes": 3, "known": 6}, ValueError, "`n_classes` must be the 2 grades"),
        ({"known": "nobody"}, ValueError, "`known` must be one of the raters"),
        ({"rng": -1}, ValueError, "`rng` must be 0 or more"),
    ],
)
def test_what_does_not_fit_is_named(options, error, said):
    with pytest.raises(error, match=said):
        ilr.dawid_skene(patterns_of("carcinoma"), **options)


@pytest.mark.parametrize("prior", [1e-9, 1e9])
def test_the_least_and_the_largest_prior_are_taken(prior):
    """A large one leaves a rater of two grades half wrong, whatever the ratings."""
    found = ilr.dawid_skene(patterns_of("carcinoma"), prior=prior, n_starts=1, rng=1)
    assert np.isfinite(found.log_likelihood)
    if prior > 1:
        assert np.abs(np.asarray(found.errors) - 0.5).max() < 1e-6


def test_units_that_nobody_rated_change_nothing():
    codes = [[0, 0, 1], [1, 1, 1], [0, 1, 0], [1, 0, 1], [0, 0, 0], [-1, -1, -1]]
    scale = ilr.Scale([1, 2])
    every = ilr.ratings_from_codes(codes, scale=scale, frequencies=[3, 9, 2, 2, 8, 50])
    rated = ilr.ratings_from_codes(codes[:5], scale=scale, frequencies=[3, 9, 2, 2, 8])
    ours, other = (ilr.dawid_skene(one, n_starts=3, rng=1) for one in (every, rated))
    assert ours.log_likelihood == close(other.log_likelihood)
    assert [*ours.shares] == pytest.approx([*other.shares], abs=1e-6)


def test_one_study_by_known_raters_is_asked_for():
    with pytest.raises(ValueError, match="`ratings` must be one study"):
        ilr.dawid_skene(patterns_of("carcinoma").with_frequencies(np.ones((2, 20))))
    with pytest.raises(ValueError, match="anonymous"):
        ilr.dawid_skene(ilr.ratings_from_counts([[2, 1]], scale=ilr.Scale([0, 1])))


def test_a_pattern_that_no_unit_has_is_not_classified():
    codes = [[0, 0, 1], [1, 1, 1], [0, 1, 0], [1, 0, 1], [0, 0, 0]]
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([1, 2]))
    times = np.where((ratings.patterns == [0, 1, 0]).all(axis=1), 0, 4)
    found = ilr.dawid_skene(ratings.with_frequencies(times))
    assert sorted(row["n_units"] for row in found.classified()) == [4, 4, 4, 4]


SCALE = ilr.Scale(["poor", "fair", "good"])
# ratings that tell fewer than three classes apart, and why
TOO_ALIKE = {
    "one grade": ([[1] * 6] * 5, "no_variation"),
    "one grade with gaps": ([[1, 1, -1], [1, -1, 1], [-1, 1, 1]], "no_variation"),
    "one grade a rater": ([[0, 1, 2]] * 5, "no_order"),
    "one grade a rater with gaps": ([[0, 1, -1], [0, -1, 2], [-1, 1, 2]], "no_order"),
    "two patterns": ([[1, 1, 1]] * 5 + [[0, 0, 0]] * 4, "not_identified"),
}


@pytest.mark.parametrize(("codes", "reason"), TOO_ALIKE.values(), ids=TOO_ALIKE)
def test_no_class_is_invented_where_ratings_tell_none_apart(codes, reason):
    ratings = ilr.ratings_from_codes(codes, scale=SCALE)
    with pytest.warns(ilr.UndefinedEstimateWarning):
        found = ilr.dawid_skene(ratings)
    assert (found.status, found.reason) == ("undefined", reason)
    assert np.isnan(found.shares).all()
    assert np.isnan(found.errors).all()
    said = ilr.dawid_skene(ratings, prior=1.0, n_starts=2).describe()
    assert f"Only the prior tells the classes apart: {found.why}." in said


def test_what_is_known_of_units_or_one_class_is_told_of_ratings_that_are_alike():
    ratings = ilr.ratings_from_codes([[1, 1, 1]] * 4, scale=SCALE)
    named = ilr.ratings_from_codes([[1, 1, 1]] * 4, scale=SCALE, units=list("abcd"))
    known = ilr.dawid_skene(named, known={"a": "fair", "b": "fair", "c": "good", "d": "poor"})
    assert known.shares.tolist() == close([0.25, 0.5, 0.25])
    alone = ilr.dawid_skene(ratings, n_classes=1)
    assert alone.shares.tolist() == [1.0]
