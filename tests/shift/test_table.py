"""Tests of the whole table: symmetry, marginal homogeneity, pairs of grades."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.stats.contingency_tables import SquareTable

import ilacs_reliability as ilr
import strategies as our
from closeness import close

# leadership at consecutive ILACS inspections, the second short; rows before, worst grade first
LEADERSHIP = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 7, 17, 20], [0, 1, 7, 26]]
OMNIBUS = {"bowker": ilr.bowker, "stuart_maxwell": ilr.stuart_maxwell}
every_omnibus = pytest.mark.parametrize("test", OMNIBUS.values(), ids=OMNIBUS)


@st.composite
def square(draw, *, most=4, largest=6):
    size = draw(st.integers(2, most))
    table = draw(hnp.arrays(np.int64, (size, size), elements=st.integers(0, largest)))
    assume(table.sum() > 0)
    return table


@st.composite
def few_moves(draw):
    """Up to nine moves on two to four grades, so that all their swaps can be listed."""
    size = draw(st.integers(2, 4))
    moves = draw(st.lists(st.tuples(*[st.integers(0, size - 1)] * 2), min_size=1, max_size=9))
    table = np.zeros((size, size), dtype=np.int64)
    for move in moves:
        table[move] += 1
    return table


def all_swaps(table):
    """Yield each table that swapping the occasions of some units makes, each as often as it is."""
    units = [cell for cell in np.ndindex(table.shape) for _ in range(table[cell])]
    moved = [cell for cell in units if cell[0] != cell[1]]
    for swaps in product((False, True), repeat=len(moved)):
        other = np.diag(np.diag(table))
        for (before, after), swap in zip(moved, swaps, strict=True):
            other[(after, before) if swap else (before, after)] += 1
        yield other


@every_omnibus
@given(table=few_moves())
@our.examples(40)
def test_exact_p_is_the_share_of_swaps_as_extreme(test, table):
    seen = test(table).statistic
    statistics = np.array([test(other).statistic for other in all_swaps(table)])
    by_hand = np.mean(statistics >= seen - 1e-9)
    assert_allclose(test(table, method="exact").p_value, by_hand, rtol=1e-9)


@every_omnibus
@pytest.mark.parametrize("method", ["asymptotic", "exact"])
@given(table=square())
@settings(deadline=None)
def test_swapping_occasions_keeps_p_and_the_effect(test, method, table):
    here, there = test(table, method=method), test(table.T, method=method)
    assert_allclose(here.p_value, there.p_value, rtol=1e-7)
    assert_allclose(here.effect.value, there.effect.value, atol=1e-9)
    assert 0 <= here.p_value <= 1


@every_omnibus
@given(table=square(), grade=st.integers(0, 4))
def test_an_unused_grade_changes_nothing(test, table, grade):
    place = min(grade, len(table))
    wider = np.insert(np.insert(table, place, 0, axis=0), place, 0, axis=1)
    before, after = test(table), test(wider)
    assert_allclose(after.statistic, before.statistic, rtol=1e-9, atol=1e-12)
    assert after.df == before.df


@given(table=square(most=2, largest=20))
def test_both_are_mcnemar_at_two_grades(table):
    for method, name in (("asymptotic", "asymptotic"), ("exact", "exact")):
        mcnemar = ilr.mcnemar(table, method=name).p_value
        for test in OMNIBUS.values():
            assert_allclose(test(table, method=method).p_value, mcnemar, rtol=1e-9)


@pytest.mark.filterwarnings("ignore:Bhapkar's test is undefined")
@given(table=square(largest=20))
@example(table=np.array([[1, 0], [1, 1]]))
def test_bhapkar_is_stuart_maxwell_over_one_less_its_share(table):
    q, n = ilr.stuart_maxwell(table), table.sum()
    result = ilr.bhapkar(table)
    if q.statistic < n * (1 - 1e-9):
        assert_allclose(result.statistic, q.statistic / (1 - q.statistic / n), rtol=1e-9)
        # of few moves it is no bolder than an exact test can be
        raised = any("so few moves allow" in note for note in result.notes)
        most = ilr.stuart_maxwell(table, method="exact" if raised else "asymptotic").p_value
        assert result.p_value <= most + 1e-12
    assert result.df == q.df


@given(table=square(largest=20), data=st.data())
def test_bowker_sums_mcnemars_squares(table, data):
    ups, downs = np.triu(table, 1), np.tril(table, -1).T
    moved = ups + downs > 0
    squares = (ups - downs)[moved] ** 2 / (ups + downs)[moved]
    result = ilr.bowker(table)
    assert_allclose(result.statistic, squares.sum(), atol=1e-12)
    assert result.df == moved.sum()
    assert_allclose(result.p_value, stats.chi2.sf(squares.sum(), moved.sum()) if moved.any() else 1)


@every_omnibus
def test_nobody_moving_gives_p_one_and_says_so(test):
    for method in ("asymptotic", "exact", "monte_carlo"):
        result = test(np.diag([3, 4, 5]), method=method)
        assert result.p_value == close(1)
        assert result.df == 0
        assert "No unit moved" in result.notes[-1]


@every_omnibus
def test_monte_carlo_lies_near_the_exact_p(test):
    table = [[3, 5, 1, 0], [2, 8, 6, 1], [0, 3, 9, 7], [0, 1, 2, 4]]
    exact = test(table, method="exact").p_value
    drawn = test(table, method="monte_carlo", n_resamples=40_000, rng=20240331)
    assert abs(drawn.p_value - exact) < 4 * np.sqrt(exact * (1 - exact) / 40_000)
    assert drawn.method == "monte_carlo with 40,000 draws"


@every_omnibus
def test_too_much_to_enumerate_is_drawn_and_says_so(test):
    table = np.array(
        [[9, 400, 300, 200], [400, 9, 400, 300], [300, 400, 9, 400], [200, 300, 450, 9]]
    )
    wide = np.kron(np.eye(2, dtype=int), table) + 100
    result = test(wide, method="exact", n_resamples=99, rng=1)
    assert result.method == "monte_carlo with 99 draws, since there is too much to enumerate"
    assert result.p_value * 100 == pytest.approx(round(result.p_value * 100))


# statsmodels' default puts 0.5 into the empty cells and keeps 6 degrees of freedom
def test_the_reading_of_leadership_does_not_hang_on_edited_cells():
    edited = SquareTable(np.array(LEADERSHIP)).symmetry()
    raw = SquareTable(np.array(LEADERSHIP), shift_zeros=False).symmetry()
    assert round(edited.pvalue, 3) == 0.061
    assert round(raw.pvalue, 3) == 0.027
    result = ilr.bowker(LEADERSHIP)
    assert_allclose(result.statistic, raw.statistic)
    assert result.df == 3
    assert round(result.p_value, 4) == 0.0026
    assert "prefer method='exact'" in result.notes[-1]


# the 0.0008 is a Monte Carlo figure; whole numbers give 0.000737
def test_the_exact_p_of_leadership_is_a_ratio_of_whole_numbers():
    seen = Fraction(7) + 1 + Fraction(13**2, 27)
    chance = sum(
        Fraction(stats.binom(7, 0.5).pmf(a)) * Fraction(stats.binom(27, 0.5).pmf(b))
        for a in range(8)
        for b in range(28)
        if Fraction((2 * a - 7) ** 2, 7) + 1 + Fraction((2 * b - 27) ** 2, 27) >= seen
    )
    assert_allclose(ilr.bowker(LEADERSHIP, method="exact").p_value, float(chance), rtol=1e-10)
    assert round(float(chance), 6) == 0.000737


# statsmodels: Stuart-Maxwell 0.143 and Bhapkar 0.128 after editing, nan on the raw counts where a
# grade is empty; contingencytables stops; coin is right
def test_empty_grades_are_ordinary():
    result = ilr.stuart_maxwell(LEADERSHIP)
    assert_allclose([result.statistic, result.df], [14.062780269, 2])
    assert_allclose(result.p_value, 0.00088370246)
    assert np.isfinite(ilr.bhapkar(LEADERSHIP).statistic)


# statsmodels' SquareTable.from_data sorts grades by the alphabet and drops those nobody used
def test_the_declared_order_holds_whatever_the_alphabet_says():
    rows = [["good", "outstanding"]] * 8 + [["requires improvement", "good"]] * 6 + [["good"] * 2]
    ratings = ilr.ratings_from_matrix(rows, scale=ilr.OFSTED_SCALE, design="repeat")
    shift = ilr.net_shift(ratings)
    assert (shift.n_improved, shift.n_declined) == (14, 0)
    assert shift.counts.shape == (4, 4)
    assert ilr.marginal_score_shift(ratings).effect.value > 0


# contingencytables returns 0 and p = 1 where the first differences only sum to zero, and irr drops
# grades with equal margins
def test_equal_margins_of_some_grades_are_no_special_case():
    sexual_fun = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]
    result = ilr.stuart_maxwell(sexual_fun)
    assert_allclose(result.statistic, 3.580256, atol=5e-7)
    assert result.df == 3
    first_year = [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]]
    assert_allclose(ilr.stuart_maxwell(first_year).statistic, 16.398416886543544)


# Stuart 1955 and Agresti's account of the same table: 11.96 on 3, Bhapkar 11.98
def test_stuarts_vision_tables_come_out_as_published():
    women = [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]
    men = [[821, 112, 85, 35], [116, 494, 145, 27], [72, 151, 583, 87], [43, 34, 106, 331]]
    assert round(ilr.stuart_maxwell(women).statistic, 2) == 11.96
    assert round(ilr.bhapkar(women).statistic, 2) == 11.98
    assert_allclose(ilr.bowker(women).statistic, 19.106550, atol=5e-7)
    assert_allclose(ilr.stuart_maxwell(men).statistic, 3.674013, atol=5e-7)
    assert_allclose(ilr.bowker(men).p_value, 0.574617, atol=5e-7)


# claims.md 5.8: Landis & Koch 1977, the two neurologists' New Orleans patients
def test_the_neurologists_come_out_as_computed_elsewhere():
    patients = [[5, 3, 0, 0], [3, 11, 4, 0], [2, 13, 3, 4], [1, 2, 4, 14]]
    assert_allclose(ilr.stuart_maxwell(patients).statistic, 9.145436, atol=5e-7)
    assert_allclose(ilr.bhapkar(patients).statistic, 10.542807, atol=5e-7)
    # the unchanged statistic, on the five pairs of grades that saw a move instead of six
    result = ilr.bowker(patients)
    assert_allclose(result.statistic, 9.764706, atol=5e-7)
    assert result.df == 6 - (patients[0][3] + patients[3][0] == 0)


@pytest.mark.parametrize("table", [[[0, 8], [0, 0]], [[0, 5, 0], [0, 0, 5], [0, 0, 0]]])
def test_moves_that_all_add_up_one_way_leave_bhapkar_undefined_with_a_note(table):
    with pytest.warns(ilr.UndefinedEstimateWarning, match="add up along one direction"):
        result = ilr.bhapkar(table)
    assert np.isnan([result.statistic, result.p_value]).all()
    assert result.status == "undefined"
    other = ilr.stuart_maxwell(table)
    assert other.statistic == pytest.approx(np.sum(table))
    assert result.notes[-1] == f"`stuart_maxwell` gives p = {other.p_value:.3g}."
    assert "is undefined (every unit moved" in result.describe()
    assert [*result.effect.confidence_interval()] == [*other.effect.confidence_interval()]


def test_bhapkar_sends_to_the_exact_test_that_there_is():
    note = ilr.bhapkar([[9, 2], [1, 9]]).notes[0]
    assert note.endswith("prefer stuart_maxwell(table, method='exact').")
    assert "method='exact'" in ilr.bowker(LEADERSHIP).notes[0]


@given(table=square(largest=12))
def test_pairs_are_mcnemars_and_only_pairs_that_moved_count(table):
    result = ilr.pairwise_symmetry(table)
    lower, upper = np.nonzero(np.triu(table + table.T, 1))
    assert len(result.pairs) == len(lower)
    for row, i, j in zip(result.rows(), lower, upper, strict=True):
        cells = [[0, table[i, j]], [table[j, i], 0]]
        assert_allclose(row["p_value"], ilr.mcnemar(cells).p_value)
        assert row["p_value"] <= row["adjusted_p_value"] <= 1
        assert_allclose(row["value"], table[i, j] / (table[i, j] + table[j, i]))
        assert row["low"] <= row["value"] <= row["high"]
    assert isinstance(result.describe(), str)
    assert result.to_dict()["n_units"] == table.sum()


@given(table=square(largest=12))
def test_shifts_by_grade_sum_to_nothing_and_hold_their_estimate(table):
    shifts = ilr.marginal_shift_by_grade(table)
    assert_allclose(sum(shift.value for shift in shifts.values()), 0, atol=1e-12)
    for shift in shifts.values():
        for method in ("bonferroni", "scheffe"):
            low, high = shift.confidence_interval(method=method)
            assert -1 <= low <= shift.value + 1e-12 <= high + 2e-12 <= 1 + 3e-12
            assert low < high


@every_omnibus
@given(table=few_moves())
@our.examples(20)
def test_a_cluster_of_one_unit_is_no_cluster(test, table):
    units = [cell for cell in np.ndindex(table.shape) for _ in range(table[cell])]
    scale = ilr.Scale(range(len(table)))
    alone = ilr.ratings_from_codes(units, scale=scale, clusters=range(len(units)))
    assert_allclose(test(alone).statistic, test(table).statistic, rtol=1e-9, atol=1e-12)
    exact = test(alone, method="exact")
    assert exact.method == "exact, whole clusters swap occasions"
    assert_allclose(exact.p_value, test(table, method="exact").p_value, rtol=1e-9)


def share_of_swaps_as_large(contributions):
    """Swap every cluster both ways and compare the weighed squares, by the definition."""
    precision = np.linalg.pinv(contributions.T @ contributions, rcond=1e-10)
    signs = np.array(list(product([1, -1], repeat=len(contributions))))
    sums = signs @ contributions
    forms = np.einsum("ri,ij,rj->r", sums, precision, sums)
    return float(np.mean(forms >= forms[0] - 1e-9))


@given(data=st.data())
@settings(deadline=None)
def test_exact_p_values_go_through_all_swaps_of_whole_clusters(data):
    size = data.draw(st.integers(2, 12))
    grades = st.integers(0, 2)
    units = np.array(data.draw(st.lists(st.tuples(grades, grades), min_size=size, max_size=size)))
    clusters = np.array(data.draw(st.lists(st.integers(0, 6), min_size=size, max_size=size)))
    ratings = ilr.ratings_from_codes(units, scale=ilr.Scale(range(3)), clusters=clusters)
    first, second = units.T
    gains = (second[:, None] == range(3)).astype(int) - (first[:, None] == range(3))
    moves = np.zeros((size, 3), dtype=int)
    for place, (low, high) in enumerate(((0, 1), (0, 2), (1, 2))):
        moves[:, place] += (first == low) & (second == high)
        moves[:, place] -= (first == high) & (second == low)
    totals = [
        np.array([of[clusters == c].sum(axis=0) for c in set(clusters)]) for of in (gains, moves)
    ]
    for test, total in zip((ilr.stuart_maxwell, ilr.bowker), totals, strict=True):
        result = test(ratings, method="exact")
        assert result.method == "exact, whole clusters swap occasions"
        assert_allclose(result.p_value, share_of_swaps_as_large(total), rtol=1e-9)


def test_few_clusters_of_many_units_are_enumerated_too():
    # 8 clusters of 300 units: 256 outcomes, though the grid of differences is far too large
    rng = np.random.default_rng(4)
    units, clusters = rng.integers(0, 6, (2400, 2)), np.repeat(np.arange(8), 300)
    ratings = ilr.ratings_from_codes(units, scale=ilr.Scale(range(6)), clusters=clusters)
    for test in (ilr.stuart_maxwell, ilr.bowker):
        result = test(ratings, method="exact")
        assert result.method == "exact, whole clusters swap occasions"
        assert result.p_value * 256 == pytest.approx(round(result.p_value * 256))


def test_copies_of_a_cluster_do_not_sharpen_the_test():
    rows = [(0, 1), (1, 2), (0, 1), (1, 0)] * 2
    scale = ilr.Scale(range(3))
    once = ilr.ratings_from_codes(rows, scale=scale, clusters=np.arange(8))
    thrice = ilr.ratings_from_codes(rows * 3, scale=scale, clusters=np.tile(np.arange(8), 3))
    for test in (
        ilr.stuart_maxwell,
        ilr.bhapkar,
        ilr.bowker,
        ilr.marginal_score_shift,
        ilr.wilcoxon_signed_rank,
        ilr.marginal_rank_shift,
    ):
        assert_allclose(test(once).p_value, test(thrice).p_value, rtol=1e-9)


def test_an_unordered_scale_has_symmetry_and_margins_but_no_mean():
    table = ilr.transitions_from_table(
        [[5, 3, 1], [1, 6, 2], [0, 1, 7]], scale=ilr.Scale(["a", "b", "c"], ordered=False)
    )
    for test in (ilr.bowker, ilr.stuart_maxwell, ilr.bhapkar):
        result = test(table)
        assert 0 < result.p_value <= 1
        assert 0 < result.effect.value <= 1
    with pytest.raises(ValueError, match="unordered"):
        ilr.marginal_score_shift(table)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "fisher"}, "`method` must be one of"),
        ({"n_resamples": 0}, "`n_resamples` must be a positive whole number"),
    ],
)
@every_omnibus
def test_a_bad_option_is_named(test, arguments, message):
    with pytest.raises(ValueError, match=message):
        test(LEADERSHIP, **arguments)


@pytest.mark.parametrize("test", [ilr.bowker, ilr.stuart_maxwell, ilr.bhapkar])
def test_the_effect_is_what_is_tested_and_says_what_it_does_not_show(test):
    result = test(LEADERSHIP)
    low, _ = result.effect.confidence_interval()
    assert low > 0
    assert f"imbalance of {'moves' if test is ilr.bowker else 'grades'}" in result.describe()
    assert "it does not show which grades" in result.describe()


def test_the_imbalance_of_two_grades_is_the_size_of_their_net_change():
    for test in (ilr.bowker, ilr.stuart_maxwell, ilr.bhapkar):
        assert_allclose(test([[5, 2], [9, 8]]).effect.value, 7 / 11)
        assert_allclose(test([[5, 0], [9, 8]]).effect.value, 1)
        assert_allclose(test([[5, 3], [3, 8]]).effect.value, 0, atol=1e-12)
        assert test(np.diag([3, 4])).effect.status == "undefined"


# one way round, no grade gains: symmetry fails, the margins hold
def test_moves_in_a_circle_are_unbalanced_but_leave_the_grades_alone():
    circle = [[5, 8, 0], [0, 5, 8], [8, 0, 5]]
    assert_allclose(ilr.bowker(circle).effect.value, 1)
    assert_allclose(ilr.stuart_maxwell(circle).effect.value, 0, atol=1e-7)


@given(table=square(largest=12))
def test_the_imbalance_lies_between_none_and_all_and_has_no_mean_influence(table):
    for test in (ilr.bowker, ilr.stuart_maxwell):
        effect = test(table).effect
        if effect.status == "ok":
            assert 0 <= effect.value <= 1
            if effect.value > 1e-6:
                mean = effect.influence @ effect.frequencies
                assert_allclose(mean, 0, atol=1e-7 * table.sum() / effect.value)


@every_omnibus
def test_the_influence_of_an_imbalance_is_that_of_the_jackknife(test):
    table = 100 * np.array([[5, 9, 3, 2], [2, 8, 6, 1], [1, 3, 9, 7], [2, 1, 2, 4]])
    estimate = test(table).effect
    shifts = []
    for cell in np.ndindex(table.shape):
        less = table.copy()
        less[cell] -= 1
        shifts.append(estimate.value - test(less).effect.value)
    assert_allclose(np.array(shifts) * table.sum(), estimate.influence, atol=0.03)


def test_exact_critical_values_are_those_of_all_swaps():
    table = np.array([[2, 4, 0], [1, 3, 3], [0, 0, 2]])
    for test in OMNIBUS.values():
        seen = np.array([test(other).statistic for other in all_swaps(table)])
        for level in (0.5, 0.8, 0.9, 0.95):
            low, _ = test(table, method="exact").effect.confidence_interval(level)
            p_value = np.mean(seen >= test(table).statistic - 1e-9)
            assert (low > 0) == (p_value <= 1 - level)


@pytest.mark.filterwarnings("ignore:Bhapkar's test is undefined")
@given(table=square(largest=12))
def test_hotellings_test_is_that_of_the_mean_move_and_answers_as_its_interval(table):
    result = ilr.bhapkar(table, method="hotelling")
    before, after = (
        np.repeat(np.eye(len(table))[side], table.ravel(), axis=0)
        for side in np.indices(table.shape).reshape(2, -1)
    )
    moves, n = after - before, int(table.sum())
    rank = ilr.bhapkar(table).df
    if result.status == "undefined" or not rank:
        assert result.df == rank
    assume(result.status == "ok" and rank)
    # T^2 = n mean' S^-1 mean with S about the mean and n - 1
    mean = moves.mean(axis=0)
    spread = np.cov(moves.T)
    t_square = n * mean @ np.linalg.pinv(spread, rcond=1e-10, hermitian=True) @ mean
    f = (n - rank) / ((n - 1) * rank) * t_square
    assert result.df == (rank, n - rank)
    assert_allclose(result.statistic, f, rtol=1e-7, atol=1e-9)
    # no test of moves is bolder than all of them the same way would be
    least = 2.0 ** (1 - int(table.sum() - np.trace(table)))
    assert_allclose(result.p_value, max(stats.f.sf(f, rank, n - rank), least), rtol=1e-6)
    for level in (0.8, 0.95):
        low, _ = result.effect.confidence_interval(level)
        if abs(result.p_value - (1 - level)) > 1e-6:
            assert (low > 0) == (result.p_value < 1 - level)


def test_an_unknown_method_of_bhapkars_is_named():
    with pytest.raises(ValueError, match="`method` must be one of"):
        ilr.bhapkar([[1, 2], [3, 4]], method="exact")


def test_a_note_on_few_moves_says_how_much_hangs_on_one_unit():
    with_one = ilr.bowker([[3, 2], [1, 3]], method="asymptotic")
    assert "one unit makes 33% of the variance in some direction" in " ".join(with_one.notes)


@given(table=square())
def test_shares_of_a_grade_sum_to_one_and_follow_the_table(table):
    shares = ilr.transition_shares(table)
    held = np.flatnonzero(table.sum(axis=1))
    assert len(shares) == len(held) * len(table)
    for row in held:
        found = [shares[row + 1, column + 1] for column in range(len(table))]
        assert_allclose([share.value for share in found], table[row] / table[row].sum())
        assert {share.n_units for share in found} == {table[row].sum()}


def test_simultaneous_limits_of_shares_are_exact_ones_at_the_shared_level():
    shares = ilr.transition_shares(LEADERSHIP)
    for (before, after), share in shares.items():
        hits, n = LEADERSHIP[before - 1][after - 1], sum(LEADERSHIP[before - 1])
        exact = stats.binomtest(hits, n).proportion_ci(0.95)
        together = stats.binomtest(hits, n).proportion_ci(1 - 0.05 / 8)
        assert_allclose([*share.confidence_interval()], [*exact], atol=1e-9)
        found = share.confidence_interval(method="simultaneous")
        assert_allclose([*found], [*together], atol=1e-9)


def test_simultaneous_limits_of_shares_cover_all_at_once():
    truth, n = np.array([[0.7, 0.3], [0.2, 0.8]]), 10
    limits = {
        up: [
            ilr.transition_shares([[n - up, up], [1, 1]])[key].confidence_interval(
                method="simultaneous"
            )
            for key in ((1, 1), (1, 2))
        ]
        for up in range(n + 1)
    }
    for stay, rise in truth:
        held = [up for up, found in limits.items() if stay in found[0] and rise in found[1]]
        # one row of two: both rows at once then hold with the product, 95 % or more
        assert stats.binom.pmf(held, n, rise).sum() >= np.sqrt(0.95)


def test_shares_over_clusters_have_wider_limits():
    rows = [(0, 0), (0, 0), (0, 1), (0, 1)] * 3
    scale = ilr.Scale(["poor", "good"])
    plain = ilr.ratings_from_codes(rows, scale=scale)
    grouped = ilr.ratings_from_codes(rows, scale=scale, clusters=np.repeat(range(6), 2))
    key = ("poor", "good")
    for method in (None, "simultaneous"):
        narrow, wide = (
            ilr.transition_shares(ratings)[key].confidence_interval(method=method)
            for ratings in (plain, grouped)
        )
        assert wide.width > narrow.width


CLUSTERED = [[0, 1], [1, 2], [2, 0], [0, 0], [1, 1], [2, 2], [0, 2], [1, 0], [2, 1], [1, 2]]


@pytest.mark.parametrize("n_clusters", [2, 3, 5])
def test_simultaneous_limits_over_clusters_are_wider_than_those_of_one_grade(n_clusters):
    """All are of t or F with one degree of freedom less than clusters, as Scheffe's rule has it."""
    scale, clusters = ilr.Scale([1, 2, 3]), np.arange(10) * n_clusters // 10
    ratings = ilr.ratings_from_codes(CLUSTERED, scale=scale, clusters=clusters, design="repeat")
    df = n_clusters - 1
    for shift in ilr.marginal_shift_by_grade(ratings).values():
        each = stats.t.ppf(1 - 0.05 / (2 * 3), df) * shift.standard_error
        rule = np.sqrt(2 * stats.f.ppf(0.95, 2, df)) * shift.standard_error
        one = shift.confidence_interval(method="t")
        for method, half in (("bonferroni", each), ("scheffe", rule)):
            low, high = shift.confidence_interval(method=method)
            if shift.standard_error > 1e-9:
                right = np.clip([shift.value - half, shift.value + half], -1, 1)
                assert (low, high) == pytest.approx(tuple(right), rel=1e-6)
            assert low <= one.low + 1e-12
            assert high >= one.high - 1e-12


