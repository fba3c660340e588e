"""Where a store's backups go, as its settings say."""

from __future__ import annotations

from pathlib import Path

from core.adapters.s3 import BucketPlace
from core.backups.places import FolderPlace, Place
from core.settings.service import Settings


def place_of(settings: Settings) -> Place | None:
    """None while no place is set up."""
    get, secret = settings.get, settings.secret
    match get("backup.to"):
        case "folder" if get("backup.folder"):
            return FolderPlace(Path(get("backup.folder")))
        case "bucket" if get("backup.s3_bucket"):
            keys = secret("backup.s3_access_key"), secret("backup.s3_secret_key")
            return BucketPlace(get("backup.s3_endpoint"), get("backup.s3_bucket"), get("backup.s3_region"), *keys)
    return None
