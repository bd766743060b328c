"""Files of every format with one invented article in them, for the tests of their readers.

The pages imitate what real newsrooms' templates put around an article (menus, cookie notes,
related links, JSON-LD, OpenGraph); the articles and names are invented.
"""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from html import escape


@dataclass(frozen=True)
class Told:
    """An article as its writer knows it: what a reader must find."""

    title: str = "Flood closes the mill bridge"
    author: str = "Maud Ellery"
    day: date = date(2024, 6, 12)
    outlet: str = "Kelderby Gazette"
    url: str = "https://gazette.example/2024/flood"
    paragraphs: tuple[str, ...] = (
        "The mill bridge was closed on Tuesday after the river rose by two metres in one night, "
        "the town council said.",
        "Mending it will cost £15.8m, said Ana Brook, who runs the council’s roads. The work is "
        "to begin in autumn and to last until spring.",
        "“Nobody was hurt, and that is what counts,” she told the people who had gathered at the "
        "town hall. Buses go by the upper bridge until further notice.",
    )


def page(of: Told, template: str = "json-ld") -> str:
    """A news page; templates: json-ld, opengraph, meta, microdata."""
    head = f"<title>{escape(of.title)} | {of.outlet}</title>"
    before = ""
    if template == "json-ld":
        stated = {
            "@context": "https://schema.org",
            "@graph": [
                {"@type": "WebSite", "name": of.outlet},
                {
                    "@type": "NewsArticle",
                    "headline": of.title,
                    "author": [{"@type": "Person", "name": of.author}],
                    "datePublished": f"{of.day}T08:15:00+01:00",
                    "dateModified": "2025-01-31T08:15:00+01:00",
                    "publisher": {"@type": "Organization", "name": of.outlet},
                    "mainEntityOfPage": {"@id": of.url},
                },
            ],
        }
        head += f'<script type="application/ld+json">{json.dumps(stated)}</script>'
    elif template == "opengraph":
        for name, value in (
            ("og:title", of.title),
            ("og:site_name", of.outlet),
            ("og:url", of.url),
            ("article:published_time", f"{of.day}T08:15:00Z"),
            ("article:author", "https://social.example/maud"),
        ):
            head += f'<meta property="{name}" content="{escape(value)}">'
        head += f'<meta name="author" content="{of.author}">'
    elif template == "meta":
        head += (
            f'<meta name="dc.title" content="{escape(of.title)}"><link rel="canonical" '
            f'href="{of.url}"><meta name="dc.creator" content="{of.author}"><meta name="dc.date" '
            f'content="{of.day}"><meta name="dc.publisher" content="{of.outlet}">'
        )
    else:
        head += (
            f'<meta property="og:site_name" content="{of.outlet}">'
            f'<meta property="og:url" content="{of.url}">'
        )
        before = (
            f'<p class="byline">By <span itemprop="author" class="author">{of.author}</span></p>'
            f'<time datetime="{of.day}" itemprop="datePublished">{of.day:%d %B %Y}</time>'
        )
    body = "".join(f"<p>{escape(p)}</p>" for p in of.paragraphs)
    links = "".join(f'<li><a href="/n/{n}">Other news number {n}</a></li>' for n in range(8))
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">{head}'
        "<style>p { color: black }</style><script>document.title = 'changed'</script></head><body>"
        f'<header><nav><ul>{links}</ul></nav></header><div class="cookie-banner">We use cookies. '
        "<button>Accept all</button></div><main><article>"
        f"<h1>{escape(of.title)}</h1>{before}{body}<script>steal()</script></article>"
        f'<aside class="related"><h2>Read more</h2><ul>{links}</ul></aside></main>'
        "<footer>© 2026. Terms. Privacy policy. Subscribe to our newsletter.</footer></body></html>"
    )


def pdf(of: Told, pages: int = 1) -> bytes:
    """Written with reportlab's public canvas where it is installed; see `pytest.importorskip`."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

    target = io.BytesIO()
    document = SimpleDocTemplate(target, pagesize=A4, title=of.title, author=of.author)
    style = getSampleStyleSheet()
    parts = [Paragraph(of.title, style["Title"]), Paragraph(f"By {of.author}", style["Normal"])]
    parts.append(Paragraph(f"Published: {of.day:%d %B %Y}", style["Normal"]))
    for _ in range(pages):
        parts += [Paragraph(escape(p), style["Normal"]) for p in of.paragraphs]
        parts.append(PageBreak())
    document.build(parts)
    return target.getvalue()


def docx(of: Told) -> bytes:
    from datetime import datetime

    import docx as library

    document = library.Document()
    document.core_properties.title = of.title
    document.core_properties.author = of.author
    document.core_properties.created = datetime(2026, 1, 1)
    document.add_heading(of.title, 0)
    document.add_paragraph(f"Published: {of.day:%d %B %Y}")
    for paragraph in of.paragraphs:
        document.add_paragraph(paragraph)
    table = document.add_table(rows=2, cols=2)
    for n, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cell {n}"
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def epub(chapters: Mapping[str, str | bytes], of: Told | None = None, doctype: str = "") -> bytes:
    """chapters: file name -> XHTML."""
    of = of or Told()
    items = "".join(
        f'<item id="c{n}" href="text/{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        f'<?xml version="1.0"?>{doctype}<package xmlns="http://www.idpf.org/2007/opf">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The week</dc:title>'
        f"<dc:creator>{of.author}</dc:creator><dc:date>{of.day}</dc:date><dc:language>en"
        f"</dc:language><dc:publisher>{of.outlet}</dc:publisher></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
    )
    files = {"mimetype": "application/epub+zip", "META-INF/container.xml": container}
    files |= {"OEBPS/content.opf": package}
    return zipped(files | {f"OEBPS/text/{name}": body for name, body in chapters.items()})


def chapter(of: Told) -> str:
    body = "".join(f"<p>{escape(p)}</p>" for p in of.paragraphs)
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head>'
        f"<title>{of.title}</title></head><body><h1>{of.title}</h1>{body}</body></html>"
    )


def mail(of: Told, *, as_html: bool = False) -> bytes:
    message = EmailMessage()
    message["Subject"] = of.title
    message["From"] = f"{of.author} <maud@gazette.example>"
    message["Date"] = f"{of.day:%a, %d %b %Y} 08:15:00 +0100"
    message.set_content("\n\n".join(of.paragraphs))
    if as_html:
        message.set_content("".join(f"<p>{escape(p)}</p>" for p in of.paragraphs), subtype="html")
    message.add_attachment(b"\x00\x01", maintype="image", subtype="png", filename="bridge.png")
    return message.as_bytes()


def zipped(files: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def tarred(files: Mapping[str, str | bytes], *extra: tarfile.TarInfo, mode: str = "w:gz") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in extra:
            archive.addfile(info)
    return target.getvalue()
