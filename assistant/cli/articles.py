"""`assistant articles`: what is in the index."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.console import (
    STYLE,
    JsonOption,
    note,
    opened_engine,
    print_json,
    print_text,
    table_width,
)
from assistant.cli.options import Run, takes
from assistant.errors import AssistantError
from assistant.safety import one_line

if TYPE_CHECKING:
    from assistant.engine import Engine
    from assistant.types import Article, Version

app = typer.Typer(name="articles", help="What is in the index.", **STYLE)


@app.command("list")
@takes()
def list_articles(run: Run, json: JsonOption = False) -> None:
    """List the articles in the index: id, date, title. Piped, the columns are tab-separated.

    Example: assistant articles list | cut -f1
    """
    from assistant import render

    with opened_engine(run) as (engine, _):
        articles = engine.articles()
    if json:
        print_json(render.articles_json(articles))
    elif articles:
        print_text(render.articles_table(articles, width=table_width()))
    else:
        note(run, "the index is empty; run: assistant ingest")


@app.command("show")
@takes()
def show_article(
    run: Run,
    article_id: Annotated[str, typer.Argument(metavar="ID", help="As `articles list` shows it.")],
    versions: Annotated[
        bool, typer.Option("--versions", help="What changed in it, instead of the article.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Print one article with what corrects it, or with --versions which sentences changed when.

    Example: assistant articles show gazette/2024-06-12-flood.md
    """
    from assistant import render

    with opened_engine(run) as (engine, _):
        article = engine.article(article_id)
        if article is None:
            raise _no_such_article(engine, article_id)
        if versions:
            _print_history(article, engine.store.versions(article_id), json)
            return
        known = engine.corrections(article)
    if json:
        print_json(render.article_json(article, known))
    else:
        print_text(render.article_text(article, render.corrections_lines(article, known)))


def _print_history(article: Article, replaced: list[Version], json: bool) -> None:
    from assistant import render
    from assistant.history import changes, editors_notes

    found = changes(replaced, article)
    notes = [article.text[a:b] for a, b in editors_notes(article.text)]
    if json:
        print_json(render.history_json(article, found, notes))
    else:
        print_text(render.history_text(article, found, notes))


@app.command("copies")
@takes()
def list_copies(run: Run, json: JsonOption = False) -> None:
    """List the articles that are copies of each other, exactly or nearly: one story a block.

    Example: assistant articles copies
    """
    from assistant.copies import stories

    with opened_engine(run) as (engine, _):
        groups = stories(engine.articles())
    if json:
        print_json({"stories": [list(group) for group in groups]})
    elif groups:
        print_text("\n\n".join("\n".join(map(one_line, group)) for group in groups))
    else:
        note(run, "no article is a copy of another")


@app.command("remove")
@takes()
def remove_articles(
    run: Run,
    article_ids: Annotated[list[str], typer.Argument(metavar="ID", help="One or more.")],
    json: JsonOption = False,
) -> None:
    """Take articles out of the index. An ingest of a folder that still has them brings them back.

    Example: assistant articles remove gazette/2024-06-12-flood.md
    """
    with opened_engine(run) as (engine, _):
        removed = [article_id for article_id in article_ids if engine.remove(article_id)]
        missing = [article_id for article_id in article_ids if article_id not in removed]
        if json:
            print_json({"removed": removed, "missing": missing})
        else:
            for article_id in removed:
                print_text(f"removed {one_line(article_id)}")
        if missing:
            raise _no_such_article(engine, missing[0])


def _no_such_article(engine: Engine, article_id: str) -> AssistantError:
    close = difflib.get_close_matches(
        article_id, [a.id for a in engine.articles()], n=3, cutoff=0.5
    )
    return AssistantError(
        f"there is no article '{article_id}' in the index",
        f"Close: {', '.join(close)}" if close else "See: assistant articles list",
    )
