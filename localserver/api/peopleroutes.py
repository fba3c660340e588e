"""The API's operations on customers' standing, prospects, products that go together and figures, as one table."""

from __future__ import annotations

from typing import Final

from localserver.api import answers, pipeline, standing
from localserver.api import peopleshapes as shapes
from localserver.api.door import Route

READ: Final = "customers.read"
WRITE: Final = "customers.write"

PEOPLE: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/customers/{id}/standing",
        standing.standing,
        READ,
        "A customer's score line by line, and what follows from it",
        {200: shapes.Standing},
    ),
    Route(
        "POST",
        "/customers/{id}/allow",
        standing.allow,
        WRITE,
        "Let a customer order beyond the store's limits for a time",
        {200: shapes.Standing},
        takes=shapes.Allowance,
    ),
    Route(
        "POST",
        "/customers/{id}/restrict",
        standing.restrict,
        WRITE,
        "Have a customer pay first from their next order on, or no longer",
        {200: shapes.Standing},
        takes=shapes.Restriction,
    ),
    Route(
        "GET",
        "/customers/{id}/similar",
        standing.similar,
        READ,
        "Customers who might be the same person",
        {200: shapes.SimilarList},
        asks=shapes.SimilarPage,
    ),
    Route(
        "GET",
        "/customers/{id}/merge",
        standing.preview,
        READ,
        "What a merge with another record would make",
        {200: shapes.MergePreview},
        asks=shapes.MergeWith,
        problems=(409,),
    ),
    Route(
        "POST",
        "/customers/{id}/merge",
        standing.merge,
        "customers.merge",
        "Two records are one person: this one is kept",
        {200: answers.Customer},
        takes=shapes.MergeWith,
        problems=(409,),
    ),
    Route(
        "GET",
        "/leads",
        pipeline.listing,
        READ,
        "Prospects, the newest first",
        {200: shapes.LeadList},
        asks=shapes.LeadPage,
    ),
    Route("GET", "/leads/{id}", pipeline.one, READ, "A prospect", {200: shapes.Lead}),
    Route(
        "PATCH",
        "/leads/{id}",
        pipeline.change,
        WRITE,
        "Move a prospect, or plan what is next",
        {200: shapes.Lead},
        takes=shapes.LeadChange,
        problems=(409,),
    ),
    Route(
        "GET",
        "/pipeline",
        pipeline.board,
        READ,
        "How many prospects stand where, and for how much",
        {200: shapes.Board},
    ),
    Route("GET", "/pairs", pipeline.pair_list, "products.read", "Products that go together", {200: shapes.PairList}),
    Route(
        "POST",
        "/pairs",
        pipeline.pair,
        "products.write",
        "Say that two products go together",
        {200: shapes.PairList},
        takes=shapes.NewPair,
        problems=(404, 409),
    ),
    Route(
        "POST",
        "/pairs/remove",
        pipeline.unpair,
        "products.write",
        "Two products go together no more",
        {200: shapes.PairList},
        takes=shapes.OldPair,
        problems=(404,),
    ),
    Route(
        "GET",
        "/figures/pipeline",
        pipeline.funnel_figures,
        READ,
        "How prospects became quotes and sales",
        {200: shapes.FunnelFigures},
        asks=shapes.Period,
        problems=(409,),
    ),
    Route(
        "GET",
        "/figures/live/{id}",
        pipeline.live_figures,
        "live.read",
        "Order time, conversion and fraud of a live",
        {200: shapes.LiveFigures},
    ),
)
