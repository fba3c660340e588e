"""Why the system refuses a file, a disk or a connection, as message ids of the domain ``errors``.

The system has its own words for it, in a language of its own choice; what it means is in the number. The ids are the
words of Linux and SQLite, so that what was noted before, or came in as text, is known again:
:func:`core.kernel.i18n.sentence` translates these values wherever a sentence holds them.
"""

from __future__ import annotations

import errno
from typing import Final

NO_SUCH_HOST: Final = "Name or service not known"
NOT_SECURE: Final = "No secure connection"
BROKEN_OFF: Final = "Connection reset by peer"
TIMED_OUT: Final = "Connection timed out"
NO_RELAY: Final = "Something else answers there"
SIGN_IN: Final = "The network wants a sign-in first"
OUT_OF_ORDER: Final = "Its server is out of order"

REASONS: Final[dict[int, str]] = {
    errno.EPERM: "Operation not permitted",
    errno.ENOENT: "No such file or directory",
    errno.EIO: "Input/output error",
    errno.ENOMEM: "Cannot allocate memory",
    errno.EACCES: "Permission denied",
    errno.EBUSY: "Device or resource busy",
    errno.EEXIST: "File exists",
    errno.ENOTDIR: "Not a directory",
    errno.EISDIR: "Is a directory",
    errno.EINVAL: "Invalid argument",
    errno.EMFILE: "Too many open files",
    errno.EFBIG: "File too large",
    errno.ENOSPC: "No space left on device",
    errno.EROFS: "Read-only file system",
    errno.EDQUOT: "Disk quota exceeded",
    errno.ENAMETOOLONG: "File name too long",
    errno.ENOTEMPTY: "Directory not empty",
    errno.ELOOP: "Too many levels of symbolic links",
    errno.EPIPE: "Broken pipe",
    errno.EADDRINUSE: "Address already in use",
    errno.EADDRNOTAVAIL: "Cannot assign requested address",
    errno.ENETUNREACH: "Network is unreachable",
    errno.EHOSTUNREACH: "No route to host",
    errno.ECONNREFUSED: "Connection refused",
    errno.ECONNRESET: BROKEN_OFF,
    errno.ETIMEDOUT: TIMED_OUT,
}
_SQLITE: Final = (
    "database or disk is full",
    "disk I/O error",
    "attempt to write a readonly database",
    "unable to open database file",
    "database disk image is malformed",
    "file is not a database",
    "database is locked",
)
KNOWN: Final = frozenset((*REASONS.values(), NO_SUCH_HOST, NOT_SECURE, NO_RELAY, SIGN_IN, OUT_OF_ORDER, *_SQLITE))
# Windows says "access denied" by number of a file that another program has open (ERROR_SHARING_VIOLATION and
# ERROR_LOCK_VIOLATION, learn.microsoft.com/windows/win32/debug/system-error-codes).
_SHARED: Final = (32, 33)


def reason(error: OSError) -> str:
    """Why, as a value for a sentence: one of KNOWN, else what the system says."""
    import socket  # 2 ms that only an error pays

    if isinstance(error, socket.gaierror):  # its numbers are not those of errno
        return NO_SUCH_HOST
    number = errno.EBUSY if getattr(error, "winerror", None) in _SHARED else error.errno
    return REASONS.get(number or 0) or error.strerror or str(error) or type(error).__name__
