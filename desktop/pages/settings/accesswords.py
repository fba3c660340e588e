"""Accounts without Qt: what the section reads and calls, and how it says roles, factors, sessions and loans."""

from __future__ import annotations

import re
from datetime import date, tzinfo
from typing import Final, Protocol

from msgspec import Struct

from core.accounts.queries import OpenSession, Person
from core.accounts.rules import MIN_PASSWORD, PASSWORD_RULES, ROLES, SCOPES
from core.accounts.second import Offer
from core.kernel.clock import DAY, HOUR, to_datetime
from core.kernel.look import Role
from core.kernel.text import clock_time_in_words
from desktop.texts import Texts

LOANS: Final = (HOUR, 4 * HOUR, 24 * HOUR)
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


class AccessReading(Struct, frozen=True):
    """Who sits here, and whom they may see. ``me`` None: nobody has said who they are.

    ``manages``: may add and change accounts; ``first``: there are none yet, and one may be made. ``sessions`` are one's
    own; ``since``: from when on this window has been open to ``me`` (ms UTC).
    """

    me: Person | None
    people: tuple[Person, ...]
    manages: bool
    first: bool
    sessions: tuple[OpenSession, ...]
    since: int | None


class AccessSource(Protocol):
    """All may block: called off the window's thread. Core decides who may; each verb raises Refused or Forbidden."""

    def read(self) -> AccessReading: ...

    def add(self, email: str, name: str, role: str, password: str) -> None:
        """Who makes the first account of a store is from then on who uses this window."""
        ...

    def set_role(self, account_id: int, role: str) -> None: ...

    def set_password(self, account_id: int, password: str) -> None: ...

    def set_active(self, account_id: int, active: bool) -> None: ...

    def unlock(self, account_id: int) -> None: ...

    def sessions_of(self, account_id: int) -> tuple[OpenSession, ...]: ...

    def end_sessions(self, account_id: int, number: int | None = None) -> None:
        """One session, or all."""
        ...

    def offer(self) -> Offer:
        """A second factor for oneself."""
        ...

    def confirm(self, code: str) -> tuple[str, ...]:
        """→ recovery codes, shown this once."""
        ...

    def new_codes(self, password: str) -> tuple[str, ...]: ...

    def remove_second(self, password: str) -> None: ...

    def remove_second_of(self, account_id: int) -> None:
        """For who lost phone and recovery codes."""
        ...

    def lend(self, account_id: int, duration: int, scopes: tuple[str, ...]) -> None:
        """For so many ms; 0 takes it back."""
        ...


class PillText(Struct, frozen=True):
    word: str
    icon: str
    role: Role


