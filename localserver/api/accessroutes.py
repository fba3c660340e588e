"""Logging in and out, the second factor, and who works with the store: a part of the table of routes."""

from __future__ import annotations

from typing import Final

from localserver.api import access, answers, requests
from localserver.api.door import Route

ACCESS: Final[tuple[Route, ...]] = (
    Route(
        "POST",
        "/login",
        access.login,
        None,
        "A token for a password",
        {200: answers.LoggedIn},
        takes=requests.Login,
        problems=(401, 429),
    ),
    Route("POST", "/logout", access.log_out, "own", "End this session", {204: None}, keyed=False),
    Route("GET", "/sessions", access.sessions, "own", "Where this account is logged in", {200: answers.SessionList}),
    Route("DELETE", "/sessions/{id}", access.end_session, "own", "End one of this account's sessions", {204: None}),
    Route(
        "POST",
        "/otp",
        access.offer_second,
        "own",
        "A secret for an authenticator app",
        {201: answers.SecondFactor},
        keyed=False,
    ),
    Route(
        "POST",
        "/otp/confirm",
        access.confirm_second,
        "own",
        "Put that secret in use by a first code",
        {204: None},
        takes=requests.Code,
        problems=(409, 429),
        keyed=False,
    ),
    Route("GET", "/users", access.users, "accounts.write", "Who works with this store", {200: answers.UserList}),
    Route(
        "POST",
        "/users/{id}/grant",
        access.lend,
        "accounts.write",
        "Let somebody see amounts, customers and messages for a time",
        {204: None},
        takes=requests.Loan,
        problems=(409,),
        keyed=False,
    ),
)
