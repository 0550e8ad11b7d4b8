"""The leaderboard: published and measured figures of the same models, side by side."""
