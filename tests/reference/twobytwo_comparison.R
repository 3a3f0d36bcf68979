# Two proportions at a cut, and two-group tables as a whole, by contingencytables, DescTools, PropCIs,
# ratesci, exact2x2 and base R.
# Written with contingencytables 3.0.1, DescTools 0.99.59, PropCIs 0.3-0, ratesci 1.0.0 and
# exact2x2 1.7.0. Run: Rscript twobytwo_comparison.R > twobytwo_comparison.json
# The proportion is that of the first column; differences and ratios are first row to second row.
suppressMessages({
  library(contingencytables)
  library(DescTools)
  library(PropCIs)
  library(ratesci)
  library(exact2x2)
})
source("common.R")

textbook <- function(r) {
  kept <- Filter(function(x) is.numeric(x) && length(x) <= 6, unclass(r))
  names(kept)[names(kept) == "midP"] <- if (any(c("P", "Pvalue") %in% names(kept))) "mid_p_value" else
    "p_value"
  names(kept)[names(kept) %in% c("Pvalue", "P")] <- "p_value"
  names(kept)[names(kept) %in% c("T", "T0", "Z")] <- "statistic"
  names(kept)[names(kept) %in% c("lower", "L")] <- "low"
  names(kept)[names(kept) %in% c("upper", "U")] <- "high"
  lapply(kept, unname)
}
triple <- function(r) {
  v <- as.vector(r)
  list(estimate = v[1], low = v[2], high = v[3])
}
limits <- function(r) list(low = r$conf.int[1], high = r$conf.int[2])
score_rows <- function(r) {
  e <- r$estimates
  list(low = e[1, "lower"], estimate = e[1, "est"], high = e[1, "upper"])
}
htest <- function(r) {
  out <- list(statistic = unname(r$statistic), p_value = r$p.value, estimate = unname(r$estimate)[1],
              low = r$conf.int[1], high = r$conf.int[2])
  Filter(function(v) length(v) == 1, out)
}

two_by_two <- c("cut_at_good", "perondi", "lampasona", "ritland", "zero_zero", "all_none")
functions <- c("Wald_CI", "Wald_CI_CC", "AgrestiCaffo_CI", "Newcombe_hybrid_score_CI",
               "Mee_asymptotic_score_CI", "MiettinenNurminen_asymptotic_score_CI_difference",
               "Katz_log_CI", "Adjusted_log_CI", "Koopman_asymptotic_score_CI",
               "MiettinenNurminen_asymptotic_score_CI_ratio", "MOVER_R_Wilson_CI_ratio",
               "PriceBonett_approximate_Bayes_CI", "Woolf_logit_CI", "Gart_adjusted_logit_CI",
               "Independence_smoothed_logit_CI", "MiettinenNurminen_asymptotic_score_CI_OR",
               "MOVER_R_Wilson_CI_OR", "Cornfield_exact_conditional_CI", "Cornfield_midP_CI",
               "BaptistaPike_exact_conditional_CI", "BaptistaPike_midP_CI",
               "Pearson_chi_squared_test", "Pearson_chi_squared_test_CC", "LR_test", "Z_unpooled_test",
               "Fisher_midP_test")
for (k in two_by_two) {
  for (f in functions) case(paste(k, f, sep = "."), k, sprintf("%s_2x2(counts)", f), textbook)
  for (s in c("hypergeometric", "Pearson", "LR")) case(
    paste(k, "Fisher_exact_test", s, sep = "."), k,
    sprintf('Fisher_exact_test_2x2(counts, "%s")', s), textbook)
  if (sum(tables[[k]]$counts) <= 100) for (s in c("Pearson", "Fisher", "unpooled")) case(
    paste(k, "Exact_unconditional_test", s, sep = "."), k,
    sprintf('Exact_unconditional_test_2x2(counts, "%s", gamma = 0)', s), textbook)

  arguments <- "counts[1, 1], sum(counts[1, ]), counts[2, 1], sum(counts[2, ])"
  for (m in c("ac", "wald", "waldcc", "score", "scorecc", "mn", "mee", "ha", "jp")) case(
    paste(k, "BinomDiffCI", m, sep = "."), k, sprintf('BinomDiffCI(%s, method = "%s")', arguments, m),
    triple)
  case(paste(k, "BinomDiffCI.mn.level_0.9", sep = "."), k,
       sprintf('BinomDiffCI(%s, method = "mn", conf.level = 0.9)', arguments), triple)
  for (m in c("score", "wald", "use.or")) case(
    paste(k, "RelRisk", m, sep = "."), k, sprintf('RelRisk(counts, conf.level = 0.95, method = "%s")', m),
    triple)
  for (m in c("wald", "mle", "midp")) case(
    paste(k, "OddsRatio", m, sep = "."), k,
    sprintf('OddsRatio(counts, conf.level = 0.95, method = "%s")', m), triple)
  for (f in c("diffscoreci", "wald2ci", "riskscoreci", "orscoreci")) case(
    paste(k, f, sep = "."), k,
    sprintf('%s(%s, conf.level = 0.95%s)', f, arguments,
            if (f == "wald2ci") ', adjust = "AC"' else ""), limits)
  for (contrast in c("RD", "RR", "OR")) {
    case(paste(k, "scoreci.miettinen_nurminen", contrast, sep = "."), k,
         sprintf(paste('scoreci(%s, contrast = "%s", skew = FALSE, bcf = TRUE, or_bias = FALSE,',
                       "precis = 12)"), arguments, contrast), score_rows)
    case(paste(k, "scoreci.skewness_corrected", contrast, sep = "."), k,
         sprintf('scoreci(%s, contrast = "%s", precis = 12)', arguments, contrast), score_rows)
  }
  case(paste(k, "scoreci.mee", sep = "."), k,
       sprintf('scoreci(%s, contrast = "RD", skew = FALSE, bcf = FALSE, precis = 12)', arguments),
       score_rows)
  case(paste(k, "moverci.newcombe", sep = "."), k,
       sprintf('moverci(%s, contrast = "RD", type = "wilson", precis = 12)', arguments), score_rows)
  for (m in c("central", "minlike", "blaker")) case(
    paste(k, "exact2x2", m, sep = "."), k, sprintf('exact2x2(counts, tsmethod = "%s")', m), htest)
  case(paste(k, "exact2x2.midp", sep = "."), k, "exact2x2(counts, midp = TRUE)", htest)
  case(paste(k, "fisher.test", sep = "."), k, "stats::fisher.test(counts)", htest)
  case(paste(k, "boschloo", sep = "."), k,
       sprintf("boschloo(%s)", arguments), function(r) list(p_value = r$p.value))
  case(paste(k, "uncondExact2x2.score", sep = "."), k,
       sprintf('uncondExact2x2(%s, parmtype = "difference", method = "score", conf.int = TRUE)',
               arguments), htest)
}

