# Exact McNemar tests with the intervals of the paired odds ratio that match them, by exact2x2, and
# the binomial intervals behind them by exactci.
# Written with exact2x2 1.7.0 and exactci 1.4-5. Run: Rscript exact2x2_shift.R > exact2x2_shift.json
# The odds ratio is counts[1, 2] / counts[2, 1].
suppressMessages(library(exact2x2))
source("common.R")

fields <- function(r) list(p_value = r$p.value, estimate = unname(r$estimate), low = r$conf.int[1],
                           high = r$conf.int[2])
for (k in c("bentur", "cavo", "ezra", "paradox_1", "paradox_2", "year_one_good", "leadership_good",
            "sif_to_ilacs_good", "no_change", "balanced_change", "one_way", "negative")) {
  case(paste(k, "exact", sep = "."), k, "mcnemar.exact(counts)", fields)
  case(paste(k, "midp", sep = "."), k, "exact2x2(counts, paired = TRUE, midp = TRUE)", fields)
  case(paste(k, "exact.level_0.9", sep = "."), k, "mcnemar.exact(counts, conf.level = 0.9)", fields)
  for (s in c("minlike", "blaker")) case(
    paste(k, "exact", s, sep = "."), k,
    sprintf('exact2x2(counts, paired = TRUE, tsmethod = "%s")', s), fields)
  for (a in c("greater", "less")) case(
    paste(k, "exact", a, sep = "."), k,
    sprintf('exact2x2(counts, paired = TRUE, alternative = "%s")', a), fields)
}
for (x in list(c(0, 6), c(1, 12), c(3, 24), c(22, 24), c(5, 10), c(150, 150), c(18, 44), c(24, 24))) {
  for (m in c("FALSE", "TRUE")) case(
    sprintf("binomial.%d_of_%d.%s", x[1], x[2], if (m == "TRUE") "midp" else "exact"), NULL,
    sprintf("exactci::binom.exact(%d, %d, midp = %s)", x[1], x[2], m), fields)
}

emit(c("exact2x2", "exactci"), "exact2x2_shift.R")
