"""Latency: calls of a compiled network, timed, counted and checked against the device's peak."""
