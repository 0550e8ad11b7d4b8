"""Keys of columns in expressions: bare, or in double quotes where they hold blanks, commas, colons or comparisons."""

import re
from unicodedata import normalize

# A doubled quotation mark in a quoted key is one quotation mark.
_BARE = r'[^\s",:<>=!]+'
KEY = rf'"(?:[^"]|"")*"|{_BARE}'


def quoted(key: str, bare: str = _BARE) -> str:
    """Return the key for an expression, in double quotes unless it matches the regular expression `bare`."""
    return key if re.fullmatch(bare, key) else '"' + key.replace('"', '""') + '"'


def unquoted(text: str) -> str:
    """Return the key of a text without its quotes, in the form of headings."""
    inner = text[1:-1].replace('""', '"') if re.fullmatch(r'"(?:[^"]|"")*"', text) else text
    return normalize("NFC", inner)


def split(text: str, mark: str) -> list[str]:
    """Split a text where the regular expression `mark` matches outside quotes; strip the parts."""
    pieces = text.split('"')
    pieces[::2] = [re.sub(mark, "\0", piece, flags=re.IGNORECASE) for piece in pieces[::2]]
    return [part.strip() for part in '"'.join(pieces).split("\0")]
