"""Statistics: intervals and tests of measured values."""
