"""Logging in and out, the second factor, and who works with the store: a part of the table of routes."""

from __future__ import annotations

from typing import Final

from localserver.api import access, staff
from localserver.api import accessshapes as shapes
from localserver.api.door import Route

_LOGIN: Final[tuple[Route, ...]] = (
    Route(
        "POST",
        "/login",
        access.login,
        None,
        "A token for a password",
        {200: shapes.LoggedIn},
        takes=shapes.Login,
        problems=(401, 429),
    ),
    Route("POST", "/logout", access.log_out, "own", "End this session", {204: None}, keyed=False),
    Route("GET", "/sessions", access.sessions, "own", "Where this account is logged in", {200: shapes.SessionList}),
    Route("DELETE", "/sessions", access.end_others, "own", "End this account's other sessions", {204: None}),
    Route("DELETE", "/sessions/{id}", access.end_session, "own", "End one of this account's sessions", {204: None}),
)

_SECOND: Final[tuple[Route, ...]] = (
    Route("GET", "/otp", access.second, "own", "This account's second factor", {200: shapes.SecondFactorState}),
    Route(
        "POST",
        "/otp",
        access.offer_second,
        "own",
        "A secret for an authenticator app",
        {201: shapes.SecondFactor},
        problems=(409,),
        keyed=False,
    ),
    Route(
        "POST",
        "/otp/confirm",
        access.confirm_second,
        "own",
        "Put that secret in use by a first code",
        {200: shapes.RecoveryCodes},
        takes=shapes.Code,
        problems=(409, 429),
        keyed=False,
    ),
    Route(
        "POST",
        "/otp/recovery-codes",
        access.recovery_codes,
        "own",
        "New recovery codes for one's password",
        {201: shapes.RecoveryCodes},
        takes=shapes.Password,
        problems=(409, 429),
        keyed=False,
    ),
    Route(
        "POST",
        "/otp/remove",
        access.remove_second,
        "own",
        "Remove the second factor for one's password",
        {204: None},
        takes=shapes.Password,
        problems=(429,),
        keyed=False,
    ),
)

_USERS: Final[tuple[Route, ...]] = (
    Route("GET", "/users", staff.users, "accounts.write", "Who works with this store", {200: shapes.UserList}),
    Route(
        "POST",
        "/users",
        staff.add,
        "accounts.write",
        "Somebody new",
        {201: shapes.User},
        takes=shapes.NewUser,
        problems=(409,),
        keyed=False,
    ),
    Route(
        "PATCH",
        "/users/{id}",
        staff.change,
        "accounts.write",
        "Change name, role or password, or switch an account off or on",
        {200: shapes.User},
        takes=shapes.UserChange,
        problems=(409,),
    ),
    Route(
        "POST",
        "/users/{id}/unlock",
        staff.unlock,
        "accounts.write",
        "Forget wrong passwords before their time",
        {204: None},
        keyed=False,
    ),
    Route(
        "DELETE",
        "/users/{id}/otp",
        staff.remove_second,
        "accounts.write",
        "Remove the second factor of who lost phone and recovery codes",
        {204: None},
    ),
    Route(
        "GET",
        "/users/{id}/sessions",
        staff.sessions,
        "accounts.write",
        "Where somebody is logged in",
        {200: shapes.SessionList},
    ),
    Route("DELETE", "/users/{id}/sessions", staff.end_sessions, "accounts.write", "End their sessions", {204: None}),
    Route(
        "POST",
        "/users/{id}/grant",
        staff.lend,
        "accounts.write",
        "Let somebody see amounts, messages or customers for a time",
        {204: None},
        takes=shapes.Loan,
        problems=(409,),
        keyed=False,
    ),
)

ACCESS: Final = (*_LOGIN, *_SECOND, *_USERS)
