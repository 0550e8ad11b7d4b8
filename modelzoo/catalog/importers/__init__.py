"""Importers: other people's tables as catalogs for `zoo rank --catalog`."""
