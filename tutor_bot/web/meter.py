"""Figures in Prometheus' format. None of them names a person, a chat or a word that was written."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Seconds."""

_GAUGES = {
    "inbox_waiting": "Updates that are stored and not yet acted on.",
    "inbox_set_aside": "Updates that failed three times and were set aside.",
    "outbox_waiting": "Messages that wait to be sent, now or later.",
    "outbox_sending": "Messages that are being sent.",
    "learners": "Learners who have ever written.",
    "learners_due": "Learners whose daily quiz is due now.",
    "unknown_questions": "Questions that wait for a curator.",
}


class PrometheusMeter:
    """Counts in a registry of its own; `text` is what `/metrics` shows."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._updates = Counter(
            "tutor_updates", "Updates that were stored, by what they hold.", ["kind"], registry=self._registry
        )
        self._handling = Histogram(
            "tutor_update_seconds", "From taking an update up to its end.", buckets=BUCKETS, registry=self._registry
        )
        self._calls = Histogram(
            "tutor_call_seconds",
            "Telegram's answers to what was sent or edited, by method.",
            ["method"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._slowed = Counter("tutor_too_many_requests", "Answers 429 from Telegram.", registry=self._registry)
        self._replicas = Gauge(
            "tutor_replicas", "Replicas that live, 0 when cut off from them.", registry=self._registry
        )
        self._leads = Gauge("tutor_leads", "Whether this replica leads.", registry=self._registry)
        self.takes_part(1, leads=True)
        self._gauges = {name: Gauge(f"tutor_{name}", words, registry=self._registry) for name, words in _GAUGES.items()}

    def received(self, kind: str) -> None:
        self._updates.labels(kind).inc()

    def handled(self, seconds: float) -> None:
        self._handling.observe(seconds)

    def called(self, method: str, seconds: float) -> None:
        self._calls.labels(method).observe(seconds)

    def slowed(self) -> None:
        self._slowed.inc()

    def takes_part(self, of: int, *, leads: bool) -> None:
        self._replicas.set(of)
        self._leads.set(leads)

    def text(self, figures: Mapping[str, int]) -> bytes:
        """The page, with these figures as they stand now."""
        for name, value in figures.items():
            self._gauges[name].set(value)
        return generate_latest(self._registry)
