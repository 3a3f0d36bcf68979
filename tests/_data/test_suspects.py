"""Arrays that can hardly be units by raters are told what they may be; ratings are not."""

import contextlib
import warnings

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given

import ilacs_reliability as ilr
import registry
import strategies as our
from ilacs_reliability._data.tables import as_grades

NAN = float("nan")
# coefficients that take a plain array of any number of raters
PLAIN = [
    ilr.brennan_prediger,
    ilr.conger_kappa,
    ilr.fleiss_kappa,
    ilr.gwet_ac,
    ilr.icc,
    ilr.kendall_w,
    ilr.krippendorff_alpha,
    ilr.light_kappa,
    ilr.pairwise_agreement,
    ilr.percent_agreement,
    ilr.specific_agreement,
    ilr.unit_agreement,
    ilr.variance_components,
]
# Fleiss (1971), table 1, the first five subjects: psychiatrists by diagnosis
FLEISS = [[0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0]]
TABLES = {
    "two by two": ([[20, 5], [10, 15]], "ratings_from_table"),
    "small counts": ([[5, 1, 0], [1, 4, 1], [0, 2, 6]], "ratings_from_table"),
    "four grades": (
        [[2, 1, 0, 0], [1, 9, 4, 0], [0, 3, 30, 6], [0, 0, 5, 12]],
        "ratings_from_table",
    ),
    "of counts": (FLEISS, "ratings_from_counts"),
    "raters by units": ([[1, 2, 3, 3, 2, 1, 4, 1, 2], [1, 2, 3, 3, 2, 2, 4, 1, 2]], "transpose"),
}


def told(call, thing):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(thing)
    return [w for w in caught if w.category is ilr.SuspectInputWarning]


@pytest.mark.parametrize("coefficient", PLAIN, ids=lambda each: each.__name__)
@pytest.mark.parametrize(("table", "builder"), TABLES.values(), ids=TABLES)
def test_every_coefficient_says_so(coefficient, table, builder):
    [warning] = told(coefficient, table)
    assert builder in str(warning.message)
    assert warning.filename == __file__


@pytest.mark.parametrize(
    "make", [np.array, pd.DataFrame, lambda rows: pl.DataFrame(rows, orient="row")]
)
@pytest.mark.parametrize(("table", "builder"), TABLES.values(), ids=TABLES)
def test_dataframes_are_looked_at_too(make, table, builder):
    assert builder in str(told(ilr.fleiss_kappa, make(table))[0].message)


@given(data=st.data(), n_grades=st.integers(2, 5), n_raters=st.integers(4, 20))
def test_counts_by_as_many_raters_are_noticed(data, n_grades, n_raters):
    shares = [1 / n_grades] * n_grades
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    counts = np.unique(rng.multinomial(n_raters, shares, size=12), axis=0)
    if len(counts) >= 5 and len(counts) != n_grades:
        [warning] = told(ilr.fleiss_kappa, counts)
        assert "ratings_from_counts" in str(warning.message)


@given(data=st.data(), n_grades=st.integers(2, 6), n_units=st.integers(100, 2000))
def test_tables_of_raters_who_agree_are_noticed(data, n_grades, n_units):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    shares = np.full((n_grades, n_grades), 0.3 / n_grades**2) + np.eye(n_grades) * 0.7 / n_grades
    table = rng.multinomial(n_units, shares.ravel() / shares.sum()).reshape(n_grades, n_grades)
    [warning] = told(ilr.percent_agreement, table)
    assert "ratings_from_table" in str(warning.message)


@given(table=our.codes(max_raters=4), start=st.integers(0, 1), step=st.sampled_from([1.0, 0.5]))
def test_grades_are_ratings(table, start, step):
    numbers = np.where(table < 0, NAN, table * step + start)
    apart = [row for row in np.unique(numbers, axis=0).tolist() if np.isfinite(row).all()]
    by_chance = len(apart) == len(np.unique(numbers, axis=0)) >= 3 and np.ptp(np.sum(apart, 1)) == 0
    assert by_chance or not told(ilr.percent_agreement, numbers)


