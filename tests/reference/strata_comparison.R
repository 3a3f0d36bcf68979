# Ratios and differences of two shares common to strata, by metafor (Mantel-Haenszel; Greenland and Robins'
# variance, 1985) and by ratesci (score, weighted by Mantel and Haenszel, without its skewness correction).
# Written with metafor 3.8-1 and ratesci 1.0.0. Run: Rscript strata_comparison.R > strata_comparison.json
# The share is that of the last grade; ratios and differences are second group to first.
suppressMessages({
  library(metafor)
  library(ratesci)
})
source("common.R")

mantel_haenszel <- function(r) {
  list(estimate = as.vector(r$beta), standard_error = r$se, low = r$ci.lb, high = r$ci.ub)
}
score <- function(r) {
  e <- r$estimates
  list(low = e[1, "lower"], estimate = e[1, "est"], high = e[1, "upper"])
}
last <- "dim(cube)[2]"
hits <- function(group) sprintf("cube[%d, %s, ]", group, last)
sizes <- function(group) sprintf("colSums(cube[%d, , ])", group)

for (k in c("size_by_kind", "tiny_strata", "strata_medium", "hine", "doll_hill", "eight_strata")) {
  for (measure in c("RR", "RD")) case(
    paste(k, "rma.mh", measure, sep = "."), k,
    sprintf(paste('rma.mh(ai = %s, n1i = %s, ci = %s, n2i = %s, measure = "%s", digits = 12,',
                  "drop00 = FALSE)"), hits(2), sizes(2), hits(1), sizes(1), measure),
    mantel_haenszel)
  case(paste(k, "scoreci", "RR", sep = "."), k,
       sprintf(paste('scoreci(%s, %s, %s, %s, contrast = "RR", stratified = TRUE, weighting = "MH",',
                     "skew = FALSE, bcf = TRUE, precis = 12)"), hits(2), sizes(2), hits(1), sizes(1)),
       score)
}

emit(c("metafor", "ratesci"), "strata_comparison.R")
