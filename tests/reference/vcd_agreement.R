# Kappa and Bangdiwala's B by R's vcd.
# Written with vcd 1.4-11. Run: Rscript vcd_agreement.R > vcd_agreement.json
suppressMessages(library(vcd))
source("common.R")
grDevices::pdf(NULL)

both <- function(r) {
  limits <- confint(r)
  list(estimate = r$Unweighted[["value"]], standard_error = r$Unweighted[["ASE"]],
       low = limits["Unweighted", 1], high = limits["Unweighted", 2],
       weighted_estimate = r$Weighted[["value"]], weighted_standard_error = r$Weighted[["ASE"]],
       weighted_low = limits["Weighted", 1], weighted_high = limits["Weighted", 2])
}
for (k in c("cohen", "fleiss_cohen_everitt", "sas_three", "abstractors", "diagnosis",
            "vision_women", "vision_men", "ms_winnipeg", "ms_new_orleans", "sexual_fun",
            "paradox_1", "paradox_2", "paradox_3", "paradox_4", "negative", "grades_24",
            "grades_153", "grade_unused_24", "grade_half_used_24")) {
  for (w in c("Equal-Spacing", "Fleiss-Cohen")) {
    case(paste(k, "Kappa", w, sep = "."), k, sprintf('Kappa(counts, weights = "%s")', w), both)
  }
  case(paste(k, "agreementplot", sep = "."), k,
       "agreementplot(as.table(counts), return_grob = FALSE)",
       function(r) list(estimate = as.vector(r$Bangdiwala),
                        weighted_estimate = as.vector(r$Bangdiwala_Weighted),
                        partial_weights = r$weights))
}
case("fleiss_cohen_everitt.Kappa.custom", "fleiss_cohen_everitt",
     "Kappa(counts, weights = matrix(c(1, 0, 4/9, 0, 1, 6/9, 4/9, 6/9, 1), 3))", both)

emit("vcd", "vcd_agreement.R")
