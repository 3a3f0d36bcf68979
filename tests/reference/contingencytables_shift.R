# Paired tables by R's contingencytables (Fagerland, Lydersen and Laake, chapters 8 and 9).
# Written with contingencytables 3.0.1.
# Run: Rscript contingencytables_shift.R > contingencytables_shift.json
# Differences are rows less columns (before less after); tau and alpha of the mean ranks are
# P(after > before) less P(after < before), and P(after > before) + P(tie) / 2, for independent draws
# from the two margins. Score-type limits are found to 1e-7. The exact unconditional test is a
# maximum over num_pi_values equally spaced nuisance values.
suppressMessages(library(contingencytables))
source("common.R")

fields <- function(r) {
  kept <- Filter(function(x) is.numeric(x) && length(x) <= 10, unclass(r))
  names(kept)[names(kept) == "midP"] <- if (any(c("P", "Pvalue") %in% names(kept))) "mid_p_value" else
    "p_value"
  names(kept)[names(kept) %in% c("Pvalue", "P")] <- "p_value"
  names(kept)[names(kept) %in% c("T", "T0", "Z")] <- "statistic"
  names(kept)[names(kept) == "lower"] <- "low"
  names(kept)[names(kept) == "upper"] <- "high"
  if (length(kept) == 0) list(error = "returned nothing: printed that the margins do not differ") else
    lapply(kept, unname)
}

two_by_two <- c("bentur", "cavo", "ezra", "paradox_1", "paradox_2", "leadership_good", "year_one_good",
                "sif_to_ilacs_good", "no_change", "balanced_change", "one_way", "negative")
tests <- c("McNemar_asymptotic_test", "McNemar_asymptotic_test_CC", "McNemar_exact_cond_test",
           "McNemar_midP_test")
intervals <- c("Wald_CI_diff", "Wald_CI_diff_CC", "Wald_CI_AgrestiMin", "Wald_CI_BonettPrice",
               "Newcombe_square_and_add_CI", "Tango_asymptotic_score_CI", "Wald_CI_ratio",
               "Tang_asymptotic_score_CI", "BonettPrice_hybrid_Wilson_score_CI",
               "BonettPrice_hybrid_Wilson_score_CI_CC", "MOVER_Wilson_score_CI", "Wald_CI_OR",
               "Wald_CI_OR_Laplace", "Transformed_Clopper_Pearson_exact_CI",
               "Transformed_Clopper_Pearson_midP_CI", "Transformed_Blaker_exact_CI",
               "Transformed_Wilson_score_CI")
for (k in two_by_two) {
  for (f in c(tests, intervals)) case(paste(k, f, sep = "."), k,
                                      sprintf("%s_paired_2x2(counts)", f), fields)
  if (sum(tables[[k]]$counts) <= 150) for (g in c("0", "1e-04")) {
    case(paste(k, "McNemar_exact_unconditional_test.gamma", g, sep = "."), k,
         sprintf("McNemar_exact_unconditional_test_paired_2x2(counts, %s, 4000L)", g), fields)
  }
}
for (f in c("Tango_asymptotic_score_CI", "Newcombe_square_and_add_CI", "Wald_CI_BonettPrice",
            "Transformed_Clopper_Pearson_exact_CI", "Transformed_Clopper_Pearson_midP_CI")) {
  case(paste("cavo", f, "level_0.9", sep = "."), "cavo",
       sprintf("%s_paired_2x2(counts, alpha = 0.1)", f), fields)
}

square <- c("fischer", "peterson", "fleiss_three", "vision_women", "vision_men", "ms_winnipeg",
            "ms_new_orleans", "sexual_fun", "leadership", "year_one", "sif_to_ilacs", "ilacs_to_ilacs",
            "no_change_four", "cyclic_three", "grades_24", "grade_unused_24")
for (k in square) {
  for (f in c("Bhapkar_test", "Stuart_test", "McNemarBowker_test", "Bonferroni_type_CIs",
              "Scheffe_type_CIs", "Score_test_and_CI_marginal_mean_scores",
              "Wald_test_and_CI_marginal_mean_scores", "Wald_test_and_CI_marginal_mean_ranks",
              if (nrow(tables[[k]]$counts) == 3) c("FleissEveritt_test", "FleissLevinPaik_test"))) {
    case(paste(k, f, sep = "."), k, sprintf("%s_paired_cxc(counts)", f), fields)
  }
}
for (f in c("Score", "Wald")) case(
  paste("fischer", f, "scores_8_3.5_0", sep = "."), "fischer",
  sprintf("%s_test_and_CI_marginal_mean_scores_paired_cxc(counts, c(8, 3.5, 0, -3.5, -8))", f), fields)
case("peterson.FleissLevinPaik.three", "peterson",
     "FleissLevinPaik_test_paired_cxc(counts[-4, -4])", fields)

emit("contingencytables", "contingencytables_shift.R")
