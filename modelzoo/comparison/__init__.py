"""Comparison: runs of one protocol, image by image."""
