"""Sign test, McNemar's tests and the effects of a paired two-by-two table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
from closeness import close

BENTUR = [[1, 1], [7, 12]]
CAVO = [[59, 6], [16, 80]]
METHODS = ["exact", "midp", "asymptotic", "corrected", "unconditional"]
MATCHED = METHODS[:4]


def two_by_two(most=30):
    counts = st.integers(0, most)
    tables = st.tuples(counts, counts, counts, counts).filter(any)
    return tables.map(lambda cells: np.reshape(cells, (2, 2)))


def clustered(table, cluster_of_row):
    rows = [(i, j) for i in (0, 1) for j in (0, 1) for _ in range(table[i][j])]
    scale = ilr.Scale(["below", "above"])
    return ilr.ratings_from_codes(rows, scale=scale, clusters=cluster_of_row(len(rows)))


# Fagerland, Lydersen & Laake, Statistical Analysis of Contingency Tables (2017), tables 8.4 to 8.6:
# airway hyper-responsiveness before and after stem cell transplantation (Bentur et al. 2009)
@pytest.mark.parametrize(
    ("method", "p_value"),
    [
        ("exact", 0.0703),
        ("midp", 0.0391),
        ("asymptotic", 0.0339),
        ("corrected", 0.0771),
        ("unconditional", 0.0353),
    ],
)
def test_bentur_comes_out_as_in_the_book(method, p_value):
    assert round(ilr.mcnemar(BENTUR, method=method).p_value, 4) == p_value


@pytest.mark.parametrize("method", METHODS)
@given(table=two_by_two())
def test_swapping_occasions_keeps_p_and_turns_the_effect(method, table):
    here, there = (ilr.mcnemar(cells, method=method) for cells in (table, table.T))
    assert_allclose(here.p_value, there.p_value, rtol=1e-9)
    assert 0 <= here.p_value <= 1
    change, back = (ilr.paired_difference(cells) for cells in (table, table.T))
    assert_allclose(change.value, -back.value, atol=1e-15)
    for name in ("tango", "newcombe", "bonett_price", "wald", "t"):
        if table.sum() > 1:
            low, high = change.confidence_interval(method=name)
            assert_allclose(
                [low, high], [-x for x in back.confidence_interval(method=name)][::-1], atol=1e-9
            )
            assert -1 <= low <= change.value + 1e-9
            assert change.value - 1e-9 <= high <= 1
            assert low < high


@pytest.mark.parametrize("method", MATCHED)
@given(table=two_by_two())
def test_p_and_the_interval_of_the_effect_agree_about_one(method, table):
    result = ilr.mcnemar(table, method=method)
    if table[0, 1] + table[1, 0] == 0:
        assert result.p_value == close(1)
        assert "No unit moved" in result.notes[-1]
    for level in (0.8, 0.9, 0.95) if table[0, 1] + table[1, 0] else ():
        low, high = result.effect.confidence_interval(level)
        if abs(result.p_value - (1 - level)) > 1e-9:
            assert (low <= 1 <= high) == (result.p_value > 1 - level)


@given(table=two_by_two())
def test_tango_leaves_zero_out_where_the_asymptotic_test_rejects(table):
    p_value = ilr.mcnemar(table, method="asymptotic").p_value
    low, high = ilr.paired_difference(table).confidence_interval(method="tango")
    if abs(p_value - 0.05) > 1e-6:
        assert (low <= 0 <= high) == (p_value > 0.05)


@given(table=two_by_two(most=8))
def test_the_exact_tests_are_their_definitions(table):
    up, down, n = int(table[0, 1]), int(table[1, 0]), int(table.sum())
    if up + down:
        two_sided = stats.binomtest(up, up + down).pvalue
        assert_allclose(ilr.mcnemar(table).p_value, two_sided, rtol=1e-12)
    z = abs(up - down) / np.sqrt(max(up + down, 1))
    b, c = np.indices((n + 1, n + 1))
    b, c = b[b + c <= n], c[b + c <= n]
    extreme = np.abs(b - c) / np.sqrt(np.maximum(b + c, 1)) >= z - 1e-9
    shares = np.linspace(0, 1, 401)[1:]
    table_p = stats.multinomial.pmf(
        np.stack([b, c, n - b - c], axis=1)[:, None, :],
        n,
        np.stack([shares / 2, shares / 2, 1 - shares], axis=1)[None],
    )
    by_hand = table_p[extreme].sum(axis=0).max()
    found = ilr.mcnemar(table, method="unconditional").p_value
    assert by_hand - 1e-9 <= found <= by_hand + 0.01


@pytest.mark.parametrize("alternative", ["less", "greater"])
@pytest.mark.parametrize("method", METHODS)
@given(table=two_by_two(most=12))
def test_one_sided_tests_mirror_each_other(method, alternative, table):
    other = {"less": "greater", "greater": "less"}[alternative]
    here = ilr.mcnemar(table, method=method, alternative=alternative).p_value
    assert_allclose(here, ilr.mcnemar(table.T, method=method, alternative=other).p_value, rtol=1e-9)
    assert 0 <= here <= 1


# statsmodels 0.15 gives p = 0 here
def test_nobody_moving_gives_p_one_and_says_so():
    for method in METHODS:
        result = ilr.mcnemar([[10, 0], [0, 14]], method=method)
        assert result.p_value == close(1)
        assert result.statistic == close(0)
        assert "No unit moved" in result.describe() + " ".join(result.notes)
    with pytest.warns(ilr.UndefinedEstimateWarning, match="no unit moved"):
        assert np.isnan(ilr.paired_odds_ratio([[10, 0], [0, 14]]).value)


# statsmodels 0.15 gives 0.125 here
def test_the_corrected_statistic_is_clamped_where_moves_balance():
    result = ilr.mcnemar([[5, 4], [4, 5]], method="corrected")
    assert result.statistic == close(0)
    assert result.p_value == close(1)


@pytest.mark.parametrize(("up", "down"), [(7, 1), (4, 4), (2, 9), (1, 0)])
def test_one_side_is_corrected_as_the_normal_tail_of_a_binomial_is(up, down):
    half, spread = (up + down) / 2, np.sqrt((up + down) / 4)
    tails = {
        "greater": stats.norm.sf((up - 0.5 - half) / spread),
        "less": stats.norm.cdf((up + 0.5 - half) / spread),
    }
    for side, tail in tails.items():
        result = ilr.mcnemar([[0, up], [down, 0]], method="corrected", alternative=side)
        assert_allclose(result.p_value, tail, rtol=1e-12)


@pytest.mark.parametrize(("moved", "share"), [(2, 1 / 2), (1, 2 / 3)])
@pytest.mark.parametrize("n", [1, 2, 6])
@pytest.mark.parametrize("up", [True, False])
def test_moves_all_alike_are_judged_by_what_none_of_them_shows(moved, share, n, up):
    """A share of the units could move by two grades the other way without being seen."""
    table = np.zeros((3, 3), dtype=int)
    table[(0, moved) if up else (moved, 0)] = n
    tail = min(share**n, 1 / 2)
    expected = {
        "two-sided": 2 * tail,
        "greater": tail if up else 1 - tail,
        "less": 1 - tail if up else tail,
    }
    for side, p_value in expected.items():
        result = ilr.marginal_score_shift(table, method="wald", alternative=side)
        assert_allclose(result.p_value, p_value, rtol=1e-12)
        assert np.isinf(result.statistic)
        assert (result.statistic > 0) == up


def test_all_moves_one_way_leave_the_odds_open_above():
    ratio = ilr.paired_odds_ratio([[10, 6], [0, 14]])
    low, high = ratio.confidence_interval()
    assert ratio.value == np.inf
    assert_allclose(low, 0.025 ** (1 / 6) / (1 - 0.025 ** (1 / 6)))
    assert high == np.inf


@given(table=two_by_two(most=6), size=st.integers(1, 3))
def test_a_cluster_of_one_unit_is_no_cluster(table, size):
    alone = clustered(table, lambda n: np.arange(n))
    for method in MATCHED:
        assert_allclose(
            ilr.mcnemar(alone, method=method).p_value,
            ilr.mcnemar(table, method=method).p_value,
            rtol=1e-9,
        )


def test_copies_of_a_cluster_add_nothing_to_its_direction():
    # each of six clusters moved up as one: the chance is 2 / 2**6, however many units it has
    rows = [(0, 1)] * 18
    ratings = ilr.ratings_from_codes(rows, scale=ilr.Scale(["a", "b"]), clusters=np.arange(18) // 3)
    assert_allclose(ilr.mcnemar(ratings).p_value, 2 / 2**6)
    assert_allclose(ilr.sign_test(ratings).p_value, 2 / 2**6)
    assert ilr.mcnemar(ratings).effect.n_independent == 6
    low, high = ilr.mcnemar(ratings).effect.confidence_interval()
    assert low < high == 1


def test_the_sign_test_is_mcnemar_at_two_grades():
    for method in ("exact", "midp", "asymptotic"):
        first, second = (test(CAVO, method=method) for test in (ilr.sign_test, ilr.mcnemar))
        assert first.p_value == close(second.p_value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"at_least": 1}, "`at_least` is 1, the worst grade"),
        ({"at_least": 9}, "9 is not a grade"),
        ({"method": "fisher"}, "`method` must be one of"),
        ({"alternative": "up"}, "`alternative` must be one of"),
    ],
)
def test_a_bad_option_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        ilr.mcnemar(BENTUR, **arguments)


def test_more_than_two_grades_need_a_cut():
    with pytest.raises(ValueError, match="`at_least` must name the grade to cut at"):
        ilr.mcnemar(np.ones((3, 3), dtype=int))
    table = [[5, 1, 2], [0, 4, 3], [1, 1, 6]]
    assert_allclose(ilr.mcnemar(table, at_least=3).p_value, ilr.mcnemar([[10, 5], [2, 6]]).p_value)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1, 2, 3], [4, 5, 6]], "`table` must be square"),
        ([[1, -2], [3, 4]], "got -2 at row 0, column 1"),
        ([[1, 0.5], [3, 4]], "got 0.5 at row 0, column 1"),
        ([[0, 0], [0, 0]], "`table` holds no unit"),
    ],
)
def test_a_bad_table_is_refused(table, message):
    for function in (ilr.net_shift, ilr.sign_test, ilr.mcnemar, ilr.paired_difference):
        with pytest.raises(ValueError, match=message):
            function(table)


def test_an_unordered_scale_has_no_up():
    table = ilr.transitions_from_table(BENTUR, scale=ilr.Scale(["a", "b"], ordered=False))
    for function in (ilr.net_shift, ilr.sign_test):
        with pytest.raises(ValueError, match="unordered"):
            function(table)
    for function in (ilr.mcnemar, ilr.paired_difference, ilr.paired_odds_ratio):
        with pytest.raises(ValueError, match="no grade is at or above another"):
            function(table, at_least="b")
    occasions = ilr.ratings_from_codes([[0, 1], [1, 1]], scale=table.scale)
    with pytest.raises(ValueError, match="ask `madansky`"):
        ilr.cochran_q(occasions, at_least="b")


def test_the_unconditional_test_names_another_where_there_are_too_many_units():
    many = [[5, 1_200_000], [1_100_000, 5]]
    with pytest.raises(ValueError, match="up to 20000 units, but got 2300010: use 'exact'"):
        ilr.mcnemar(many, method="unconditional")
    assert ilr.mcnemar(many).p_value < 1e-6


def test_the_unconditional_test_looks_at_shares_that_move_hardly_anyone():
    """Two that moved the same way have the z of 10,100 against 9,900."""
    n, share = 20_000, 1.5e-4
    z = 200 / np.sqrt(n)
    chance = sum(
        stats.binom.pmf(moved, n, share) * stats.binom.pmf(up, moved, 0.5)
        for moved in range(1, 60)
        for up in range(moved + 1)
        if abs(2 * up - moved) >= z * np.sqrt(moved) - 1e-9
    )
    p_value = ilr.mcnemar([[0, 10_100], [9_900, 0]], method="unconditional").p_value
    assert chance - 1e-9 <= p_value < 1
    assert chance > 0.17


@pytest.mark.parametrize(
    ("function", "works"),
    [
        (ilr.bowker, "asymptotic"),
        (ilr.wilcoxon_signed_rank, "asymptotic"),
        (ilr.marginal_score_shift, "score"),
    ],
)
def test_an_exact_test_of_too_many_units_names_a_method_that_works(function, works):
    many = [[5, 10**9], [10**9 - 10**6, 5]]
    with pytest.raises(ValueError, match=f"use .*'{works}'"):
        function(many, method="exact")
    assert function(many, method=works).p_value < 1e-6


@pytest.mark.parametrize(
    ("at_least", "rose", "share"),
    [
        ("good", "rose to good or better", "share good or better"),
        ("outstanding", "rose to outstanding", "share outstanding"),
    ],
)
def test_sentences_name_the_grade_that_was_cut_at(at_least, rose, share):
    table = ilr.transitions_from_table(
        [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]], scale=ilr.OFSTED_SCALE
    )
    result = ilr.mcnemar(table, at_least=at_least)
    assert f"as many {rose} as fell below it" in result.describe()
    assert rose in ilr.paired_odds_ratio(table, at_least=at_least).describe()
    assert share in ilr.paired_difference(table, at_least=at_least).describe()
    strata = ilr.stratified_shift([table], effect="difference", at_least=at_least)
    assert share in strata.describe()
    twice = ilr.ratings_from_codes([[0, 1], [2, 3], [1, 1]], scale=ilr.OFSTED_SCALE)
    assert share in ilr.cochran_q(twice, at_least=at_least).describe()


def test_grades_that_are_numbers_are_called_grades():
    wide = [[4, 2, 1], [1, 3, 2], [0, 1, 5]]
    assert "rose to grade 2 or better" in ilr.mcnemar(wide, at_least=2).describe()
    assert "share of grade 3" in ilr.paired_difference(wide, at_least=3).describe()


def test_the_units_that_a_test_of_direction_rests_on_are_said():
    assert "1 rose to grade 2 and 7 fell below it." in ilr.mcnemar(BENTUR).notes
    assert "1 improved and 7 declined." in ilr.sign_test(BENTUR).notes


def test_one_unit_is_a_singular():
    notes = ilr.net_shift([[1, 0], [2, 1]]).notes
    assert "1 unit was grade 1 and could not decline." in notes
    ratings = ilr.ratings_from_codes([[0, 1], [1, -1]], scale=ilr.Scale(range(2)))
    assert "Left out: 1 unit graded once." in ilr.sign_test(ratings).notes


def test_pairs_of_grades_in_place_of_a_table_are_told_what_to_build():
    with pytest.raises(ValueError, match="shape \\(3, 2\\); of two grades a unit, build ratings"):
        ilr.net_shift([[0, 1], [1, 2], [2, 2]])


def test_the_unconditional_test_refuses_clusters_of_any_size():
    study = ilr.ratings_from_codes(
        [[0, 1], [1, 0], [0, 1]],
        scale=ilr.Scale([1, 2]),
        frequencies=[1, 2**50, 2**50],
        clusters=[0, 1, 2],
    )
    with pytest.raises(ValueError, match="takes independent units, not clusters"):
        ilr.mcnemar(study, method="unconditional")


def test_as_many_up_as_down_still_moved():
    found = ilr.sign_test([[4, 3], [3, 9]])
    assert found.statistic == close(3.0)
    assert found.p_value == close(1.0)
    assert ilr.sign_test([[4, 3], [3, 9]], alternative="greater").p_value == close(42 / 64)


@pytest.mark.parametrize(("up", "down"), [(9, 3), (40, 31)])
def test_the_error_of_a_paired_odds_ratio_is_that_of_two_counts(up, down):
    table = ilr.transitions_from_table([[40, up], [down, 28]], scale=ilr.Scale([1, 2]))
    found = ilr.paired_odds_ratio(table, at_least=2)
    n = 68 + up + down
    log_error = np.sqrt(1 / up + 1 / down)
    assert found.standard_error / found.value == close(log_error * np.sqrt(n / (n - 1)))


def of_units(low, up, down, high):
    """The difference that McNemar's unconditional test rests on, with each of its intervals."""
    table = ilr.transitions_from_table([[low, up], [down, high]], scale=ilr.Scale([1, 2]))
    return ilr.mcnemar(table, at_least=2, method="unconditional").effect


def test_limits_of_a_difference_do_not_ask_which_grade_is_which():
    found, turned = of_units(9, 5, 1, 2), of_units(2, 1, 5, 9)
    assert "calibrated_tango" in found.interval_methods
    for method in found.interval_methods:
        low, high = found.confidence_interval(method=method)
        mirrored = turned.confidence_interval(method=method)
        assert (-high, -low) == (close(mirrored.low), close(mirrored.high)), method
