"""A reason, and every count beside it, is true of the data: each is found again from the table."""

import re
import warnings
from functools import partial
from itertools import combinations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

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


def linked(table):
    """Tell whether every rater with a rating can be reached from each other one over units."""
    raters = {g for row in table.tolist() for g, code in enumerate(row) if code >= 0}
    reached = {min(raters)}
    for _ in table:
        for row in table.tolist():
            here = {g for g, code in enumerate(row) if code >= 0}
            reached |= here if here & reached else set()
    return reached == raters


def spare(table):
    """Count the ratings left over once units and raters have their levels."""
    given_ = table >= 0
    return given_.sum() - given_.any(axis=1).sum() - given_.any(axis=0).sum() + 1


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
    of_units = (left["r"] - left["both"] - (n - 1) * rest) / (total - m)
    of_raters = (left["u"] - left["both"] - (m - 1) * rest) / (total - n)
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
        "disconnected": lambda: not linked(table),
        "no_residual": lambda: linked(table) and spare(table) == 0,
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
        return
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
    n, units, raters = re.search(
        r"from (\d+) ratings? of (\d+) units? by (\d+) raters?", text
    ).groups()
    assert (int(n), int(units)) == (len(ratings_in(rows)), len(rows)), text
    assert int(raters) == table.shape[1]
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
