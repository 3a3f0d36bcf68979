"""What error alone does to units that did not change, and how it is taken out."""

import re
from itertools import product
from math import factorial, prod

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability.error import noise
from ilacs_reliability.error.correction import error_at, true_shares
from ilacs_reliability.error.tipping import tipping_point_of_falls

FIRST_TO_LATEST = ilr.load_dataset("first_to_latest_ilacs_2024").counts
LATEST = (13, 29, 65, 46)
THREE = ilr.Scale(range(3))
reliabilities = st.sampled_from([0.0, 0.3, 0.7, 0.95, 1.0])
tables = st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=3, max_size=3)
held = tables.filter(lambda table: sum(map(sum, table)) > 1)


def rows_of(size, n_grades):
    """Yield every way in which so many units can have these grades."""
    return (row for row in product(range(size + 1), repeat=n_grades) if sum(row) == size)


def by_enumeration(first, rows):
    """Return the distribution of the net move by listing every table with these first grades."""
    found = {}
    for table in product(*(rows_of(size, len(first)) for size in first)):
        chance = prod(
            factorial(size) * prod(p**k / factorial(k) for p, k in zip(share, row, strict=True))
            for size, share, row in zip(first, rows, table, strict=True)
        )
        net = sum(
            np.sign(j - i) * count for i, row in enumerate(table) for j, count in enumerate(row)
        )
        found[int(net)] = found.get(int(net), 0.0) + chance
    return found


def test_what_is_expected_of_each_first_grade_adds_up_to_its_units():
    """Also of a single unit, and of a grade that none had."""
    table = [[0, 1, 0], [3, 4, 2], [0, 0, 0]]
    found = ilr.noise_only_transitions(
        table, reliability=0.7, shares=[0.2, 0.5, 0.3], given="first"
    )
    assert_allclose(found.expected.sum(axis=1), [1, 9, 0], atol=1e-12)


def test_a_finding_of_drawn_tables_may_leave_a_first_grade_without_units():
    table = np.array([[2, 6, 1], [0, 0, 0], [2, 2, 4]])

    def rose(moves):
        up, down = np.triu(moves.counts, 1).sum(), np.tril(moves.counts, -1).sum()
        return bool(up - down >= 3)

    options = {"shares": [4, 3, 5], "level": 0.1}
    rise = ilr.tipping_point(table, **options)
    drawn = ilr.tipping_point(table, finding=rose, n_resamples=999, rng=3, **options)
    assert drawn.reliability == pytest.approx(rise.reliability, abs=0.08)


@pytest.mark.parametrize("reliability", [0.2, 0.8])
def test_net_moves_given_first_grades_are_those_of_every_table(reliability):
    table = [[1, 1, 0], [1, 0, 1], [0, 1, 1]]
    found = ilr.noise_only_transitions(table, reliability=reliability, given="first")
    rows = found.expected / found.expected.sum(axis=1, keepdims=True)
    listed = by_enumeration([2, 2, 2], rows)
    for net, chance in zip(found.net.tolist(), found.net_probabilities, strict=True):
        assert chance == pytest.approx(listed.get(net, 0.0), abs=1e-12)
    p_value = ilr.regression_to_mean_test(
        table, reliability=reliability, alternative="greater"
    ).p_value
    assert p_value == close(sum(chance for net, chance in listed.items() if net >= 0))


@given(table=held, reliability=reliabilities, given_=st.sampled_from(["margins", "first"]))
def test_the_net_move_expected_is_that_of_the_table_expected(table, reliability, given_):
    found = ilr.noise_only_transitions(table, reliability=reliability, given=given_)
    assert found.net_probabilities.sum() == close(1)
    expected = np.triu(found.expected, 1).sum() - np.tril(found.expected, -1).sum()
    assert found.net @ found.net_probabilities == pytest.approx(expected, abs=1e-9)
    assert found.expected.sum() == close(np.sum(table))
    if given_ == "first":
        assert_allclose(found.expected.sum(axis=1), np.sum(table, axis=1), atol=1e-9)
    else:
        assert_allclose(found.expected, found.expected.T, atol=1e-9)


@given(table=held)
def test_perfect_gradings_do_not_move_and_random_ones_forget(table):
    perfect, random = (ilr.noise_only_transitions(table, reliability=r) for r in (1, 0))
    assert perfect.unchanged == close(1)
    assert perfect.net_range().width == close(0)
    assert_allclose(random.expected, random.n_units * np.outer(random.shares, random.shares))