class AccessWords:
    """How the section says it. ``zone`` is the store's."""

    def __init__(self, t: Texts, zone: tzinfo) -> None:
        self.t = t
        self._zone = zone

    # -- roles and passwords

    def roles(self) -> tuple[tuple[str, str, str], ...]:
        """Role, its name and what it may do."""
        t = self.t
        words = {
            "owner": (t.of("role", "Owner"), t("Everything, and the accounts of the others.")),
            "manager": (t.of("role", "Manager"), t("Everything but accounts and the erasing of customers.")),
            "cashier": (t.of("role", "Cashier"), t("Lives, orders, messages and payments; no refunds, no settings.")),
            "support": (t.of("role", "Support"), t("The catalogue only. You can lend it a look at more, for a time.")),
        }
        return tuple((role, *words[role]) for role in ROLES)

    def role(self, name: str) -> str:
        return next((word for role, word, _ in self.roles() if role == name), name)

    def can(self, name: str) -> str:
        return next((what for role, _, what in self.roles() if role == name), "")

    def rules(self, password: str, email: str) -> tuple[tuple[str, bool], ...]:
        """What a password must be, and whether this one is so."""
        t = self.t
        words = {
            "length": t("At least {n} characters", n=MIN_PASSWORD),
            "variety": t("Five different characters or more"),
            "address": t("Without the name of the e-mail address"),
        }
        return tuple((words[name], bool(password) and keeps(password, email)) for name, keeps in PASSWORD_RULES)

    # -- people

    def name(self, person: Person) -> str:
        return person.name or person.email

    def about(self, person: Person, now: int) -> str:
        """« Propriétaire · awa@boutique.sn · vue aujourd’hui à 21 h 46 »."""
        seen = self.t("never logged in")
        if person.last_login is not None:
            seen = self.t("last login {when}", when=self.when(person.last_login, now))
        parts = [self.role(person.role), *([person.email] if person.name else []), seen]
        return " · ".join(parts)

    def pills(self, person: Person, now: int) -> tuple[PillText, ...]:
        """The second factor, then what keeps the account out."""
        t, found = self.t, [self.second(person, now)]
        if person.locked_until is not None and not person.disabled:
            until = clock_time_in_words(person.locked_until, self._zone)
            word = t("Locked until {time}", time=until) if person.everywhere else t("Tries from elsewhere blocked")
            found.append(PillText(word, "lock", "danger" if person.everywhere else "waiting"))
        if person.disabled:
            found.append(PillText(t.of("account", "Switched off"), "ban", "muted"))
        return tuple(found)

    def second(self, person: Person, now: int) -> PillText:
        t = self.t
        if person.second_factor:
            return PillText(t("Second factor"), "circle-check", "paid")
        if person.second_due is not None:
            return PillText(self.left(person.second_due, now), "triangle-alert", "waiting")
        return PillText(t("No second factor"), "minus", "muted")

    def left(self, due: int, now: int) -> str:
        """« Encore 4 jours » for the second factor."""
        days = -((now - due) // DAY)
        if days <= 0:
            return self.t("Second factor overdue")
        return self.t.plural("{n} day left for the second factor", "{n} days left for the second factor", days)

    # -- one's own second factor

    def second_sentence(self, me: Person, now: int) -> str:
        t = self.t
        if me.second_factor:
            return t("To log in, your password and a code of your phone’s authenticator app are both needed.")
        if me.second_due is None:
            return t("A code of your phone besides the password: whoever learns your password does not get in.")
        if me.second_due <= now:
            return t("Your account opens in this window only, until the second factor is set up.")
        days = -((now - me.second_due) // DAY)
        return t.plural(
            "Owners need one: still {n} day, then your account opens in this window only.",
            "Owners need one: still {n} days, then your account opens in this window only.",
            days,
        )

    def codes(self, me: Person) -> str:
        """How many recovery codes are left, and what they are."""
        t = self.t
        if not me.codes:
            return t("None is left: make new ones, or a lost phone shuts you out.")
        return t.plural(
            "{n} code left. Each opens once, in the place of the phone’s code.",
            "{n} codes left. Each opens once, in the place of the phone’s code.",
            me.codes,
        )

    def grouped(self, secret: str) -> str:
        """A secret as people copy it: four characters, a space, and no more than four groups a line."""
        lines = [secret[at : at + 16] for at in range(0, len(secret), 16)]
        return "\n".join(" ".join(line[at : at + 4] for at in range(0, len(line), 4)) for line in lines)

    # -- sessions

    def session(self, one: OpenSession, now: int) -> tuple[str, str]:
        """The device, and since when and from where."""
        t = self.t
        parts = [self.since(one.created_at, now)]
        parts.append(t("last used {when}", when=self.when(one.used_at, now)))
        if one.address in ("127.0.0.1", "::/64"):
            parts.append(t("through this computer or the tunnel"))
        elif one.address:
            parts.append(one.address)
        return self.device(one.door), " · ".join(parts)

    def device(self, door: str) -> str:
        """A browser and its system, else what the program calls itself."""
        browser = next((name for mark, name in _BROWSERS if mark in door), "")
        system = next((name for mark, name in _SYSTEMS if mark in door), "")
        if browser and system:
            return self.t("{browser} on {system}", browser=browser, system=system)
        own = re.match(r"[\w .+-]{1,40}", door)
        return own.group().strip() if own and own.group().strip() else self.t("Unknown program")

    def when(self, at: int, now: int) -> str:
        """« aujourd’hui à 21 h 46 », « le 20/11 à 21 h 46 »."""
        time = clock_time_in_words(at, self._zone)
        if self._day(at) == self._day(now):
            return self.t("today at {time}", time=time)
        return self.t("on {day} at {time}", day=f"{self._day(at):%d/%m}", time=time)

    def since(self, at: int, now: int) -> str:
        """« depuis 21 h 46 », « depuis le 20/11 à 21 h 46 »."""
        if self._day(at) == self._day(now):
            return self.t("since {time}", time=clock_time_in_words(at, self._zone))
        return self.t("since {when}", when=self.when(at, now))

    def _day(self, at: int) -> date:
        return to_datetime(at, self._zone).date()

    # -- lending

    def scopes(self) -> tuple[tuple[str, str, str], ...]:
        """What can be lent: name, word, and what it shows."""
        t = self.t
        words = {
            "amounts": (t("Amounts"), t("Orders, payments and their sums, without the buyers’ names.")),
            "messages": (t("Messages"), t("What buyers and you have written, without their names.")),
            "customers": (t("Customers"), t("Names, phone numbers and notes.")),
        }
        return tuple((scope, *words[scope]) for scope in SCOPES)

    def lent(self, person: Person, now: int) -> tuple[PillText, str]:
        """Whether support looks on now, and at what."""
        t = self.t
        if person.looks_until is None or person.looks_until <= now:
            return PillText(t("Nothing lent"), "lock", "muted"), t("Sees neither amounts nor messages nor customers.")
        words = {scope: word for scope, word, _ in self.scopes()}
        what = ", ".join(words[scope] for scope in person.scopes)
        time = clock_time_in_words(person.looks_until, self._zone)
        pill = PillText(t("Looks on"), "eye", "waiting")
        if self._day(person.looks_until) == self._day(now):
            return pill, t("{what}, until {time}", what=what, time=time)
        day = f"{self._day(person.looks_until):%d/%m}"
        return pill, t("{what}, until {day} at {time}", what=what, day=day, time=time)

    def loans(self) -> tuple[tuple[int, str], ...]:
        """How long, in ms and in words."""
        return tuple((ms, self.t.plural("{n} hour", "{n} hours", ms // HOUR)) for ms in LOANS)
