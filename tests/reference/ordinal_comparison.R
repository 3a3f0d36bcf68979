# Proportional odds and its parallel-lines test by R's MASS, ordinal, brant and contingencytables.
# Written with MASS 7.3-58.2, ordinal 2022.11-16, brant 0.3-0 and contingencytables 3.0.1.
# Run: Rscript ordinal_comparison.R > ordinal_comparison.json
# The coefficient is the log odds of a better grade in the second group against the first:
# logit P(grade <= j) = threshold_j - beta * [second].
suppressMessages({
  library(MASS)
  library(ordinal)
  library(brant)
  library(contingencytables)
})
source("common.R")

graded <- function(frame) transform(droplevels(frame), grade = ordered(grade))
by_clm <- function(m) {
  s <- coef(summary(m))
  b <- names(m$beta)
  wide <- tryCatch(confint(m, type = "profile"), error = function(e) NULL)
  list(estimate = unname(m$beta), standard_error = unname(s[b, "Std. Error"]),
       p_value = unname(s[b, "Pr(>|z|)"]), thresholds = unname(m$alpha),
       log_likelihood = as.numeric(logLik(m)), low_profile = if (is.null(wide)) NaN else unname(wide[, 1]),
       high_profile = if (is.null(wide)) NaN else unname(wide[, 2]),
       largest_gradient = max(abs(m$gradient)), condition_number = m$cond.H)
}
tolerance <- "control = clm.control(gradTol = 1e-12, maxIter = 500)"
two_groups <- c("pain", "short_standard", "small_ties", "unbalanced", "fontanella", "lydersen",
                "separated", "three_sizes")
for (k in two_groups) {
  for (link in c("logit", "probit", "cloglog")) case(
    paste(k, "clm", link, sep = "."), k,
    sprintf('clm(grade ~ group, data = graded(frame), link = "%s", %s)', link, tolerance), by_clm)
  case(paste(k, "polr", sep = "."), k,
       "polr(grade ~ group, graded(frame), Hess = TRUE, control = list(reltol = 1e-14, maxit = 1000))",
       function(m) {
         s <- coef(summary(m))
         b <- names(coef(m))
         list(estimate = unname(coef(m)), standard_error = unname(s[b, "Std. Error"]),
              thresholds = unname(m$zeta), deviance = m$deviance)
       })
  case(paste(k, "nominal_test", sep = "."), k,
       "{fr <<- graded(frame); nominal_test(clm(grade ~ group, data = fr))}", function(t)
         list(statistic = t["group", "LRT"], df = t["group", "Df"], p_value = t["group", "Pr(>Chi)"]))
  case(paste(k, "null_deviance_test", sep = "."), k,
       sprintf(paste("anova(clm(grade ~ 1, data = graded(frame), %s),",
                     "clm(grade ~ group, data = graded(frame), %s))"), tolerance, tolerance),
       function(t) list(statistic = t$LR.stat[2], df = t$df[2], p_value = t$`Pr(>Chisq)`[2]))
  case(paste(k, "brant", sep = "."), k,
       "{fr <<- graded(frame); brant(polr(grade ~ group, fr, Hess = TRUE))}", function(m) list(
         statistic = m["Omnibus", 1], df = m["Omnibus", 2], p_value = m["Omnibus", 3]))
}
for (k in c("fontanella", "lydersen", "short_standard")) {
  plain <- function(r) {
    kept <- Filter(function(x) is.numeric(x) && length(x) <= 6, unclass(r))
    lapply(kept, unname)
  }
  case(paste(k, "Brant_test", sep = "."), k, "Brant_test_2xc(counts)", plain)
  case(paste(k, "Cumulative_models", sep = "."), k, "Cumulative_models_for_2xc(counts)", plain)
}
for (k in c("strata_medium", "eight_strata")) case(
  paste(k, "clm.stratum_covariate", sep = "."), k,
  sprintf("clm(grade ~ group + stratum, data = graded(frame), %s)", tolerance), function(m) {
    s <- coef(summary(m))
    b <- names(m$beta)
    list(coefficients = unname(m$beta), standard_errors = unname(s[b, "Std. Error"]),
         log_likelihood = as.numeric(logLik(m)))
  })

emit(c("MASS", "ordinal", "brant", "contingencytables"), "ordinal_comparison.R")
