"""Which of several kinds of answer a request would rather have."""

from collections.abc import Sequence


def preferred(header: str, offered: Sequence[str]) -> str:
    """Return the media type of those offered that an `Accept` header weighs most.

    A range that is more exact counts for a type before a wider one (RFC 9110, section 12.5.1);
    among equals the one named more exactly wins, then the one named earlier. The first that is
    offered where the header says nothing of any.
    """
    ranges = [_parsed(part) for part in header.split(",") if part.strip()]

    def rank(media_type: str) -> tuple[float, int, int]:
        family = media_type.split("/", maxsplit=1)[0]
        for exactness, wanted in ((2, media_type), (1, f"{family}/*"), (0, "*/*")):
            for place, (name, weight) in enumerate(ranges):
                if name == wanted:
                    return weight, exactness, -place
        return 0.0, 0, 0

    best = max(offered, key=rank)
    return best if rank(best)[0] > 0 else offered[0]


def _parsed(part: str) -> tuple[str, float]:
    name, *params = (piece.strip() for piece in part.lower().split(";"))
    weights = [text.removeprefix("q=") for text in params if text.startswith("q=")]
    try:
        return name, min(1.0, max(0.0, float(weights[0]))) if weights else 1.0
    except ValueError:
        return name, 0.0
