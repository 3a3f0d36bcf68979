# Intervals for paired proportions by R's ratesci.
# Written with ratesci 1.0.0. Run: Rscript ratesci_shift.R > ratesci_shift.json
# Score without skewness or bias correction is Tango's (difference) and Tang's (ratio). Differences and
# ratios are first row margin to first column margin.
library(ratesci)
source("common.R")

fields <- function(r) {
  e <- r$estimates
  p <- r$pval
  list(low = e[1, "lower"], estimate = e[1, "est"], high = e[1, "upper"],
       statistic = p[1, "scorenull"], p_value = p[1, "pval2sided"])
}
limits <- function(r) {
  e <- r$estimates
  list(low = e[1, "lower"], estimate = e[1, "est"], high = e[1, "upper"])
}
cells <- "c(counts[1, 1], counts[1, 2], counts[2, 1], counts[2, 2])"
for (k in c("bentur", "cavo", "ezra", "paradox_1", "paradox_2", "leadership_good", "year_one_good",
            "sif_to_ilacs_good", "no_change", "balanced_change", "one_way", "negative")) {
  for (contrast in c("RD", "RR")) {
    for (skew in c("FALSE", "TRUE")) case(
      paste(k, contrast, if (skew == "TRUE") "skewness_corrected" else "score", sep = "."), k,
      sprintf(paste('pairbinci(%s, contrast = "%s", method = "Score", skew = %s, bcf = %s,',
                    "precis = 12)"), cells, contrast, skew, skew), fields)
    case(paste(k, contrast, "mover_newcombe", sep = "."), k,
         sprintf('pairbinci(%s, contrast = "%s", method = "MOVER_newc", moverbase = "wilson", precis = 12)', cells,
                 contrast), limits)
  }
  for (m in c("wilson", "jeff", "midp", "SCASp")) case(
    paste(k, "OR", m, sep = "."), k,
    sprintf('pairbinci(%s, contrast = "OR", method = "%s", precis = 12)', cells, m), limits)
}

emit("ratesci", "ratesci_shift.R")
