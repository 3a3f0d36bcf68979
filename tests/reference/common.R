# Shared by the R scripts of this directory: reads tables.json, evaluates calls given as
# text and prints one JSON document. Run every script from this directory, for example
#     Rscript irr_agreement.R > irr_agreement.json
# Inside a call, `counts`, `ratings`, `distribution` and `labels` are those of the named table;
# `ratings` of a two-rater count table are its units one by one, and `factors` the same with
# every grade of the scale as a level. For tables of groups, `x` and `y` are the grades (1 = first label)
# of the units of the first and the second group, `frame` all units as data frame of grade, group
# and stratum, and `cube` the counts as groups x grades x strata.

tables <- jsonlite::fromJSON("tables.json")

inputs_of <- function(name) {
  t <- if (is.null(name)) list() else tables[[name]]
  if (!is.null(t$groups)) return(groups_of(t))
  if (!is.null(t$counts) && is.matrix(t$counts) && nrow(t$counts) == ncol(t$counts) &&
        is.null(t$ratings)) {
    cells <- which(t$counts > 0, arr.ind = TRUE)
    cells <- cells[order(cells[, 1], cells[, 2]), , drop = FALSE]
    t$ratings <- unname(cells[rep(seq_len(nrow(cells)), t$counts[cells]), ])
    codes <- seq_along(t$labels)
    t$factors <- data.frame(first = factor(t$ratings[, 1], codes),
                            second = factor(t$ratings[, 2], codes))
  }
  t
}

groups_of <- function(t) {
  counts <- t$counts
  if (length(dim(counts)) == 2) counts <- array(counts, c(1, dim(counts)))
  cells <- which(counts > 0, arr.ind = TRUE)
  cells <- cells[order(cells[, 1], cells[, 2], cells[, 3]), , drop = FALSE]
  units <- cells[rep(seq_len(nrow(cells)), counts[cells]), , drop = FALSE]
  t$frame <- data.frame(grade = units[, 3], group = factor(t$groups[units[, 2]], t$groups),
                        stratum = factor(units[, 1], seq_len(dim(counts)[1])))
  t$x <- t$frame$grade[units[, 2] == 1]
  t$y <- t$frame$grade[units[, 2] == 2]
  t$cube <- aperm(counts, c(2, 3, 1))
  t
}

as_json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x) || !is.null(dim(x)) || length(x) != 1) {
    if (!is.null(dim(x))) x <- lapply(seq_len(nrow(x)), function(i) as.vector(x[i, ]))
    named <- !is.null(names(x)) && is.list(x)
    parts <- vapply(seq_along(x), function(i) {
      value <- as_json(x[[i]])
      if (named) paste0(as_json(names(x)[i]), ": ", value) else value
    }, "")
    body <- paste(parts, collapse = ", ")
    return(if (named) paste0("{", body, "}") else paste0("[", body, "]"))
  }
  if (is.character(x)) return(as.character(jsonlite::toJSON(x, auto_unbox = TRUE)))
  if (is.logical(x)) return(if (is.na(x)) "NaN" else tolower(as.character(x)))
  if (is.nan(x) || is.na(x)) return("NaN")
  if (is.infinite(x)) return(if (x > 0) "Infinity" else "-Infinity")
  sprintf("%.17g", as.numeric(x))
}

recorded <- list()

# Evaluates `call` on the named table and keeps what `pick` takes from its result.
case <- function(id, data, call, pick = identity, seed = NULL) {
  values <- tryCatch({
    if (!is.null(seed)) set.seed(seed)
    utils::capture.output(values <- suppressWarnings(suppressMessages(
      pick(eval(parse(text = call), inputs_of(data), globalenv())))))
    values
  }, error = function(e) list(error = gsub("\\s+", " ", conditionMessage(e))))
  if (!is.list(values)) values <- as.list(values)
  stopifnot(!anyDuplicated(names(values)), !id %in% vapply(recorded, `[[`, "", "id"))
  entry <- list(id = id, data = data, call = call, values = values)
  if (!is.null(seed)) entry$seed <- seed
  recorded[[length(recorded) + 1]] <<- entry
}

emit <- function(package, made_by) {
  versions <- vapply(package, function(p) as.character(utils::packageVersion(p)), "")
  cat("{\n", '"program": ', as_json(paste("R package", paste(package, collapse = ", "))), ",\n",
      '"version": ', as_json(paste(versions, collapse = ", ")), ",\n",
      '"host": ', as_json(R.version.string), ",\n",
      '"made_by": ', as_json(made_by), ",\n", '"cases": [\n', sep = "")
  cat(vapply(recorded, as_json, ""), sep = ",\n")
  cat("\n]\n}\n")
}
