"""Tables and charts: one description, printed as text, Markdown, CSV, LaTeX or HTML."""
