"""Starts the process web: `python -m lantern.server --port 8000`."""

import argparse
import logging
import sys

from pydantic import ValidationError

from lantern.server.app import create_app
from lantern.server.listening import listen, raise_file_limit, server_of
from lantern.server.logs import start_logging
from lantern.server.problems import problem_of
from lantern.server.settings import from_environment

log = logging.getLogger("lantern.server")


def main() -> int:
    """Serve until told to stop; return the exit status."""
    parser = argparse.ArgumentParser(prog="lantern.server", description=__doc__)
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", help="0 takes any free one (8000)")
    parser.add_argument("--home", help="folder of the database, snapshots and secrets")
    parser.add_argument("--data", help="folder of the datasets")
    parser.add_argument("--public-url", help="address that browsers use, behind a proxy")
    parser.add_argument("--idle-pause-s", help="pause what nobody watches; 0 for never (1800)")
    start_logging()
    try:
        settings = from_environment(**vars(parser.parse_args()))
        listener = listen(settings)
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        app = create_app(settings)
    except ValidationError as error:
        log.error("%s", problem_of(error).sentence)
        return 2
    except (ValueError, OSError) as error:
        log.error("%s", error)
        return 2
    raise_file_limit()
    log.info("listening on http://%s:%s", settings.host, settings.port)
    server_of(app, settings).run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
