"""The API, version 1."""

from __future__ import annotations

from aiohttp import web


def mount(app: web.Application) -> None:
    """Add the routes of /api/v1."""
