"""Benchmarks: models trained, tested and timed."""
