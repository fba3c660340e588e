"""The API's operations on quotes, as one table."""

from __future__ import annotations

from typing import Final

from localserver.api import papers, quotes
from localserver.api import quoteshapes as shapes
from localserver.api.door import Route

RIGHT: Final = "quotes.write"

QUOTES: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/devis",
        quotes.listing,
        RIGHT,
        "Quotes, the newest first",
        {200: shapes.QuoteList},
        asks=shapes.QuotePage,
    ),
    Route(
        "POST",
        "/devis",
        quotes.draft,
        RIGHT,
        "Make a quote",
        {201: shapes.Quote},
        takes=shapes.NewQuote,
        problems=(404, 409),
    ),
    Route("GET", "/devis/{id}", quotes.one, RIGHT, "A quote", {200: shapes.Quote}),
    Route(
        "PATCH",
        "/devis/{id}",
        quotes.change,
        RIGHT,
        "Write a draft anew, in part or whole",
        {200: shapes.Quote},
        takes=shapes.QuoteChange,
        problems=(409,),
    ),
    Route(
        "GET", "/devis/{id}/pdf", papers.quote_pdf, RIGHT, "A quote to print", {200: None}, media=("application/pdf",)
    ),
    Route(
        "POST",
        "/devis/{id}/send",
        quotes.send,
        RIGHT,
        "Send a quote to its customer; it does not change any more",
        {200: shapes.SentQuote},
        problems=(409,),
    ),
    Route(
        "POST",
        "/devis/{id}/revise",
        quotes.revise,
        RIGHT,
        "A new version, as a draft; the former is replaced when it is sent",
        {201: shapes.Quote},
        problems=(409,),
    ),
    Route(
        "POST",
        "/devis/{id}/accept",
        quotes.accept,
        RIGHT,
        "The customer has accepted",
        {200: shapes.AnsweredQuote},
        problems=(409,),
    ),
    Route(
        "POST",
        "/devis/{id}/refuse",
        quotes.refuse,
        RIGHT,
        "The customer has refused",
        {200: shapes.AnsweredQuote},
        takes=shapes.QuoteRefusal,
        problems=(409,),
    ),
    Route(
        "POST",
        "/devis/{id}/convert",
        quotes.convert,
        RIGHT,
        "Make the order of an accepted quote whose goods were short",
        {200: shapes.AnsweredQuote},
        problems=(409,),
    ),
)
