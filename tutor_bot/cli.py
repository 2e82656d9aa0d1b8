"""The command line. Imports nothing heavy before it is needed: `ask` must answer at once."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from tutor_bot.domain.facts import Catalogue
    from tutor_bot.domain.outcomes import Matcher, Outcome
    from tutor_bot.settings import Settings

FAULT, USAGE, UNSURE, UNKNOWN = 1, 2, 3, 4

# typer may bring a click of its own; these are the classes of the one in use.
_UsageError: Any = typer.BadParameter.__base__
_ClickException: Any = _UsageError.__base__

app = typer.Typer(
    help="A tutor that lives in Telegram.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
content_app = typer.Typer(help="Look at the fact packs.", no_args_is_help=True, rich_markup_mode=None)
db_app = typer.Typer(help="Look after the database.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(content_app, name="content")
app.add_typer(db_app, name="db")

ContentOption = Annotated[
    Path | None, typer.Option("--content", metavar="DIR", help="Folder that holds packs, instead of the setting.")
]


def main() -> None:
    """Run a command; errors are one line on standard error and an exit code, never a traceback."""
    # Read when numpy is imported, which is later. More threads than one gain little on questions of a few words,
    # and those of several processes wait for each other, spinning: a question then takes fifty times as long.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        code = app(standalone_mode=False)
    except _UsageError as error:
        command = error.ctx.command_path if error.ctx else "tutor-bot"
        _end(f"{error.format_message()} (see {command} --help)", USAGE)
    except _ClickException as error:
        _end(error.format_message(), USAGE)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _end(message: str, code: int) -> NoReturn:
    typer.echo(f"tutor-bot: {message}", err=True)
    sys.exit(code)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tutor-bot {version('tutor-bot')}")
        raise typer.Exit


@app.callback()
def tutor_bot(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """A tutor that lives in Telegram."""


@app.command()
def run() -> None:
    """Migrate the database and serve Telegram, until SIGTERM."""
    settings = _settings()
    if settings.token is None:
        _end("TUTOR_BOT_TOKEN is not set: it is the token that BotFather gives you for your bot", USAGE)
    from tutor_bot import logs

    logs.configure(settings.log_level, settings.log_format, settings.token.get_secret_value())
    from tutor_bot.app import AppError
    from tutor_bot.app import run as serve

    try:
        serve(settings)
    except AppError as error:
        _end(str(error), FAULT)


@app.command()
def sandbox(
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port on 127.0.0.1; 0 is any free one.")
    ] = 8765,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep what the tutor remembers there, for the next time.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Reload the content whenever a pack file changes.")] = False,
    content: ContentOption = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser, if there is one.")] = True,
) -> None:
    """Try the bot in the browser: a local Telegram, no token, no network."""
    settings = _settings()
    from tutor_bot import logs

    try:
        from tutor_bot.sandbox import TOKEN
        from tutor_bot.trial import Trial
    except ModuleNotFoundError as error:
        _end(f"the sandbox needs {error.name}, which is not installed: pip install 'tutor-bot[sandbox]'", FAULT)
    from tutor_bot.app import AppError
    from tutor_bot.shipped import content_folder

    logs.configure(settings.log_level, settings.log_format, TOKEN)
    if content is not None and not content.is_dir():
        _end(f"{content} is not a folder", USAGE)
    try:
        Trial(
            curators=settings.curators,
            content=content or settings.content or content_folder(),
            zone=settings.timezone.key,
            port=port,
            keep=keep,
            watch=watch,
            announce=lambda address: announce(address, browser),
        ).run()
    except AppError as error:
        _end(str(error), FAULT)


def announce(address: str, browser: bool) -> None:
    """Where the page is; opened only where a window can be, for a browser in the terminal would take it over."""
    import os
    import webbrowser

    typer.echo(f"The sandbox is at {address} (Ctrl+C ends it)")
    sys.stdout.flush()
    windows = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    opened = False
    if browser and windows:
        try:
            opened = webbrowser.open(address)
        except (webbrowser.Error, OSError):
            opened = False
    if browser and not opened:
        typer.echo("Open this address in a browser.")
        sys.stdout.flush()


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What a learner would type.")] = None,
    after: Annotated[str | None, typer.Option(metavar="QUESTION", help="What this learner asked just before.")] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Answer lines {"id", "question", "after"?} from standard input.')
    ] = False,
    content: ContentOption = None,
) -> None:
    """Print the answer as the bot would give it; exit 0 found, 3 unsure, 4 unknown."""
    if jsonl == (question is not None):
        _end("give a question, or --jsonl and lines on standard input (see tutor-bot ask --help)", USAGE)
    matcher = _matcher(content)
    if jsonl:
        _ask_lines(matcher)
        return
    from tutor_bot.domain.outcomes import Unknown, Unsure

    outcome, text = _find(matcher, question or "", after)
    typer.echo(text)
    match outcome:
        case Unsure():
            raise typer.Exit(UNSURE)
        case Unknown():
            raise typer.Exit(UNKNOWN)
        case _:
            return


def _find(matcher: "Matcher", question: str, after: str | None) -> "tuple[Outcome, str]":
    """As to a new learner, who has asked `after` just before: the first question's outcome, and all that is said."""
    from tutor_bot.domain.outcomes import Context, Found
    from tutor_bot.wording.answers import answer_text

    context = Context()
    if after:
        for part in matcher.questions(after):
            before = matcher.find(part, context)
            context = Context((before.fact, *context.facts)) if isinstance(before, Found) else context
    outcomes = []
    for part in matcher.questions(question):
        outcomes.append(matcher.find(part, context))
        if isinstance(found := outcomes[-1], Found):
            context = Context((found.fact, *context.facts))
    return outcomes[0], "\n\n".join(answer_text(outcome, matcher.catalogue) for outcome in outcomes)


