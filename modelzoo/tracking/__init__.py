"""Records for other tools: experiment trackers, model cards, and databases of evaluations."""
