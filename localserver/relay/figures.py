"""What a relay counts, in Prometheus' text format. No store is named: a host sees how much, never who."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SPACE: Final = "livepay_relay"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Figures:
    """Counters of one node."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.accepted = self._counter("events_accepted", "Webhooks kept durably and answered")
        self.accepted_bytes = self._counter("events_accepted_bytes", "Their size, sealed")
        self.refused = self._counter("events_refused", "Webhooks that were not kept", "why")
        self.delivered = self._counter("events_delivered", "Webhooks acknowledged by their store")
        self.visits = self._counter("visits", "Pages asked for", "answered")
        self.claims = self._counter("claims", "Connections of stores", "outcome")
        self.joined = self._counter("stores_joined", "Stores registered")
        self.connected = Gauge(
            "stores_connected", "Stores connected to this node", namespace=_SPACE, registry=self.registry
        )
        self.keeping = Histogram(
            "keep_seconds", "Until an event is durable", namespace=_SPACE, registry=self.registry, buckets=_SECONDS
        )

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, namespace=_SPACE, registry=self.registry)

    def text(self) -> bytes:
        return generate_latest(self.registry)
