"""A reason, and every count beside it, is true of the data: each is found again from the table."""

import re
import warnings
from functools import partial
from itertools import combinations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis.extra import numpy as hnp
from scipy import stats

import ilacs_reliability as ilr

NAMES = ("inadequate", "requires improvement", "good", "outstanding")
SCALE = ilr.Scale(NAMES)
RATERS = ("Ann", "Ben", "Cat", "Dan")

# which units enter: those with a rating, with two, or with one by every rater
AGREEMENT = {
    "percent_agreement": (ilr.percent_agreement, "paired"),
    "brennan_prediger": (ilr.brennan_prediger, "rated"),
    "gwet_ac": (ilr.gwet_ac, "rated"),
    "fleiss_kappa": (ilr.fleiss_kappa, "rated"),
    "conger_kappa": (ilr.conger_kappa, "rated"),
    "light_kappa": (ilr.light_kappa, "rated"),
    "alpha nominal": (ilr.krippendorff_alpha, "paired"),
    "alpha ordinal": (partial(ilr.krippendorff_alpha, metric="ordinal"), "paired"),
    "kendall_w": (ilr.kendall_w, "complete"),
    "lin_ccc": (ilr.lin_ccc, "complete"),
    "icc 1,1": (partial(ilr.icc, form="1,1"), "rated"),
    "icc A,1": (ilr.icc, "rated"),
    "icc C,1": (partial(ilr.icc, form="C,1"), "rated"),
    "icc C,k": (partial(ilr.icc, form="C,k"), "rated"),
    "icc A,1 reml": (partial(ilr.icc, estimator="reml"), "rated"),
    "icc C,1 reml": (partial(ilr.icc, form="C,1", estimator="reml"), "rated"),
    "variance_components": (ilr.variance_components, "rated"),
}
TWO_RATERS = {
    "cohen_kappa": (ilr.cohen_kappa, "rated"),
    "cohen_kappa within one": (
        partial(ilr.cohen_kappa, weights=ilr.tolerance_weights(SCALE, within=1)),
        "rated",
    ),
    "scott_pi": (ilr.scott_pi, "rated"),
    "kappa_max": (ilr.kappa_max, "paired"),
    "bangdiwala_b": (ilr.bangdiwala_b, "paired"),
}


@st.composite
def sparse(draw, *, min_raters=2, max_raters=4):
    """Few grades of few units, many missing: what leaves numbers undefined."""
    shape = (draw(st.integers(1, 5)), draw(st.integers(min_raters, max_raters)))
    highest = draw(st.integers(0, 2))
    table = draw(hnp.arrays(np.int8, shape, elements=st.integers(-1, highest)))
    table[0, 0] = max(table[0, 0], 0)
    for column in range(shape[1]):
        if draw(st.integers(0, 3)) == 0:
            table[table[:, column] >= 0, column] = draw(st.integers(0, 2))
    return table


def entering(table, rule):
    least = {"rated": 1, "paired": 2, "complete": table.shape[1]}[rule]
    return [row for row in table.tolist() if sum(code >= 0 for code in row) >= least]


def ratings_in(rows):
    return [code for row in rows for code in row if code >= 0]


def sets(table):
    """Count the sets of raters with a rating that units link, one over another."""
    parts = []
    for row in table.tolist():
        here = {g for g, code in enumerate(row) if code >= 0}
        joined = [part for part in parts if part & here]
        parts = [part for part in parts if not part & here] + [here.union(*joined)] * bool(here)
    return len(parts)


def spare(table):
    """Count the ratings left over once units and raters have their levels."""
    given_ = table >= 0
    return given_.sum() - given_.any(axis=1).sum() - given_.any(axis=0).sum() + sets(table)


