"""A fuzzer of every public name: what goes in, what may come out, and how cases are run."""
