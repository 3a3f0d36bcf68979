# Agreement from counts of raters per unit and grade, by Gwet's irrCAC as on CRAN.
# Written with irrCAC 1.0. Run: Rscript irrcac_distributions.R > irrcac_distributions.json
# p-values of the package are 2 (1 - pt(estimate / SE)), above 1 where the estimate is negative:
# they are left out. Intervals are estimate -+ t(n - 1) SE with the upper limit cut at 1.
# krippen.alpha.dist uses another variance than krippen.alpha.raw.
library(irrCAC)
source("common.R")

functions <- c(percent = "pa.coeff.dist", fleiss = "fleiss.kappa.dist", gwet = "gwet.ac1.dist",
               brennan_prediger = "bp.coeff.dist", krippendorff = "krippen.alpha.dist")
kinds <- c("unweighted", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar")

fields <- function(r, n) {
  estimate <- if (is.null(r$coeff)) r$pa else r$coeff
  half <- r$stderr * qt(0.975, n - 1)
  list(estimate = estimate, standard_error = r$stderr, low = estimate - half,
       high = min(1, estimate + half), observed = r$pa, expected = r$pe)
}

for (k in c("fleiss", "fourteen_raters")) for (w in kinds) for (f in names(functions)) {
  n <- nrow(tables[[k]]$distribution)
  case(paste(k, f, w, sep = "."), k, sprintf('%s(distribution, weights = "%s")', functions[f], w),
       function(r) fields(r, n))
}

emit("irrCAC", "irrcac_distributions.R")