def _ask_lines(matcher: "Matcher") -> None:
    catalogue = matcher.catalogue
    for number, raw in enumerate(sys.stdin.buffer, start=1):
        if not raw.strip():
            continue
        try:
            line: Any = json.loads(raw.decode("utf-8-sig"))
            identity, question, after = line["id"], line["question"], line.get("after")
            if not isinstance(question, str) or not isinstance(after, str | None):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError):
            _end(f'standard input, line {number}: want a JSON object with "id", "question" and perhaps "after"', USAGE)
        outcome, text = _find(matcher, question, after)
        answer = {
            "id": identity,
            "outcome": type(outcome).__name__.lower(),
            "fact": catalogue.short_name(outcome.fact) if hasattr(outcome, "fact") else None,
            "score": round(outcome.score, 4),
            "candidates": [
                {"fact": catalogue.short_name(c.fact), "score": round(c.score, 4)} for c in outcome.candidates[:5]
            ],
            "text": text,
        }
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


@app.command(hidden=True)
def index() -> None:
    """Build the index of the packs, so that the first question needs not wait for it."""
    _matcher(None)


@content_app.command("check")
def content_check(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Folder that holds packs.")] = None,
) -> None:
    """Print every fault as `file:line: what`; exit 1 if there is an error."""
    from tutor_bot.content import load

    loaded = load(folder or _content_folder())
    for fault in loaded.faults:
        typer.echo(str(fault))
    if loaded.faults:
        raise typer.Exit(FAULT)


@content_app.command("show")
def content_show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A fact's id, or pack/id.")], content: ContentOption = None
) -> None:
    """Print one fact with its phrasings, sources and quiz items."""
    from tutor_bot.content.show import shown

    catalogue = _catalogue(content)
    fact = catalogue.named(name)
    if fact is None:
        from difflib import get_close_matches

        near = get_close_matches(name, [f.id for f in catalogue.facts.values()], n=3)
        _end(f"there is no fact {name}" + (f"; did you mean {', '.join(near)}?" if near else ""), FAULT)
    typer.echo(shown(fact, catalogue))


@content_app.command("stats")
def content_stats(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Folder that holds packs.")] = None,
) -> None:
    """Count facts, phrasings and items, and say how much of each pack's plan is covered."""
    from tutor_bot.content.stats import stats

    typer.echo(stats(_catalogue(folder)))


@content_app.command("import")
def content_import(
    form: Annotated[
        str, typer.Argument(metavar="FORMAT", help="aiken, apkg, csv, gift, kahoot, opentdb, quizizz, tsv")
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Folder that holds packs, or will.")],
    pack: Annotated[str | None, typer.Option(metavar="ID", help="The new pack's id; else the file's name.")] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The new pack's title; else the file's name.")
    ] = None,
    language: Annotated[str, typer.Option(metavar="CODE", help="The language of the questions.")] = "en",
) -> None:
    """Make a pack of another program's questions; what cannot be taken over is listed with its line."""
    formats = _formats()
    from tutor_bot.content.imported import slug, write_pack

    _known_format(form, formats.READERS)
    try:
        taken = formats.read_file(form, file)
        name = pack or slug(file.stem, "imported")
        left = write_pack(taken.entries, into, name, title or file.stem, language)
    except formats.FormatError as error:
        _end(str(error), FAULT)
    refusals = sorted([*taken.refusals, *left], key=lambda refusal: refusal.line)
    for refusal in refusals:
        typer.echo(f"{file}:{refusal.line}: {refusal.what!r} {refusal.why}", err=True)
    count = len(taken.entries) - len(left)
    typer.echo(f"{count} taken over into {into / name}" + (f", {len(refusals)} remarks above" if refusals else ""))


