"""What goes in: scales, ratings, tables and groups, from arrays and dataframes of any kind."""
