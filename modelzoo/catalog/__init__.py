"""What is known: models, sources, criteria, and where the sources disagree."""
