"""The deck's five tables, made again from the catalog and the ranker, and held against print."""
