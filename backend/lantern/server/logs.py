"""Logs: one JSON object a line, without secrets."""

import json
import logging
import re
import sys
import time

SECRET = re.compile(r"(?i)\b(authorization|cookie|token|invite|password)(\W{1,3})[^\s,;&\"']+")
LONGEST = 4000


class JsonLines(logging.Formatter):
    """One event a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as JSON."""
        entry: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if record.exc_info:
            entry["traceback"] = redacted(self.formatException(record.exc_info))
        return json.dumps(entry)


def redacted(text: str) -> str:
    """Return the text, shortened, with what follows a secret's name taken out."""
    return SECRET.sub(r"\1\2***", text[:LONGEST])


def start_logging() -> None:
    """Log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # every opened websocket would be a line
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
