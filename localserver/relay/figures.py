"""What a relay counts, in Prometheus' text format. No store is named: a host sees how much, never who."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

_SPACE: Final = "livepay_relay"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Figures:
    """Counters of one node."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.accepted = self.accepted_bytes = 0
        self.registry.register(_Taken(self))
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

    def took(self, size: int) -> None:
        """One more webhook, of so many bytes. Plain numbers: this is counted with each request."""
        self.accepted += 1
        self.accepted_bytes += size

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, namespace=_SPACE, registry=self.registry)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class _Taken(Collector):
    """The plain numbers of some figures, when they are asked for."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            f"{_SPACE}_events_accepted", "Webhooks kept durably and answered", self._figures.accepted
        )
        yield CounterMetricFamily(f"{_SPACE}_events_accepted_bytes", "Their size, sealed", self._figures.accepted_bytes)
