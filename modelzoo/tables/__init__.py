"""Tables: one description, written as text, Markdown, CSV, LaTeX or HTML."""