def components(table):
    """Return the variances of units, raters and rest by Henderson's third method, by regression."""
    cells = [(i, g, code) for i, row in enumerate(table) for g, code in enumerate(row) if code >= 0]
    y = np.array([code for *_, code in cells], float)
    units, raters = (
        np.equal.outer([cell[k] for cell in cells], np.unique([cell[k] for cell in cells]))
        for k in (0, 1)
    )
    left = {}
    for name, design in (("u", units), ("r", raters), ("both", np.hstack([units, raters]))):
        fit = design @ np.linalg.lstsq(design.astype(float), y, rcond=None)[0]
        left[name] = ((y - fit) ** 2).sum()
    n, m, total = units.shape[1], raters.shape[1], len(y)
    rest = left["both"] / spare(table)
    of_units = (left["r"] - left["both"] - (n - sets(table)) * rest) / (total - m)
    of_raters = (left["u"] - left["both"] - (m - sets(table)) * rest) / (total - n)
    return of_units, of_raters, rest


def pair_has_no_kappa(table, pair):
    both = table[:, pair]
    shared = (both >= 0).all(axis=1).sum()
    return shared < 2 or len(set(both[both >= 0].tolist())) == 1


def true_of(reason, table, rule, name):
    """Say from the table alone whether a reason code is true."""
    rows, sizes = entering(table, rule), (table >= 0).sum(axis=1)
    grades = set(ratings_in(rows))
    columns = [set(column) - {-1} for column in zip(*rows, strict=True)]
    pairs = [list(pair) for pair in combinations(range(table.shape[1]), 2)]
    return {
        "no_variation": lambda: len(grades) == 1,
        "no_pairable_units": lambda: sizes.max() < 2,
        "no_complete_units": lambda: 2 <= sizes.max() < table.shape[1],
        "single_unit": lambda: (
            (sizes >= max(2, 2 if rule != "complete" else table.shape[1])).sum() == 1
        ),
        "single_rater": lambda: table.shape[1] == 1,
        "undefined_pair": lambda: any(pair_has_no_kappa(table, pair) for pair in pairs),
        "no_order": lambda: all(len(column) == 1 for column in columns) and len(grades) > 1,
        "no_residual": lambda: spare(table) == 0,
        "own_raters": lambda: ((table >= 0).sum(axis=0) <= 1).all(),
        "nil_variance": lambda: sum(np.maximum(components(table), -np.inf)[[0, 2]]) <= 1e-9,
        "full_credit": lambda: (
            all(abs(a - b) <= 1 for a in columns[0] for b in columns[1]) and len(grades) > 1
        ),
        "no_common_grade": lambda: not (columns[0] & columns[1]),
        "like_means": lambda: components(table)[0] + components(table)[2] / table.shape[1] <= 1e-9,
        "non_convergence": lambda: len(grades) > 1,
    }[reason]()


