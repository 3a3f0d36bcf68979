"""Tests of shift where few units moved, or very many."""

from fractions import Fraction
from itertools import product
from math import comb, factorial, prod
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability.shift import sign_flips
from ilacs_reliability.shift.sign_flips import squares_tail

FEW_MOVES = "rests on few moves"
HOW_OFTEN = 0.1
BALANCE = {
    "sign_test": lambda table: ilr.sign_test(table, method="asymptotic"),
    "mcnemar": lambda table: ilr.mcnemar(table, method="asymptotic"),
    "mcnemar, corrected": lambda table: ilr.mcnemar(table, method="corrected"),
    "wilcoxon": lambda table: ilr.wilcoxon_signed_rank(table, method="asymptotic"),
    "pratt": lambda table: ilr.wilcoxon_signed_rank(
        table, zero_method="pratt", method="asymptotic"
    ),
    "score": ilr.marginal_score_shift,
    "wald": lambda table: ilr.marginal_score_shift(table, method="wald"),
    "rank, shrunk": ilr.marginal_rank_shift,
    "rank, logit": lambda table: ilr.marginal_rank_shift(table, method="logit"),
    "rank, wald": lambda table: ilr.marginal_rank_shift(table, method="wald"),
    "bowker": ilr.bowker,
    "stuart_maxwell": ilr.stuart_maxwell,
    "bhapkar": ilr.bhapkar,
    "hotelling": lambda table: ilr.bhapkar(table, method="hotelling"),
    "stratified_shift": lambda table: ilr.stratified_shift([table], method="asymptotic").test,
    "cochran_q": lambda table: ilr.cochran_q(of_units(table)),
    "friedman": lambda table: ilr.friedman(of_units(table)),
    "madansky": lambda table: ilr.madansky(of_units(table)),
    "pairwise_symmetry": lambda table: ilr.pairwise_symmetry(table, method="asymptotic"),
}
OCCASIONS = ("cochran_q", "friedman", "madansky")
PAIRED = {name: test for name, test in BALANCE.items() if name not in OCCASIONS}
every_balance = pytest.mark.parametrize("test", BALANCE.values(), ids=BALANCE)


def of_units(table):
    scale = ilr.Scale(range(1, len(table) + 1))
    return ilr.ratings_from_table(table, scale=scale, design="repeat")


