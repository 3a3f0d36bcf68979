# Polychoric correlations, two-step and by maximum likelihood, by R's polycor.
# Written with polycor 0.8-1. Run: Rscript polycor_error.R > polycor_error.json
# No cell is filled. The search by maximum likelihood is optim's, ended by its default tolerance.
suppressMessages(library(polycor))
source("common.R")

both <- function(r) {
  if (!is.list(r)) return(list(estimate = r))
  cells <- unname(r$counts)
  list(estimate = r$rho, standard_error = sqrt(r$var[1, 1]), chi_square = r$chisq, df = r$df)
}
for (k in c("ms_winnipeg", "ms_new_orleans", "sexual_fun", "vision_women", "grades_153",
            "sif_to_ilacs", "ilacs_to_ilacs", "paradox_1", "paradox_2")) {
  case(paste(k, "polychor.two_step", sep = "."), k, "polychor(counts)", both)
  case(paste(k, "polychor.ml", sep = "."), k, "polychor(counts, ML = TRUE, std.err = TRUE)", both)
}

emit("polycor", "polycor_error.R")
