"""Titles and writers that programs put into a file where nobody told them any. Pure.

"Untitled", "Page 1 of 3", "Microsoft Word - story.docx", "(anonymous)", "Windows User".
"""

from __future__ import annotations

import re

_TITLE = re.compile(
    r"(?i)\W*(?:untitled|unnamed|no title|anonymous|unspecified|unknown|title|(?:word )?document"
    r"|dokument|documento|template|layout|print|presentation|powerpoint presentation|slide|scan"
    r"|page|seite|none|null)?[\W\d]*"
    r"|\W*(?:page|seite|sida|página|pagina) \d+ (?:of|von|av|de|di|/) \d+\W*"
    r"|microsoft word.*|\S+\.(?:docx?|pdf|indd|qxd|odt|rtf|tex|pptx?)"
)
_AUTHOR = re.compile(
    r"(?i)\W*(?:anonymous|unspecified|unknown|un-?named|administrator|admin|owner|author|none"
    r"|(?:windows |microsoft office )?user|python-docx)?\W*"
)


def title_told(stated: str) -> str | None:
    """`stated`, where somebody wrote it; None where a program did."""
    return None if _TITLE.fullmatch(stated) else stated


def author_told(stated: str) -> str | None:
    """`stated`, where somebody wrote it; None where a program did."""
    return None if _AUTHOR.fullmatch(stated) else stated
