"""Are inspection judgements secure? Agreement, grade shift and comparison."""

from ilacs_reliability._data.frames import (
    grades_from_frame,
    ratings_from_frame,
    ratings_from_wide,
    transitions_from_frame,
)
from ilacs_reliability._data.ratings import (
    Ratings,
    ratings_from_codes,
    ratings_from_counts,
    ratings_from_matrix,
    ratings_from_table,
)
from ilacs_reliability._data.scales import (
    OFSTED_SCALE,
    Scale,
    agreement_weights,
    tolerance_weights,
)
from ilacs_reliability._data.suspects import SuspectInputWarning
from ilacs_reliability._data.tables import (
    GroupedGrades,
    Transitions,
    grades_from_table,
    transitions_from_table,
)
from ilacs_reliability._inference.multiplicity import adjust_p_values
from ilacs_reliability._inference.replicates import BootstrapResult, JackknifeResult
from ilacs_reliability._inference.resampling import bootstrap, jackknife
from ilacs_reliability._inference.thresholds import difference, equivalence_test, threshold_test
from ilacs_reliability._results.estimates import (
    Estimate,
    Interval,
    SignificanceResult,
)
from ilacs_reliability._results.undefined import UndefinedEstimateWarning
from ilacs_reliability.agreement.alpha import krippendorff_alpha
from ilacs_reliability.agreement.bangdiwala import bangdiwala_b
from ilacs_reliability.agreement.benchmarks import Benchmark, benchmark
from ilacs_reliability.agreement.categories import (
    kappa_max,
    marginal_indices,
    specific_agreement,
    unit_agreement,
)
from ilacs_reliability.agreement.coefficients import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
    scott_pi,
)
from ilacs_reliability.agreement.concordance import kendall_w, kendall_w_test, lin_ccc
from ilacs_reliability.agreement.crosscheck import cross_check
from ilacs_reliability.agreement.decisions import d_study
from ilacs_reliability.agreement.generalisability import (
    VarianceComponents,
    variance_components,
)
from ilacs_reliability.agreement.generalise import GeneralisedEstimate, generalise
from ilacs_reliability.agreement.icc import icc
from ilacs_reliability.agreement.icc_tests import icc_test
from ilacs_reliability.agreement.influential import (
    influential_raters,
    influential_units,
)
from ilacs_reliability.agreement.listing import Estimates, Listing
from ilacs_reliability.agreement.overview import agreement_table
from ilacs_reliability.agreement.rater_pairs import light_kappa, pairwise_agreement
from ilacs_reliability.claims.judging import Claim, Verdict, judge
from ilacs_reliability.claims.ledger import published_claims, reproduce
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.security import assess_security
from ilacs_reliability.comparison.association import cochran_mantel_haenszel
from ilacs_reliability.comparison.effects import cliffs_delta, relative_effect
from ilacs_reliability.comparison.equal_shares import two_proportions
from ilacs_reliability.comparison.equivalence import (
    ordinal_equivalence,
    ordinal_noninferiority,
)
from ilacs_reliability.comparison.model_tests import (
    parallel_lines_test,
    proportional_odds_test,
)
from ilacs_reliability.comparison.models import proportional_odds
from ilacs_reliability.comparison.overlap import OverlapReport, overlap_report
from ilacs_reliability.comparison.proportions import risk_difference
from ilacs_reliability.comparison.ranks import brunner_munzel, mann_whitney
from ilacs_reliability.comparison.ratios import odds_ratio, risk_ratio
from ilacs_reliability.comparison.selection import SelectionBounds, selection_bounds
from ilacs_reliability.comparison.sensitivity import (
    RosenbaumBounds,
    e_value,
    rosenbaum_bounds,
)
from ilacs_reliability.comparison.strata import stratified_relative_effect, van_elteren
from ilacs_reliability.comparison.trend import jonckheere
from ilacs_reliability.comparison.unit_pairs import generalised_odds, somers_d
from ilacs_reliability.comparison.variation import heterogeneity
from ilacs_reliability.datasets import Dataset, list_datasets, load_dataset
from ilacs_reliability.reporting.html import report_html
from ilacs_reliability.reporting.text import report_text
from ilacs_reliability.shift.binary import (
    mcnemar,
    paired_difference,
    paired_odds_ratio,
    sign_test,
)
from ilacs_reliability.shift.destinations import transition_shares
from ilacs_reliability.shift.margin_tests import shift_equivalence
from ilacs_reliability.shift.margins import (
    bhapkar,
    marginal_shift_by_grade,
    stuart_maxwell,
)
from ilacs_reliability.shift.movement import NetShift, net_shift
from ilacs_reliability.shift.occasions import cochran_q, friedman, madansky
from ilacs_reliability.shift.scores import marginal_score_shift
from ilacs_reliability.shift.signed_ranks import (
    marginal_rank_shift,
    paired_superiority,
    wilcoxon_signed_rank,
)
from ilacs_reliability.shift.stratified import StratifiedShift, stratified_shift
from ilacs_reliability.shift.symmetry import PairwiseSymmetry, bowker, pairwise_symmetry

