"""The API's operations on the bot's texts, as one table."""

from __future__ import annotations

from typing import Final

from localserver.api import texts
from localserver.api import textshapes as shapes
from localserver.api.door import Route

TEXTS: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/texts",
        texts.listing,
        "settings.write",
        "What the bot says in a segment and a language",
        {200: shapes.TextList},
        asks=shapes.TextPage,
    ),
    Route(
        "POST",
        "/texts",
        texts.put,
        "settings.write",
        "Say one of them in the store's own words",
        {200: shapes.Text},
        takes=shapes.NewText,
        problems=(404, 409),
    ),
    Route(
        "POST",
        "/texts/reset",
        texts.reset,
        "settings.write",
        "Say it in our words again",
        {200: shapes.Text},
        takes=shapes.TextPlace,
        problems=(404, 409),
    ),
    Route(
        "GET",
        "/text-trials",
        texts.trial_list,
        "settings.write",
        "Comparisons of two texts, the newest first",
        {200: shapes.TrialList},
        asks=shapes.TrialPage,
    ),
    Route(
        "POST",
        "/text-trials",
        texts.start,
        "settings.write",
        "Try another text against the one that is said now",
        {201: shapes.Trial},
        takes=shapes.NewTrial,
        problems=(404, 409),
    ),
    Route(
        "GET",
        "/text-trials/{id}",
        texts.trial,
        "settings.write",
        "A comparison and what can be read from it",
        {200: shapes.Trial},
    ),
    Route(
        "POST",
        "/text-trials/{id}/end",
        texts.end,
        "settings.write",
        "End a comparison, and keep one of the texts",
        {200: shapes.Trial},
        takes=shapes.TrialEnd,
        problems=(409,),
    ),
)
