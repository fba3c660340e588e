"""The one tree of errors.

LivePayError
├── Refused            a rule says no: told to the user in their language, with what to do (exit code 1, HTTP 4xx)
│   ├── NotFound       the thing named does not exist here (HTTP 404)
│   └── Forbidden      the person may not do this (HTTP 403)
├── OutsideWorld       network, disk, provider: retried, then told (HTTP 502/503)
│   └── StorageFailed  the disk refused a commit; nothing was written, the same act may be tried again
└── EnvironmentProblem port taken, store open elsewhere, file unreadable (exit code 3)

Anything else that is raised is our bug and is reported with a log.
"""

from __future__ import annotations

from typing import Any


class LivePayError(Exception):
    """Base of everything LivePay raises on purpose.

    ``message`` is an English gettext message id of the ``errors`` domain, with ``{name}`` placeholders filled from
    ``params``; doors translate it with :func:`core.kernel.i18n.explain`.
    """

    def __init__(self, message: str, **params: Any) -> None:
        self.message = message
        self.params = params
        super().__init__(message.format(**params) if params else message)


class Refused(LivePayError):
    """A business rule refuses the act; nothing was changed."""


class NotFound(Refused):
    """The object named does not exist in this store."""


class Forbidden(Refused):
    """The person acting lacks the right to do this."""


class OutsideWorld(LivePayError):
    """Something outside the program failed; the act may be retried later."""


class StorageFailed(OutsideWorld):
    """The database could not commit (disk full, disk error). Nothing was written."""


class EnvironmentProblem(LivePayError):
    """The machine does not allow it: port taken, store open in another process, file unreadable."""
