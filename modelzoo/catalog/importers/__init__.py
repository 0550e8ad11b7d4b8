"""Other people's tables, made into catalogs that `zoo rank --catalog` reads."""