def test_more_reliable_gradings_leave_more_unchanged():
    shares = [
        ilr.noise_only_transitions(FIRST_TO_LATEST, reliability=r, shares=LATEST).unchanged
        for r in (0, 0.6, 0.7, 0.8, 0.9, 0.95, 1)
    ]
    assert shares == sorted(shares)
    # error.md, section 2: the same grade by reliability
    assert shares[1:6] == pytest.approx([0.4802, 0.5309, 0.5995, 0.7048, 0.7889], abs=5e-5)


def test_many_units_are_summed_as_few_are(monkeypatch):
    exact = ilr.noise_only_transitions(FIRST_TO_LATEST, reliability=0.8, given="first")
    monkeypatch.setattr(noise, "ADDED_UP", 0)
    turned = ilr.noise_only_transitions(FIRST_TO_LATEST, reliability=0.8, given="first")
    assert_allclose(turned.net_probabilities, exact.net_probabilities, atol=1e-14)


def test_an_interval_of_the_reliability_is_carried_through():
    sequences = ilr.ratings_from_codes(
        [[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)],
        scale=ilr.Scale(["no", "yes"]),
        frequencies=[40, 11, 8, 11, 10, 7, 12, 41],
    )
    found = ilr.reliability_from_repeats(sequences)
    table = [[30, 10], [12, 28]]
    whole = ilr.noise_only_transitions(table, reliability=found)
    low, high = found.confidence_interval()
    ends = [ilr.noise_only_transitions(table, reliability=r).unchanged for r in (low, high)]
    assert tuple(whole.unchanged_interval) == pytest.approx(tuple(ends))
    test = ilr.regression_to_mean_test(table, reliability=found)
    assert test.notes[-1].startswith("At the limits of the reliability the test gives p")


def test_a_floor_is_not_taken_for_a_gain():
    # error.md, section 4: 12 of 26 began inadequate; of those between 14 rose and 11 fell
    assert np.triu(FIRST_TO_LATEST, 1)[0].sum() == 12
    assert np.triu(FIRST_TO_LATEST, 1)[1:3].sum() == 14
    assert np.tril(FIRST_TO_LATEST, -1)[1:3].sum() == 11
    between = FIRST_TO_LATEST.copy()
    between[[0, 3]] = 0
    assert ilr.sign_test(between).p_value == pytest.approx(0.69, abs=0.005)
    ceiling = [[4, 4, 2], [0, 0, 0], [0, 0, 0]]
    chosen = ilr.regression_to_mean_test(ceiling, reliability=0.5, shares=[1, 1, 1])
    assert chosen.p_value > ilr.sign_test(ceiling).p_value


def exact_counts(true, error, times=10**9):
    return np.rint(times * error.T @ true @ error).astype(np.int64)


@our.examples(20)
@given(data=st.data(), flip=st.floats(0, 0.15))
def test_correction_returns_the_truth_behind_expected_counts(data, flip):
    cells = data.draw(st.lists(st.integers(1, 9), min_size=9, max_size=9))
    true = np.array(cells).reshape(3, 3) / sum(cells)
    error = (1 - 2 * flip) * np.eye(3) + flip * (1 - np.eye(3))
    found = true_shares(exact_counts(true, error).astype(float), error, 5000)
    assert_allclose(found, true, atol=1e-4)


@our.examples(20)
@given(table=held, reliability=st.sampled_from([0.8, 0.95, 1.0]))
def test_correction_never_leaves_the_simplex(table, reliability):
    error = error_at(np.array([0.2, 0.5, 0.3]), reliability)
    counts = np.array(table, dtype=float)
    before = -np.inf
    for rounds in (1, 2, 5, 20, 100):
        shares = true_shares(counts, error, rounds)
        assert (shares >= 0).all()
        assert shares.sum() == close(1)
        given_ = error.T @ shares @ error
        there = counts > 0
        log = float((counts[there] * np.log(given_[there])).sum())
        assert log >= before - 1e-9
        before = log


def test_without_error_nothing_is_corrected():
    found = ilr.corrected_shift(FIRST_TO_LATEST, error=np.eye(4), n_resamples=99, rng=1)
    assert found.value == close(found.uncorrected)
    assert found.value == close(14 / 65)
    assert_allclose(found.true_shares, FIRST_TO_LATEST / 65, atol=1e-12)
    low, high = found.confidence_interval()
    assert low < found.value < high


