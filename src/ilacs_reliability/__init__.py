"""Are inspection judgements secure? Agreement, grade shift and comparison."""

from importlib import import_module

__version__ = "0.2.0"

# where each public name is defined; it is loaded when it is first used (types: __init__.pyi)
HOMES = {
    "_data.annotations": "ratings_from_annotations",
    "_data.areas": "profile_weights ratings_from_areas",
    "_data.frames": "grades_from_frame ratings_from_frame ratings_from_wide transitions_from_frame",
    "_data.ratings": "Ratings ratings_from_codes ratings_from_counts ratings_from_matrix "
    "ratings_from_table",
    "_data.scales": "OFSTED_SCALE REPORT_CARD_SCALE Scale agreement_weights tolerance_weights",
    "_data.sequences": "sequences_from_frame transitions_from_sequences",
    "_data.set_credit": "set_weights",
    "_data.suspects": "SuspectInputWarning",
    "_data.tables": "GroupedGrades Transitions grades_from_table transitions_from_table",
    "_inference.multiplicity": "adjust_p_values",
    "_inference.replicates": "BootstrapResult JackknifeResult",
    "_inference.resampling": "bootstrap jackknife",
    "_inference.thresholds": "difference equivalence_test threshold_test",
    "_results.estimates": "Estimate Interval SignificanceResult",
    "_results.listing": "Estimates Listing",
    "_results.undefined": "UndefinedEstimateWarning",
    "agreement.alpha": "krippendorff_alpha",
    "agreement.bangdiwala": "bangdiwala_b",
    "agreement.benchmarks": "Benchmark benchmark",
    "agreement.categories": "kappa_max marginal_indices specific_agreement unit_agreement",
    "agreement.coefficients": "brennan_prediger cohen_kappa conger_kappa fleiss_kappa gwet_ac "
    "percent_agreement scott_pi",
    "agreement.concordance": "kendall_w kendall_w_test lin_ccc",
    "agreement.consensus": "consensus_agreement ratings_with_consensus",
    "agreement.crosscheck": "cross_check",
    "agreement.decisions": "d_study",
    "agreement.equal": "equal_agreement_test",
    "agreement.generalisability": "VarianceComponents variance_components",
    "agreement.generalise": "GeneralisedEstimate generalise",
    "agreement.grade_kappas": "kappa_by_grade",
    "agreement.icc": "icc",
    "agreement.icc_tests": "icc_test",
    "agreement.influential": "influential_raters influential_units",
    "agreement.overview": "agreement_table",
    "agreement.rater_groups": "group_agreement",
    "agreement.survey": "survey_weighted",
    "agreement.rater_pairs": "light_kappa pairwise_agreement",
    "claims.allowed": "AllowedTables tables_consistent_with",
    "claims.cheapest": "StudyDesign design_study",
    "claims.identified": "IdentifiedRange identified_range",
    "claims.judging": "Verdict judge",
    "claims.ledger": "published_claims reproduce",
    "claims.multiverse": "verdict_multiverse",
    "claims.power": "VerdictPower verdict_power",
    "claims.protocol": "Protocol",
    "claims.reach": "Reachable reachable_outcomes",
    "claims.security": "assess_security",
    "claims.statements": "Claim",
    "comparison.association": "cochran_mantel_haenszel",
    "comparison.effects": "cliffs_delta relative_effect",
    "comparison.equal_shares": "two_proportions",
    "comparison.equivalence": "ordinal_equivalence ordinal_noninferiority",
    "comparison.model_tests": "parallel_lines_test proportional_odds_test",
    "comparison.models": "proportional_odds",
    "comparison.overlap": "OverlapReport overlap_report",
    "comparison.proportions": "risk_difference",
    "comparison.ranks": "brunner_munzel mann_whitney",
    "comparison.ratios": "odds_ratio risk_ratio",
    "comparison.selection": "SelectionBounds selection_bounds",
    "comparison.sensitivity": "RosenbaumBounds e_value rosenbaum_bounds",
    "comparison.strata": "stratified_relative_effect van_elteren",
    "comparison.trend": "jonckheere",
    "comparison.unit_pairs": "generalised_odds somers_d",
    "comparison.variation": "heterogeneity",
    "datasets": "Dataset list_datasets load_dataset",
    "error.attribute": "AttributeAgreement agreement_with_standard attribute_agreement",
    "error.class_records": "DawidSkene",
    "error.correction": "CorrectedShift corrected_shift",
    "error.dawid_skene": "dawid_skene",
    "error.latent": "LatentGrade latent_grade_model",
    "error.misclassification": "ErrorMatrix misclassification_matrix",
    "error.noise": "NoiseTransitions noise_only_transitions regression_to_mean_test",
    "error.own_repeats": "intra_rater_agreement",
    "error.polychoric": "polychoric_correlation",
    "error.repeat_grades": "grade_accuracy repeat_grade_probability",
    "error.repeats": "RepeatReliability reliability_from_repeats",
    "error.severity": "RaterSeverity rater_severity",
    "error.tipping": "TippingPoint tipping_point",
    "planning.double_ratings": "StudyPlan minimum_detectable_agreement power_for_agreement "
    "units_for_agreement",
    "planning.fieldwork": "Fieldwork",
    "planning.precision": "Precision precision_for_agreement",
    "planning.sequential": "AgreementSequence agreement_sequence",
    "planning.table_studies": "units_for_comparison units_for_shift",
    "planning.worlds": "World agreement_world",
    "reporting.html": "report_html",
    "reporting.markdown": "report_markdown",
    "reporting.text": "report_text",
    "shift.binary": "mcnemar paired_difference paired_odds_ratio sign_test",
    "shift.destinations": "transition_shares",
    "shift.margin_tests": "shift_equivalence",
    "shift.margins": "bhapkar marginal_shift_by_grade stuart_maxwell",
    "shift.movement": "NetShift net_shift",
    "shift.occasion_pairs": "pairwise_occasions",
    "shift.occasions": "cochran_q friedman madansky",
    "shift.scores": "marginal_score_shift",
    "shift.signed_ranks": "marginal_rank_shift paired_superiority wilcoxon_signed_rank",
    "shift.stratified": "StratifiedShift stratified_shift",
    "shift.symmetry": "PairwiseSymmetry bowker pairwise_symmetry",
}
_MODULE_OF = {name: module for module, names in HOMES.items() for name in names.split()}
__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name not in _MODULE_OF:
        known = import_module(f"{__name__}._checks.elsewhere").function_called(name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{known}")
    value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
