# Symmetry, marginal homogeneity and signed-rank tests by R's coin.
# Written with coin 1.4-2. Run: Rscript coin_shift.R > coin_shift.json
# mh_test without scores is nominal (Stuart-Maxwell, by permutation variance), with scores 1..q
# ordinal. Approximate p-values are Monte Carlo: `mc_low` and `mc_high` are their own 99% limits.
suppressMessages(library(coin))
source("common.R")

tab <- function(counts) {
  q <- nrow(counts)
  as.table(matrix(counts, q, dimnames = list(before = seq_len(q), after = seq_len(q))))
}
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
monte_carlo <- "distribution = approximate(nresample = 200000)"

square <- c("vision_women", "vision_men", "ms_winnipeg", "ms_new_orleans", "sexual_fun", "leadership",
            "year_one", "sif_to_ilacs", "ilacs_to_ilacs", "fischer", "fleiss_three", "cyclic_three",
            "no_change_four", "grades_24", "grade_unused_24", "peterson")
for (k in square) {
  q <- nrow(tables[[k]]$counts)
  scores <- sprintf("scores = list(response = 1:%d)", q)
  case(paste(k, "mh_test.nominal", sep = "."), k, "mh_test(tab(counts))", fields)
  case(paste(k, "mh_test.ordinal", sep = "."), k, sprintf("mh_test(tab(counts), %s)", scores), fields)
  case(paste(k, "symmetry_test.quadratic", sep = "."), k,
       'symmetry_test(tab(counts), teststat = "quadratic")', fields)
  if (sum(tables[[k]]$counts) > 400) next
  case(paste(k, "mh_test.ordinal.exact", sep = "."), k,
       sprintf('mh_test(tab(counts), %s, distribution = "exact")', scores), fields)
  case(paste(k, "mh_test.nominal.approximate", sep = "."), k,
       sprintf("mh_test(tab(counts), %s)", monte_carlo), fields, seed = 20240501)
  case(paste(k, "mh_test.ordinal.approximate", sep = "."), k,
       sprintf("mh_test(tab(counts), %s, %s)", scores, monte_carlo), fields, seed = 20240502)
}
for (k in c("bentur", "cavo", "ezra", "year_one_good", "sif_to_ilacs_good", "leadership_good",
            "no_change", "balanced_change", "one_way", "negative")) {
  for (d in c("asymptotic", "exact")) case(
    paste(k, "mh_test", d, sep = "."), k, sprintf('mh_test(tab(counts), distribution = "%s")', d), fields)
}

# Signed ranks: after less before, positive where grades rose.
before_after <- function(ratings) data.frame(before = ratings[, 1], after = ratings[, 2])
for (k in c("year_one", "leadership", "sif_to_ilacs", "ilacs_to_ilacs", "fischer", "ms_new_orleans",
            "ms_winnipeg", "sexual_fun", "grades_24", "grades_153", "fleiss_three", "cyclic_three",
            "no_change_four")) {
  for (d in c("asymptotic", "exact")) {
    for (z in c("Pratt", "Wilcoxon")) case(
      paste(k, "wilcoxsign_test", z, d, sep = "."), k,
      sprintf(paste('wilcoxsign_test(after ~ before, before_after(ratings), zero.method = "%s",',
                    'distribution = "%s")'), z, d), fields)
    case(paste(k, "sign_test", d, sep = "."), k,
         sprintf('sign_test(after ~ before, before_after(ratings), distribution = "%s")', d), fields)
  }
  for (a in c("greater", "less")) case(
    paste(k, "wilcoxsign_test.Pratt.exact", a, sep = "."), k,
    sprintf(paste('wilcoxsign_test(after ~ before, before_after(ratings), zero.method = "Pratt",',
                  'distribution = "exact", alternative = "%s")'), a), fields)
}

# Three and more occasions.
long <- function(ratings) data.frame(
  grade = as.vector(ratings), unit = factor(as.vector(row(ratings))),
  occasion = factor(as.vector(col(ratings))))
repeated <- function(ratings) transform(long(ratings), grade = factor(grade))
for (k in c("three_occasions", "three_occasions_binary", "carcinoma", "anxiety", "diagnoses")) {
  case(paste(k, "friedman_test.asymptotic", sep = "."), k,
       "friedman_test(grade ~ occasion | unit, long(ratings))", fields)
  case(paste(k, "mh_test.madansky", sep = "."), k,
       "mh_test(grade ~ occasion | unit, repeated(ratings))", fields)
  if (nrow(tables[[k]]$ratings) > 50) next
  case(paste(k, "friedman_test.approximate", sep = "."), k,
       sprintf("friedman_test(grade ~ occasion | unit, long(ratings), %s)", monte_carlo), fields,
       seed = 20240503)
  case(paste(k, "mh_test.madansky.approximate", sep = "."), k,
       sprintf("mh_test(grade ~ occasion | unit, repeated(ratings), %s)", monte_carlo), fields,
       seed = 20240504)
}
case("three_occasions.quade_test", "three_occasions",
     "quade_test(grade ~ occasion | unit, long(ratings))", fields)
case("three_occasions.page_ordered", "three_occasions",
     paste("friedman_test(grade ~ occasion | unit,",
           "transform(long(ratings), occasion = ordered(occasion)))"), fields)

emit("coin", "coin_shift.R")
