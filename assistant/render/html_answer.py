"""An answer -> HTML for the chat, as safe as `assistant.render.html` has it: no line feed, and only
our own tags, classes and links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup

from assistant.render.addresses import article_address, citation_address
from assistant.render.html import shown_text
from assistant.render.layout import long_date, outlet_and_date
from assistant.render.statements import (
    ARTICLES_DISAGREE,
    ARTICLES_SILENT,
    CLOSEST_WORDS,
    Day,
    Timeline,
    timeline,
    verdict_words,
    words,
)
from assistant.types import (
    Article,
    CheckedAnswer,
    CheckedStatement,
    Citation,
    Found,
    Nearest,
)

MOST_AROUND = 220


class Around(NamedTuple):
    """What stands before and after a quote in its paragraph; cut at words, with an ellipsis."""

    before: str
    after: str


def surroundings(article: Article, start: int, end: int) -> Around:
    """The rest of the paragraph in which ``article.text[start:end]`` stands, at most
    `MOST_AROUND` characters on each side."""
    text = article.text
    opening = text.rfind("\n", 0, start) + 1
    closing = text.find("\n", end)
    before, after = text[opening:start], text[end : closing if closing >= 0 else len(text)]
    if len(before) > MOST_AROUND:
        before = "… " + before[-MOST_AROUND:].split(" ", 1)[-1]
    if len(after) > MOST_AROUND:
        after = after[:MOST_AROUND].rsplit(" ", 1)[0] + " …"
    return Around(before, after)


def found_html(found: Found) -> Markup:
    """What was found at once, with its source, for someone who waits for the whole answer."""
    return Markup('<div class="found"><h2>Found so far</h2>{}</div>').format(
        _quote(found.citation, shown_text(found.text))
    )


def statements_html(
    statements: tuple[CheckedStatement, ...], citations: tuple[Citation, ...] = ()
) -> Markup:
    """Statements one below the other; [n] are links where the citations are known already."""
    numbered = {c.number: c for c in citations}
    return Markup("").join(_statement(s, numbered) for s in statements)


def answer_html(answer: CheckedAnswer, around: Mapping[int, Around]) -> Markup:
    """The whole answer: what it says or that the articles do not, its sources with their words,
    and in small print who answered.

    around: by number of a citation what stands around its quote; those that have none are shown
    without.
    """
    numbered = {c.number: c for c in answer.citations}
    told = timeline(answer)
    if answer.status == "abstained":
        body = _silence(answer)
    elif answer.status == "conflict":
        body = Markup('<p class="status">Conflict</p><p>{}</p>').format(ARTICLES_DISAGREE)
        body += _conflict(answer.statements, numbered)
    elif told:
        body = _timeline(told, numbered)
    else:
        body = statements_html(answer.statements, answer.citations)
    cards = Markup("").join(  # the words of a timeline stand in it already
        _card(c, around.get(c.number), words=not told) for c in answer.citations
    )
    sources = Markup('<ol class="sources" aria-label="Sources">{}</ol>').format(cards)
    return Markup('<div class="answer {}">{}{}{}</div>').format(
        answer.status, body, sources if cards else "", _small_print(answer)
    )


def _silence(answer: CheckedAnswer) -> Markup:
    """That the articles do not say, and what helps on: the closest words, the closest articles."""
    body = Markup('<p class="status">Not in the articles</p><p>{}</p>').format(ARTICLES_SILENT)
    if answer.found:
        body += Markup('<p>{}</p><div class="closest">{}</div>').format(
            CLOSEST_WORDS, _quote(answer.found.citation)
        )
    return body + _nearest(answer.nearest)


def _quote(citation: Citation, mark: str = "") -> Markup:
    """What an article says, and its source. mark: the part of it that answers."""
    quote = shown_text(citation.quote)
    before, inside, after = quote.partition(mark) if mark else ("", "", quote)
    marked = Markup("<mark>{}</mark>").format(inside) if inside and (before or after) else inside
    return Markup(
        '<blockquote dir="auto">{}{}{}</blockquote><p class="origin"><a href="{}">{}</a> '
        "<small>{}</small></p>"
    ).format(
        before,
        marked,
        after,
        citation_address(citation, frame=True),
        shown_text(citation.title or citation.article_id),
        _origin(citation),
    )


def _statement(
    statement: CheckedStatement, numbered: Mapping[int, Citation], *, verdict: bool = True
) -> Markup:
    said = Markup(" <small>{}</small>").format(verdict_words(statement)) if verdict else ""
    doubtful = " doubtful" if verdict and statement.answers is False else ""
    return Markup('<p class="statement {}{}" dir="auto">{} {}{}</p>').format(
        statement.verdict, doubtful, _said(statement, numbered), _markers(statement, numbered), said
    )


def _said(statement: CheckedStatement, numbered: Mapping[int, Citation]) -> Markup:
    """Its words, what is quoted in a <q>."""
    opening, text, quoted = words(statement, numbered.values())
    if not quoted:
        return Markup.escape(text)
    return Markup("{}<q>{}</q>").format(f"{opening} " if opening else "", text)


def _markers(statement: CheckedStatement, numbered: Mapping[int, Citation]) -> Markup:
    return Markup(" ").join(
        _marker(numbered[n]) if n in numbered else Markup("[{}]").format(n)
        for n in statement.citations
    )


def _marker(citation: Citation) -> Markup:
    return Markup('<a class="cite" href="{}" title="{}">[{}]</a>').format(
        citation_address(citation, frame=True),
        f"Open “{shown_text(citation.title)}” at these words",
        citation.number,
    )


def _timeline(told: Timeline, numbered: Mapping[int, Citation]) -> Markup:
    opening = Markup("").join(_statement(s, numbered) for s in told.opening)
    days = Markup("").join(_day(day, numbered) for day in told.days)
    return opening + Markup('<ol class="days" aria-label="By day">{}</ol>').format(days)


def _day(day: Day, numbered: Mapping[int, Citation]) -> Markup:
    """Its quotes without their verdict: that they are quotes is to be seen."""
    when = Markup("No date")
    if day.published:
        when = Markup('<time datetime="{}">{}</time>').format(
            day.published.isoformat(), long_date(day.published)
        )
    statements = Markup("").join(
        _statement(s, numbered, verdict=s.verdict != "quoted" or s.answers is False)
        for s in day.statements
    )
    return Markup('<li><p class="day">{} <small>{}</small></p>{}</li>').format(
        when, ", ".join(day.outlets), statements
    )


def _conflict(statements: tuple[CheckedStatement, ...], numbered: Mapping[int, Citation]) -> Markup:
    rows = Markup("")
    for statement in statements:
        behind = [numbered[n] for n in statement.citations if n in numbered]
        rows += Markup("<tr><td dir='auto'>{} {}</td><td>{}</td><td>{}</td></tr>").format(
            _said(statement, numbered),
            _markers(statement, numbered),
            _joined(c.source or c.article_id for c in behind),
            _joined(long_date(c.published) if c.published else "no date" for c in behind),
        )
    head = Markup("<tr><th>What it says</th><th>Source</th><th>Date</th></tr>")
    return Markup('<table class="conflict"><thead>{}</thead><tbody>{}</tbody></table>').format(
        head, rows
    )


def _joined(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(map(shown_text, values)))


def _card(citation: Citation, around: Around | None, *, words: bool = True) -> Markup:
    """A source. around: what stands around its quote. words: whether they are shown."""
    before, after = around or Around("", "")
    quote = Markup('<blockquote dir="auto">{} <mark>{}</mark> {}</blockquote>').format(
        shown_text(before), shown_text(citation.quote), shown_text(after)
    )
    return Markup(
        '<li class="source" value="{}"><a href="{}">{}</a> <small>{}</small>{}</li>'
    ).format(
        citation.number,
        citation_address(citation, frame=True),
        shown_text(citation.title),
        _origin(citation),
        quote if words else "",
    )


def _nearest(nearest: tuple[Nearest, ...]) -> Markup:
    if not nearest:
        return Markup("")
    items = Markup("").join(
        Markup('<li><a href="{}">{}</a> <small>{}</small></li>').format(
            article_address(n.article_id, frame=True), shown_text(n.title), _origin(n)
        )
        for n in nearest
    )
    return Markup('<p>The closest articles:</p><ul class="nearest">{}</ul>').format(items)


def _origin(item: Citation | Nearest) -> str:
    return shown_text(outlet_and_date(item.source, item.published, item.article_id))


def _small_print(answer: CheckedAnswer) -> Markup:
    model = "quoted, without a language model" if answer.model == "none" else answer.model
    return Markup('<p class="small-print">{} · {:.1f} s · confidence {:.0f} %</p>').format(
        shown_text(model), answer.timings.total / 1000, 100 * answer.confidence
    )