@given(
    data=st.data(),
    n_units=st.integers(2, 12),
    n_raters=st.integers(2, 6),
    top=st.sampled_from([10, 100]),
)
def test_scores_of_raters_who_agree_are_ratings(data, n_units, n_raters, top):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    true = rng.permutation(np.linspace(0, top, n_units))[:, None]
    slip = rng.integers(-top // 20, top // 20 + 1, size=(n_units, n_raters))
    scores = np.clip(np.round(true) + slip, 0, top)
    if n_raters <= max(n_units, 4):
        assert not told(ilr.percent_agreement, scores)


def test_a_declared_scale_is_not_doubted():
    scale = ilr.Scale([5, 10, 15, 20])
    table = [[20, 5], [10, 15]]
    assert not told(lambda rows: ilr.cohen_kappa(ilr.ratings_from_matrix(rows, scale=scale)), table)


# functions of grades tables, by what they take
OF_GRADES = {
    name: row
    for name, row in registry.CALLED.items()
    if (row.given is registry.GROUPS or row.given is registry.NAMED) and name != "grades_from_table"
}
X, Y = np.random.default_rng(6).integers(1, 5, (2, 13))
PANEL = np.random.default_rng(7).integers(1, 5, (13, 2))


@pytest.mark.parametrize("name", OF_GRADES)
@pytest.mark.parametrize(
    ("grades", "said"), [([X, Y], "2 samples of 13"), (PANEL, "13 units by 2")]
)
def test_grades_are_no_counts_of_grades(name, grades, said):
    options = {key: value for key, value in OF_GRADES[name].options.items() if key != "group"}
    if name in ("cochran_mantel_haenszel", "jonckheere"):
        options["method"] = "asymptotic"

    def call(given):
        # what is then refused has been warned of
        with contextlib.suppress(ValueError, TypeError):
            getattr(ilr, name)(given, **options)

    [warning] = told(call, grades)
    assert said in str(warning.message)
    assert "`grades_from_frame(frame," in str(warning.message)


def test_raters_severity_doubts_units_by_raters():
    [warning] = told(lambda given: ilr.rater_severity(given, n_resamples=9, rng=1), PANEL)
    assert "13 units by 2 raters" in str(warning.message)


def test_declared_counts_are_not_doubted():
    assert not told(lambda given: ilr.relative_effect(ilr.grades_from_table(given)), [X, Y])


@given(
    data=st.data(),
    n_groups=st.integers(2, 40),
    n_grades=st.integers(2, 12),
    mean=st.floats(0.5, 50),
)
def test_counts_of_few_grades_are_counts(data, n_groups, n_grades, mean):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    counts = rng.poisson(mean, (n_groups, n_grades)) + (0 if mean > 2 else 1 - n_groups // 20)
    counts = np.maximum(counts, 0)
    counts[0, 0] = max(counts[0, 0], 1)
    few = n_groups <= 12 or counts.min() < 1 or counts.max() > 5
    assert not (few and told(as_grades, counts))


def test_the_bundled_tables_are_counts():
    counts = [ilr.load_dataset(info.name).counts for info in ilr.list_datasets(holds="counts")]
    assert len(counts) > 10
    assert not any(told(as_grades, one) for one in counts)


@pytest.mark.parametrize("named", ["id", "Unit", "unit_id", "Subject ID"])
def test_a_column_that_numbers_the_units_is_no_rater(named):
    frame = pd.DataFrame({named: range(1, 9), "Ann": [1, 2] * 4, "Bob": [1, 1, 2, 2] * 2})
    [warning] = told(ilr.fleiss_kappa, frame)
    assert f"column {named!r} holds another number in each row" in str(warning.message)
    assert not told(ilr.fleiss_kappa, frame.rename(columns={named: "Cid"}))
    assert not told(ilr.fleiss_kappa, frame.assign(**{named: [1, 2, 2, 1, 2, 1, 2, 1]}))


def test_samples_of_unlike_sizes_are_told_how_they_are_counted():
    with pytest.raises(ValueError, match=r"differ in length: samples .* `grades_from_frame\("):
        ilr.mann_whitney([[1, 2, 3, 2], [2, 2, 3, 4, 1]])
