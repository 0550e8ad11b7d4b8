"""Parts of all charts: style, texts, matrices, names of points, and files."""
