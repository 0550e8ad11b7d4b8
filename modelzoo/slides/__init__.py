"""The deck's five tables, computed from catalog and ranker and compared with print."""
