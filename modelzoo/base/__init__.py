"""Files and text: where content lies, atomic writes, TOML, messages about wrong fields."""
