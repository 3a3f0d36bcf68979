"""Which question each estimate answers, by its name: one table for all who ask."""

from __future__ import annotations

from collections.abc import Mapping

from ilacs_reliability._checks.containers import FrozenMapping
from ilacs_reliability._results.estimates import Estimate

# agreement beyond chance, or shares of a spread
COEFFICIENTS = (
    "bangdiwala_b",
    "brennan_prediger",
    "cohen_kappa",
    "conger_kappa",
    "fleiss_kappa",
    "group_agreement",
    "gwet_ac",
    "icc",
    "intra_rater_agreement",
    "kendall_w",
    "krippendorff_alpha",
    "light_kappa",
    "lin_ccc",
    "polychoric_correlation",
    "scott_pi",
)
# agreement with what chance gives
SHARES_OF_AGREEMENT = (
    "agreement_with_standard",
    "attribute_agreement",
    "percent_agreement",
    "specific_agreement",
)
RELIABILITIES = ("reliability", "reliability_from_repeats")
SHARES_OF_MOVES = (
    "at_least",
    "declined",
    "improved",
    "improved_of_moved",
    "kept",
    "left_inadequate",
    "pairwise_symmetry",
    "room_down",
    "room_up",
    "sign_test",
    "still_inadequate",
    "transition_shares",
    "unchanged",
)
MOVES = (
    "corrected_shift",
    "imbalance",
    "marginal_imbalance",
    "marginal_rank_shift",
    "marginal_score_shift",
    "marginal_shift_by_grade",
    "net_shift",
    "occasion_imbalance",
    "paired_difference",
    "paired_odds_ratio",
    "paired_superiority",
    "rank_biserial",
    "stratified_shift",
)
CONTRASTS = (
    "cliffs_delta",
    "decline_difference",
    "difference",
    "generalised_odds",
    "odds_ratio",
    "proportional_odds",
    "relative_effect",
    "risk_difference",
    "risk_ratio",
    "somers_d",
    "stratified_relative_effect",
)
# shares on one day, as the records of inspections give them
STATES = ("good_or_better", "outstanding")
OF_NO_CLAIM = (
    "e_value",
    "grade_accuracy",
    "inconsistency",
    "kappa_max",
    "marginal_indices",
    "rater_severity",
    "repeat_grade_probability",
    "variance_of_raters",
    "variance_of_residual",
    "variance_of_units",
)
_KINDS = (
    (COEFFICIENTS, ("consistency",)),
    (SHARES_OF_AGREEMENT, ("consistency", "share")),
    (SHARES_OF_MOVES, ("shift", "share")),
    (MOVES, ("shift",)),
    (CONTRASTS, ("comparison",)),
    # that states changed is a claim of shift too
    (STATES, ("share", "shift")),
    ((*RELIABILITIES, *OF_NO_CLAIM), ()),
)
ANSWERS: Mapping[str, tuple[str, ...]] = FrozenMapping(
    {name: kinds for names, kinds in _KINDS for name in names}
)
"""The kinds of claim that an estimate of a name can bear on."""


def answers(estimate: Estimate, kind: str) -> bool:
    """Say whether an estimate can bear on a claim of a kind; one of another's making may."""
    kinds = ANSWERS.get(estimate.name)
    if kinds is None:
        return True
    if kind == "share" and estimate.name in SHARES_OF_AGREEMENT:
        return _counts_units(estimate)
    # how alike two gradings of different dates are says how much moved
    moved = kind == "shift" and estimate.design == "repeat" and "consistency" in kinds
    return kind in kinds or moved


def is_agreement(estimate: Estimate) -> bool:
    """Say whether an estimate is an agreement or a reliability; one of another's making may be."""
    name = estimate.name
    return "consistency" in ANSWERS.get(name, ("consistency",)) or name in RELIABILITIES


def check_agreement(estimate: Estimate, name: str) -> None:
    """Refuse what is neither an agreement nor a reliability: 1 then stands for something else."""
    if not is_agreement(estimate):
        raise ValueError(
            f"`{name}` must be an agreement, as from `cohen_kappa`, or a reliability, but got "
            f"{estimate.name}: hold it to a value of its own by `threshold_test`."
        )


def _counts_units(estimate: Estimate) -> bool:
    """Say whether each unit agrees or does not: more pairs, or partial credit, give a mean."""
    return estimate.weights in ("", "identity") and (
        estimate.name not in ("percent_agreement", "specific_agreement") or estimate.n_raters == 2
    )
