# Cohen's kappa with intervals, and intraclass correlations, by R's psych.
# Written with psych 2.2.9. Run: Rscript psych_agreement.R > psych_agreement.json
# cohen.kappa weights quadratically unless told otherwise. ICC's interval for ICC2k is Spearman-Brown
# of the limits of ICC2. With lmer = TRUE the variance components come from lme4 (REML) and units
# with missing ratings stay; with lmer = FALSE they are dropped.
suppressMessages(library(psych))
source("common.R")

both <- function(r) {
  q <- qnorm(0.975)
  list(estimate = r$kappa, standard_error = sqrt(r$var.kappa), low = r$confid[1, 1],
       high = r$confid[1, 3], weighted_estimate = r$weighted.kappa,
       weighted_standard_error = sqrt(r$var.weighted), weighted_low = r$confid[2, 1],
       weighted_high = r$confid[2, 3])
}
for (k in c("cohen", "fleiss_cohen_everitt", "sas_three", "abstractors", "diagnosis",
            "vision_women", "vision_men", "ms_winnipeg", "ms_new_orleans", "sexual_fun",
            "paradox_1", "paradox_2", "paradox_3", "paradox_4", "negative", "grades_24",
            "grades_153", "grade_unused_24", "grade_half_used_24")) {
  case(paste(k, "cohen.kappa", sep = "."), k, "cohen.kappa(counts)", both)
}
case("cohen.cohen.kappa.disagreement", "cohen",
     "cohen.kappa(counts, w = matrix(c(0, 1, 3, 1, 0, 6, 3, 6, 0), 3))", both)
case("cohen.cohen.kappa.asymmetric", "cohen",
     "cohen.kappa(counts, w = matrix(c(0, 1, 4, 1, 0, 6, 2, 2, 0), 3, byrow = TRUE))", both)
case("grade_unused_24.cohen.kappa.levels", "grade_unused_24",
     "cohen.kappa(ratings, levels = 1:4)", both)
case("grade_unused_24.cohen.kappa.observed", "grade_unused_24", "cohen.kappa(ratings)", both)

forms <- c("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")
rows <- function(r) {
  t <- r$results
  set <- lapply(seq_len(6), function(i) list(
    estimate = t$ICC[i], statistic = t$F[i], df1 = t$df1[i], df2 = t$df2[i], p_value = t$p[i],
    low = t$`lower bound`[i], high = t$`upper bound`[i]))
  c(setNames(set, forms), list(units = r$n.obs, raters = r$n.judge))
}
for (k in c("shrout_fleiss", "anxiety", "video", "three_raters_unused")) {
  for (l in c("FALSE", "TRUE")) case(paste(k, "ICC.lmer", l, sep = "."), k,
                                     sprintf("ICC(ratings, lmer = %s)", l), rows)
}
for (k in c("shrout_fleiss_gaps", "three_raters_gaps", "five_raters_gaps")) {
  case(paste(k, "ICC.lmer.TRUE", sep = "."), k, "ICC(ratings, missing = FALSE, lmer = TRUE)", rows)
  case(paste(k, "ICC.lmer.FALSE", sep = "."), k, "ICC(ratings, missing = TRUE, lmer = FALSE)", rows)
}

emit("psych", "psych_agreement.R")
