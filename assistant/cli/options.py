"""The options that many commands share, and what a command gets from them: a `Run`.

They may stand before the command or after it; after it wins.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer

from assistant.errors import UsageError
from assistant.settings import Settings, load_settings

if TYPE_CHECKING:
    from assistant.types import Filters

P = ParamSpec("P")


@dataclass(frozen=True)
class Run:
    """The settings in force, whether progress and notes are unwanted, and which articles count.

    given: names of the settings that stood on the command line.
    """

    settings: Settings
    quiet: bool
    filters: Filters
    given: frozenset[str]


def _shared(name: str, default: Any, annotation: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


EVERYWHERE = (
    _shared(
        "store",
        None,
        Annotated[Path | None, typer.Option("--store", metavar="DIR", help="Folder of the index.")],
    ),
    _shared(
        "config",
        None,
        Annotated[
            Path | None, typer.Option("--config", metavar="FILE", help="Settings file in TOML.")
        ],
    ),
    _shared(
        "quiet",
        False,
        Annotated[
            bool, typer.Option("--quiet", "-q", help="No progress and no notes on standard error.")
        ],
    ),
)
MODELS = (
    _shared(
        "threads",
        None,
        Annotated[
            int | None,
            typer.Option("--threads", metavar="N", help="Processor threads; 0 means all."),
        ],
    ),
)
ANSWERING = (
    _shared(
        "llm",
        None,
        Annotated[
            str | None,
            typer.Option(
                "--llm",
                metavar="LLM",
                help="embedded:MODEL, openai:URL#MODEL, or none: quotes only.",
            ),
        ],
    ),
    _shared(
        "careful",
        None,
        Annotated[
            float | None,
            typer.Option(
                "--careful", metavar="P", help="From 0 to 1: less confident than this, no answer."
            ),
        ],
    ),
    _shared(
        "no_download",
        False,
        Annotated[bool, typer.Option("--no-download", help="Never fetch missing model weights.")],
    ),
)


WITHIN = (
    _shared(
        "since",
        None,
        Annotated[
            datetime | None,
            typer.Option(
                "--since", formats=["%Y-%m-%d"], metavar="DAY", help="Only articles since that day."
            ),
        ],
    ),
    _shared(
        "until",
        None,
        Annotated[
            datetime | None,
            typer.Option(
                "--until",
                "--as-of",
                formats=["%Y-%m-%d"],
                metavar="DAY",
                help="Only articles up to that day; 'last week' counts from it.",
            ),
        ],
    ),
    _shared(
        "sources",
        None,
        Annotated[
            list[str] | None,
            typer.Option("--source", metavar="NAME", help="Only articles of this outlet; repeat."),
        ],
    ),
    _shared(
        "authors",
        None,
        Annotated[
            list[str] | None,
            typer.Option("--author", metavar="NAME", help="Only articles by this author; repeat."),
        ],
    ),
    _shared(
        "articles",
        None,
        Annotated[
            list[str] | None,
            typer.Option("--article", metavar="ID", help="Only this article; repeat."),
        ],
    ),
)


def takes(
    *groups: Sequence[Parameter],
) -> Callable[[Callable[Concatenate[Run, P], None]], Callable[..., None]]:
    """A decorator for commands: adds the options of `EVERYWHERE` and `groups` to those that the
    command declares, and calls it with a `Run` made from them as its first argument.

    The decorated command raises SettingsError where a setting is wrong.
    """
    shared = [option for group in (*groups, EVERYWHERE) for option in group]

    def decorate(command: Callable[Concatenate[Run, P], None]) -> Callable[..., None]:
        @functools.wraps(command)
        def wrapper(context: typer.Context, **given: Any) -> None:
            after = _take_out(shared, given)
            command(_run({**(context.obj or {}), **after}), **given)  # type: ignore[call-arg]

        return _declare(wrapper, [*_parameters(command)[1:], *shared])

    return decorate


def takes_early(command: Callable[P, None]) -> Callable[..., None]:
    """A decorator for what runs before every command: accepts all shared options there and keeps
    them for the command."""
    shared = [*ANSWERING, *MODELS, *EVERYWHERE]

    @functools.wraps(command)
    def wrapper(context: typer.Context, **given: Any) -> None:
        context.obj = _take_out(shared, given)
        command(**given)  # type: ignore[call-arg]

    return _declare(wrapper, [*_parameters(command), *shared])


def _take_out(shared: Sequence[Parameter], given: dict[str, Any]) -> dict[str, Any]:
    """The shared options that were really given; all shared ones leave `given`."""
    values = {option.name: given.pop(option.name) for option in shared}
    return {
        name: value for name, value in values.items() if value is not None and value is not False
    }


def _run(options: dict[str, Any]) -> Run:
    quiet = options.pop("quiet", False)
    config = options.pop("config", None)
    if options.pop("no_download", False):
        options["download"] = False
    filters = _filters(options)
    return Run(load_settings(config, options), quiet, filters, frozenset(options))


def _filters(options: dict[str, Any]) -> Filters:
    """The filters given; all of them leave `options`."""
    from assistant.types import Filters

    since, until = (options.pop(name, None) for name in ("since", "until"))
    if since and until and since > until:
        raise UsageError("--since is after --until", "Exchange the two days.")
    named = {n: frozenset(options.pop(n, None) or ()) for n in ("sources", "authors", "articles")}
    return Filters(since=since and since.date(), until=until and until.date(), **named)


def _parameters(command: Callable[..., None]) -> list[Parameter]:
    return list(inspect.signature(command, eval_str=True).parameters.values())


def _declare(wrapper: Callable[..., None], parameters: Sequence[Parameter]) -> Callable[..., None]:
    """Tells Typer, which reads signatures, what `wrapper` accepts."""
    context = Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context)
    everything = [context, *(p.replace(kind=Parameter.KEYWORD_ONLY) for p in parameters)]
    wrapper.__signature__ = inspect.Signature(everything)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in everything}
    return wrapper
