# Hidden chains of grades, latent classes and consistency of decisions, by other programs.
# Run: Rscript latent_error.R > latent_error.json
# LMest ran from its R code alone (its Fortran is not called by lmbasic), without the packages
# MultiLCIRT, mix, diagram and mclust, which lmbasic does not use.
suppressMessages({library(poLCA); library(LMest); library(depmixS4); library(msm)
  library(betafunctions); library(psych)})
source("common.R")

neighbours <- function(error, k) {
  near <- 1 * (abs(outer(seq_len(k), seq_len(k), "-")) == 1)
  diag(1 - error * rowSums(near)) + error * near
}
# errors held, first shares and the moves between any two occasions free
chain <- function(ratings, error, k) {
  first <- rep(1 / k, k)
  moves <- array(0.5 * diag(k) + 0.5 / k, c(k, k, ncol(ratings)))
  moves[, , 1] <- 0
  LMest:::lmbasic(S = ratings - 1, yv = rep(1, nrow(ratings)), k = k, start = 2, modBasic = 0,
                  tol = 1e-13, maxit = 20000, piv = first, Pi = moves,
                  Psi = array(t(neighbours(error, k)), c(k, k, 1)), fixPsi = TRUE)
}
for (error in c(0.01, 0.03, 0.06, 0.1, 0.15, 0.2)) {
  case(paste0("last_three_gradings.lmest.", error), "last_three_gradings",
       paste0("chain(ratings, ", error, ", 4)"), function(r) list(log_likelihood = r$lk))
}

long <- function(ratings) {
  data.frame(unit = rep(seq_len(nrow(ratings)), each = ncol(ratings)),
             occasion = rep(seq_len(ncol(ratings)), nrow(ratings)), grade = as.vector(t(ratings)))
}
hidden <- function(ratings) {
  msm(grade ~ occasion, subject = unit, data = long(ratings), pci = 2,
      qmatrix = rbind(c(0, 0.3), c(0.2, 0)), ematrix = rbind(c(0, 0.1), c(0.1, 0)),
      econstraint = c(1, 1), est.initprobs = TRUE, initprobs = c(0.5, 0.5),
      control = list(reltol = 1e-14, maxit = 20000, fnscale = 500))
}
case("last_three_good.msm", "last_three_good", "hidden(ratings)",
     function(r) list(log_likelihood = -r$minus2loglik / 2, error = r$Ematrices$baseline[1, 2]))

# the likelihood of a chain whose moves differ between occasions, as forward sums give it
mixed <- function(ratings, first, stay, error) {
  d <- long(ratings)
  d$early <- 1 * (d$occasion == 1)
  d$grade <- factor(d$grade)
  logit <- log(stay[, 2] / stay[, 1])
  model <- depmix(grade ~ 1, data = d, nstates = 2, ntimes = rep(ncol(ratings), nrow(ratings)),
                  family = multinomial("identity"), transition = ~ early,
                  respstart = c(1 - error, error, error, 1 - error), instart = c(first, 1 - first),
                  # depmix takes the base as chances and what covariates add as logits
                  trstart = c(stay[3, ], 0, logit[1] - logit[3], stay[4, ], 0, logit[2] - logit[4]))
  logLik(model)
}
# rows: moves from the first state and the second, at the first step and then at the second
case("last_three_good.depmix", "last_three_good",
     paste("mixed(ratings, first = 0.4, error = 0.08,",
           "stay = rbind(c(0.7, 0.3), c(0.2, 0.8), c(0.6, 0.4), c(0.1, 0.9)))"),
     function(r) list(log_likelihood = as.numeric(r)))

classes <- function(ratings, k) {
  d <- as.data.frame(ratings)
  names(d) <- LETTERS[seq_along(d)]
  poLCA(as.formula(paste0("cbind(", paste(names(d), collapse = ","), ") ~ 1")), d, nclass = k,
        nrep = 30, tol = 1e-13, maxiter = 100000, verbose = FALSE)
}
for (k in 2:4) {
  case(paste0("carcinoma.polca.", k), "carcinoma", paste0("classes(ratings, ", k, ")"),
       function(r) list(log_likelihood = r$llik, shares = sort(r$P),
                        rates_of_first = sort(r$probs[[1]][, 2])), seed = 1)
}

# true scores beta and errors binomial: at 2 a + etl units of information the reliability is
# etl / (etl + 2 a)
for (reliability in c(0.6, 0.8, 0.9)) for (cut in c(0.5, 0.55)) {
  etl <- 400
  a <- etl * (1 - reliability) / reliability / 2
  call <- sprintf("LL.CA(list(l = 0, u = 1, alpha = %.10g, beta = %.10g, etl = %d), cut = %g)",
                  a, a, etl, cut)
  case(sprintf("none.ll_ca.%g.%g", reliability, cut), NULL, call, function(r) {
    s <- r$consistencymatrix
    list(same_side = r$classification.consistency$p, table = unlist(s))
  })
}

for (k in c("ms_winnipeg", "ms_new_orleans", "sexual_fun", "vision_women", "grades_153",
            "sif_to_ilacs", "ilacs_to_ilacs")) {
  case(paste0(k, ".psych"), k,
       "polychoric(data.frame(ratings), correct = 0, global = FALSE, progress = FALSE)$rho[1, 2]",
       function(r) list(estimate = r))
}
emit(c("poLCA", "LMest", "depmixS4", "msm", "betafunctions", "psych"), "latent_error.R")
