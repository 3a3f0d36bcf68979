"""What other programs call things that are here under another name."""

FUNCTIONS = {
    "ac1": "gwet_ac(ratings)",
    "ac2": "gwet_ac(ratings, weights=...)",
    "gwet_ac1": "gwet_ac(ratings)",
    "gwet_ac2": "gwet_ac(ratings, weights=...)",
    "bennett_s": "brennan_prediger(ratings)",
    "pabak": "brennan_prediger(ratings)",
    "bhapkar_test": "bhapkar(table)",
    "bowker_test": "bowker(table)",
    "symmetry_test": "bowker(table)",
    "mcnemar_test": "mcnemar(table, at_least=...)",
    "stuart_maxwell_test": "stuart_maxwell(table)",
    "cohens_kappa": "cohen_kappa(ratings)",
    "cohen_kappa_score": "cohen_kappa(ratings)",
    "weighted_kappa": 'cohen_kappa(ratings, weights="quadratic")',
    "quadratic_kappa": 'cohen_kappa(ratings, weights="quadratic")',
    "fleiss_kappa_score": "fleiss_kappa(ratings)",
    "fleissm_kappa": "fleiss_kappa(ratings)",
    "concordance_correlation_coefficient": "lin_ccc(ratings)",
    "ccc": "lin_ccc(ratings)",
    "icc1": 'icc(ratings, form="1,1")',
    "icc2": 'icc(ratings, form="A,1")',
    "icc3": 'icc(ratings, form="C,1")',
    "intraclass_corr": "icc(ratings)",
    "kendalls_w": "kendall_w(ratings)",
    "krippendorffs_alpha": "krippendorff_alpha(ratings)",
    "alpha": "krippendorff_alpha(ratings)",
    "percentage_agreement": "percent_agreement(ratings)",
    "raw_agreement": "percent_agreement(ratings)",
    "positive_agreement": "specific_agreement(ratings)",
    "category_kappa": "kappa_by_grade(ratings)",
    "scotts_pi": "scott_pi(ratings)",
    "cochrans_q": "cochran_q(ratings)",
    "cmh_test": "cochran_mantel_haenszel(grades)",
    "mantel_haenszel": "odds_ratio(grades, at_least=...)",
    "cliff_delta": "cliffs_delta(grades)",
    "wilcoxon": "wilcoxon_signed_rank(table)",
    "mannwhitneyu": "mann_whitney(grades)",
    "brunnermunzel": "brunner_munzel(grades)",
    "tost": "ordinal_equivalence(grades, margin=...) or shift_equivalence(table, margin=...)",
    "multipletests": "adjust_p_values(p_values)",
    "posthoc_conover_friedman": "pairwise_occasions(ratings)",
    "posthoc_nemenyi_friedman": 'pairwise_occasions(ratings, method="nemenyi")',
    "kendall_na": 'kendall_w(ratings, missing="pairwise")',
    "skillings_mack_test": 'kendall_w_test(ratings, missing="pairwise")',
    "durbin_test": 'kendall_w_test(ratings, missing="pairwise")',
    "majority_vote": "ratings_with_consensus(ratings, raters)",
    "svykappa": "survey_weighted(cohen_kappa, ratings, survey_weights=...)",
    "kappam_vanbelle": "group_agreement(ratings, groups)",
    "intra_rater_kappa": "intra_rater_agreement(ratings)",
    "iota": "conger_kappa(ratings_from_areas(areas, ...), weights=profile_weights(...))",
    "prop_trend_test": 'cochran_mantel_haenszel(grades, kind="correlation", group_scores=...)',
    "cochran_armitage": 'cochran_mantel_haenszel(grades, kind="correlation", group_scores=...)',
    "polychoric": "polychoric_correlation(ratings)",
    "sample_size_kappa": "units_for_agreement(cohen_kappa, world, ...)",
}
OPTIONS = {
    "unweighted": "identity",
    "nominal": "identity",
    "equal": "linear",
    "equal-spacing": "linear",
    "squared": "quadratic",
    "fleiss-cohen": "quadratic",
    "interval": "quadratic",
    "sqrt": "radical",
}


def function_called(name: str) -> str:
    """Say what a function of another program is called here; "" where nothing is known of it."""
    here = FUNCTIONS.get(name.lower())
    return f": it is {here} here" if here else ""


def option_called(value: object, options: tuple[str, ...]) -> str:
    """Say what an option of another program is called here, if that is one of these."""
    if not isinstance(value, str):
        return ""
    plain = value.lower().removesuffix(" weights").removesuffix("weights").strip()
    here = OPTIONS.get(plain, plain)
    return f": that is {here!r} here" if here in options else ""
