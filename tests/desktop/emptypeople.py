"""Nobody, no prospect, no quote, nothing that goes together: what the pages for people find in the sample."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from core.catalogue.views import ProductView
from core.customers import listing
from core.pipeline import board as leads
from core.quotes.listing import QuoteRow, Wanted
from desktop.pages.catalogue import pairs_texts as together
from desktop.pages.customers import source as customers
from desktop.pages.pipeline import source as pipeline
from desktop.pages.quotes import source as quotes


class EmptyPairs:
    """Implements PairsSource; nothing goes together."""

    def read(self) -> together.Reading:
        return together.Reading()

    def find(self, query: str, limit: int) -> list[ProductView]:
        return []

    def put(self, product_id: int, with_id: int, percent: int) -> None:
        raise AssertionError("there is no product")

    def remove(self, product_id: int, with_id: int) -> None:
        raise AssertionError("there is no product")

    def propose(self, on: bool) -> None:
        raise AssertionError("there is no product")


class EmptyCustomers:
    """As much of a CustomersSource as a page without customers asks for."""

    def towns(self) -> list[tuple[str, int]]:
        return []

    def overview(self, wanted: listing.Wanted) -> customers.Overview:
        return customers.Overview()

    def page(self, wanted: listing.Wanted, after: customers.Place | None, limit: int) -> list[listing.CustomerRow]:
        return []


class EmptyPipeline:
    """As much of a PipelineSource as a page without prospects asks for."""

    def board(self, wanted: leads.Wanted, limit: int) -> pipeline.Board:
        return pipeline.Board()


@dataclass(kw_only=True)
class Nobody:
    """The parts of a Context that are about people."""

    customers: customers.CustomersSource = field(
        default_factory=lambda: cast(customers.CustomersSource, EmptyCustomers())
    )
    pipeline: pipeline.PipelineSource = field(default_factory=lambda: cast(pipeline.PipelineSource, EmptyPipeline()))


class EmptyQuotes:
    """As much of a QuotesSource as a page without quotes asks for."""

    def overview(self) -> quotes.Overview:
        return quotes.Overview()

    def page(self, wanted: Wanted, after: tuple[int, int] | None, limit: int) -> list[QuoteRow]:
        return []

    def of_customer(self, customer_id: int, limit: int) -> list[QuoteRow]:
        return []
