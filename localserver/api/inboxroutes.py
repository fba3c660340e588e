"""The API's operations on conversations that a person handles, as one table."""

from __future__ import annotations

from typing import Final

from localserver.api import inbox
from localserver.api import inboxshapes as shapes
from localserver.api.door import Route

READ: Final = "messages.read"
WRITE: Final = "messages.send"

INBOX: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/conversations/queue",
        inbox.queue,
        READ,
        "Who waits for a person, the most pressing first",
        {200: shapes.CaseList},
        asks=shapes.QueuePage,
    ),
    Route(
        "GET",
        "/conversations/figures",
        inbox.figure_page,
        READ,
        "How conversations were handled",
        {200: shapes.Figures},
        asks=shapes.FigureSpan,
    ),
    Route(
        "GET",
        "/conversations/handovers",
        inbox.handover_page,
        READ,
        "Every time a person was asked for or stepped in",
        {200: shapes.HandoverList},
        asks=shapes.HandoverPage,
    ),
    Route(
        "GET",
        "/conversations/{id}",
        inbox.one,
        READ,
        "A conversation as who takes it over needs it",
        {200: shapes.Case},
    ),
    Route(
        "POST",
        "/conversations/{id}/take-over",
        inbox.take_over,
        WRITE,
        "Answer in person; the bot falls silent",
        {200: shapes.Case},
    ),
    Route("POST", "/conversations/{id}/resume", inbox.resume, WRITE, "Let the bot answer again", {200: shapes.Case}),
    Route(
        "POST", "/conversations/{id}/resolve", inbox.resolve, WRITE, "Nothing is left to do here", {200: shapes.Case}
    ),
    Route("GET", "/conversations/{id}/notes", inbox.note_list, READ, "Internal notes", {200: shapes.NoteList}),
    Route(
        "POST",
        "/conversations/{id}/notes",
        inbox.add_note,
        WRITE,
        "Add an internal note",
        {201: shapes.Note},
        takes=shapes.NewNote,
        problems=(409,),
    ),
    Route("DELETE", "/notes/{id}", inbox.remove_note, WRITE, "Remove an internal note", {204: None}),
    Route(
        "GET",
        "/conversations/{id}/ready-answers",
        inbox.ready,
        READ,
        "Answers kept ready, filled for this customer",
        {200: shapes.ReadyList},
        asks=shapes.FindCanned,
    ),
    Route("GET", "/canned-answers", inbox.canned_list, READ, "Answers kept ready", {200: shapes.CannedList}),
    Route(
        "POST",
        "/canned-answers",
        inbox.save_canned,
        "settings.write",
        "Keep an answer ready, or change it",
        {200: shapes.CannedAnswer},
        takes=shapes.NewCanned,
        problems=(409,),
    ),
    Route(
        "DELETE",
        "/canned-answers/{id}",
        inbox.remove_canned,
        "settings.write",
        "Remove an answer kept ready",
        {204: None},
    ),
)
