"""What other programs say of hidden chains, latent classes and consistency of decisions."""

import numpy as np
import pytest
from scipy import special

import ilacs_reliability as ilr
from ilacs_reliability.error import markov
from stored import cases

STORED = {case["id"]: case for case in cases("latent_error")}


def of(program):
    found = [case for name, case in STORED.items() if f".{program}" in name]
    return pytest.mark.parametrize("case", found, ids=lambda case: case["id"])


def rows_of(case):
    codes = np.array(case["data"]["ratings"]) - 1
    grades, counts = np.unique(codes, axis=0, return_counts=True)
    return markov.Rows(grades, counts, np.array(case["data"]["labels"], dtype=float))


def ratings_of(case):
    scale = ilr.Scale(case["data"]["labels"])
    return ilr.ratings_from_matrix(case["data"]["ratings"], scale=scale)


@of("lmest")
def test_a_hidden_chain_at_an_error_is_as_likely_as_lmest_has_it(case):
    """LMest went on until a step gained 1e-13 of the whole; ours ends at 1e-7 of one."""
    error = float(case["id"].split(".lmest.")[1])
    found = markov.best_at(rows_of(case), error).log_likelihood
    assert found == pytest.approx(case["values"]["log_likelihood"], abs=2e-5)


@of("msm")
def test_the_best_hidden_chain_of_two_grades_is_that_of_msm(case):
    """Msm has intensities for each step, which two states allow every likely table of moves."""
    peak, _ = markov.hidden_profile(rows_of(case))
    assert peak.log_likelihood == pytest.approx(case["values"]["log_likelihood"], abs=3e-5)
    assert peak.error == pytest.approx(case["values"]["error"], abs=1e-4)
    found = ilr.reliability_from_repeats(ratings_of(case), model="latent_markov")
    assert found.log_likelihood == pytest.approx(peak.log_likelihood, abs=1e-9)


@of("depmix")
def test_the_likelihood_of_a_chain_that_is_given_is_that_of_depmix(case):
    """A likelihood that is a lower bound of what the best chain at this error reaches."""
    rows = rows_of(case)
    first, moves = (
        np.array([0.4, 0.6]),
        np.array([[[0.7, 0.3], [0.2, 0.8]], [[0.6, 0.4], [0.1, 0.9]]]),
    )
    start = markov.Hidden(0.08, first, moves, 0.0)
    table = markov.error_matrix(0.08, 2)
    likelihood = np.einsum("a,ab,bc,ai,bj,ck->ijk", first, *moves, table, table, table)[
        tuple(rows.grades.T)
    ]
    total = float(special.xlogy(rows.counts, likelihood).sum())
    assert total == pytest.approx(case["values"]["log_likelihood"], abs=1e-6)
    assert markov.best_at(rows, 0.08, start).log_likelihood > total


@of("polca")
def test_latent_classes_of_slides_are_those_of_polca(case):
    number = int(case["id"].split(".polca.")[1])
    found = ilr.dawid_skene(ratings_of(case), n_classes=number, n_starts=30)
    assert found.log_likelihood == pytest.approx(case["values"]["log_likelihood"], abs=1e-6)
    shares = sorted(found.shares.tolist())
    assert shares == pytest.approx(case["values"]["shares"], abs=1e-4)
    rates = sorted(found.errors[0, :, 1].tolist())
    assert rates == pytest.approx(case["values"]["rates_of_first"], abs=1e-4)


@of("ll_ca")
def test_a_long_test_of_beta_true_scores_is_nearly_normal(case):
    """Livingston and Lewis's model is another one: 400 items make scores lumps of up to 0.025."""
    table = np.array(case["values"]["table"])
    margins = table.sum(axis=1)
    reliability = float(case["id"].removeprefix("none.ll_ca.")[:3])
    found = ilr.repeat_grade_probability(
        {"below": margins[0], "above": margins[1]}, reliability=reliability
    )
    assert found["same grade"].value == pytest.approx(case["values"]["same_side"], abs=2e-3)


@of("psych")
def test_a_polychoric_correlation_in_two_steps_is_that_of_psych(case):
    """psych's optimise ends early, by up to 1e-4."""
    ratings = ilr.ratings_from_table(
        case["data"]["counts"], scale=ilr.Scale(case["data"]["labels"])
    )
    found = ilr.polychoric_correlation(ratings, method="two_step")
    assert found.value == pytest.approx(case["values"]["estimate"], abs=1e-4)
