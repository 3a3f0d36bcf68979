# The Brunner-Munzel test and its equivalence form by R's TOSTER, brunnermunzel and nparcomp.
# Written with TOSTER 0.9.0, brunnermunzel 2.0 and nparcomp 3.0.
# Run: Rscript toster_comparison.R > toster_comparison.json
# TOSTER's effect is P(x > y) + P(x = y) / 2, brunnermunzel's and nparcomp's P(x < y) + P(x = y) / 2,
# with x the first group. brunnermunzel's permutation test takes every split; TOSTER's draws R.
suppressMessages({
  library(TOSTER)
  library(brunnermunzel)
  library(nparcomp)
})
source("common.R")

fields <- function(t) {
  out <- list(statistic = unname(t$statistic), df = unname(t$parameter), p_value = t$p.value,
              estimate = unname(t$estimate), standard_error = unname(t$stderr), low = t$conf.int[1],
              high = t$conf.int[2], confidence_level = attr(t$conf.int, "conf.level"))
  Filter(function(v) length(v) == 1, lapply(out, unname))
}
two_groups <- c("pain", "short_standard", "separated", "small_ties", "tiny", "identical", "one_grade",
                "single_unit", "unbalanced", "fontanella", "lydersen", "cut_at_good")
for (k in two_groups) {
  for (m in c("t", "logit")) {
    call <- function(extra) sprintf('TOSTER::brunner_munzel(x, y, test_method = "%s"%s)', m, extra)
    case(paste(k, "TOSTER", m, sep = "."), k, call(""), fields)
    for (a in c("greater", "less")) case(paste(k, "TOSTER", m, a, sep = "."), k,
                                         call(sprintf(', alternative = "%s"', a)), fields)
    case(paste(k, "TOSTER", m, "equivalence", sep = "."), k,
         call(', alternative = "equivalence", mu = c(0.3, 0.7)'), fields)
    case(paste(k, "TOSTER", m, "noninferiority", sep = "."), k,
         call(', alternative = "greater", mu = 0.4'), fields)
    case(paste(k, "TOSTER", m, "minimal_effect", sep = "."), k,
         call(', alternative = "minimal.effect", mu = c(0.45, 0.55)'), fields)
  }
  for (s in c("difference", "logodds", "odds")) case(
    paste(k, "TOSTER.logit", s, sep = "."), k,
    sprintf('TOSTER::brunner_munzel(x, y, test_method = "logit", scale = "%s")', s), fields)
  case(paste(k, "brunnermunzel.test", sep = "."), k, "brunnermunzel::brunnermunzel.test(x, y)", fields)
  if (sum(tables[[k]]$counts) <= 26) {
    for (a in c("two.sided", "greater", "less")) case(
      paste(k, "brunnermunzel.permutation", a, sep = "."), k,
      sprintf('brunnermunzel::brunnermunzel.permutation.test(x, y, alternative = "%s")', a), fields)
  }
  if (sum(tables[[k]]$counts) > 150) next
  case(paste(k, "TOSTER.perm", sep = "."), k,
       'TOSTER::brunner_munzel(x, y, test_method = "perm", R = 20000)', fields, seed = 20240505)
  case(paste(k, "TOSTER.perm.equivalence", sep = "."), k,
       paste('TOSTER::brunner_munzel(x, y, test_method = "perm", R = 20000,',
             'alternative = "equivalence", mu = c(0.3, 0.7))'), fields, seed = 20240506)
}

analysis <- function(r) {
  a <- r$Analysis
  lapply(list(estimate = a$Estimator, low = a$Lower, high = a$Upper, statistic = a$T,
              p_value = a$p.Value), as.numeric)
}
for (k in c("pain", "short_standard", "small_ties", "unbalanced", "lydersen")) {
  for (m in c("t.app", "logit", "probit", "normal")) case(
    paste(k, "npar.t.test", m, sep = "."), k,
    sprintf(paste('nparcomp::npar.t.test(grade ~ group, frame, method = "%s", info = FALSE,',
                  "rounds = 15)"), m), analysis)
}

emit(c("TOSTER", "brunnermunzel", "nparcomp"), "toster_comparison.R")
