"""Three and more occasions, strata, and equivalence."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.stats.contingency_tables import cochrans_q as statsmodels_q

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from stored import cases

SCALE = ilr.Scale(["a", "b", "c", "d"])
TESTS = {
    "cochran_q": lambda r, **k: ilr.cochran_q(r, at_least="c", **k),
    "friedman": ilr.friedman,
    "madansky": ilr.madansky,
}
every_test = pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)


def repeated(codes):
    return ilr.ratings_from_codes(np.asarray(codes), scale=SCALE, design="repeat")


def codes(*, units, occasions):
    shapes = st.tuples(st.integers(*units), st.integers(*occasions))
    return shapes.flatmap(lambda s: hnp.arrays(np.int64, s, elements=st.integers(0, 3)))


@every_test
@given(table=codes(units=(1, 4), occasions=(3, 3)))
@our.examples(15)
def test_exact_p_is_the_share_of_orders_as_extreme(test, table):
    seen = test(repeated(table)).statistic
    orders = list(permutations(range(3)))
    statistics = [
        test(
            repeated([row[list(order)] for row, order in zip(table, choice, strict=True)])
        ).statistic
        for choice in product(orders, repeat=len(table))
    ]
    by_hand = np.mean(np.array(statistics) >= seen - 1e-9)
    assert_allclose(test(repeated(table), method="exact").p_value, by_hand, rtol=1e-9)


@every_test
@given(table=codes(units=(2, 12), occasions=(2, 4)), data=st.data())
def test_the_order_of_occasions_is_irrelevant_to_p(test, table, data):
    order = data.draw(st.permutations(range(table.shape[1])))
    here, there = test(repeated(table)), test(repeated(table[:, order]))
    assert_allclose(here.p_value, there.p_value, rtol=1e-7)
    assert 0 <= here.p_value <= 1
    assert here.df == there.df


@given(table=codes(units=(2, 20), occasions=(2, 2)))
def test_two_occasions_are_the_paired_tests(table):
    ratings = repeated(table)
    for ours, paired in (
        (ilr.madansky(ratings), ilr.stuart_maxwell(ratings)),
        (TESTS["cochran_q"](ratings), ilr.mcnemar(ratings, at_least="c", method="asymptotic")),
        (ilr.friedman(ratings), ilr.sign_test(ratings, method="asymptotic")),
    ):
        assert_allclose(ours.p_value, paired.p_value, rtol=1e-7)


@given(table=codes(units=(3, 20), occasions=(3, 5)))
def test_friedman_and_cochran_are_scipys_and_statsmodels(table):
    assume((table != table[:, :1]).any())
    theirs = stats.friedmanchisquare(*table.T)
    assert_allclose(ilr.friedman(repeated(table)).statistic, theirs.statistic, atol=1e-9)
    above = (table >= 2).astype(int)
    if (above != above[:, :1]).any():
        theirs = statsmodels_q(above)
        ours = TESTS["cochran_q"](repeated(table))
        assert_allclose(ours.statistic, theirs.statistic, atol=1e-9)
        assert_allclose(ours.p_value, theirs.pvalue, rtol=1e-7)


@given(table=codes(units=(3, 15), occasions=(3, 4)))
def test_madansky_is_cochran_at_two_grades(table):
    above = ilr.ratings_from_codes((table >= 2).astype(np.int8), scale=ilr.Scale(["no", "yes"]))
    assert_allclose(ilr.madansky(above).statistic, ilr.cochran_q(above).statistic, atol=1e-9)


OCCASIONS = [
    pytest.param(case, id=case["id"])
    for case in cases("coin_shift")
    if case["data"]
    and "ratings" in case["data"]
    and "error" not in case["values"]
    and case["id"].split(".", 1)[1].startswith(("friedman_test", "mh_test.madansky"))
    and np.isfinite(case["values"]["p_value"])
]
DRAWN = [case for case in OCCASIONS if case.id.endswith("approximate")]


def of_several_occasions(case):
    """Return the function that a case of coin is about, and its ratings."""
    rows = case["data"]["ratings"]
    grades = sorted({x for row in rows for x in row if x is not None})
    ratings = ilr.ratings_from_matrix(rows, scale=ilr.Scale(grades))
    return ilr.friedman if "friedman" in case["id"] else ilr.madansky, ratings


@pytest.mark.parametrize("case", [case for case in OCCASIONS if case not in DRAWN])
def test_several_occasions_as_coin(case):
    function, ratings = of_several_occasions(case)
    result, values = function(ratings), case["values"]
    assert_allclose(result.statistic, values["statistic"], rtol=1e-9)
    # coin takes small p-values from 1
    assert_allclose(result.p_value, values["p_value"], rtol=1e-6, atol=1e-15)
    assert result.df == values["df"]


@pytest.mark.parametrize("case", DRAWN)
def test_several_occasions_lie_where_coin_draws_them(case):
    function, ratings = of_several_occasions(case)
    result, values = function(ratings, method="exact", rng=20240331), case["values"]
    draws = 200_000 if result.method == "exact" else 9999
    p = max(values["p_value"], result.p_value)
    assert abs(result.p_value - values["p_value"]) < 5 * np.sqrt(p * (1 - p) / draws) + 2 / draws


@every_test
def test_monte_carlo_lies_near_the_exact_p(test):
    rng = np.random.default_rng(7)
    table = np.minimum(rng.integers(0, 3, (14, 3)) + np.array([0, 0, 1]), 3)
    exact = test(repeated(table), method="exact")
    drawn = test(repeated(table), method="monte_carlo", n_resamples=40_000, rng=1)
    assert drawn.method == "monte_carlo with 40,000 draws"
    spread = np.sqrt(exact.p_value * (1 - exact.p_value) / 40_000)
    assert exact.method == "exact"
    assert abs(exact.p_value - drawn.p_value) < 4 * spread


def test_many_occasions_and_many_units_are_drawn_and_say_so():
    rng = np.random.default_rng(3)
    many = ilr.friedman(repeated(rng.integers(0, 4, (20, 8))), method="exact", n_resamples=99)
    crowd = ilr.madansky(repeated(rng.integers(0, 4, (150, 4))), method="exact", n_resamples=99)
    for result in (many, crowd):
        assert "since there is too much to enumerate" in result.method


@every_test
def test_nothing_differing_gives_p_one_and_says_so(test):
    for method in ("asymptotic", "exact", "monte_carlo"):
        result = test(repeated([[0, 0, 0], [3, 3, 3]]), method=method)
        assert result.p_value == close(1)
        assert "No unit's grade differs" in result.notes[-1]


def test_units_with_a_missing_grade_do_not_enter():
    table = [[0, 1, 2], [1, 1, 3], [0, 2, 2], [2, 3, 3]]
    with_gap = repeated([*table, [0, -1, 3]])
    for test in TESTS.values():
        result = test(with_gap)
        assert result.p_value == close(test(repeated(table)).p_value)
        assert result.n_units == 4
        assert result.notes[0] == "Left out: 1 unit with a missing grade."


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="`at_least` must name the grade"):
        ilr.cochran_q(repeated([[0, 1, 2], [1, 2, 3]]))
    with pytest.raises(ValueError, match="the worst grade"):
        ilr.cochran_q(repeated([[0, 1, 2], [1, 2, 3]]), at_least="a")
    with pytest.raises(ValueError, match="two or more known occasions"):
        ilr.friedman(ilr.ratings_from_counts([[1, 1, 0, 0]], scale=SCALE))
    with pytest.raises(ValueError, match="no unit that was graded on every occasion"):
        ilr.friedman(repeated([[0, -1], [-1, 2]]))
    unordered = ilr.Scale(["a", "b"], ordered=False)
    with pytest.raises(ValueError, match="unordered"):
        ilr.friedman(ilr.ratings_from_codes([[0, 1], [1, 0]], scale=unordered))
    with pytest.raises(ValueError, match="`method` must be one of"):
        ilr.friedman(repeated([[0, 1, 2]]), method="f")


NORTH, SOUTH = [[5, 6], [1, 8]], [[4, 3], [2, 9]]


@st.composite
def strata(draw, *, size=3):
    tables = draw(
        st.lists(
            hnp.arrays(np.int64, (size, size), elements=st.integers(0, 6)), min_size=1, max_size=4
        )
    )
    assume(all(table.sum() > 0 for table in tables))
    return tables


@pytest.mark.parametrize("effect", ["net", "score", "difference"])
@given(tables=strata())
@our.examples(25)
def test_strata_pool_to_the_whole(effect, tables):
    cut = {"at_least": 2} if effect == "difference" else {}
    shift = ilr.stratified_shift(tables, effect=effect, **cut)
    whole = sum(tables)
    single = {
        "net": lambda t: ilr.net_shift(t).net,
        "score": lambda t: ilr.marginal_score_shift(t).effect,
        "difference": lambda t: ilr.paired_difference(t, **cut),
    }[effect]
    assert_allclose(shift.pooled.value, single(whole).value, atol=1e-12)
    test = {
        "net": ilr.sign_test,
        "score": lambda t: ilr.marginal_score_shift(t, method="exact"),
        "difference": lambda t: ilr.mcnemar(t, **cut),
    }[effect]
    assert_allclose(shift.test.p_value, test(whole).p_value, rtol=1e-9)
    assert 0 <= shift.heterogeneity.p_value <= 1
    low, high = shift.pooled.confidence_interval()
    assert low <= shift.pooled.value <= high
    assert low < high
    assert len(shift.rows()) == len(tables) + 1
    assert shift.describe().startswith(f"Over {len(tables)} strat")
    assert shift.to_dict()["n_units"] == whole.sum()


@given(table=strata())
def test_swapping_occasions_turns_the_pooled_shift(table):
    here, there = (ilr.stratified_shift(t) for t in (table, [x.T for x in table]))
    assert_allclose(here.pooled.value, -there.pooled.value, atol=1e-12)
    assert_allclose(here.test.p_value, there.test.p_value, rtol=1e-9)
    assert_allclose(here.heterogeneity.p_value, there.heterogeneity.p_value, rtol=1e-9)


def test_one_stratum_gives_the_unstratified_answer():
    shift, alone = ilr.stratified_shift([NORTH]), ilr.net_shift(NORTH).net
    assert_allclose(shift.pooled.standard_error, alone.standard_error, rtol=1e-12)
    mover = shift.pooled.confidence_interval(method="mover")
    assert_allclose([*mover], [*alone.confidence_interval()])
    assert shift.heterogeneity.p_value == close(1)
    assert "one stratum" in shift.heterogeneity.notes[-1]


def test_the_error_is_that_within_strata():
    shift = ilr.stratified_shift({"north": NORTH, "south": SOUTH})
    sizes = np.array([20, 18])
    errors = np.array([estimate.standard_error for estimate in shift.estimates])
    within = np.sqrt(((sizes / 38 * errors) ** 2).sum())
    assert_allclose(shift.pooled.standard_error, within, rtol=1e-12)


def test_heterogeneity_is_kruskal_wallis_without_ranks():
    up_down = [np.repeat([1, 0, -1], [6, 13, 1]), np.repeat([1, 0, -1], [3, 13, 2])]
    everyone = np.concatenate(up_down)
    between = sum(len(x) * (x.mean() - everyone.mean()) ** 2 for x in up_down)
    result = ilr.stratified_shift([NORTH, SOUTH]).heterogeneity
    assert_allclose(result.statistic, between / everyone.var(ddof=1))
    assert_allclose(result.p_value, stats.chi2.sf(result.statistic, 1))
    drawn = ilr.stratified_shift(
        [NORTH, SOUTH], heterogeneity="monte_carlo", rng=1, n_resamples=20_000
    ).heterogeneity
    rng = np.random.default_rng(2)
    sums = np.array([rng.permutation(everyone)[:20].sum() for _ in range(20_000)])
    extreme = np.abs(sums / 20 - everyone.mean()) >= abs(up_down[0].mean() - everyone.mean()) - 1e-9
    assert abs(drawn.p_value - extreme.mean()) < 0.02


def test_opposite_strata_cancel_but_are_seen_to_differ():
    up, down = np.array([[2, 20], [0, 8]]), np.array([[2, 0], [20, 8]])
    shift = ilr.stratified_shift({"up": up, "down": down})
    assert shift.pooled.value == close(0)
    assert shift.test.p_value == close(1)
    assert shift.heterogeneity.p_value < 1e-6
    assert shift.heterogeneity.effect.value > 0.9
    low, high = shift.heterogeneity.effect.confidence_interval()
    assert 0 <= low <= shift.heterogeneity.effect.value <= high <= 1


def test_clusters_stay_within_their_strata():
    scale = ilr.Scale(["a", "b"])
    rows = [(0, 1), (0, 1), (1, 0), (1, 1), (0, 0), (0, 1)]
    alone = [ilr.ratings_from_codes(rows, scale=scale, clusters=range(6)) for _ in range(2)]
    plain = [[[1, 3], [1, 1]]] * 2
    clustered, free = ilr.stratified_shift(alone), ilr.stratified_shift(plain)
    assert_allclose(clustered.test.p_value, free.test.p_value)
    assert_allclose(clustered.pooled.standard_error, free.pooled.standard_error)
    with pytest.raises(ValueError, match="all have clusters or none"):
        ilr.stratified_shift([alone[0], ilr.ratings_from_codes(rows, scale=scale)])
    with pytest.raises(ValueError, match="must be 'asymptotic' where ratings carry clusters"):
        ilr.stratified_shift(alone, heterogeneity="monte_carlo")


@pytest.mark.parametrize(
    ("tables", "arguments", "message"),
    [
        ([], {}, "holds no stratum"),
        (NORTH, {}, "a table for each stratum, but got a single table"),
        (np.array(NORTH), {}, "a table for each stratum, but got a single table"),
        (pd.DataFrame(NORTH), {}, "a table for each stratum, but got a single table"),
        ([NORTH, np.ones((3, 3), dtype=int)], {}, "must share one scale"),
        ([NORTH], {"effect": "odds"}, "`effect` must be one of"),
        ([NORTH], {"at_least": 2}, "`at_least` goes with effect='difference'"),
        ([NORTH], {"n_resamples": -1}, "`n_resamples` must be a positive"),
    ],
)
def test_bad_strata_are_refused(tables, arguments, message):
    with pytest.raises(ValueError, match=message):
        ilr.stratified_shift(tables, **arguments)


STEADY = [[30, 3, 0], [2, 60, 5], [0, 4, 46]]


@pytest.mark.parametrize("effect", ["net", "score", "difference"])
@pytest.mark.parametrize("margin", [0.02, 0.06, 0.1, (-0.05, 0.2)])
def test_equivalence_and_the_90_percent_interval_agree(effect, margin):
    cut = {"at_least": 2} if effect == "difference" else {}
    result = ilr.shift_equivalence(STEADY, margin=margin, effect=effect, **cut)
    low, high = margin if isinstance(margin, tuple) else (-margin, margin)
    interval = result.effect.confidence_interval(0.9)
    inside = low < interval.low and interval.high < high
    assert inside == (result.p_value < 0.05)
    assert ("does not lie" in result.notes[-1]) != inside


def test_no_significant_shift_is_not_a_small_shift():
    few = [[3, 2], [1, 4]]
    assert ilr.mcnemar(few).p_value == close(1)
    assert ilr.shift_equivalence(few, margin=0.1).p_value > 0.4


def test_bad_margins_are_refused():
    for margin in (0, -0.1, (0.1, 0.2)):
        with pytest.raises(ValueError, match="`margin` must hold zero"):
            ilr.shift_equivalence(STEADY, margin=margin)
    with pytest.raises(ValueError, match="`at_least` goes with"):
        ilr.shift_equivalence(STEADY, margin=0.1, at_least=2)
    with pytest.raises(ValueError, match="`effect` must be one of"):
        ilr.shift_equivalence(STEADY, margin=0.1, effect="odds")
    two = ilr.ratings_from_codes([[0, 1], [1, 1]], scale=ilr.Scale([1, 2]))
    for effect in ("net", "score", "difference"):
        cut = {"at_least": 2} if effect == "difference" else {}
        batch = two.with_frequencies([[1, 2], [3, 4]])
        with pytest.raises(ValueError, match="`table` must be one study"):
            ilr.shift_equivalence(batch, margin=0.1, effect=effect, **cut)


# tables on which an interval of another method left no shift out while p was above 5 %
@pytest.mark.parametrize(
    "result",
    [
        ilr.stratified_shift([[[4, 7], [2, 6]], [[2, 5], [2, 2]]]).test,
        ilr.mcnemar([[0, 4], [0, 0]], method="unconditional"),
    ],
    ids=["stratified_shift", "mcnemar"],
)
def test_an_interval_holds_no_shift_where_its_test_does_not_reject(result):
    assert result.p_value > 0.05
    low, high = result.effect.confidence_interval()
    assert low <= 0 <= high


def test_a_change_that_came_and_went_is_not_hidden_by_its_effect():
    """The middle occasion differs, the first and the last do not."""
    result = ilr.friedman([[1, 3, 1]] * 12 + [[2, 3, 2]] * 5)
    assert result.p_value < 1e-4
    assert_allclose(result.effect.value, 1)
    assert result.notes[-1] == "Mean rank by occasion: 1.500, 3.000, 1.500."
    assert "does not show which occasions differ" in result.describe()


@every_test
@given(table=codes(units=(2, 12), occasions=(3, 3)))
@our.examples(25)
def test_the_effect_is_the_statistic_over_its_largest_value(test, table):
    result = test(repeated(table))
    alike = np.repeat(table[:1], len(table), axis=0)
    largest = test(repeated(alike))
    if largest.df:
        assert_allclose(largest.effect.value, 1, rtol=1e-9)
    if result.df and test is not ilr.madansky:
        wanted = result.statistic / (2 * len(table))
        assert_allclose(result.effect.value, wanted, rtol=1e-9, atol=1e-12)
    assert 0 <= result.effect.value <= 1
    assert_allclose(result.effect.influence @ result.effect.frequencies, 0, atol=1e-8)


@every_test
@given(table=codes(units=(1, 8), occasions=(3, 3)))
@our.examples(15)
def test_a_cluster_of_one_unit_is_no_cluster(test, table):
    alone = ilr.ratings_from_codes(table, scale=SCALE, clusters=range(len(table)))
    for method in ("asymptotic", "exact"):
        here, there = (test(ratings, method=method) for ratings in (alone, repeated(table)))
        assert_allclose(here.p_value, there.p_value, rtol=1e-9)
        assert_allclose(here.effect.value, there.effect.value, rtol=1e-9, atol=1e-12)
    assert_allclose(here.effect.standard_error, there.effect.standard_error, atol=1e-9)


@every_test
def test_copies_of_a_cluster_add_nothing(test):
    rng = np.random.default_rng(5)
    table = np.minimum(rng.integers(0, 3, (9, 3)) + np.array([0, 0, 1]), 3)
    once = ilr.ratings_from_codes(table, scale=SCALE, clusters=range(9))
    thrice = ilr.ratings_from_codes(np.tile(table, (3, 1)), scale=SCALE, clusters=[*range(9)] * 3)
    for method in ("asymptotic", "exact"):
        one, three = (test(ratings, method=method) for ratings in (once, thrice))
        assert_allclose(one.p_value, three.p_value, rtol=1e-9)
        assert_allclose([*one.effect.confidence_interval()], [*three.effect.confidence_interval()])
    assert "whole clusters change occasions" in three.method
    assert any("whole clusters" in note for note in three.notes)


@every_test
@given(table=codes(units=(1, 5), occasions=(3, 3)), data=st.data())
@our.examples(15)
def test_exact_p_of_clusters_is_the_share_of_their_orders_as_extreme(test, table, data):
    clusters = data.draw(
        st.lists(st.integers(0, 2), min_size=len(table), max_size=len(table)).map(np.array)
    )

    def ask(rows, **how):
        return test(ilr.ratings_from_codes(rows, scale=SCALE, clusters=clusters), **how)

    orders = [list(order) for order in permutations(range(3))]
    statistics = []
    for choice in product(orders, repeat=3):
        rows = [row[choice[cluster]] for row, cluster in zip(table, clusters, strict=True)]
        statistics.append(ask(np.array(rows)).statistic)
    by_hand = np.mean(np.array(statistics) >= ask(table).statistic - 1e-9)
    assert_allclose(ask(table, method="exact").p_value, by_hand, rtol=1e-9)


def test_a_pooled_change_in_score_has_the_range_of_the_scores():
    small = ilr.Scale(["a", "b", "c"], scores=(0, 0.3, 0.6))
    few = [ilr.transitions_from_table(np.diag([2, 1], 1), scale=small)] * 2
    rise = ilr.transitions_from_table([[0, 1, 1], [0, 0, 0], [0, 0, 0]], scale=small)
    for tables in (few, [rise] * 2):
        pooled = ilr.stratified_shift(tables, effect="score").pooled
        for method in ("t", "wald"):
            assert pooled.confidence_interval(method=method).high <= 0.6
    # one grade at a time on four grades may still have moved by up to three
    steps = [np.diag([1, 1, 1], 1) + np.diag([0, 0, 1], -1) for _ in range(2)]
    wide = ilr.stratified_shift(steps, effect="score").pooled
    assert wide.confidence_interval(0.999, method="t").high > 1
    net = ilr.stratified_shift(steps).pooled
    assert net.confidence_interval(0.999, method="t").high == close(1)


TWO = [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("ask", "kind", "message"),
    [
        (lambda: ilr.shift_equivalence(TWO, margin="x"), TypeError, "`margin` must be a number"),
        (lambda: ilr.shift_equivalence(TWO, margin=None), TypeError, "`margin` must be a number"),
        (lambda: ilr.shift_equivalence(TWO, margin=(0.1,)), TypeError, "`margin` must be a number"),
        (lambda: ilr.shift_equivalence(TWO, margin=True), TypeError, "`margin` must be a number"),
        (lambda: ilr.shift_equivalence(TWO, margin=5), ValueError, "range of the effect, -1 to 1"),
        (lambda: ilr.stratified_shift(5), TypeError, "`tables` must be a sequence of tables"),
        (lambda: ilr.stratified_shift([TWO], rng="x"), TypeError, "`rng` must be a Generator"),
        (lambda: ilr.stratified_shift([TWO], rng=-1), ValueError, "`rng` must be 0 or more"),
        (
            lambda: ilr.stratified_shift({"north": TWO, "south": [[0, 0], [0, 0]]}),
            ValueError,
            "In stratum 'south': `table` holds no unit",
        ),
        (lambda: ilr.stratified_shift({"north": None}), TypeError, "In stratum 'north': `table`"),
        (lambda: ilr.mcnemar(None), TypeError, "`table` must be a square table"),
        (lambda: ilr.mcnemar(TWO, at_least="good"), ValueError, "`at_least` must be a grade"),
        (
            lambda: ilr.cochran_q([[0, 1]], at_least="good"),
            ValueError,
            "`at_least` must be a grade",
        ),
        (lambda: ilr.marginal_score_shift(TWO, scores="ab"), TypeError, "`scores` must be numbers"),
        (lambda: ilr.marginal_score_shift(TWO, scores=[0, 0]), ValueError, "tell grades apart"),
        (lambda: ilr.bowker(TWO, n_resamples=True), TypeError, "`n_resamples` must be a positive"),
    ],
)
def test_a_wrong_argument_is_named(ask, kind, message):
    with pytest.raises(kind, match=message):
        ask()


def test_a_list_is_as_good_a_pair_of_margins_as_a_tuple():
    listed, tupled = (ilr.shift_equivalence(STEADY, margin=m) for m in ([-0.1, 0.2], (-0.1, 0.2)))
    assert listed.p_value == close(tupled.p_value)


def relabelled(codes, clusters, seed):
    """The same units in another order, their clusters by other names."""
    rng = np.random.default_rng(seed)
    order, names = rng.permutation(len(codes)), rng.permutation(int(clusters.max()) + 1)
    return ilr.ratings_from_codes(
        codes[order], scale=ilr.OFSTED_SCALE, clusters=names[clusters[order]], design="repeat"
    )


@pytest.mark.parametrize("method", ["exact", "monte_carlo"])
@pytest.mark.parametrize("n_occasions", [2, 3])
def test_nothing_hangs_on_the_order_of_units_or_the_names_of_clusters(method, n_occasions):
    rng = np.random.default_rng(5)
    codes = rng.integers(0, 4, (24, n_occasions)).astype(np.int8)
    clusters = rng.integers(0, 9, 24)
    tests = [ilr.madansky, ilr.friedman]
    if n_occasions == 2:
        tests = [ilr.bowker, ilr.stuart_maxwell, ilr.wilcoxon_signed_rank, ilr.madansky]
    for test in tests:
        seen = [
            test(relabelled(codes, clusters, seed), method=method, n_resamples=499, rng=3)
            for seed in range(4)
        ]
        assert len({result.method for result in seen}) == 1
        assert_allclose([x.p_value for x in seen], seen[0].p_value, rtol=1e-9)


def test_one_stratum_is_said_in_the_singular():
    shift = ilr.stratified_shift([[[5, 6], [1, 8]]])
    assert shift.describe().startswith("Over 1 stratum and 20 units")
    assert repr(shift).startswith("StratifiedShift(1 stratum, 20 units")


def test_nothing_is_said_to_be_drawn_where_nothing_differs():
    result = ilr.madansky([[1, 1, 1], [2, 2, 2]], method="monte_carlo")
    assert (result.method, result.p_value) == ("monte_carlo", 1.0)


def test_strata_that_cannot_be_compared_have_no_p_value_of_being_alike():
    said = ilr.stratified_shift([[[5, 6], [1, 8]]]).describe()
    assert "for no shift in any stratum; there is one stratum: nothing to compare; it" in said
    assert "the same shift in all" not in said
    scale = ilr.Scale(["low", "high"])
    balanced, steady = (
        ilr.ratings_from_codes(codes, scale=scale, clusters=clusters, design="repeat")
        for codes, clusters in (
            ([[0, 1], [1, 0]], [0, 0]),
            ([[0, 0], [1, 1]], [0, 1]),
        )
    )
    said = ilr.stratified_shift([balanced, steady]).describe()
    assert "moves differ within one stratum at most: nothing to compare; it" in said