def clustered(up, down, still):
    """As many clusters of three units as there are moves, each of which moves as one."""
    codes = [[0, 1]] * up + [[1, 0]] * down + [[0, 0]] * still
    codes = np.repeat(codes, 3, axis=0)
    clusters = np.repeat(np.arange(len(codes) // 3), 3)
    scale = ilr.Scale(["a", "b"])
    return ilr.ratings_from_codes(codes, scale=scale, clusters=clusters, design="repeat")


def p_of(result):
    return float(result.p_values[0] if hasattr(result, "p_values") else result.p_value)


def noted(result):
    return any(FEW_MOVES in note for note in result.notes)


def rejected_without_note(results):
    """Return how often a test rejects at 5 % and its result says nothing of few moves."""
    return sum(chance for result, chance in results if p_of(result) <= 0.05 and not noted(result))


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@pytest.mark.parametrize("still", [0, 40])
@every_balance
def test_a_test_that_rejects_too_often_for_its_moves_says_so(test, still):
    for moved in (3, 4, 5, 8, 12, 18):
        results = [
            (test([[still, up], [moved - up, still]]), comb(moved, up) / 2**moved)
            for up in range(moved + 1)
        ]
        assert rejected_without_note(results) <= HOW_OFTEN, moved


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@every_balance
def test_many_moves_carry_no_note_and_four_do(test):
    assert not noted(test([[30, 30], [20, 30]]))
    assert noted(test([[30, 3], [1, 30]]))


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@pytest.mark.parametrize("test", PAIRED.values(), ids=PAIRED)
def test_clusters_count_once_each(test):
    for moved in (4, 8):
        results = [
            (test(clustered(up, moved - up, 5)), comb(moved, up) / 2**moved)
            for up in range(moved + 1)
        ]
        assert rejected_without_note(results) <= HOW_OFTEN, moved
    assert noted(test(clustered(3, 1, 60)))
    assert not noted(test(clustered(20, 15, 30)))


@pytest.mark.parametrize("sizes", [(2, 2, 2), (4, 4, 1), (4, 0, 4), (6, 5, 5), (7, 1, 7)])
@pytest.mark.parametrize("test", [ilr.bowker, ilr.stuart_maxwell, ilr.bhapkar])
def test_tests_of_three_grades_say_where_they_reject_too_often(test, sizes):
    results = []
    for ups in product(*(range(size + 1) for size in sizes)):
        table = np.diag([20, 20, 20])
        for (low, high), up, size in zip([(0, 1), (0, 2), (1, 2)], ups, sizes, strict=True):
            table[low, high], table[high, low] = up, size - up
        chance = prod(comb(size, up) / 2**size for size, up in zip(sizes, ups, strict=True))
        results.append((test(table), chance))
    assert abs(sum(chance for _, chance in results) - 1) < 1e-12
    assert rejected_without_note(results) <= HOW_OFTEN


@pytest.mark.parametrize("units", [2, 3, 4, 5, 7])
@pytest.mark.parametrize("test", [ilr.cochran_q, ilr.madansky])
def test_tests_of_three_occasions_say_where_they_reject_too_often(test, units):
    scale = ilr.Scale(["a", "b"])
    results = []
    for times in product(range(units + 1), repeat=3):
        if sum(times) == units:
            codes = np.repeat(np.eye(3, dtype=int), times, axis=0)
            chance = factorial(units) / prod(map(factorial, times)) / 3**units
            results.append((test(ilr.ratings_from_codes(codes, scale=scale)), chance))
    assert abs(sum(chance for _, chance in results) - 1) < 1e-12
    assert rejected_without_note(results) <= HOW_OFTEN


def test_strata_of_few_clusters_are_not_seen_to_differ_by_chance():
    rng = np.random.default_rng(5)
    scale = ilr.Scale(["a", "b", "c"])
    rejected = 0
    for _ in range(40):
        strata = []
        for _ in range(12):
            moves = np.repeat(rng.choice([-1, 0, 1], 3), 4)
            codes = np.column_stack([np.ones(12, dtype=int), 1 + moves])
            clusters = np.repeat(range(3), 4)
            strata.append(ilr.ratings_from_codes(codes, scale=scale, clusters=clusters))
        shift = ilr.stratified_shift(strata, method="asymptotic")
        rejected += shift.heterogeneity.p_value <= 0.05
        assert noted(shift.heterogeneity)
    # of 40 at 5 %: more than 7 has a chance of one in 500
    assert rejected <= 7


def test_strata_of_many_clusters_weigh_their_differences_as_single_units_do():
    up, down = [[0, 1]] * 18 + [[1, 0]] * 9 + [[0, 0]] * 30, [[1, 0]] * 18 + [[0, 0]] * 39
    scale = ilr.Scale(["a", "b"])
    alone = [ilr.ratings_from_codes(codes, scale=scale, clusters=range(57)) for codes in (up, down)]
    free = ilr.stratified_shift([[[30, 18], [9, 0]], [[39, 0], [18, 0]]], method="asymptotic")
    clustered_z = np.sqrt(ilr.stratified_shift(alone, method="asymptotic").heterogeneity.statistic)
    assert abs(clustered_z / np.sqrt(free.heterogeneity.statistic) - 1) < 0.1


def test_the_unconditional_test_excludes_what_it_rejects_where_p_stays_level():
    result = ilr.mcnemar([[9, 0, 12], [3, 0, 0], [1, 19, 0]], at_least=2, method="unconditional")
    assert abs(result.p_value - 0.0488) < 5e-5
    assert result.effect.confidence_interval().low > 0


def test_a_scale_of_one_grade_leaves_a_mean_score_undefined():
    for method in ("score", "wald", "exact", "monte_carlo"):
        result = ilr.marginal_score_shift([[4]], method=method)
        assert result.p_value == close(1)
        assert result.effect.status == "undefined"
        assert np.isnan([*result.effect.confidence_interval()]).all()


def test_a_move_of_all_alike_has_the_p_value_of_its_bounds():
    # Wald's lower limit 1 - 2 (1 - (a/2)^(1/n)) passes zero at a = 2 / 2^n
    for units in (6, 60, 400):
        result = ilr.marginal_score_shift([[0, units], [0, 0]], method="wald")
        assert abs(result.p_value * 2 ** (units - 1) - 1) < 1e-9
        # of two grades that of the probability is the sign test's
        rank = ilr.marginal_rank_shift([[0, units], [0, 0]])
        assert abs(rank.p_value * 2 ** (units - 1) - 1) < 1e-9


@pytest.mark.parametrize(("up", "down"), [(0, 12), (40, 3), (2000, 1800), (300, 0)])
def test_the_mid_p_value_is_the_mean_of_two_tails_however_small(up, down):
    n = up + down
    most = max(up, down)
    past = sum(Fraction(comb(n, k), 2**n) for k in range(most + 1, n + 1))
    right = 2 * past + Fraction(comb(n, most), 2**n)
    found = ilr.sign_test([[0, up], [down, 0]], method="midp").p_value
    assert abs(found / float(right) - 1) < 1e-11


# seconds of the processor, several times what the library allows itself
LONG = 30.0


def spent(call):
    began = process_time()
    try:
        result = call()
    except ValueError as error:
        assert "use " in str(error)  # noqa: PT017
        result = None
    assert process_time() - began < LONG
    return result


MANY = np.random.default_rng(1).integers(0, 5, (100_000, 5))
FIVE = ilr.Scale(range(5))


@pytest.mark.parametrize("method", ["exact", "monte_carlo"])
@pytest.mark.parametrize("test", [ilr.cochran_q, ilr.friedman, ilr.madansky])
def test_many_units_on_several_occasions_take_seconds(test, method):
    cut = {"at_least": 3} if test is ilr.cochran_q else {}
    result = spent(lambda: test(MANY, method=method, rng=1, **cut))
    assert "monte_carlo with" in result.method
    # with so many units the chi-square is right, but for draws
    assert abs(result.p_value - test(MANY, **cut).p_value) < 0.03


@pytest.mark.parametrize("test", [ilr.cochran_q, ilr.friedman, ilr.madansky])
def test_many_clusters_on_several_occasions_take_seconds(test):
    clusters = np.arange(len(MANY)) // 3
    ratings = ilr.ratings_from_codes(MANY, scale=FIVE, clusters=clusters)
    cut = {"at_least": 3} if test is ilr.cochran_q else {}
    spent(lambda: test(ratings, method="exact", rng=1, **cut))


@pytest.mark.parametrize("method", ["exact", "asymptotic", "monte_carlo"])
def test_ten_thousand_strata_take_seconds(method):
    rng = np.random.default_rng(2)
    strata = list(rng.integers(0, 4, (10_000, 3, 3)))
    drawn = "asymptotic" if method == "exact" else "monte_carlo"
    shift = spent(lambda: ilr.stratified_shift(strata, method=method, heterogeneity=drawn, rng=1))
    assert spent(lambda: shift.pooled.confidence_interval(method="mover")).width > 0
    if drawn == "monte_carlo":
        assert "as more take too long" in shift.heterogeneity.method


HUGE = np.array([[2**50, 2**49, 3], [2**49 + 10**7, 2**50, 2**48], [5, 2**48 - 10**6, 2**50]])


OFFERED = {
    ilr.sign_test: ("exact", "midp", "asymptotic"),
    ilr.mcnemar: ("exact", "midp", "asymptotic", "corrected", "unconditional"),
    ilr.wilcoxon_signed_rank: ("exact", "asymptotic", "monte_carlo"),
    ilr.marginal_score_shift: ("score", "wald", "exact", "monte_carlo"),
    ilr.bowker: ("exact", "asymptotic", "monte_carlo"),
    ilr.stuart_maxwell: ("exact", "asymptotic", "monte_carlo"),
    ilr.bhapkar: ("asymptotic", "hotelling"),
    ilr.marginal_rank_shift: ("shrunk", "logit", "wald"),
    ilr.pairwise_symmetry: ("exact", "midp", "asymptotic"),
}


@pytest.mark.parametrize(
    ("test", "method"), [(test, method) for test in OFFERED for method in OFFERED[test]]
)
def test_counts_near_two_to_the_fifty_are_judged_or_refused_at_once(test, method):
    cut = {"at_least": 2} if test is ilr.mcnemar else {}
    result = spent(lambda: test(HUGE, method=method, **cut))
    if result is not None:
        # no two grades differ by more than a third of a standard error
        assert 0.6 < p_of(result) <= 1
        effect = result.effects[0] if test is ilr.pairwise_symmetry else result.effect
        assert spent(effect.confidence_interval).width > 0


@pytest.mark.parametrize("method", ["exact", "monte_carlo"])
@given(
    codes=hnp.arrays(np.int64, (5, 3), elements=st.integers(0, 3)), order=st.permutations([0, 1, 2])
)
@our.examples(25)
def test_a_p_value_hangs_neither_on_the_order_of_occasions_nor_of_units(method, codes, order):
    for test in (ilr.friedman, ilr.madansky):
        grades = ilr.ratings_from_codes(codes, scale=ilr.Scale(["a", "b", "c", "d"]))
        other = ilr.ratings_from_codes(codes[::-1][:, order], scale=ilr.Scale(["a", "b", "c", "d"]))
        here, there = (test(one, method=method, n_resamples=199, rng=3) for one in (grades, other))
        assert abs(here.p_value - there.p_value) < (0.15 if method == "monte_carlo" else 1e-9)
        assert here.method == there.method


def test_exact_bowker_lists_what_coincides_once():
    """Of twenty-one pairs of grades, a few of each size; six of them against a convolution."""
    table = np.random.default_rng(5).integers(1, 7, (7, 7))
    sizes = (table + table.T)[np.triu_indices(7, 1)]
    started = process_time()
    assert ilr.bowker(table, method="exact").method == "exact"
    assert process_time() - started < 5
    chances = {Fraction(0): Fraction(1)}
    for size in sizes[:6].tolist():
        ups = range(size + 1)
        squares = [(Fraction((2 * up - size) ** 2, size), comb(size, up)) for up in ups]
        chances = _added(chances, squares, 2**size)
    tail, seen = squares_tail(sizes[:6]), sorted(chances)[len(chances) // 2]
    assert tail(float(seen)) == close(float(sum(p for x, p in chances.items() if x >= seen)))


def _added(chances, squares, whole):
    found = {}
    for x, p in chances.items():
        for y, ways in squares:
            found[x + y] = found.get(x + y, 0) + p * Fraction(ways, whole)
    return found


@pytest.mark.parametrize("grade", [1, 3])
def test_limits_of_a_share_that_nearly_all_lost_answer_as_the_test_does(grade):
    table = [[10**9, 3, 2**50], [6, 18, 2], [28, 2, 22]]
    change = ilr.marginal_shift_by_grade(table)[grade]
    low, high = change.confidence_interval(method="bonferroni")
    for place, inside in ((0.1, True), (0.9, True), (-0.1, False), (1.1, False)):
        threshold = low + place * (high - low)
        test = ilr.threshold_test(change, threshold, alternative="two-sided", method="bonferroni")
        assert (test.p_value > 0.05) == inside


@pytest.mark.parametrize("n_grades", [2, 3])
def test_thirty_units_for_each_direction_are_not_few_for_a_variance_about_what_was_seen(n_grades):
    table = np.zeros((n_grades, n_grades), dtype=int)
    table[np.arange(n_grades - 1), np.arange(1, n_grades)] = 6
    table[np.arange(1, n_grades), np.arange(n_grades - 1)] = 5
    enough = 30 * (n_grades - 1)
    for n_units, is_few in ((enough - 1, True), (enough, False)):
        table[0, 0] = 0
        table[0, 0] = n_units - table.sum()
        notes = ilr.bhapkar(table, method="asymptotic").notes
        assert any("fewer than 30" in note for note in notes) == is_few


def test_pairs_of_too_many_sums_to_fold_are_kept_apart(monkeypatch):
    (together,) = sign_flips._folded(7, 4)
    monkeypatch.setattr(sign_flips, "LARGEST_SEARCHED", 30)
    parts = sign_flips._folded(7, 4)
    assert len(parts) > 1
    found = {}
    for chosen in product(*(zip(*part, strict=True) for part in parts)):
        total = round(sum(value for value, _ in chosen) * 7)
        found[total] = found.get(total, 0.0) + prod(chance for _, chance in chosen)
    assert sorted(found) == [round(value * 7) for value in together[0]]
    assert [found[total] for total in sorted(found)] == pytest.approx(list(together[1]))