def test_errors_that_were_counted_widen_the_interval():
    counted = np.array([[9, 1, 0, 0], [1, 18, 1, 0], [0, 2, 28, 1], [0, 0, 1, 9]])
    shares = counted / counted.sum(axis=1, keepdims=True)
    known, few, many = (
        ilr.corrected_shift(FIRST_TO_LATEST, **errors, rng=1).confidence_interval().width
        for errors in (
            {"error": shares},
            {"error_counts": counted},
            {"error_counts": counted * 1000},
        )
    )
    assert few > known
    assert many == pytest.approx(known, rel=0.1)


def test_errors_that_cannot_be_turned_back_are_refused():
    with pytest.raises(ValueError, match="`error`: the errors are too many to be turned back"):
        ilr.corrected_shift(FIRST_TO_LATEST, reliability=0.1)
    for wrong, message in (
        ({}, r"Give one of `error`, `error_counts` and `reliability`, but got none"),
        ({"error": np.eye(3)}, r"`error` must have shape \(4, 4\)"),
        ({"error": np.eye(4) * 2}, "`error` must hold shares of 0 or more whose rows add up to 1"),
        ({"error_counts": np.eye(4, dtype=int) * [1, 1, 1, 0]}, "`error_counts` must hold a"),
        ({"error": np.eye(4), "shares": LATEST}, "`shares` goes with `reliability`"),
    ):
        with pytest.raises(ValueError, match=message):
            ilr.corrected_shift(FIRST_TO_LATEST, **wrong)


def test_at_the_tipping_point_error_alone_gives_just_as_much():
    tip = ilr.tipping_point(FIRST_TO_LATEST, shares=LATEST)
    there = ilr.regression_to_mean_test(
        FIRST_TO_LATEST, reliability=tip.reliability, shares=LATEST, alternative="greater"
    )
    assert there.p_value == pytest.approx(0.05, abs=1e-5)
    assert tip.unreliability == close(1 - tip.reliability)
    stricter = ilr.tipping_point(FIRST_TO_LATEST, shares=LATEST, level=0.2)
    assert stricter.reliability < tip.reliability


def test_no_move_needs_no_error_and_a_great_one_has_no_tipping_point():
    still = ilr.tipping_point([[5, 2], [2, 5]])
    assert still.reliability == 1
    assert "needs no error" in still.describe()
    great = ilr.tipping_point([[0, 40], [0, 40]], shares=[1, 1])
    assert np.isnan(great.reliability)
    assert "at no reliability" in great.describe()


def test_a_finding_tips_where_tables_of_error_alone_give_it():
    def rose(moves):
        return bool(np.triu(moves.counts, 1).sum() - np.tril(moves.counts, -1).sum() >= 14)

    exact = ilr.tipping_point(FIRST_TO_LATEST, shares=LATEST)
    drawn = ilr.tipping_point(FIRST_TO_LATEST, shares=LATEST, finding=rose, rng=3)
    assert drawn.reliability == pytest.approx(exact.reliability, abs=0.06)
    again = ilr.tipping_point(FIRST_TO_LATEST, shares=LATEST, finding=rose, rng=3)
    assert again.chances.tolist() == drawn.chances.tolist()
    test = ilr.tipping_point([[6, 8], [3, 6]], finding=ilr.sign_test, n_resamples=99, rng=1)
    assert test.finding.startswith("A p-value of")


def test_falls_tip_where_binomials_of_each_first_grade_give_as_many():
    # how likely a second reading of one state is worse than the first, from SciPy's normal cells
    table = np.array([[4, 3, 1, 0], [2, 9, 6, 1], [0, 3, 20, 5], [0, 1, 4, 6]])
    tip = tipping_point_of_falls(table, shares=LATEST)
    cells = cell_shares(np.array(LATEST) / sum(LATEST), tip.reliability)
    worse = np.tril(cells, -1).sum(axis=1) / cells.sum(axis=1)
    total = np.ones(1)
    for units, p in zip(table.sum(axis=1), worse, strict=True):
        total = np.convolve(total, stats.binom.pmf(np.arange(units + 1), units, p))
    assert total[10:].sum() == pytest.approx(0.05, abs=1e-5)
    drawn = ilr.tipping_point(
        table,
        shares=LATEST,
        finding=lambda moves: bool(np.tril(moves.counts, -1).sum() >= 10),
        rng=3,
    )
    assert drawn.reliability == pytest.approx(tip.reliability, abs=0.06)


