"""The command `lantern`: serve, agent, run, data, health, version."""

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from lantern import __version__, launcher
from lantern.place import Place, answers
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.problems import ProblemError

HOME = Path(os.environ.get("LANTERN_HOME") or "~/.local/share/lantern").expanduser()

app = typer.Typer(
    help="See inside neural networks while they learn.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="The real data sets and where they lie.", no_args_is_help=True)
app.add_typer(data_app, name="data")
console = Console(highlight=False, soft_wrap=True)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)

Home = Annotated[Path, typer.Option(help="Folder of sessions and secrets.", envvar="LANTERN_HOME")]
Data = Annotated[
    Path | None,
    typer.Option(help="Folder of data sets; `data` in the home folder.", envvar="LANTERN_DATA"),
]

MaxParameters = Annotated[
    int,
    typer.Option(
        help="Parameters of the largest model.",
        min=1_000,
        max=1_000_000_000,
        envvar="LANTERN_MAX_PARAMETERS",
    ),
]
WorkerGib = Annotated[
    float,
    typer.Option(
        help="Memory of one session, in GiB; about 30 bytes for each parameter are needed.",
        min=1.0,
        envvar="LANTERN_WORKER_GIB",
    ),
]


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on.", envvar="LANTERN_HOST")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port; 0 for any free one.", min=0, max=65535, envvar="LANTERN_PORT")
    ] = 8000,
    home: Home = HOME,
    data: Data = None,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = False,
    password_file: Annotated[
        Path | None,
        typer.Option(
            help="Holds the password; needed on any address that others can reach.",
            exists=True,
            envvar="LANTERN_PASSWORD_FILE",
        ),
    ] = None,
    max_parameters: MaxParameters = 5_000_000,
    worker_gib: WorkerGib = 4.0,
    logs: Annotated[
        bool, typer.Option(help="Print the logs here; by default so only where nobody looks on.")
    ] = not sys.stdout.isatty(),
) -> None:
    """Start Lantern and keep it running until Ctrl-C."""
    _allow(max_parameters, worker_gib)
    place = Place(host, port, home.resolve(), _data(home, data))
    status = launcher.serve(
        place,
        open_browser=open_browser,
        password_file=password_file,
        logs=None if logs else place.home / "logs",
    )
    raise typer.Exit(status)


@app.command()
def agent(
    join: Annotated[
        str, typer.Option(help="Address of the server, such as wss://lantern.example.")
    ],
    token_file: Annotated[Path, typer.Option(help="Holds the server's agent token.", exists=True)],
    home: Home = HOME,
    data: Data = None,
    max_parameters: MaxParameters = 5_000_000,
    worker_gib: WorkerGib = 4.0,
) -> None:
    """Lend this machine to a Lantern server elsewhere."""
    _allow(max_parameters, worker_gib)
    folders = ("--home", str(home.resolve()), "--data", str(_data(home, data)))
    link = ("--url", join, "--token-file", str(token_file.resolve()))
    module = ("-m", "lantern.worker.agent")
    os.execv(sys.executable, (sys.executable, *module, *link, *folders))


@app.command()
def run(
    experiment: Annotated[str, typer.Argument(help="A JSON file, or the name of a lesson.")],
    steps: Annotated[int, typer.Option(help="Training steps.", min=1)] = 1000,
    save: Annotated[
        Path | None, typer.Option(help="Write weights and optimizer here, as safetensors.")
    ] = None,
    home: Home = HOME,
    data: Data = None,
    max_parameters: MaxParameters = 5_000_000,
) -> None:
    """Train without a server and print the metrics."""
    from lantern import headless

    _allow(max_parameters)
    chosen, folder = _experiment(experiment), _data(home, data)
    headless.train(chosen, steps=steps, folder=folder, save=save, console=console)


@data_app.command("list")
def list_data(home: Home = HOME, data: Data = None) -> None:
    """List the data sets and say which are installed."""
    from lantern import headless

    headless.list_data(_data(home, data), console)


@data_app.command("fetch")
def fetch_data(
    name: Annotated[str, typer.Argument(help="A name from `lantern data list`.")],
    home: Home = HOME,
    data: Data = None,
) -> None:
    """Download a data set, unless it is installed, and check it."""
    from lantern import headless

    headless.fetch_data(Part(name=name), _data(home, data), console)


@app.command()
def health(
    url: Annotated[str, typer.Option(help="Address of the server.", envvar="LANTERN_URL")] = (
        "http://127.0.0.1:8000"
    ),
) -> None:
    """Say whether a server is alive; the exit status is 0 if it is."""
    if not answers(url, timeout_s=3):
        _refuse(f"Nothing answers at {url}.")
    console.print("alive")


@app.command()
def version() -> None:
    """Print the version."""
    console.print(__version__)


def main() -> None:
    """Run the command; what a user did wrong is said in a sentence, not in a stack trace."""
    try:
        app()
    except ProblemError as error:
        problem = error.problem
        _refuse(" ".join(part for part in (problem.sentence, problem.hint) if part))


def _refuse(sentence: str) -> NoReturn:
    complaints.print(sentence, style="bold", markup=False)
    raise SystemExit(1)


def _allow(max_parameters: int, worker_gib: float | None = None) -> None:
    """Let this process and those it starts know what models may take."""
    os.environ["LANTERN_MAX_PARAMETERS"] = str(max_parameters)
    if worker_gib is not None:
        os.environ["LANTERN_WORKER_GIB"] = str(worker_gib)


def _data(home: Path, data: Path | None) -> Path:
    return (data or home / "data").resolve()


def _experiment(source: str) -> Experiment:
    """Return the experiment in a file, or that of the lesson of this name."""
    from lantern.lessons.loader import lessons

    known = {lesson.name: lesson for lesson in lessons() if lesson.experiment}
    path = Path(source)
    if source in known and (found := known[source].experiment):
        return found
    if not path.is_file():
        raise ProblemError(
            f"There is no file and no lesson {source!r}.", hint=f"Lessons: {', '.join(known)}."
        )
    try:
        return Experiment.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise ProblemError(_first_sentence(error)) from None


def _first_sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the file"
    return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}."


if __name__ == "__main__":
    main()
