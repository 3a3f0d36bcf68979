# Marginal homogeneity of two raters by R's irr and DescTools, and rater bias by irr.
# Written with irr 0.84.1 and DescTools 0.99.59. Run: Rscript irr_shift.R > irr_shift.json
# stuart.maxwell.mh drops grades with equal margins and their degrees of freedom; bhapkar only knows
# grades that occur.
suppressMessages({
  library(irr)
  library(DescTools)
})
source("common.R")

chi_square <- function(r) list(
  statistic = as.numeric(r$statistic), p_value = as.numeric(r$p.value),
  df = as.numeric(gsub("\\D", "", r$stat.name)))
for (k in c("vision_women", "vision_men", "ms_winnipeg", "ms_new_orleans", "sexual_fun", "leadership",
            "year_one", "sif_to_ilacs", "ilacs_to_ilacs", "fischer", "peterson", "fleiss_three",
            "cyclic_three", "no_change_four", "abstractors", "diagnosis")) {
  case(paste(k, "stuart.maxwell.mh", sep = "."), k, "irr::stuart.maxwell.mh(counts)", chi_square)
  case(paste(k, "bhapkar", sep = "."), k, "irr::bhapkar(ratings)", chi_square)
  case(paste(k, "rater.bias", sep = "."), k, "irr::rater.bias(counts)", function(r)
    list(estimate = r$value, statistic = r$statistic, p_value = r$p.value))
  case(paste(k, "StuartMaxwellTest", sep = "."), k, "DescTools::StuartMaxwellTest(counts)", function(r)
    list(statistic = r$statistic[[1]], df = r$parameter[[1]], p_value = r$p.value[[1]]))
  case(paste(k, "mcnemar.test", sep = "."), k, "stats::mcnemar.test(counts, correct = FALSE)",
       function(r) list(statistic = r$statistic[[1]], df = r$parameter[[1]], p_value = r$p.value[[1]]))
}

emit(c("irr", "DescTools"), "irr_shift.R")
