"""Values -> HTML that is safe to show beside text that nobody checked; answers: `html_answer`.

Every word of an article, a model or a person is escaped by MarkupSafe; the only tags, classes and
links are ours. Nothing here contains a line feed: in the chat these fragments pass through a
Markdown renderer, which leaves a block of HTML alone as long as no blank line ends it.
"""

from __future__ import annotations

from markupsafe import Markup

from assistant.render.addresses import article_address
from assistant.safety import one_line
from assistant.types import Stage

# How a line for someone who waits begins.
WAITING = '<p class="waiting">'


def stage_html(stage: Stage, *, found: bool = False) -> Markup:
    """What is being done, for someone who waits. found: something is on the screen already."""
    if stage.name == "searching":
        return waiting_html("Searching the articles …")
    if found and stage.name == "reading":
        return waiting_html("Writing the answer …")
    if stage.name == "checking":
        return waiting_html("Checking the answer against its sources …")
    titles = Markup(", ").join(
        Markup('<a href="{}">{}</a>').format(
            article_address(n.article_id, frame=True), shown_text(n.title)
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
    return Markup('<p class="question" dir="auto">{}</p>').format(shown_text(question))


def error_html(message: str, hint: str) -> Markup:
    """One of our errors: what is wrong, and what to do now."""
    return Markup('<p class="error"><strong>This did not work:</strong> {} {}</p>').format(
        shown_text(message) + ("" if message.endswith(".") else "."), shown_text(hint)
    )


def shown_text(text: str) -> str:
    """On one line, without what is invisible or turns the direction of what follows."""
    return one_line(text)