@content_app.command("export")
def content_export(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="apkg, csv, gift, markdown, tsv")],
    pack: Annotated[str, typer.Argument(metavar="PACK", help="A pack's id.")],
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    content: ContentOption = None,
) -> None:
    """Write a pack's questions for another program; what that cannot hold is listed."""
    formats = _formats()
    from tutor_bot.content.imported import entries_of

    _known_format(form, formats.WRITERS)
    catalogue = _catalogue(content)
    found = next((p for p in catalogue.packs if p.id == pack), None)
    if found is None:
        _end(f"there is no pack {pack}; there is {', '.join(p.id for p in catalogue.packs)}", FAULT)
    entries = entries_of(catalogue, found)
    try:
        refusals = formats.write_file(form, entries, found.title, file)
    except formats.FormatError as error:
        _end(str(error), FAULT)
    for refusal in refusals:
        typer.echo(f"not in {file}: {refusal.what!r}: {refusal.why}", err=True)
    typer.echo(f"{len(entries) - len(refusals)} written to {file}")


@content_app.command("pull")
def content_pull(
    into: Annotated[Path | None, typer.Option("--into", metavar="DIR", help="Folder that holds the packs.")] = None,
) -> None:
    """Write what curators added in the chat into the packs' files, for review in git."""
    settings = _settings()
    try:
        from tutor_bot.content.pulling import PullError
    except ModuleNotFoundError as error:
        _end(f"pulling needs {error.name}, which is not installed: pip install 'tutor-bot[formats]'", FAULT)
    from tutor_bot.app import AppError, pull

    folder = into or _content_folder()
    _catalogue(folder)
    try:
        lines = pull(settings.database_url, folder)
    except (AppError, PullError) as error:
        _end(str(error), FAULT)
    for line in lines:
        typer.echo(line)
    typer.echo(f"{len(lines)} additions written; look at them with git diff" if lines else "nothing to pull")


@content_app.command("schema")
def content_schema(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write pack.json and topic.json.")],
) -> None:
    """Write the JSON Schemas of pack files, which editors use to check and complete."""
    from tutor_bot.content.schema import write_schemas

    try:
        write_schemas(folder)
    except OSError as error:
        _end(f"{folder}: {error.strerror}", FAULT)


def _formats() -> Any:
    try:
        from tutor_bot.content import formats
    except ModuleNotFoundError as error:
        _end(f"formats need {error.name}, which is not installed: pip install 'tutor-bot[formats]'", FAULT)
    return formats


def _known_format(name: str, known: Any) -> None:
    if name not in known:
        _end(f"the format {name} is not known; there is {', '.join(sorted(known))}", USAGE)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's tables."""
    url = _settings().database_url
    from tutor_bot.storage.migrate import upgrade

    with _database_errors():
        upgrade(url, _migrations())


@db_app.command("backup")
def db_backup(file: Annotated[Path, typer.Argument(metavar="FILE", help="a file that is not there yet")]) -> None:
    """Copy an SQLite database to FILE; safe while the bot runs."""
    url = _settings().database_url
    from tutor_bot.storage.backup import backup

    with _database_errors():
        backup(url, file)


@db_app.command("check")
def db_check() -> None:
    """Look the database over: is it whole, is it of this version. Exit code 1 when something is to be put right."""
    url = _settings().database_url
    from tutor_bot.storage.checking import check

    with _database_errors():
        checked = check(url, _migrations())
    for line in (*checked.faults, *checked.notes):
        typer.echo(line)
    if checked.faults:
        raise typer.Exit(FAULT)
    typer.echo("the database is whole")


@contextmanager
def _database_errors() -> Iterator[None]:
    from tutor_bot.storage.migrate import DatabaseError

    try:
        yield
    except DatabaseError as error:
        _end(str(error), FAULT)


def _migrations() -> Path:
    from tutor_bot.shipped import migrations_folder

    return migrations_folder()


def _settings() -> "Settings":
    from tutor_bot.settings import SettingsError, read

    try:
        return read()
    except SettingsError as error:
        _end(str(error).replace("\n", "\ntutor-bot: "), USAGE)


def _content_folder() -> Path:
    from tutor_bot.shipped import content_folder

    return _settings().content or content_folder()


def _catalogue(folder: Path | None) -> "Catalogue":
    from tutor_bot.content import load

    loaded = load(folder or _content_folder(), thorough=False)
    if loaded.catalogue is None:
        errors = [fault for fault in loaded.faults if fault.is_error]
        more = f" (and {len(errors) - 1} more: see tutor-bot content check)" if len(errors) > 1 else ""
        _end(f"{errors[0]}{more}", FAULT)
    return loaded.catalogue


def _matcher(folder: Path | None) -> "Matcher":
    from tutor_bot.matching import default_cache, load_encoder, load_engine

    return load_engine(_catalogue(folder), default_cache(), load_encoder())
