"""A complete HTML document around tables, for a file that a browser opens."""

_TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>zoo</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; color: #222; }}
figure {{ margin: 0 0 3rem; overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ padding: 0.3rem 0.7rem; border-bottom: 1px solid #ddd; white-space: nowrap; }}
thead th {{ border-bottom: 2px solid #222; vertical-align: bottom; white-space: normal; }}
figcaption, ul {{ color: #555; margin-top: 0.8rem; max-width: 60rem; }}
</style>
</head>
<body>
{body}</body>
</html>
"""


def document(body: str) -> str:
    """Return an HTML document of the tables in `body`."""
    return _TEMPLATE.format(body=body)
