"""The public names and their types: scripts/front_door.py makes them of `HOMES`."""

from ilacs_reliability._data.annotations import (
    ratings_from_annotations as ratings_from_annotations,
)
from ilacs_reliability._data.areas import (
    profile_weights as profile_weights,
    ratings_from_areas as ratings_from_areas,
)
from ilacs_reliability._data.frames import (
    grades_from_frame as grades_from_frame,
    ratings_from_frame as ratings_from_frame,
    ratings_from_wide as ratings_from_wide,
    transitions_from_frame as transitions_from_frame,
)
from ilacs_reliability._data.ratings import (
    Ratings as Ratings,
    ratings_from_codes as ratings_from_codes,
    ratings_from_counts as ratings_from_counts,
    ratings_from_matrix as ratings_from_matrix,
    ratings_from_table as ratings_from_table,
)
from ilacs_reliability._data.scales import (
    OFSTED_SCALE as OFSTED_SCALE,
    REPORT_CARD_SCALE as REPORT_CARD_SCALE,
    Scale as Scale,
    agreement_weights as agreement_weights,
    tolerance_weights as tolerance_weights,
)
from ilacs_reliability._data.sequences import (
    sequences_from_frame as sequences_from_frame,
    transitions_from_sequences as transitions_from_sequences,
)
from ilacs_reliability._data.set_credit import (
    set_weights as set_weights,
)
from ilacs_reliability._data.suspects import (
    SuspectInputWarning as SuspectInputWarning,
)
from ilacs_reliability._data.tables import (
    GroupedGrades as GroupedGrades,
    Transitions as Transitions,
    grades_from_table as grades_from_table,
    transitions_from_table as transitions_from_table,
)
from ilacs_reliability._inference.multiplicity import (
    adjust_p_values as adjust_p_values,
)
from ilacs_reliability._inference.replicates import (
    BootstrapResult as BootstrapResult,
    JackknifeResult as JackknifeResult,
)
from ilacs_reliability._inference.resampling import (
    bootstrap as bootstrap,
    jackknife as jackknife,
)
from ilacs_reliability._inference.thresholds import (
    difference as difference,
    equivalence_test as equivalence_test,
    threshold_test as threshold_test,
)
from ilacs_reliability._results.estimates import (
    Estimate as Estimate,
    Interval as Interval,
    SignificanceResult as SignificanceResult,
)
from ilacs_reliability._results.listing import (
    Estimates as Estimates,
    Listing as Listing,
)
from ilacs_reliability._results.undefined import (
    UndefinedEstimateWarning as UndefinedEstimateWarning,
)
from ilacs_reliability.agreement.alpha import (
    krippendorff_alpha as krippendorff_alpha,
)
from ilacs_reliability.agreement.bangdiwala import (
    bangdiwala_b as bangdiwala_b,
)
from ilacs_reliability.agreement.benchmarks import (
    Benchmark as Benchmark,
    benchmark as benchmark,
)
from ilacs_reliability.agreement.categories import (
    kappa_max as kappa_max,
    marginal_indices as marginal_indices,
    specific_agreement as specific_agreement,
    unit_agreement as unit_agreement,
)
from ilacs_reliability.agreement.coefficients import (
    brennan_prediger as brennan_prediger,
    cohen_kappa as cohen_kappa,
    conger_kappa as conger_kappa,
    fleiss_kappa as fleiss_kappa,
    gwet_ac as gwet_ac,
    percent_agreement as percent_agreement,
    scott_pi as scott_pi,
)
from ilacs_reliability.agreement.concordance import (
    kendall_w as kendall_w,
    kendall_w_test as kendall_w_test,
    lin_ccc as lin_ccc,
)
from ilacs_reliability.agreement.consensus import (
    consensus_agreement as consensus_agreement,
    ratings_with_consensus as ratings_with_consensus,
)
from ilacs_reliability.agreement.crosscheck import (
    cross_check as cross_check,
)
from ilacs_reliability.agreement.decisions import (
    d_study as d_study,
)
from ilacs_reliability.agreement.equal import (
    equal_agreement_test as equal_agreement_test,
)
from ilacs_reliability.agreement.generalisability import (
    VarianceComponents as VarianceComponents,
    variance_components as variance_components,
)
from ilacs_reliability.agreement.generalise import (
    GeneralisedEstimate as GeneralisedEstimate,
    generalise as generalise,
)
from ilacs_reliability.agreement.grade_kappas import (
    kappa_by_grade as kappa_by_grade,
)
from ilacs_reliability.agreement.icc import (
    icc as icc,
)
from ilacs_reliability.agreement.icc_tests import (
    icc_test as icc_test,
)
from ilacs_reliability.agreement.influential import (
    influential_raters as influential_raters,
    influential_units as influential_units,
)
from ilacs_reliability.agreement.overview import (
    agreement_table as agreement_table,
)
from ilacs_reliability.agreement.rater_groups import (
    group_agreement as group_agreement,
)
from ilacs_reliability.agreement.rater_pairs import (
    light_kappa as light_kappa,
    pairwise_agreement as pairwise_agreement,
)
from ilacs_reliability.agreement.survey import (
    survey_weighted as survey_weighted,
)
from ilacs_reliability.claims.allowed import (
    AllowedTables as AllowedTables,
    tables_consistent_with as tables_consistent_with,
)
from ilacs_reliability.claims.cheapest import (
    StudyDesign as StudyDesign,
    design_study as design_study,
)
from ilacs_reliability.claims.identified import (
    IdentifiedRange as IdentifiedRange,
    identified_range as identified_range,
)
from ilacs_reliability.claims.judging import (
    Verdict as Verdict,
    judge as judge,
)
from ilacs_reliability.claims.ledger import (
    published_claims as published_claims,
    reproduce as reproduce,
)
from ilacs_reliability.claims.multiverse import (
    verdict_multiverse as verdict_multiverse,
)
from ilacs_reliability.claims.power import (
    VerdictPower as VerdictPower,
    verdict_power as verdict_power,
)
from ilacs_reliability.claims.protocol import (
    Protocol as Protocol,
)
from ilacs_reliability.claims.reach import (
    Reachable as Reachable,
    reachable_outcomes as reachable_outcomes,
)
from ilacs_reliability.claims.security import (
    assess_security as assess_security,
)
from ilacs_reliability.claims.statements import (
    Claim as Claim,
)
from ilacs_reliability.comparison.association import (
    cochran_mantel_haenszel as cochran_mantel_haenszel,
)
from ilacs_reliability.comparison.effects import (
    cliffs_delta as cliffs_delta,
    relative_effect as relative_effect,
)
from ilacs_reliability.comparison.equal_shares import (
    two_proportions as two_proportions,
)
from ilacs_reliability.comparison.equivalence import (
    ordinal_equivalence as ordinal_equivalence,
    ordinal_noninferiority as ordinal_noninferiority,
)
from ilacs_reliability.comparison.model_tests import (
    parallel_lines_test as parallel_lines_test,
    proportional_odds_test as proportional_odds_test,
)
from ilacs_reliability.comparison.models import (
    proportional_odds as proportional_odds,
)
from ilacs_reliability.comparison.overlap import (
    OverlapReport as OverlapReport,
    overlap_report as overlap_report,
)
from ilacs_reliability.comparison.proportions import (
    risk_difference as risk_difference,
)
from ilacs_reliability.comparison.ranks import (
    brunner_munzel as brunner_munzel,
    mann_whitney as mann_whitney,
)
from ilacs_reliability.comparison.ratios import (
    odds_ratio as odds_ratio,
    risk_ratio as risk_ratio,
)
from ilacs_reliability.comparison.selection import (
    SelectionBounds as SelectionBounds,
    selection_bounds as selection_bounds,
)
from ilacs_reliability.comparison.sensitivity import (
    RosenbaumBounds as RosenbaumBounds,
    e_value as e_value,
    rosenbaum_bounds as rosenbaum_bounds,
)
from ilacs_reliability.comparison.strata import (
    stratified_relative_effect as stratified_relative_effect,
    van_elteren as van_elteren,
)
from ilacs_reliability.comparison.trend import (
    jonckheere as jonckheere,
)
from ilacs_reliability.comparison.unit_pairs import (
    generalised_odds as generalised_odds,
    somers_d as somers_d,
)
from ilacs_reliability.comparison.variation import (
    heterogeneity as heterogeneity,
)
from ilacs_reliability.datasets import (
    Dataset as Dataset,
    list_datasets as list_datasets,
    load_dataset as load_dataset,
)
from ilacs_reliability.error.attribute import (
    AttributeAgreement as AttributeAgreement,
    agreement_with_standard as agreement_with_standard,
    attribute_agreement as attribute_agreement,
)
from ilacs_reliability.error.class_records import (
    DawidSkene as DawidSkene,
)
from ilacs_reliability.error.correction import (
    CorrectedShift as CorrectedShift,
    corrected_shift as corrected_shift,
)
from ilacs_reliability.error.dawid_skene import (
    dawid_skene as dawid_skene,
)
from ilacs_reliability.error.latent import (
    LatentGrade as LatentGrade,
    latent_grade_model as latent_grade_model,
)
from ilacs_reliability.error.misclassification import (
    ErrorMatrix as ErrorMatrix,
    misclassification_matrix as misclassification_matrix,
)
from ilacs_reliability.error.noise import (
    NoiseTransitions as NoiseTransitions,
    noise_only_transitions as noise_only_transitions,
    regression_to_mean_test as regression_to_mean_test,
)
from ilacs_reliability.error.own_repeats import (
    intra_rater_agreement as intra_rater_agreement,
)
from ilacs_reliability.error.polychoric import (
    polychoric_correlation as polychoric_correlation,
)
from ilacs_reliability.error.repeat_grades import (
    grade_accuracy as grade_accuracy,
    repeat_grade_probability as repeat_grade_probability,
)
from ilacs_reliability.error.repeats import (
    RepeatReliability as RepeatReliability,
    reliability_from_repeats as reliability_from_repeats,
)
from ilacs_reliability.error.severity import (
    RaterSeverity as RaterSeverity,
    rater_severity as rater_severity,
)
from ilacs_reliability.error.tipping import (
    TippingPoint as TippingPoint,
    tipping_point as tipping_point,
)
from ilacs_reliability.planning.double_ratings import (
    StudyPlan as StudyPlan,
    minimum_detectable_agreement as minimum_detectable_agreement,
    power_for_agreement as power_for_agreement,
    units_for_agreement as units_for_agreement,
)
from ilacs_reliability.planning.fieldwork import (
    Fieldwork as Fieldwork,
)
from ilacs_reliability.planning.precision import (
    Precision as Precision,
    precision_for_agreement as precision_for_agreement,
)
from ilacs_reliability.planning.sequential import (
    AgreementSequence as AgreementSequence,
    agreement_sequence as agreement_sequence,
)
from ilacs_reliability.planning.table_studies import (
    units_for_comparison as units_for_comparison,
    units_for_shift as units_for_shift,
)
from ilacs_reliability.planning.worlds import (
    World as World,
    agreement_world as agreement_world,
)
from ilacs_reliability.reporting.html import (
    report_html as report_html,
)
from ilacs_reliability.reporting.markdown import (
    report_markdown as report_markdown,
)
from ilacs_reliability.reporting.text import (
    report_text as report_text,
)
from ilacs_reliability.shift.binary import (
    mcnemar as mcnemar,
    paired_difference as paired_difference,
    paired_odds_ratio as paired_odds_ratio,
    sign_test as sign_test,
)
from ilacs_reliability.shift.destinations import (
    transition_shares as transition_shares,
)
from ilacs_reliability.shift.margin_tests import (
    shift_equivalence as shift_equivalence,
)
from ilacs_reliability.shift.margins import (
    bhapkar as bhapkar,
    marginal_shift_by_grade as marginal_shift_by_grade,
    stuart_maxwell as stuart_maxwell,
)
from ilacs_reliability.shift.movement import (
    NetShift as NetShift,
    net_shift as net_shift,
)
from ilacs_reliability.shift.occasion_pairs import (
    pairwise_occasions as pairwise_occasions,
)
from ilacs_reliability.shift.occasions import (
    cochran_q as cochran_q,
    friedman as friedman,
    madansky as madansky,
)
from ilacs_reliability.shift.scores import (
    marginal_score_shift as marginal_score_shift,
)
from ilacs_reliability.shift.signed_ranks import (
    marginal_rank_shift as marginal_rank_shift,
    paired_superiority as paired_superiority,
    wilcoxon_signed_rank as wilcoxon_signed_rank,
)
from ilacs_reliability.shift.stratified import (
    StratifiedShift as StratifiedShift,
    stratified_shift as stratified_shift,
)
from ilacs_reliability.shift.symmetry import (
    PairwiseSymmetry as PairwiseSymmetry,
    bowker as bowker,
    pairwise_symmetry as pairwise_symmetry,
)

__version__: str
__all__: list[str]
