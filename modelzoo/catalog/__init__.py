"""The catalog: models, their published values, sources, criteria, and the contradictions of the sources."""
