# Stratified Mann-Whitney estimates by sanon, generalised odds by genodds, and Cochran-Mantel-Haenszel
# tests by vcdExtra and base R.
# Written with sanon 1.6, genodds 1.1.2 and vcdExtra 0.8-2.
# Run: Rscript sanon_comparison.R > sanon_comparison.json
# sanon: P(second > first) + P(tie) / 2, pooled with weights n1 n2 / (n + 1). genodds: odds of second
# above first; `split` counts ties half, `drop` leaves them out. It would report the pooled value only
# when heterogeneity is not significant; here the pooled value is always kept.
suppressMessages({
  library(sanon)
  library(genodds)
  library(vcdExtra)
})
source("common.R")

stratified <- c("size_by_kind", "tiny_strata", "strata_medium", "stratum_one_group", "one_stratum",
                "eight_strata", "hine", "doll_hill")
single <- c("pain", "short_standard", "separated", "small_ties", "identical", "unbalanced",
            "fontanella", "lydersen", "cut_at_good")

mann_whitney <- function(r) {
  half <- qnorm(0.975) * r$se[1]
  list(estimate = r$xi[1], standard_error = r$se[1], low = r$xi[1] - half, high = r$xi[1] + half,
       statistic = r$Q[1], p_value = r$p[1])
}
first <- function(frame) levels(frame$group)[1]
for (k in stratified) case(
  paste(k, "sanon", sep = "."), k,
  "sanon(outcome = frame$grade, group = frame$group, strt = frame$stratum, ref = first(frame))",
  mann_whitney)
for (k in single) case(paste(k, "sanon", sep = "."), k,
                       "sanon(outcome = frame$grade, group = frame$group, ref = first(frame))",
                       mann_whitney)

odds <- function(r) {
  strata <- lapply(r$results, function(s) list(estimate = s$odds, low = s$conf.int[1],
                   high = s$conf.int[2], p_value = s$p, standard_error_log_null = s$SEnull,
                   standard_error = s$SEodds))
  list(pooled_log = r$pooled_lnodds, low_log = r$pooled_lnconf.int[1],
       high_log = r$pooled_lnconf.int[2], standard_error_log = r$pooled_SElnodds,
       null_standard_error_log = r$pooled_SElnnull, p_value = r$pooled_p,
       heterogeneity_statistic = r$pooled_rel_statistic, heterogeneity_p_value = r$pooled_rel_p,
       strata = unname(strata))
}
for (t in c("split", "drop")) {
  for (k in stratified) case(paste(k, "genodds", t, sep = "."), k,
                             sprintf('genodds(frame$grade, frame$group, frame$stratum, ties = "%s")', t),
                             odds)
  for (k in single) case(paste(k, "genodds", t, sep = "."), k,
                         sprintf('genodds(frame$grade, frame$group, ties = "%s")', t),
                         function(r) odds(r)$strata[[1]])
}
case("eight_strata.genodds.assume_no_effect", "eight_strata",
     "genodds(frame$grade, frame$group, frame$stratum, assume_no_effect = TRUE)", odds)

chi_squares <- function(r) {
  t <- if (is.null(r$table)) r$ALL$table else r$table
  rows <- lapply(seq_len(nrow(t)), function(i) list(
    statistic = as.numeric(t[i, "Chisq"]), df = as.numeric(t[i, "Df"]),
    p_value = as.numeric(t[i, "Prob"])))
  setNames(rows, rownames(t))
}
for (k in c(single, "three_sizes", "size_declined")) for (s in c("1:ncol(counts)", '"midrank"')) {
  case(paste(k, "CMHtest", if (grepl("mid", s)) "midrank" else "integer", sep = "."), k,
       sprintf("CMHtest(as.table(counts), rscores = seq_len(nrow(counts)), cscores = %s)", s),
       chi_squares)
}
for (k in stratified) for (s in c("seq_len(ncol(cube))", '"midrank"')) {
  case(paste(k, "CMHtest.overall", if (grepl("mid", s)) "midrank" else "integer", sep = "."), k,
       sprintf("CMHtest(as.table(cube), strata = 3, overall = TRUE, cscores = %s)", s), chi_squares)
}

haenszel <- function(r) {
  out <- list(statistic = r$statistic[[1]], df = unname(r$parameter), p_value = r$p.value,
              estimate = unname(r$estimate), low = r$conf.int[1], high = r$conf.int[2])
  Filter(function(v) length(v) == 1, out)
}
for (k in stratified) case(paste(k, "mantelhaen.test", sep = "."), k,
                           "stats::mantelhaen.test(cube, correct = FALSE)", haenszel)
for (k in c("size_by_kind", "hine", "doll_hill")) case(
  paste(k, "mantelhaen.test.exact", sep = "."), k, "stats::mantelhaen.test(cube, exact = TRUE)",
  haenszel)

emit(c("sanon", "genodds", "vcdExtra"), "sanon_comparison.R")
