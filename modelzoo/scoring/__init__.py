"""From figures to a ranking: normalize, weigh, sum, explain."""
