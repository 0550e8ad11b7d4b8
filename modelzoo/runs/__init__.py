"""Runs: records, predictions and checkpoints, their folders, and the groups of runs that belong together."""
