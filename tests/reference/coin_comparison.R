# Two or more groups of ordinal grades by R's coin and exactRankTests.
# Written with coin 1.4-2 and exactRankTests 0.8-35.
# Run: Rscript coin_comparison.R > coin_comparison.json
# wilcox_test with strata ranks over all strata together. van_elteren ranks within strata and weights
# each by 1 / (n + 1). Statistics are for the first group. `mc_low` and `mc_high` are the Monte Carlo
# p-value's own 99% limits.
suppressMessages({
  library(coin)
  library(exactRankTests)
})
source("common.R")

fields <- function(t) {
  p <- pvalue(t)
  out <- list(statistic = as.numeric(statistic(t)), p_value = as.numeric(p))
  mid <- tryCatch(as.numeric(midpvalue(t)), error = function(e) NULL)
  if (!is.null(mid) && is.finite(mid)) out$mid_p_value <- mid
  limits <- attr(p, "conf.int")
  if (!is.null(limits)) out <- c(out, list(mc_low = limits[1], mc_high = limits[2]))
  df <- tryCatch(t@statistic@df, error = function(e) NULL)
  if (!is.null(df)) out$df <- df
  out
}
monte_carlo <- "distribution = approximate(nresample = 100000)"
graded <- function(frame) transform(frame, grade = ordered(grade))

two_groups <- c("pain", "short_standard", "separated", "small_ties", "tiny", "identical", "one_grade",
                "single_unit", "unbalanced", "fontanella", "lydersen", "cut_at_good", "perondi",
                "lampasona", "all_none")
for (k in two_groups) {
  for (d in c("asymptotic", "exact")) for (a in c("two.sided", "greater", "less")) {
    case(paste(k, "wilcox_test", d, a, sep = "."), k,
         sprintf('wilcox_test(grade ~ group, frame, distribution = "%s", alternative = "%s")', d, a),
         fields)
  }
  case(paste(k, "lbl_test", sep = "."), k, "lbl_test(grade ~ group, graded(frame))", fields)
  case(paste(k, "cmh_test", sep = "."), k, "cmh_test(factor(grade) ~ group, frame)", fields)
  case(paste(k, "wilcox.exact", sep = "."), k, "exactRankTests::wilcox.exact(x, y, exact = TRUE)",
       function(r) list(statistic = r$statistic[[1]], p_value = r$p.value))
}
for (k in c("three_sizes", "separated_bands", "size_declined", "pain")) {
  case(paste(k, "kruskal_test", sep = "."), k, "kruskal_test(grade ~ group, frame)", fields)
  case(paste(k, "lbl_test.ordered_groups", sep = "."), k,
       "lbl_test(ordered(grade) ~ ordered(group, levels = levels(group)), frame)", fields)
  case(paste(k, "kruskal_test.approximate", sep = "."), k,
       sprintf("kruskal_test(grade ~ group, frame, %s)", monte_carlo), fields, seed = 20240507)
}

# Multiplied up to whole numbers, which the exact distribution over strata needs.
weighted_ranks <- function(frame) {
  whole <- 2 * prod(unique(table(droplevels(frame)$stratum)) + 1)
  ranks <- function(v) rank(v) / (length(v) + 1)
  transform(droplevels(frame), score = round(whole * ave(grade, stratum, FUN = ranks)))
}
stratified <- c("size_by_kind", "tiny_strata", "strata_medium", "stratum_one_group", "one_stratum",
                "eight_strata", "hine", "doll_hill")
for (k in stratified) {
  n <- sum(tables[[k]]$counts)
  for (d in c('"asymptotic"', if (n < 100) '"exact"')) {
    name <- gsub('"', "", d)
    case(paste(k, "van_elteren", name, sep = "."), k,
         sprintf(paste("independence_test(score ~ group | stratum, weighted_ranks(frame),",
                       "distribution = %s)"), d), fields)
    case(paste(k, "wilcox_test.common_ranks", name, sep = "."), k,
         sprintf("wilcox_test(grade ~ group | stratum, droplevels(frame), distribution = %s)", d),
         fields)
    case(paste(k, "scores", name, sep = "."), k,
         sprintf("independence_test(grade ~ group | stratum, droplevels(frame), distribution = %s)", d),
         fields)
  }
  if (n < 1000) case(paste(k, "van_elteren.approximate", sep = "."), k,
       sprintf("independence_test(score ~ group | stratum, weighted_ranks(frame), %s)", monte_carlo),
       fields, seed = 20240508)
  case(paste(k, "cmh_test.general", sep = "."), k,
       "cmh_test(factor(grade) ~ group | stratum, droplevels(frame))", fields)
  case(paste(k, "cmh_test.correlation", sep = "."), k,
       "lbl_test(ordered(grade) ~ group | stratum, droplevels(frame))", fields)
  if (n < 200) case(paste(k, "cmh_test.general.approximate", sep = "."), k,
       sprintf("cmh_test(factor(grade) ~ group | stratum, droplevels(frame), %s)", monte_carlo), fields,
       seed = 20240509)
}

emit(c("coin", "exactRankTests"), "coin_comparison.R")
