"""What is counted, for Prometheus; no label ever names a session or a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Tally:
    """A counter for what happens thousands of times a second: no lock until somebody reads."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.waiting = 0

    def add(self) -> None:
        """Count one."""
        self.waiting += 1

    def hand_on(self) -> None:
        """Tell the counter."""
        waiting, self.waiting = self.waiting, 0
        self.counter.inc(waiting)


class Meters:
    """All meters of one server, in a registry of their own."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.sessions = Gauge("lantern_sessions", "Sessions", ["state"], registry=registry)
        self.viewers = Gauge("lantern_viewers", "Browsers on live links", registry=registry)
        self.agent_up = Gauge("lantern_agent_up", "Agents connected", registry=registry)
        self.start_s = Histogram(
            "lantern_session_start_seconds", "From request to a built model", registry=registry
        )
        self.commit_s = Histogram(
            "lantern_db_commit_seconds", "Commits of event batches", registry=registry
        )
        self.ack_s = Histogram(
            "lantern_viewer_ack_seconds", "From a figure sent to it drawn", registry=registry
        )
        self.sent = Tally(
            Counter("lantern_frames_sent_total", "Messages to viewers", registry=registry)
        )
        self.replaced = Tally(
            Counter(
                "lantern_frames_dropped_total", "Frames replaced by newer ones", registry=registry
            )
        )
        self.restarts = _labelled("session_restarts", "Workers started anew", "reason", registry)
        self.evictions = _labelled("viewer_evictions", "Viewers dropped", "why", registry)
        self.commands = _labelled("commands", "Commands carried out", "result", registry)
        self.rejected = _labelled("rejected", "Requests refused at the door", "why", registry)
        self.loop_lag_s = Gauge(
            "lantern_event_loop_lag_seconds", "How late the event loop is", registry=registry
        )
        self.disk_free = Gauge(
            "lantern_disk_free_bytes", "Free in the home folder", registry=registry
        )

        self.lag_s = 0.0

    def saw_lag(self, lag_s: float) -> None:
        """Note how late the event loop was."""
        self.lag_s = lag_s
        self.loop_lag_s.set(lag_s)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        self.sent.hand_on()
        self.replaced.hand_on()
        return generate_latest(self.registry)


def _labelled(name: str, text: str, label: str, registry: CollectorRegistry) -> Counter:
    return Counter(f"lantern_{name}_total", text, [label], registry=registry)