def test_all_but_a_few_of_very_many_that_move_one_way_hold_their_imbalance():
    table = [[1, 2**34, 3], [2, 5, 1], [0, 2, 4]]
    for test in (ilr.stuart_maxwell, ilr.bhapkar, ilr.bowker):
        effect = test(table).effect
        low, high = effect.confidence_interval()
        assert low <= effect.value <= high
        assert low < high


def test_occasions_that_change_places_turn_the_limits_of_clustered_moves_round():
    codes = np.array(
        [[0, 1], [0, 1], [1, 2], [0, 1], [1, 0], [2, 1], [1, 1], [2, 2], [0, 1], [1, 2]]
    )
    clusters = list("aabbccddee")
    scale = ilr.Scale(["poor", "fair", "good"])
    there, back = (
        ilr.pairwise_symmetry(
            ilr.ratings_from_codes(one, scale=scale, clusters=clusters, design="repeat")
        )
        for one in (codes, codes[:, ::-1])
    )
    asked = 0
    assert there.pairs == back.pairs
    for effect, turned in zip(there.effects, back.effects, strict=True):
        for method in effect.interval_methods if effect.status == "ok" else ():
            limits, other = (one.confidence_interval(0.9, method) for one in (effect, turned))
            assert [limits.low, limits.high] == pytest.approx([-other.high, -other.low], abs=1e-9)
            asked += 1
    assert asked > 3


@pytest.mark.parametrize(("span", "is_taken"), [(1.5e-100, True), (0.9e-100, False)])
def test_scores_so_near_that_squares_vanish_are_refused(span, is_taken):
    table = [[5, 3], [1, 4]]
    if is_taken:
        shift = ilr.marginal_score_shift(table, scores=[0.0, span])
        assert shift.p_value == pytest.approx(ilr.marginal_score_shift(table).p_value, rel=1e-9)
    else:
        with pytest.raises(ValueError, match="`scores` must lie between 1e-100 and 1e\\+100 apart"):
            ilr.marginal_score_shift(table, scores=[0.0, span])
