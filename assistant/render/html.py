"""Values -> HTML that is safe to show beside text that nobody checked.

Every word of an article, a model or a person is escaped by MarkupSafe; the only tags, classes and
links are ours. Nothing here contains a line feed: in the chat these fragments pass through a
Markdown renderer, which leaves a block of HTML alone as long as no blank line ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup

from assistant.render.addresses import article_address, citation_address
from assistant.render.layout import MARKER, long_date, outlet_and_date
from assistant.render.text import ARTICLES_DISAGREE, NOT_IN_CORPUS
from assistant.safety import one_line
from assistant.types import (
    Article,
    CheckedAnswer,
    CheckedStatement,
    Citation,
    Nearest,
    Stage,
)

VERDICTS = {
    "supported": "supported",
    "quoted": "quoted word for word",
    "unsupported": "not confirmed",
    "contradicted": "contradicted by its source",
}
MOST_AROUND = 220
# How a line for someone who waits begins.
WAITING = '<p class="waiting">'


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


def stage_html(stage: Stage) -> Markup:
    """What is being done, for someone who waits."""
    if stage.name == "searching":
        return waiting_html("Searching the articles …")
    if stage.name == "checking":
        return waiting_html("Checking the answer against its sources …")
    titles = Markup(", ").join(
        Markup('<a href="{}">{}</a>').format(
            article_address(n.article_id, frame=True), _text(n.title)
        )
        for n in stage.articles
    )
    return _waiting(Markup("Reading {} …").format(titles or "the articles"))


def waiting_html(text: str) -> Markup:
    """A line of our own words, for someone who waits."""
    return _waiting(Markup("{}").format(text))


def _waiting(content: Markup) -> Markup:
    return Markup(WAITING + "{}</p>").format(content)


def question_html(question: str) -> Markup:
    """What a person asked, as text."""
    return Markup('<p class="question" dir="auto">{}</p>').format(_text(question))


def error_html(message: str, hint: str) -> Markup:
    """One of our errors: what is wrong, and what to do now."""
    return Markup('<p class="error"><strong>This did not work:</strong> {} {}</p>').format(
        _text(message) + ("" if message.endswith(".") else "."), _text(hint)
    )


def statements_html(
    statements: tuple[CheckedStatement, ...], citations: tuple[Citation, ...] = ()
) -> Markup:
    """Statements one below the other; [n] are links where the citations are known already."""
    numbered = {c.number: c for c in citations}
    return Markup("").join(_statement(s, numbered) for s in statements)


def answer_html(answer: CheckedAnswer, around: Mapping[int, Around]) -> Markup:
    """The whole answer: what it says or that the corpus does not hold it, its sources with their
    words, and in small print who answered.

    around: by number of a citation what stands around its quote; those that have none are shown
    without.
    """
    numbered = {c.number: c for c in answer.citations}
    if answer.status == "abstained":
        body = Markup('<p class="status">Not in the corpus</p><p>{}</p>').format(NOT_IN_CORPUS)
        body += _nearest(answer.nearest)
    elif answer.status == "conflict":
        body = Markup('<p class="status">Conflict</p><p>{}</p>').format(ARTICLES_DISAGREE)
        body += _conflict(answer.statements, numbered)
    else:
        body = statements_html(answer.statements, answer.citations)
    cards = Markup("").join(_card(c, around.get(c.number)) for c in answer.citations)
    sources = Markup('<ol class="sources" aria-label="Sources">{}</ol>').format(cards)
    return Markup('<div class="answer {}">{}{}{}</div>').format(
        answer.status, body, sources if cards else "", _small_print(answer)
    )


def _statement(statement: CheckedStatement, numbered: Mapping[int, Citation]) -> Markup:
    return Markup('<p class="statement {}" dir="auto">{} {} <small>{}</small></p>').format(
        statement.verdict,
        _said(statement),
        _markers(statement, numbered),
        VERDICTS[statement.verdict],
    )


def _said(statement: CheckedStatement) -> Markup:
    """Its words; digits in brackets that are not ours become (n): only we make citations."""
    text = _text(MARKER.sub(r"(\1)", statement.text))
    return (
        Markup("<q>{}</q>").format(text) if statement.verdict == "quoted" else Markup.escape(text)
    )


def _markers(statement: CheckedStatement, numbered: Mapping[int, Citation]) -> Markup:
    return Markup(" ").join(
        _marker(numbered[n]) if n in numbered else Markup("[{}]").format(n)
        for n in statement.citations
    )


def _marker(citation: Citation) -> Markup:
    return Markup('<a class="cite" href="{}" title="{}">[{}]</a>').format(
        citation_address(citation, frame=True),
        f"Open “{_text(citation.title)}” at these words",
        citation.number,
    )


def _conflict(statements: tuple[CheckedStatement, ...], numbered: Mapping[int, Citation]) -> Markup:
    rows = Markup("")
    for statement in statements:
        behind = [numbered[n] for n in statement.citations if n in numbered]
        rows += Markup("<tr><td dir='auto'>{} {}</td><td>{}</td><td>{}</td></tr>").format(
            _said(statement),
            _markers(statement, numbered),
            _joined(c.source or c.article_id for c in behind),
            _joined(long_date(c.published) if c.published else "no date" for c in behind),
        )
    head = Markup("<tr><th>What it says</th><th>Source</th><th>Date</th></tr>")
    return Markup('<table class="conflict"><thead>{}</thead><tbody>{}</tbody></table>').format(
        head, rows
    )


def _joined(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(map(_text, values)))


def _card(citation: Citation, around: Around | None) -> Markup:
    origin = _text(outlet_and_date(citation.source, citation.published, citation.article_id))
    before, after = around or Around("", "")
    return Markup(
        '<li class="source" value="{}"><a href="{}">{}</a> <small>{}</small>'
        '<blockquote dir="auto">{} <mark>{}</mark> {}</blockquote></li>'
    ).format(
        citation.number,
        citation_address(citation, frame=True),
        _text(citation.title),
        origin,
        _text(before),
        _text(citation.quote),
        _text(after),
    )


def _nearest(nearest: tuple[Nearest, ...]) -> Markup:
    if not nearest:
        return Markup("")
    items = Markup("").join(
        Markup('<li><a href="{}">{}</a> <small>{}</small></li>').format(
            article_address(n.article_id, frame=True),
            _text(n.title),
            _text(outlet_and_date(n.source, n.published, n.article_id)),
        )
        for n in nearest
    )
    return Markup('<p>The closest articles:</p><ul class="nearest">{}</ul>').format(items)


def _small_print(answer: CheckedAnswer) -> Markup:
    model = "no language model, the best sentence" if answer.model == "none" else answer.model
    return Markup('<p class="small-print">{} · {:.1f} s · confidence {:.0f} %</p>').format(
        _text(model), answer.timings.total / 1000, 100 * answer.confidence
    )


def _text(text: str) -> str:
    """On one line, without what is invisible or turns the direction of what follows."""
    return one_line(text)
