"""A conversation as one HTML file: no scripts, nothing fetched, light and dark, fit to print."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from assistant.dialogue import Conversation, Turn
from assistant.render.export import about, small_print, statement_words, web_address
from assistant.render.layout import long_date
from assistant.render.statements import (
    ARTICLES_DISAGREE,
    ARTICLES_SILENT,
    CLOSEST_WORDS,
    Day,
    timeline,
)
from assistant.safety import one_line
from assistant.types import CheckedAnswer, CheckedStatement, Citation, Nearest

# The page says itself that nothing in it may run or be fetched; the escaping does not lean on it.
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark;
  --ground: light-dark(#fbfaf7, #16181c); --ink: light-dark(#1d1f23, #e6e4df);
  --quiet: light-dark(#5b5f66, #a3a7ae); --line: light-dark(#dcd9d1, #34383f);
  --accent: light-dark(#0b5c8a, #7cc4f0); --warn: light-dark(#8a4b00, #f0b46a);
  --mark: light-dark(#ffe9a3, #5a4608) }}
body {{ margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 68ch; overflow-wrap: anywhere;
  background: var(--ground); color: var(--ink);
  font: 1.05rem/1.6 "Iowan Old Style", Palatino, "Noto Serif", Georgia, serif }}
h1 {{ font-size: 1.6rem; line-height: 1.25 }}
h2 {{ margin: 2.5rem 0 .75rem; font-size: 1.2rem; line-height: 1.3 }}
h3 {{ margin: 1.25rem 0 .25rem; font-size: 1rem }}
a {{ color: var(--accent) }}
blockquote {{ margin: .35rem 0 1rem; padding-inline-start: .9rem;
  border-inline-start: 3px solid var(--line) }}
ul, ol {{ padding-inline-start: 1.6rem }}
li p {{ margin: .2rem 0 }}
li:target {{ background: var(--mark) }}
.days {{ list-style: none; padding-inline-start: 1rem;
  border-inline-start: 2px solid var(--line) }}
.days h3 .quiet {{ font-weight: normal }}
.quiet {{ color: var(--quiet); font: .85rem/1.5 system-ui, sans-serif; margin: .3rem 0 }}
.verdict {{ color: var(--warn); font-size: .9em }}
@media print {{
  :root {{ color-scheme: light }}
  body {{ max-width: none; padding: 0; font-size: 11pt; background: none }}
  h2, h3 {{ break-after: avoid }}
  li, blockquote {{ break-inside: avoid }}
}}
</style>
</head>
<body>
<main>
"""


def conversation_html(conversation: Conversation) -> str:
    """As `conversation_markdown`; each [n] leads to its source. Text runs in its own direction."""
    title = _text(conversation.name)
    parts = [_HEAD.format(title=title), f'<h1 dir="auto">{title}</h1>']
    parts.append(_quiet(about(conversation)))
    parts += [_turn(turn, number) for number, turn in enumerate(conversation.turns, 1)]
    return "\n".join([*parts, "</main>", "</body>", "</html>", ""])


def _turn(turn: Turn, number: int) -> str:
    answer = turn.answer
    parts = ["<section>", f'<h2 dir="auto">{_text(turn.question)}</h2>', *_answer(answer, number)]
    if answer.citations:
        sources = "\n".join(_source(citation, number) for citation in answer.citations)
        parts += ["<h3>Sources</h3>", f"<ol>\n{sources}\n</ol>"]
    return "\n".join([*parts, *map(_quiet, small_print(turn)), "</section>"])


def _answer(answer: CheckedAnswer, turn: int) -> list[str]:
    told = timeline(answer)
    if answer.status == "abstained":
        return [f"<p>{ARTICLES_SILENT}</p>", *_closest(answer)]
    if answer.status == "conflict":
        listed = (_statement(s, answer, turn) for s in answer.statements)
        return [f"<p>{ARTICLES_DISAGREE}</p>", _list(listed)]
    if told:
        days = "\n".join(_day(day, answer, turn) for day in told.days)
        opening = [_statement(s, answer, turn) for s in told.opening]
        return [*opening, f'<ol class="days">\n{days}\n</ol>']
    return [_statement(s, answer, turn) for s in answer.statements]


def _day(day: Day, answer: CheckedAnswer, turn: int) -> str:
    when = "No date"
    if day.published:
        when = f'<time datetime="{day.published.isoformat()}">{long_date(day.published)}</time>'
    outlets = ", ".join(f"<bdi>{_text(outlet)}</bdi>" for outlet in day.outlets)
    said = "\n".join(_statement(s, answer, turn) for s in day.statements)
    return f'<li><h3>{when} <span class="quiet">{outlets}</span></h3>\n{said}</li>'


def _closest(answer: CheckedAnswer) -> list[str]:
    """What helps on where the articles do not say."""
    parts = []
    if answer.found:
        citation = answer.found.citation
        parts += [f"<p>{CLOSEST_WORDS}</p>", _quote(citation), f"<p>{_article(citation)}</p>"]
    if answer.nearest:
        parts += ["<h3>Closest articles</h3>", _list(map(_article, answer.nearest))]
    return parts


def _statement(statement: CheckedStatement, answer: CheckedAnswer, turn: int) -> str:
    words, verdict = statement_words(statement, answer)
    numbers = {citation.number for citation in answer.citations}
    markers = "".join(
        f' <a href="#source-{turn}-{n}">[{n}]</a>' if n in numbers else f" [{n}]"
        for n in statement.citations
    )
    said = f' <bdi class="verdict">— {_text(verdict)}</bdi>' if verdict else ""
    return f'<p dir="auto">{_text(words)}{markers}{said}</p>'


def _source(citation: Citation, turn: int) -> str:
    url = web_address(citation.url)
    link = ""
    if url:
        link = f'<br>\n<a href="{escape(url)}" rel="noopener noreferrer">{escape(url)}</a>'
    return (
        f'<li id="source-{turn}-{citation.number}" value="{citation.number}">'
        f"{_article(citation)}{link}\n{_quote(citation)}</li>"
    )


def _quote(citation: Citation) -> str:
    return f'<blockquote dir="auto">{_text(citation.quote)}</blockquote>'


def _article(item: Citation | Nearest) -> str:
    """Title, outlet, day and author. Each name runs in its own direction."""
    title = _text(item.title or item.article_id)
    said = [f"<bdi>{_text(item.source or item.article_id)}</bdi>"]
    if item.published:
        said.append(long_date(item.published))
    if isinstance(item, Citation) and item.author:
        said.append(f"by <bdi>{_text(item.author)}</bdi>")
    return f'<bdi><b>{title}</b></bdi><br>\n<span class="quiet">{", ".join(said)}</span>'


def _list(items: Iterable[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{item}</li>" for item in items) + "\n</ul>"


def _quiet(text: str) -> str:
    return f'<p class="quiet" dir="auto">{_text(text)}</p>'


def _text(text: str) -> str:
    return escape(one_line(text))
