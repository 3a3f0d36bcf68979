# Agreement, intraclass correlation and concordance by R's irr.
# Written with irr 0.84.1. Run: Rscript irr_agreement.R > irr_agreement.json
# kappa2 and kappam.* give z under the null hypothesis of no agreement, no interval; units with any
# missing rating are dropped; grades nobody used are not part of the scale (factor levels are).
suppressMessages(library(irr))
source("common.R")

z_test <- function(r) list(estimate = r$value, statistic = r$statistic, p_value = r$p.value,
                           units = r$subjects)

for (k in c("cohen", "fleiss_cohen_everitt", "sas_three", "abstractors", "diagnosis",
            "vision_women", "vision_men", "ms_winnipeg", "ms_new_orleans", "sexual_fun",
            "paradox_1", "paradox_2", "paradox_3", "paradox_4", "negative", "grades_24",
            "grades_153", "grade_unused_24", "grade_half_used_24")) {
  weights <- if (length(tables[[k]]$labels) == 2) "unweighted" else
    c("unweighted", "equal", "squared")
  for (w in weights) case(paste(k, "kappa2", w, sep = "."), k,
                          sprintf('kappa2(ratings, "%s")', w), z_test)
  if (grepl("vision", k)) next
  for (t in 0:1) case(paste(k, "agree", t, sep = "."), k, sprintf("agree(ratings, %d)", t),
                      function(r) list(estimate = r$value / 100, units = r$subjects))
  if (length(weights) == 1) case(paste(k, "maxwell", sep = "."), k, "maxwell(ratings)",
                                 function(r) list(estimate = r$value))
}
case("anxiety.kappa2.custom", "anxiety", "kappa2(ratings[, 2:3], c(0, 0, 1, 1, 2))", z_test)
for (w in c("unweighted", "equal", "squared")) {
  case(paste("anxiety.kappa2.raters_2_3", w, sep = "."), "anxiety",
       sprintf('kappa2(ratings[, 2:3], "%s")', w), z_test)
}

for (k in c("diagnoses", "carcinoma", "anxiety", "video", "three_raters_unused",
            "three_raters_gaps", "five_raters_gaps", "krippendorff")) {
  case(paste(k, "kappam.fleiss", sep = "."), k, "kappam.fleiss(ratings)", z_test)
  case(paste(k, "kappam.fleiss.exact", sep = "."), k, "kappam.fleiss(ratings, exact = TRUE)",
       function(r) list(estimate = r$value, units = r$subjects))
  case(paste(k, "kappam.light", sep = "."), k, "kappam.light(ratings)", z_test)
  for (t in 0:1) case(paste(k, "agree", t, sep = "."), k, sprintf("agree(ratings, %d)", t),
                      function(r) list(estimate = r$value / 100, units = r$subjects))
}
case("diagnoses.kappam.fleiss.detail", "diagnoses", "kappam.fleiss(ratings, detail = TRUE)$detail",
     function(m) list(kappa_z_p_rounded_to_3 = unclass(m)))

for (k in c("krippendorff", "three_coders", "diagnoses", "carcinoma", "anxiety", "video",
            "shrout_fleiss", "shrout_fleiss_gaps", "three_raters_gaps", "three_raters_unused",
            "five_raters_gaps", "abstractors", "grades_24", "grades_153", "grade_unused_24",
            "ms_new_orleans")) {
  for (m in c("nominal", "ordinal", "interval", "ratio")) {
    case(paste(k, "kripp.alpha", m, sep = "."), k, sprintf('kripp.alpha(t(ratings), "%s")', m),
         function(r) list(estimate = r$value))
  }
}

interval_coefficient <- function(r) {
  list(name = r$icc.name, estimate = r$value, statistic = r$Fvalue, df1 = r$df1, df2 = r$df2,
       p_value = r$p.value, low = r$lbound, high = r$ubound, null_value = r$r0,
       confidence_level = r$conf.level, units = r$subjects)
}
for (k in c("shrout_fleiss", "anxiety", "video", "three_raters_unused", "shrout_fleiss_gaps",
            "three_raters_gaps", "five_raters_gaps")) {
  for (u in c("single", "average")) {
    case(paste(k, "icc.oneway", u, sep = "."), k,
         sprintf('icc(ratings, model = "oneway", unit = "%s")', u), interval_coefficient)
    for (t in c("consistency", "agreement")) {
      case(paste(k, "icc.twoway", t, u, sep = "."), k,
           sprintf('icc(ratings, model = "twoway", type = "%s", unit = "%s")', t, u),
           interval_coefficient)
    }
  }
}
for (k in c("grades_24", "grades_153")) case(
  paste(k, "icc.twoway.agreement.single", sep = "."), k,
  'icc(ratings, model = "twoway", type = "agreement", unit = "single")', interval_coefficient)
for (t in c("consistency", "agreement")) for (u in c("single", "average")) {
  case(paste("shrout_fleiss.icc.against_0.2.level_0.9", t, u, sep = "."), "shrout_fleiss",
       sprintf(paste('icc(ratings, model = "twoway", type = "%s", unit = "%s", r0 = 0.2,',
                     "conf.level = 0.9)"), t, u), interval_coefficient)
}

for (k in c("anxiety", "video", "shrout_fleiss", "carcinoma", "three_raters_unused")) {
  for (c in c("TRUE", "FALSE")) case(paste(k, "kendall.correct", c, sep = "."), k,
                                     sprintf("kendall(ratings, correct = %s)", c), z_test)
}

emit("irr", "irr_agreement.R")