def quietly(function, *args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        return function(*args, **options)


def study(table):
    return ilr.ratings_from_codes(table, scale=SCALE, raters=RATERS[: table.shape[1]])


@pytest.mark.parametrize("name", AGREEMENT | TWO_RATERS)
@given(data=st.data())
def test_a_reason_of_agreement_is_true_of_the_ratings(name, data):
    function, rule = (AGREEMENT | TWO_RATERS)[name]
    table = data.draw(sparse(max_raters=2 if name in TWO_RATERS else 4))
    result = quietly(function, study(table))
    if result.status == "ok":
        assert result.why == ""
    assume(result.status == "undefined")
    assert true_of(result.reason, table, rule, name), (result.reason, result.describe())
    assert result.why in result.describe()
    sizes = (table >= 0).sum(axis=1)
    if result.reason == "no_variation":
        (code,) = set(ratings_in(entering(table, rule)))
        assert repr(NAMES[code]) in result.why
    if result.reason == "no_pairable_units" and (one := int((sizes == 1).sum())):
        assert re.search(rf"two ratings: {one} units? ha(s|ve) one", result.why)
        none = int((sizes == 0).sum())
        assert bool(none) == bool(re.search(rf", {none} units? ha(s|ve) none", result.why))
    if result.reason == "undefined_pair":
        shown = re.findall(r"for raters (\w+) and (\w+):", result.why)
        assert shown
        for pair in shown:
            assert pair_has_no_kappa(table, [RATERS.index(one) for one in pair])
    if result.reason == "no_order":
        for rater, grade in re.findall(r"rater (\w+) only '([^']+)'", result.why):
            rows = np.array(entering(table, rule))
            assert set(rows[:, RATERS.index(rater)]) == {NAMES.index(grade)}


@pytest.mark.parametrize("name", AGREEMENT | TWO_RATERS)
@given(data=st.data())
def test_the_counts_in_a_sentence_are_those_of_what_enters(name, data):
    function, rule = (AGREEMENT | TWO_RATERS)[name]
    table = data.draw(sparse(max_raters=2 if name in TWO_RATERS else 4))
    result = quietly(function, study(table))
    rows = entering(table, rule)
    text = result.describe()
    n, units, heard, raters = re.search(
        r"from (\d+) ratings? of (\d+) units? by (?:(\d+) of )?(\d+) raters?", text
    ).groups()
    assert (int(n), int(units)) == (len(ratings_in(rows)), len(rows)), text
    assert int(raters) == table.shape[1]
    silent = int((table < 0).all(axis=0).sum())
    assert heard is None or 0 < int(heard) < int(raters)
    if len(rows) == len(table) and len(ratings_in(rows)):
        assert int(heard or raters) == table.shape[1] - silent
    missing = re.search(r"raters? \((\d+) missing\)", text)
    if name != "variance_components":
        assert int(missing[1] if missing else 0) == (table < 0).sum()
    single = int(((table >= 0).sum(axis=1) == 1).sum())
    said = re.search(r"(\d+) units? with a single rating do(es)? not enter", text)
    noted = rule == "paired" and name != "kappa_max"
    assert int(said[1] if said else 0) == (single if noted else 0)


def test_one_pair_without_a_kappa_is_named():
    with pytest.warns(ilr.UndefinedEstimateWarning, match="raters 1 and 2: every rating is the sa"):
        light = ilr.light_kappa([[1, 1, 1], [1, 1, 2]] * 2)
    assert light.reason == "undefined_pair"


def test_ratings_of_units_that_do_not_enter_are_no_variation():
    with pytest.warns(ilr.UndefinedEstimateWarning, match="of the 2 units that enter is the same"):
        alpha = ilr.krippendorff_alpha([[1, 1], [1, 1], [np.nan, 2]])
    assert alpha.reason == "no_variation"


@st.composite
def few_units(draw):
    """Strata x groups x grades with so few units that numbers are often undefined."""
    shape = (draw(st.integers(1, 3)), 2, 3)
    table = draw(hnp.arrays(np.int64, shape, elements=st.sampled_from([0, 0, 0, 1, 2])))
    table[0, 0, 0] += not table.any()
    return table


COMPARISONS = {
    "relative_effect": ilr.relative_effect,
    "cliffs_delta": ilr.cliffs_delta,
    "generalised_odds": ilr.generalised_odds,
    "generalised_odds dropped": partial(ilr.generalised_odds, ties="dropped"),
    "somers_d": ilr.somers_d,
    "somers_d given grade": partial(ilr.somers_d, given="grade"),
    "risk_difference": partial(ilr.risk_difference, at_least=2),
    "risk_ratio": partial(ilr.risk_ratio, at_least=2),
    "odds_ratio": partial(ilr.odds_ratio, at_least=2),
    "e_value": partial(ilr.e_value, at_least=2),
    "two_proportions": partial(ilr.two_proportions, at_least=2),
    "stratified_relative_effect": ilr.stratified_relative_effect,
    "proportional_odds": ilr.proportional_odds,
    "proportional_odds_test": ilr.proportional_odds_test,
    "parallel_lines_test": ilr.parallel_lines_test,
    "mann_whitney": ilr.mann_whitney,
    "brunner_munzel": ilr.brunner_munzel,
    "van_elteren": ilr.van_elteren,
    "jonckheere": ilr.jonckheere,
    "cochran_mantel_haenszel": ilr.cochran_mantel_haenszel,
}


MODELS = ("proportional_odds", "proportional_odds_test", "parallel_lines_test")


def units_at_one_end(shared):
    """Count units of strata that a model with an intercept a stratum learns nothing from."""
    used = np.flatnonzero(shared.sum(axis=(0, 1)))
    at_one = [stratum.sum() for stratum in shared for end in used[[0, -1]] if only(stratum, end)]
    return sum(at_one)


def units_on_one_side(shared):
    """Count units of strata that a cut above the worst grade does not divide."""
    return sum(one.sum() for one in shared if not (one[:, 0].any() and one[:, 1:].any()))


def only(stratum, grade):
    return stratum.sum() == stratum[:, grade].sum()


def is_contrast(stratum):
    return (stratum.sum(axis=0) > 0).sum() > 1


def true_of_groups(reason, name, table):
    """Say from the counts alone whether a reason code is true."""
    shared = table[(table.sum(axis=2) > 0).all(axis=1)]
    sides = np.stack([shared[..., 0].sum(axis=1), shared[..., 1:].sum(axis=(1, 2))], axis=1)
    return {
        "no_overlap": lambda: not len(shared),
        "no_variation": lambda: (shared.sum(axis=(0, 1)) > 0).sum() == 1,
        "one_side": lambda: (
            not sides[:, 1].any()
            if name in ("risk_ratio", "e_value")
            else (sides == 0).any(axis=1).all()
        ),
        "no_contrast": lambda: not any(map(is_contrast, shared)),
        "single_cut": lambda: (sum(filter(is_contrast, shared)).sum(axis=0) > 0).sum() == 2,
    }[reason]()


@pytest.mark.parametrize("name", COMPARISONS)
@given(table=few_units())
@example(table=np.array([[[1, 1, 1], [1, 1, 1]], [[0, 0, 1], [0, 0, 1]]]))
def test_a_reason_and_the_counts_of_a_comparison_are_true_of_the_groups(name, table):
    result = quietly(COMPARISONS[name], table)
    shared = table[(table.sum(axis=2) > 0).all(axis=1)]
    text = result.describe()
    if result.status == "undefined":
        assert true_of_groups(result.reason, name, table), text
        assert result.why in text
    else:
        assert result.why == ""
    if result.reason == "no_variation":
        (code,) = np.flatnonzero(shared.sum(axis=(0, 1)))
        assert result.why.endswith(f", {code + 1}")
    if said := re.search(r"(?:none of the|all) (\d+) units", result.why):
        assert int(said[1]) == shared.sum()
    says_nothing = {"odds_ratio": units_on_one_side} | dict.fromkeys(MODELS, units_at_one_end)
    silent = says_nothing.get(name, lambda shared: 0)(shared)
    said = re.search(r"(\d+) units? of strata in which (?:every unit has one end|no unit or)", text)
    # without a value it may not have come to that
    silent = 0 if result.status == "undefined" and not said else silent
    assert (int(said[1]) if said else 0) == silent
    if len(shared) == len(table) or result.status == "undefined":
        assert int(re.search(r"from (\d+) units?", text)[1]) == shared.sum() - silent
    outside = table.sum() - shared.sum()
    said = re.search(
        r"(\d+) of (\d+) units? \([\d.]+%\) (?:is|are) in strata with one group only", text
    )
    assert (int(said[1]), int(said[2])) == (outside, table.sum()) if outside else said is None


SHIFTS = {
    "sign_test": (ilr.sign_test, "moved"),
    "wilcoxon_signed_rank": (ilr.wilcoxon_signed_rank, "moved"),
    "mcnemar": (partial(ilr.mcnemar, at_least=2), "all"),
    "bowker": (ilr.bowker, "all"),
    "stuart_maxwell": (ilr.stuart_maxwell, "all"),
    "bhapkar": (ilr.bhapkar, "all"),
    "marginal_score_shift": (ilr.marginal_score_shift, "all"),
    "marginal_rank_shift": (ilr.marginal_rank_shift, "all"),
}


@st.composite
def twice(draw):
    """Grades of a few units on two occasions, with the cluster of each."""
    n = draw(st.integers(1, 8))
    codes = draw(hnp.arrays(np.int8, (n, 2), elements=st.integers(0, 2)))
    if draw(st.booleans()):
        codes[:, 1] = codes[:, 0]
    return codes, draw(hnp.arrays(np.int64, n, elements=st.integers(0, 2)))


def balanced(name, codes, clusters):
    """Tell whether the moves that a test adds up come to nothing in each cluster."""
    for cluster in np.unique(clusters):
        before, after = codes[clusters == cluster].T
        table = np.zeros((3, 3), int)
        np.add.at(table, (before, after), 1)
        if name == "bowker" and (table != table.T).any():
            return False
        if name in ("stuart_maxwell", "bhapkar") and (table.sum(0) != table.sum(1)).any():
            return False
    if name == "wilcoxon_signed_rank":
        gaps = codes[:, 1] - codes[:, 0]
        moved = gaps != 0
        ranks = stats.rankdata(abs(gaps[moved])) * np.sign(gaps[moved])
        return not np.bincount(clusters[moved], weights=ranks).any()
    return True


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("name", SHIFTS)
@given(data=twice())
def test_the_notes_and_reasons_of_a_shift_are_true_of_the_units(name, clustered, data):
    (function, rule), (codes, clusters) = SHIFTS[name], data
    scale = ilr.Scale(["poor", "fair", "good"])
    ratings = ilr.ratings_from_codes(codes, scale=scale, clusters=clusters if clustered else None)
    options = {"at_least": "fair"} if name == "mcnemar" else {}
    result = quietly(getattr(function, "func", function), ratings, **options)
    before, after = codes.T.astype(int)
    moved, crossed = (after != before).sum(), ((after > 0) != (before > 0)).sum()
    text = " ".join(result.notes)
    assert ("No unit moved" in text) == (not moved)
    pieces = len(np.unique(clusters)) if clustered else len(codes)
    if "There is a single " in text:
        assert pieces == 1
    if said := re.search(r"No more than (\d+) units? (moved|crossed the cut):", text):
        assert int(said[1]) == (crossed if name == "mcnemar" else moved)
        assert said[2] == "crossed the cut" or moved == int(said[1])
    if "balance within every cluster" in text:
        assert clustered
        assert moved
    up, down = (
        ((after > before), (after < before))
        if name == "sign_test"
        else (
            (after > 0) & (before == 0),
            (after == 0) & (before > 0),
        )
    )
    if said := re.search(r"(\d+) (?:improved|rose[^.]*?) and (\d+) (?:declined|fell)", text):
        assert (int(said[1]), int(said[2])) == (up.sum(), down.sum())
    for found in (result, result.effect):
        if found.status == "undefined":
            assert found.reason in ("no_change", "balanced_clusters", "one_way")
            if found.reason == "no_change":
                assert not (crossed if name == "mcnemar" else moved)
            if found.reason == "balanced_clusters":
                assert clustered
                assert moved
                assert balanced(name, codes, clusters)
            if found.reason == "one_way" and not clustered:
                assert moved == len(codes)
    assert result.n_units == len(codes)
    n = int(re.search(r"from (\d+) (?:of \d+ )?units?", result.describe())[1])
    enter = moved if rule == "moved" and not clustered else len(codes)
    assert n == (enter if name != "wilcoxon_signed_rank" else moved)
    if n < len(codes):
        assert re.search(rf"\b{len(codes) - n} units? that did not move do(es)? not enter", text)


@given(data=twice())
def test_the_room_and_the_cut_are_said_of_the_units(data):
    codes, _ = data
    scale = ilr.Scale(["poor", "fair", "good"])
    ratings = ilr.ratings_from_codes(codes, scale=scale)
    shift = quietly(ilr.net_shift, ratings)
    before, after = codes.T.astype(int)
    for room, end, label in ((shift.room_up, 2, "good"), (shift.room_down, 0, "poor")):
        assert (room.status == "undefined") == (before == end).all()
        if room.status == "undefined":
            said = "it" if len(codes) == 1 else f"all {len(codes)}"
            assert room.why.endswith(f"{said} stood at {label}")
    odds = quietly(ilr.paired_odds_ratio, ratings, at_least="good")
    assert (odds.status == "undefined") == (not ((before == 2) != (after == 2)).any())
    if odds.status == "undefined":
        moved = (before != after).sum()
        of = f"{moved} of {len(codes)} unit{'s' if len(codes) > 1 else ''} moved, but none"
        assert odds.why.startswith(of if moved else "no unit moved")


def test_a_rater_without_whom_nothing_is_left_is_named():
    table = [[1, 1, 2], [1, 1, 2], [1, 1, 1]]
    listing = quietly(ilr.influential_raters, ilr.fleiss_kappa, table)
    lost = [row["rater"] for row in listing if row["without"] is None]
    assert lost == [3]
    assert listing.sentence.endswith("It is undefined without rater 3.")
    assert not listing.sentence.startswith("No rater moves")


def test_nothing_is_left_out_of_what_is_undefined():
    listing = quietly(ilr.influential_raters, ilr.fleiss_kappa, [[1, 1, 1], [1, 1, 1]])
    assert listing.sentence == (
        "No rater can be left out of Fleiss' kappa: every rating is the same grade, 1."
    )


@given(table=sparse(min_raters=3))
def test_the_sentence_of_influence_is_true_of_its_rows(table):
    listing = quietly(ilr.influential_raters, ilr.light_kappa, study(table))
    lost = [row["rater"] for row in listing if row["without"] is None]
    found = re.search(r"It is undefined without rater ([^.]*)\.", listing.sentence)
    if found:
        assert found[1].replace(" and ", ", ").split(", ") == lost
    if re.match(r"No (other )?rater moves", listing.sentence):
        rest = [row["change"] for row in listing if row["change"] is not None]
        assert max(map(abs, rest)) < 1e-9
        assert ("other" in listing.sentence) == bool(lost)


def test_who_is_needed_for_an_error_over_raters_is_named():
    found = quietly(ilr.generalise, ilr.fleiss_kappa, [[1, 1, 2], [1, 1, 2], [1, 1, 1]])
    assert found.reason == "undefined_without_one"
    assert found.why == "it has no value without rater 3"


def test_a_difference_rests_on_the_units_of_either_whichever_comes_first():
    codes = [[0, 0], [1, 1], [0, 1], [1, 1], [0, 0], [1, 0], [1, -1], [-1, 0], [0, -1]]
    ratings = study(np.array(codes))
    alpha, kappa = ilr.krippendorff_alpha(ratings), ilr.fleiss_kappa(ratings)
    there = ilr.difference(alpha, kappa, paired=True)
    back = ilr.difference(kappa, alpha, paired=True)
    assert "from 15 ratings of 9 units by 2 raters" in there.describe()
    assert "from 15 ratings of 9 units by 2 raters" in back.describe()
    np.testing.assert_allclose(there.standard_error, back.standard_error, rtol=1e-12)
    for level in (0.5, 0.95):
        low, high = there.confidence_interval(level)
        np.testing.assert_allclose((-high, -low), [*back.confidence_interval(level)], rtol=1e-12)


def test_a_difference_between_other_raters_does_not_count_them_as_one_panel():
    two = ilr.fleiss_kappa([[0, 0], [1, 1], [0, 1]])
    three = ilr.fleiss_kappa([[0, 0, 1], [1, 1, 1], [0, 1, 1]])
    assert "from 6 units;" in ilr.difference(two, three, paired=False).describe()


@given(table=sparse())
def test_agreement_on_a_grade_counts_the_units_and_ratings_that_could_show_it(table):
    rows = entering(table, "paired")
    for label, found in quietly(ilr.specific_agreement, study(table)).items():
        n, units = re.search(r"from (\d+) ratings? of (\d+) units?", found.describe()).groups()
        assert (int(n), int(units)) == (len(ratings_in(rows)), len(rows))
        bears = any(NAMES.index(label) in row for row in rows)
        assert (found.status == "ok") == bears
        if not bears:
            assert found.reason == ("unused_grade" if rows else "no_pairable_units")


@pytest.mark.parametrize("at_least", NAMES[1:3])
@given(table=sparse(min_raters=3))
def test_who_differs_between_occasions_is_said_of_the_units(at_least, table):
    table = np.abs(table)
    notes = " ".join(ilr.cochran_q(study(table), at_least=at_least).notes)
    above = table >= NAMES.index(at_least)
    differs, crosses = ((x != x[:, :1]).any() for x in (table, above))
    assert ("No unit's grade differs" in notes) == (not differs)
    assert ("No unit crosses the cut" in notes) == (differs and not crosses)
    assert ("There is a single " in notes) == (bool(crosses) and len(table) == 1)
    notes = " ".join(ilr.friedman(study(table)).notes)
    assert ("No unit's grade differs" in notes) == (not differs)