__version__ = "0.1.0"

__all__ = [
    "OFSTED_SCALE",
    "Benchmark",
    "BootstrapResult",
    "Claim",
    "Dataset",
    "Estimate",
    "Estimates",
    "GeneralisedEstimate",
    "GroupedGrades",
    "Interval",
    "JackknifeResult",
    "Listing",
    "NetShift",
    "OverlapReport",
    "PairwiseSymmetry",
    "Protocol",
    "Ratings",
    "RosenbaumBounds",
    "Scale",
    "SelectionBounds",
    "SignificanceResult",
    "StratifiedShift",
    "SuspectInputWarning",
    "Transitions",
    "UndefinedEstimateWarning",
    "VarianceComponents",
    "Verdict",
    "adjust_p_values",
    "agreement_table",
    "agreement_weights",
    "assess_security",
    "bangdiwala_b",
    "benchmark",
    "bhapkar",
    "bootstrap",
    "bowker",
    "brennan_prediger",
    "brunner_munzel",
    "cliffs_delta",
    "cochran_mantel_haenszel",
    "cochran_q",
    "cohen_kappa",
    "conger_kappa",
    "cross_check",
    "d_study",
    "difference",
    "e_value",
    "equivalence_test",
    "fleiss_kappa",
    "friedman",
    "generalise",
    "generalised_odds",
    "grades_from_frame",
    "grades_from_table",
    "gwet_ac",
    "heterogeneity",
    "icc",
    "icc_test",
    "influential_raters",
    "influential_units",
    "jackknife",
    "jonckheere",
    "judge",
    "kappa_max",
    "kendall_w",
    "kendall_w_test",
    "krippendorff_alpha",
    "light_kappa",
    "lin_ccc",
    "list_datasets",
    "load_dataset",
    "madansky",
    "mann_whitney",
    "marginal_indices",
    "marginal_rank_shift",
    "marginal_score_shift",
    "marginal_shift_by_grade",
    "mcnemar",
    "net_shift",
    "odds_ratio",
    "ordinal_equivalence",
    "ordinal_noninferiority",
    "overlap_report",
    "paired_difference",
    "paired_odds_ratio",
    "paired_superiority",
    "pairwise_agreement",
    "pairwise_symmetry",
    "parallel_lines_test",
    "percent_agreement",
    "proportional_odds",
    "proportional_odds_test",
    "published_claims",
    "ratings_from_codes",
    "ratings_from_counts",
    "ratings_from_frame",
    "ratings_from_matrix",
    "ratings_from_table",
    "ratings_from_wide",
    "relative_effect",
    "report_html",
    "report_text",
    "reproduce",
    "risk_difference",
    "risk_ratio",
    "rosenbaum_bounds",
    "scott_pi",
    "selection_bounds",
    "shift_equivalence",
    "sign_test",
    "somers_d",
    "specific_agreement",
    "stratified_relative_effect",
    "stratified_shift",
    "stuart_maxwell",
    "threshold_test",
    "tolerance_weights",
    "transition_shares",
    "transitions_from_frame",
    "transitions_from_table",
    "two_proportions",
    "unit_agreement",
    "van_elteren",
    "variance_components",
    "wilcoxon_signed_rank",
]
