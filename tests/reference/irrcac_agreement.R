# Chance-corrected agreement coefficients by Gwet's irrCAC, the version on GitHub (kgwet/irrCAC).
# Written with irrCAC 1.4. Run: Rscript irrcac_agreement.R > irrcac_agreement.json
#
# The functions for raw ratings round the coefficient and its standard error to five decimals, and
# every function prints its interval to three. Full precision is had by calls the package allows:
#   estimate        (pa - pe) / (1 - pe), both of which are returned unrounded
#   standard_error  the finite-population argument N = -n / 1e18 multiplies the variance by
#                   1 + 1e18, so the rounded standard error carries 14 decimals
# The script stops where these differ from the package's own rounded figures. Intervals are estimate -+ t(n - 1) SE, the
# upper limit cut at 1, as the package's interval is before it is rounded.
# p-values are one-sided (estimate above zero) in this version.
suppressMessages(library(irrCAC))
source("common.R")

kinds <- c("unweighted", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar")
raw <- c(percent = "pa.coeff.raw", conger = "conger.kappa.raw", fleiss = "fleiss.kappa.raw",
         gwet = "gwet.ac1.raw", brennan_prediger = "bp.coeff.raw",
         krippendorff = "krippen.alpha.raw")
table_functions <- c(percent = "pa2.table", cohen = "kappa2.table", scott = "scott2.table",
                     gwet = "gwet.ac1.table", brennan_prediger = "bp2.table",
                     krippendorff = "krippen2.table")
limits <- function(estimate, se, n) {
  half <- se * qt(0.975, n - 1)
  list(low = estimate - half, high = min(1, estimate + half))
}

halt_unless_printed <- function(bounds, printed) {
  printed <- as.numeric(strsplit(gsub("[()]", "", printed), ",")[[1]])
  if (all(is.finite(printed))) stopifnot(abs(unlist(bounds) - printed) <= 5.1e-4)
}

from_raw <- function(pair) {
  est <- pair$plain$est
  estimate <- (est$pa - est$pe) / (1 - est$pe)
  se <- pair$scaled$est$coeff.se / 1e9
  bounds <- limits(estimate, se, pair$n)
  halt_unless_printed(bounds, est$conf.int)
  stopifnot(!is.finite(estimate) || abs(estimate - est$coeff.val) <= 5.1e-6,
            !is.finite(se) || abs(se - est$coeff.se) <= 5.1e-6)
  c(list(estimate = estimate, standard_error = se), bounds,
    list(observed = est$pa, expected = est$pe, p_value_one_sided = est$p.value))
}

from_table <- function(r, n) {
  bounds <- limits(r$coeff.val, r$coeff.se, n)
  halt_unless_printed(bounds, r$coeff.ci)
  c(list(estimate = r$coeff.val, standard_error = r$coeff.se), bounds)
}

raw_pair <- function(f, ratings, weights, labels) {
  n <- nrow(ratings)
  list(plain = f(ratings, weights = weights, categ.labels = labels),
       scaled = f(ratings, weights = weights, categ.labels = labels, N = -n / 1e18), n = n)
}

two_raters <- c("cohen", "fleiss_cohen_everitt", "sas_three", "abstractors", "diagnosis",
                "vision_women", "vision_men", "ms_winnipeg", "ms_new_orleans", "sexual_fun",
                "paradox_1", "paradox_2", "paradox_3", "paradox_4", "negative", "grades_24",
                "grades_153", "grade_unused_24", "grade_half_used_24")
every_kind <- c("cohen", "diagnosis", "ms_new_orleans", "grades_24", "grades_153",
                "grade_unused_24", "grade_half_used_24")
for (k in two_raters) {
  n <- sum(tables[[k]]$counts)
  q <- length(tables[[k]]$labels)
  case(paste(k, "table", "bangdiwala", sep = "."), k, "bangdiwala.table(counts)",
       function(r) from_table(r, n))
  for (w in if (q == 2) kinds[1] else if (k %in% every_kind) kinds else kinds[1:3]) {
    matrix_call <- sprintf("%s.weights(1:%d)", if (w == "unweighted") "identity" else w, q)
    for (f in names(table_functions)) {
      case(paste(k, "table", f, w, sep = "."), k,
           sprintf("%s(counts, weights = %s)", table_functions[f], matrix_call),
           function(r) from_table(r, n))
    }
    if (!k %in% c("vision_women", "vision_men")) for (f in names(raw)) {
      case(paste(k, "raw", f, w, sep = "."), k,
           sprintf('raw_pair(%s, ratings, "%s", 1:%d)', raw[f], w, q), from_raw)
    }
  }
}

for (k in c("diagnoses", "krippendorff", "shrout_fleiss", "shrout_fleiss_gaps", "carcinoma", "anxiety",
            "video", "three_raters_gaps", "three_raters_unused", "five_raters_gaps")) {
  q <- length(tables[[k]]$labels)
  for (w in if (q == 2) kinds[1] else kinds) for (f in names(raw)) {
    case(paste(k, "raw", f, w, sep = "."), k,
         sprintf('raw_pair(%s, ratings, "%s", labels)', raw[f], w), from_raw)
  }
}
# Labels given as text become ranks; numbers left out of categ.labels keep their values as scores.
for (w in c("linear", "quadratic", "ratio")) for (f in c("fleiss", "gwet")) {
  case(paste("video", "raw_observed_grades", f, w, sep = "."), "video",
       sprintf('raw_pair(%s, ratings, "%s", NULL)', raw[f], w), from_raw)
}

for (w in kinds) for (q in c(3, 4, 5)) {
  name <- if (w == "unweighted") "identity" else w
  case(paste("weights", name, q, sep = "."), NULL, sprintf("%s.weights(1:%d)", name, q),
       function(m) list(weights = m))
}

emit("irrCAC", "irrcac_agreement.R")
