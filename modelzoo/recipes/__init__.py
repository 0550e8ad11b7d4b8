"""Recipes and suites: how networks are trained, read from TOML and checked."""
