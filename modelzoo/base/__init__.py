"""Files and text: paths of content, atomic writes, the reader of TOML, lists and counts in words."""
