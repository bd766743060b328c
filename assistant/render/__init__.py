"""Values -> text for people and objects for JSON. Pure: nothing here reads, prints or asks.

Words of articles and of models are data. Whatever they contain, the only control characters in a
returned text are line feeds and, where asked for, our own colours and links.
"""

from assistant.render.corrected import corrections_lines, relation
from assistant.render.dialogue_json import conversation_json, parse_conversation
from assistant.render.export import conversation_markdown
from assistant.render.export_html import conversation_html
from assistant.render.layout import table
from assistant.render.objects import (
    answer_json,
    article_json,
    articles_json,
    history_json,
    hits_json,
    preview_json,
    report_json,
)
from assistant.render.parsing import parse_answer
from assistant.render.text import (
    NARROWEST,
    NOT_IN_CORPUS,
    SCREEN_LINES,
    answer_line,
    answer_text,
    article_text,
    articles_table,
    check_text,
    ending_text,
    failure_text,
    history_text,
    hits_text,
    preview_text,
    report_text,
    statement_text,
)

__all__ = [
    "NARROWEST",
    "NOT_IN_CORPUS",
    "SCREEN_LINES",
    "answer_json",
    "answer_line",
    "answer_text",
    "article_json",
    "article_text",
    "articles_json",
    "articles_table",
    "check_text",
    "conversation_html",
    "conversation_json",
    "conversation_markdown",
    "corrections_lines",
    "ending_text",
    "failure_text",
    "history_json",
    "history_text",
    "hits_json",
    "hits_text",
    "parse_answer",
    "parse_conversation",
    "preview_json",
    "preview_text",
    "relation",
    "report_json",
    "report_text",
    "statement_text",
    "table",
]
