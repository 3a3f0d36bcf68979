"""Who is graded higher needs an order; whether grades differ does not."""

import numpy as np
import pytest

import ilacs_reliability as ilr

UNORDERED = ilr.Scale(["red", "green", "blue"], ordered=False)
GRADES = ilr.grades_from_table([[8, 4, 2], [3, 5, 6]], scale=UNORDERED)
STRATA = ilr.grades_from_table([[[8, 4, 2], [3, 5, 6]]] * 2, scale=UNORDERED)


@pytest.mark.parametrize(
    "compare",
    [
        ilr.relative_effect,
        ilr.brunner_munzel,
        ilr.mann_whitney,
        ilr.jonckheere,
        ilr.cliffs_delta,
        ilr.generalised_odds,
        ilr.somers_d,
        ilr.proportional_odds,
        ilr.proportional_odds_test,
        ilr.parallel_lines_test,
        ilr.selection_bounds,
        lambda grades: ilr.risk_difference(grades, at_least="green"),
        lambda grades: ilr.ordinal_equivalence(grades, margin=0.1),
        lambda grades: ilr.ordinal_noninferiority(grades, margin=0.1),
        lambda grades: ilr.rosenbaum_bounds(grades, gamma=(1, 2)),
        lambda grades: ilr.cochran_mantel_haenszel(grades, kind="row_means"),
        ilr.van_elteren,
        ilr.heterogeneity,
    ],
)
def test_an_unordered_scale_is_refused_where_order_counts(compare):
    with pytest.raises(ValueError, match="must have an ordered scale"):
        compare(STRATA)


def test_general_association_needs_no_order():
    result = ilr.cochran_mantel_haenszel(STRATA, kind="general", method="asymptotic")
    assert 0 < result.p_value < 1
    assert result.effect is None


@pytest.mark.parametrize("test", [ilr.ordinal_equivalence, ilr.ordinal_noninferiority])
def test_an_empty_group_leaves_equivalence_undefined(test):
    with pytest.warns(ilr.UndefinedEstimateWarning):
        result = test([[3, 2, 1], [0, 0, 0]], margin=0.1)
    assert result.status == "undefined"
    assert np.isnan(result.p_value)