def cell_shares(shares, reliability):
    """Return the shares of pairs of grades of one latent state, by the bivariate normal."""
    cuts = np.concatenate([[-12.0], stats.norm.ppf(np.cumsum(shares)[:-1]), [12.0]])
    both = stats.multivariate_normal(cov=[[1, reliability], [reliability, 1]])
    below = both.cdf(np.stack(np.meshgrid(cuts, cuts, indexing="ij"), axis=-1))
    return np.diff(np.diff(below, axis=0), axis=1)


def test_wrong_reliabilities_and_shares_are_refused():
    for wrong in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="`reliability`"):
            ilr.noise_only_transitions(FIRST_TO_LATEST, reliability=wrong)
    for wrong in ([1, 2], [1, 1, 1, -1], [0, 0, 0, 0]):
        with pytest.raises(ValueError, match="`shares` must be 4 numbers"):
            ilr.noise_only_transitions(FIRST_TO_LATEST, reliability=0.8, shares=wrong)
    with pytest.raises(ValueError, match="`shares` gives no share to"):
        ilr.noise_only_transitions(FIRST_TO_LATEST, reliability=0.8, shares=[0, 1, 1, 1])


def test_errors_larger_than_a_float_are_no_table_of_numbers():
    with pytest.raises(TypeError, match="`error` must be a table of numbers, but got 1000"):
        ilr.corrected_shift([[3, 1], [2, 4]], error=10**400)


def test_a_corrected_shift_at_an_edge_has_the_width_of_the_likelihood():
    """Without error n units that all fell leave a share 1 - exp(-q / 2n) to risers (Wilks)."""
    for n, n_resamples in ((20, 1), (2**45, 99)):
        found = ilr.corrected_shift(
            [[0, 0], [n, 0]], error=np.eye(2), n_resamples=n_resamples, rng=1
        )
        for level in (0.5, 0.95, 1 - 1e-9):
            low, high = limits = found.confidence_interval(level)
            risers = -np.expm1(-stats.chi2.isf(1 - level, 1) / (2 * n))
            assert (low, high + 1) == (pytest.approx(-1), pytest.approx(2 * risers, rel=1e-5))
            assert low < high
            assert limits.method == "likelihood, since draws are alike"
    # one unit, more likely than the level asks for wherever it truly was
    error = [[0.9, 0.1], [0.2, 0.8]]
    one = ilr.corrected_shift([[0, 0], [1, 0]], error=error, n_resamples=1, rng=1)
    assert list(one.confidence_interval(0.999)) == pytest.approx([-1, 1])
    # at this level it may have stayed for certain, but hardly have risen
    rises = -np.expm1(-stats.chi2.isf(0.04, 1) / 2) / (1 - 0.1 * 0.2 / (0.9 * 0.8))
    assert one.confidence_interval(0.96).high == pytest.approx(2 * rises - 1)
    # a third of the draws at one place are no width at the level of a third
    counted = np.eye(2, dtype=int)
    some = ilr.corrected_shift([[4, 0], [0, 0]], error_counts=counted, n_resamples=45, rng=5)
    for level in np.linspace(0.02, 0.98, 25):
        low, high = some.confidence_interval(level)
        assert low < high


@pytest.mark.parametrize(
    "table", [[[7, 1], [0, 4]], [[10, 1], [0, 13]], [[13, 0], [2, 8]], [[2, 1], [0, 7]]]
)
@pytest.mark.parametrize("reliability", [0.5, 0.7, 0.8, 0.9])
def test_what_rounds_leave_of_a_corrected_shift_is_nothing(table, reliability):
    found = ilr.corrected_shift(table, reliability=reliability, n_resamples=9, rng=1)
    assert not 0 < abs(found.value) < 1e-9
    assert not re.search(r"e-\d", found.describe().partition("(")[0])


def test_no_chance_of_as_much_is_above_one():
    """Half of these tables' chances add up to more by rounding."""
    tables = np.random.default_rng(1).integers(0, 9, (40, 3, 3))
    found = [
        ilr.regression_to_mean_test(table, reliability=0.6, alternative=alternative).p_value
        for table in tables
        for alternative in ("less", "greater")
    ]
    least = [
        noise.tail_of_noise(
            ilr.transitions_from_table(table, scale=THREE),
            noise.cells_at(np.array([0.3, 0.3, 0.4]), 0.6),
            -table.sum(),
        )
        for table in tables
    ]
    assert max(found) <= 1
    assert max(upper for upper, _ in least) <= 1
