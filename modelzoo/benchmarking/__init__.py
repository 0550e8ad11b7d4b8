"""Benchmarking: models trained, tested and timed, each in a process of its own."""
