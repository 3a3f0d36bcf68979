# E-values, Rosenbaum bounds and Wellek's Mann-Whitney equivalence test for tied data, by R's EValue,
# rbounds and EQUIVNONINF.
# Written with EValue 4.1.4, rbounds 2.2 and EQUIVNONINF 1.0.2.
# Run: Rscript sensitivity_comparison.R > sensitivity_comparison.json
# E-value of a risk ratio: RR + sqrt(RR (RR - 1)), for RR < 1 of 1 / RR (VanderWeele & Ding 2017).
suppressMessages({
  library(EValue)
  library(rbounds)
  library(EQUIVNONINF)
})
source("common.R")

e_value <- function(m) list(risk_ratio = m[1, ], e_value = m[2, ])
ratios <- list(c(3.9, 1.8, 8.7), c(0.8, 0.71, 0.91), c(10.73, 8.02, 14.36), c(1.5, 0.9, 2.5),
               c(0.45, 0.3, 1.2), c(1, 0.8, 1.25), c(2, NA, NA))
for (r in ratios) {
  arguments <- paste(ifelse(is.na(r), "NA", r), collapse = ", ")
  case(sprintf("risk_ratio.%s", r[1]), NULL, sprintf("evalues.RR(%s)", arguments), e_value)
}
case("odds_ratio.rare", NULL, "evalues.OR(0.86, 0.75, 0.99, rare = TRUE)", e_value)
case("odds_ratio.common", NULL, "evalues.OR(0.86, 0.75, 0.99, rare = FALSE)", e_value)
case("hazard_ratio.rare", NULL, "evalues.HR(0.56, 0.46, 0.69, rare = TRUE)", e_value)
case("hazard_ratio.common", NULL, "evalues.HR(0.56, 0.46, 0.69, rare = FALSE)", e_value)
case("standardised_difference", NULL, "evalues.MD(0.5, 0.25)", e_value)
case("risk_ratio.against_1.2", NULL, "evalues.RR(1.5, 1.3, 1.8, true = 1.2)", e_value)
case("bias_factor.2_3", NULL, "bias_factor <- 2 * 3 / (2 + 3 - 1)", function(b) list(bias_factor = b))

bounds <- function(r) list(gamma = r$bounds[[1]], lower = r$bounds[[2]], upper = r$bounds[[3]],
                           p_value = as.numeric(r$pval))
# rbounds rounds its tables to four or five decimals.
case("smoking.binarysens", NULL, "binarysens(12, 110, Gamma = 6, GammaInc = 1)", bounds)
case("smoking.binarysens.fine", NULL, "binarysens(12, 110, Gamma = 7, GammaInc = 0.5)", bounds)
lead <- paste(
  "psens(c(38, 23, 41, 18, 37, 36, 23, 62, 31, 34, 24, 14, 21, 17, 16, 20, 15, 10, 45, 39, 22, 35, 49,",
  "48, 44, 35, 43, 39, 34, 13, 73, 25, 27), c(16, 18, 18, 24, 19, 11, 10, 15, 16, 18, 18, 13, 19, 10,",
  "16, 16, 24, 13, 9, 14, 21, 19, 7, 18, 19, 12, 11, 22, 25, 16, 13, 11, 13), Gamma = 6,",
  "GammaInc = 1)")
case("lead.psens", NULL, lead, bounds)

wellek <- function(text) {
  grab <- function(name) as.numeric(sub(sprintf(".*%s =\\s*([-0-9.eE]+).*", name), "\\1", text))
  list(estimate = grab("WXY_TIE"), standard_error = grab("SIGMAH"), critical = grab("CRIT"),
       rejects_non_equivalence = grab("REJ"))
}
for (k in c("pain", "short_standard", "small_ties", "identical", "unbalanced", "fontanella",
            "lydersen")) for (e in c("0.1", "0.2")) {
  case(paste(k, "mwtie_fr", e, sep = "."), k,
       sprintf(paste("{options(digits = 15); paste(capture.output(mwtie_fr(ncol(counts), 0.05, length(x), length(y), %s, %s,",
                     'x, y)), collapse = " ")}'), e, e), wellek)
}

emit(c("EValue", "rbounds", "EQUIVNONINF"), "sensitivity_comparison.R")
