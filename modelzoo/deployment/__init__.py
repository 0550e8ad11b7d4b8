"""Deployment: the trained network of a run, loaded, saved to one file for another runtime, and used on images."""
