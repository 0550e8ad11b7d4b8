"""Runs: records, predictions and checkpoints, where they lie, and which belong together."""
