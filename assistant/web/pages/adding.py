"""Adding articles: files, pasted text, a web address; and the page that shows how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import HTMLResponse

from assistant.errors import AssistantError, UsageError
from assistant.ingest_urls import is_url
from assistant.progress import Progress
from assistant.types import Failure, IngestReport
from assistant.web.pages.browsing import a_day
from assistant.web.pages.incoming import SUFFIXES, Text, as_markdown, keep_file
from assistant.web.pages.jobs import Job, Jobs
from assistant.web.pages.keeping import added_folder
from assistant.web.pages.templates import gone_to, page

if TYPE_CHECKING:
    from assistant.engine import Engine

Field = Annotated[str, Form()]


def add(pages: APIRouter, engine: Engine, jobs: Jobs) -> None:
    def form(problem: AssistantError | None = None, **values: str) -> HTMLResponse:
        kept = {"title": "", "text": "", "source": "", "published": "", "url": "", **values}
        return page(
            "add.html",
            400 if problem else 200,
            problem=problem,
            values=kept,
            accept=",".join(sorted(SUFFIXES)),
            most=engine.settings.max_file_bytes,
            working=jobs.working(),
        )

    @pages.get("/articles/add")
    def show_form() -> HTMLResponse:
        return form()

    @pages.post("/articles/add")
    def start(
        files: Annotated[list[UploadFile], File()] = [],  # noqa: B006 (FastAPI copies it)
        replacing: Field = "",
        title: Field = "",
        text: Field = "",
        source: Field = "",
        published: Field = "",
        url: Field = "",
    ) -> Response:
        """Take what was sent: files, a web address, or a pasted text."""
        named = [file for file in files if file.filename]
        try:
            if named:
                job = _add_files(named, bool(replacing), engine, jobs)
            elif url.strip():
                job = _add_url(url.strip(), engine, jobs)
            else:
                pasted = Text(title, text, source, a_day(published))
                job = _add_text(pasted, engine, jobs)
        except AssistantError as problem:
            return form(
                problem, title=title, text=text, source=source, published=published, url=url
            )
        return gone_to("articles/jobs", id=job.id)

    @pages.get("/articles/jobs")
    def show_job(id: str = "", fragment: str = "") -> HTMLResponse:
        """How far a job is, or what came of it."""
        job = jobs.get(id)
        if job is None:
            return page(
                "error.html",
                404,
                message="there is no such work, or the server was started again since",
                hint="The list of articles shows what is there.",
            )
        return page(
            "progress.html" if fragment else "job.html",
            job=job,
            count=jobs.count(),
            folder=f"{added_folder(engine.store)}/",
        )


def _add_files(files: Sequence[UploadFile], replacing: bool, engine: Engine, jobs: Jobs) -> Job:
    folder = added_folder(engine.store)
    names = ", ".join((file.filename or "")[:60] for file in files[:3])
    what = names if len(files) <= 3 else f"{names} and {len(files) - 3} more files"
    taken = [
        keep_file(
            file.filename or "",
            file.file,
            folder,
            most=engine.settings.max_file_bytes,
            replace=replacing,
        )
        for file in files
    ]
    return _ingest_added(what, taken, engine, jobs)


def _add_text(pasted: Text, engine: Engine, jobs: Jobs) -> Job:
    name, content = as_markdown(pasted)
    taken = keep_file(
        name,
        BytesIO(content),
        added_folder(engine.store),
        most=engine.settings.max_file_bytes,
        replace=False,
    )
    return _ingest_added(pasted.title or name, [taken], engine, jobs)


def _add_url(url: str, engine: Engine, jobs: Jobs) -> Job:
    if not is_url(url):
        raise UsageError(
            "this is no web address", "It begins with https:// or http://, as a browser shows it."
        )
    return jobs.start(url[:200], lambda tell: engine.ingest([url], progress=tell))


def _ingest_added(what: str, taken: Sequence[Path | Failure], engine: Engine, jobs: Jobs) -> Job:
    """Start reading the files that were taken; those refused are in the job's report."""
    refused = tuple(each for each in taken if isinstance(each, Failure))
    folder = added_folder(engine.store)
    if len(refused) == len(taken):
        raise UsageError(f"{refused[0].where}: {refused[0].reason}", refused[0].hint)

    files = [each for each in taken if isinstance(each, Path)]

    def work(tell: Progress) -> IngestReport:
        for file in files:  # one that is sent again is read again
            engine.store.forget_file(str(folder), file.name)
        report = engine.ingest([folder], progress=tell)
        used = {origin[:2] for origin in engine.store.origins().values()}
        for file in files:  # otherwise it would be reported again with every later file
            if (str(folder), file.name) not in used:
                file.unlink(missing_ok=True)
        return replace(report, failures=refused + report.failures)

    return jobs.start(what, work)
