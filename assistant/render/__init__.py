"""Values -> text for people and objects for JSON. Pure: nothing here reads, prints or asks.

Words of articles and of models are data. Whatever they contain, the only control characters in a
returned text are line feeds and, where asked for, our own colours and links.
"""

from assistant.render.answers import SCREEN_LINES, answer_line, answer_text, found_text
from assistant.render.corrected import corrections_lines, relation
from assistant.render.dialogue_json import conversation_json, parse_conversation
from assistant.render.export import conversation_markdown
from assistant.render.export_html import conversation_html
from assistant.render.layout import NARROWEST, table
from assistant.render.objects import (
    answer_json,
    article_json,
    articles_json,
    found_json,
    history_json,
    hits_json,
    nearest_json,
    preview_json,
    report_json,
    statement_json,
)
from assistant.render.parsing import parse_answer, parse_found
from assistant.render.statements import ARTICLES_SILENT
from assistant.render.text import (
    article_text,
    articles_table,
    check_text,
    failure_text,
    history_text,
    hits_text,
    preview_text,
    report_text,
)

__all__ = [
    "ARTICLES_SILENT",
    "NARROWEST",
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
    "failure_text",
    "found_json",
    "found_text",
    "history_json",
    "history_text",
    "hits_json",
    "hits_text",
    "nearest_json",
    "parse_answer",
    "parse_conversation",
    "parse_found",
    "preview_json",
    "preview_text",
    "relation",
    "report_json",
    "report_text",
    "statement_json",
    "table",
]
