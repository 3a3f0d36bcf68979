# Agreement by R's DescTools.
# Written with DescTools 0.99.59. Run: Rscript desctools_agreement.R > desctools_agreement.json
suppressMessages(library(DescTools))
source("common.R")

interval <- function(r) list(estimate = r[[1]], low = r[[2]], high = r[[3]])

for (k in c("cohen", "fleiss_cohen_everitt", "sas_three", "abstractors", "diagnosis",
            "vision_women", "ms_winnipeg", "ms_new_orleans", "sexual_fun", "paradox_1", "paradox_2",
            "paradox_3", "paradox_4", "negative", "grades_24", "grades_153", "grade_unused_24",
            "grade_half_used_24")) {
  for (w in c("Unweighted", "Equal-Spacing", "Fleiss-Cohen")) {
    case(paste(k, "CohenKappa", w, sep = "."), k,
         sprintf('CohenKappa(counts, weights = "%s", conf.level = 0.95)', w), interval)
  }
}
for (k in c("diagnoses", "carcinoma", "anxiety", "video", "three_raters_unused")) {
  for (m in c("Fleiss", "Conger", "Light")) {
    case(paste(k, "KappaM", m, sep = "."), k,
         sprintf('KappaM(ratings, method = "%s", conf.level = %s)', m,
                 if (m == "Light") "NA" else "0.95"),
         function(r) if (length(r) == 3) interval(r) else list(estimate = r[[1]]))
  }
  case(paste(k, "KendallW", sep = "."), k, "KendallW(ratings, correct = TRUE, test = TRUE)",
       function(r) list(estimate = r$estimate[[1]], statistic = r$statistic[[1]],
                        df = r$parameter[["df"]], p_value = r$p.value))
}
concordance <- function(r) c(interval(unlist(r$rho.c)), list(scale_shift = r$s.shift,
                             location_shift = r$l.shift, bias_correction = r$C.b))
pairs <- list(anxiety = c(1, 2), anxiety = c(2, 3), video = c(2, 3), shrout_fleiss = c(1, 4),
              three_raters_gaps = c(1, 2))
for (i in seq_along(pairs)) for (ci in c("z-transform", "asymptotic")) {
  k <- names(pairs)[i]
  p <- pairs[[i]]
  case(sprintf("%s.CCC.raters_%d_%d.%s", k, p[1], p[2], ci), k,
       sprintf('CCC(ratings[, %d], ratings[, %d], ci = "%s", na.rm = TRUE)', p[1], p[2], ci),
       concordance)
}
for (k in c("grades_24", "grades_153", "ms_new_orleans")) for (ci in c("z-transform", "asymptotic")) {
  case(paste(k, "CCC", ci, sep = "."), k,
       sprintf('CCC(ratings[, 1], ratings[, 2], ci = "%s")', ci), concordance)
}
for (k in c("shrout_fleiss", "anxiety", "video")) {
  case(paste(k, "ICC.all", sep = "."), k, 'ICC(ratings, type = "all", conf.level = 0.95)', function(r) {
    t <- r$results
    setNames(lapply(seq_len(6), function(i) list(
      estimate = t$est[i], statistic = t$`F-val`[i], df1 = t$df1[i], df2 = t$df2[i],
      p_value = t$`p-val`[i], low = t$lwr.ci[i], high = t$upr.ci[i])),
      c("1,1", "A,1", "C,1", "1,k", "A,k", "C,k"))
  })
}
for (k in c("krippendorff", "diagnoses", "anxiety")) {
  for (m in c("nominal", "ordinal", "interval", "ratio")) {
    case(paste(k, "KrippAlpha", m, sep = "."), k, sprintf('KrippAlpha(t(ratings), "%s")', m),
         function(r) list(estimate = r$value))
  }
}

emit("DescTools", "desctools_agreement.R")