groups <- c("pain", "short_standard", "small_ties", "identical", "separated", "unbalanced",
            "fontanella", "lydersen")
for (k in groups) {
  case(paste(k, "Exact_cond_midP_linear_rank_tests", sep = "."), k,
       "Exact_cond_midP_linear_rank_tests_2xc(counts)",
       function(r) Filter(function(v) length(v) == 1, textbook(r)))
  case(paste(k, "MantelHaenszel_test", sep = "."), k, "MantelHaenszel_test_2xc(counts)", textbook)
}
measure_tables <- c(groups, "three_sizes", "separated_bands", "size_declined", "grades_153", "diagnosis")
for (k in measure_tables) {
  for (f in c("gamma_coefficient", "Kendalls_tau_b", "JonckheereTerpstra_test",
              "KruskalWallis_asymptotic_test", "linear_by_linear_test",
              "FisherFreemanHalton_asymptotic_test")) {
    case(paste(k, f, sep = "."), k, sprintf("%s_rxc(counts)", f), textbook)
  }
  for (d in c("row", "column")) case(
    paste(k, "SomersDelta", d, sep = "."), k,
    sprintf('SomersDelta(counts, direction = "%s", conf.level = 0.95)', d), triple)
  case(paste(k, "GoodmanKruskalGamma", sep = "."), k, "GoodmanKruskalGamma(counts, conf.level = 0.95)",
       triple)
  case(paste(k, "KendallTauB", sep = "."), k, "KendallTauB(counts, conf.level = 0.95)", triple)
  if (k %in% c("grades_153", "diagnosis")) next
  for (a in c("two.sided", "increasing", "decreasing")) case(
    paste(k, "JonckheereTerpstraTest", a, sep = "."), k,
    sprintf(paste("JonckheereTerpstraTest(frame$grade, as.integer(frame$group),",
                  'alternative = "%s")'), a),
    function(r) list(statistic = r$statistic[[1]], p_value = r$p.value))
  if (nrow(tables[[k]]$counts) == 2) case(
    paste(k, "CochranArmitageTest", sep = "."), k, "CochranArmitageTest(t(counts))",
    function(r) list(statistic = r$statistic[[1]], p_value = r$p.value))
}
case("size_declined.CochranArmitageTest", "size_declined", "CochranArmitageTest(counts)",
     function(r) list(statistic = r$statistic[[1]], p_value = r$p.value))
case("size_declined.prop.trend.test", "size_declined",
     "stats::prop.trend.test(counts[, 2], rowSums(counts))", function(r)
       list(statistic = r$statistic[[1]], p_value = r$p.value))
for (k in c("three_sizes", "separated_bands", "small_ties")) case(
  paste(k, "JonckheereTerpstraTest.permuted", sep = "."), k,
  "JonckheereTerpstraTest(frame$grade, as.integer(frame$group), nperm = 20000)",
  function(r) list(statistic = r$statistic[[1]], p_value = r$p.value), seed = 20240510)
for (k in c("short_standard", "three_sizes", "size_declined")) case(
  paste(k, "fisher.test", sep = "."), k, "stats::fisher.test(counts)",
  function(r) list(p_value = r$p.value))

emit(c("contingencytables", "DescTools", "PropCIs", "ratesci", "exact2x2"), "twobytwo_comparison.R")
