"""What a relay counts, in Prometheus' text format. No store is named: a host sees how much, never who."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

_SPACE: Final = "livepay_relay"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Figures:
    """Counters of one node."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.accepted = self.accepted_bytes = 0
        self.keeping = [0] * (len(_SECONDS) + 1)
        """How many events were durable within each of ``_SECONDS``, and not within the one before; the last: later."""
        self.kept_in = 0.0
        self.registry.register(_Taken(self))
        self.refused = self._counter("events_refused", "Webhooks that were not kept", "why")
        self.delivered = self._counter("events_delivered", "Webhooks acknowledged by their store")
        self.visits = self._counter("visits", "Pages asked for", "answered")
        self.claims = self._counter("claims", "Connections of stores", "outcome")
        self.joined = self._counter("stores_joined", "Stores registered")
        self.connected = Gauge(
            "stores_connected", "Stores connected to this node", namespace=_SPACE, registry=self.registry
        )

        self.waiting = Gauge(
            "events_waiting", "Webhooks not yet acknowledged, of all stores", namespace=_SPACE, registry=self.registry
        )

    def took(self, size: int, seconds: float) -> None:
        """One more webhook, of so many bytes, durable after so long. Plain numbers: counted with each request."""
        self.accepted += 1
        self.accepted_bytes += size
        self.keeping[bisect_left(_SECONDS, seconds)] += 1
        self.kept_in += seconds

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
        names = (*map(str, map(float, _SECONDS)), "+Inf")
        counted = list(zip(names, accumulate(self._figures.keeping), strict=True))
        about = "Until an event is durable"
        yield HistogramMetricFamily(f"{_SPACE}_keep_seconds", about, buckets=counted, sum_value=self._figures.kept_in)
