"""Diagnosis of a trained network: errors by class, confused classes, calibration."""
