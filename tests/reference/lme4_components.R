# Variance components of units, raters and residual by R's lme4 (REML and ML), for intraclass
# correlations with incomplete data; and ANOVA-type intraclass correlations for incomplete data by
# irrNA.
# Written with lme4 1.1-31 and irrNA 0.2.3. Run: Rscript lme4_components.R > lme4_components.json
# Single-rating coefficients follow from the components: one-way unit / (unit + residual) of the
# one-way model, A,1 unit / (unit + rater + residual), C,1 unit / (unit + residual).
suppressMessages(library(lme4))
suppressMessages(library(irrNA))
source("common.R")

long <- function(ratings) {
  d <- data.frame(y = as.vector(ratings), unit = factor(as.vector(row(ratings))),
                  rater = factor(as.vector(col(ratings))))
  d[!is.na(d$y), ]
}
strict <- paste("control = lmerControl(optimizer = \"bobyqa\", check.conv.singular = \"ignore\",",
                "optCtrl = list(rhobeg = 0.2, rhoend = 1e-12))")
components <- function(m) {
  v <- as.data.frame(VarCorr(m))
  values <- setNames(as.list(v$vcov), tolower(v$grp))
  c(values, list(log_likelihood = as.numeric(logLik(m)), mean = fixef(m)[[1]],
                 mean_standard_error = sqrt(vcov(m)[1, 1])))
}
for (k in c("shrout_fleiss", "shrout_fleiss_gaps", "anxiety", "video", "three_raters_gaps",
            "three_raters_unused", "five_raters_gaps", "krippendorff", "three_panels",
            "panels_with_gaps")) {
  for (reml in c("TRUE", "FALSE")) {
    name <- if (reml == "TRUE") "reml" else "ml"
    case(paste(k, "twoway", name, sep = "."), k,
         sprintf("lmer(y ~ 1 + (1 | unit) + (1 | rater), long(ratings), REML = %s, %s)", reml,
                 strict), components)
    case(paste(k, "oneway", name, sep = "."), k,
         sprintf("lmer(y ~ 1 + (1 | unit), long(ratings), REML = %s, %s)", reml, strict),
         components)
  }
  case(paste(k, "iccNA", sep = "."), k, "iccNA(ratings)", function(r) {
    t <- r$ICCs
    set <- lapply(seq_len(nrow(t)), function(i) list(
      estimate = t[i, 1], p_value = t[i, 2], low = t[i, 3], high = t[i, 4]))
    setNames(set, rownames(t))
  })
}

emit(c("lme4", "irrNA"), "lme4_components.R")
