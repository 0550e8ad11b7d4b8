"""The leaderboard: published and measured values of the same models, ranked by both."""
