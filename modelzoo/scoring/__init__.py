"""Ranking: normalize, weigh and aggregate values."""
