"""Sensitivity analysis: how a ranking changes with weights, values, models and methods."""
