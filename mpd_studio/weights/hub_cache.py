"""Weights that another program has downloaded already, in the hub's cache on this machine. Read only.

models--ORG--NAME/snapshots/COMMIT/… are links into blobs/, where each file is named by its hash.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where huggingface_hub keeps it, by the same variables, without loading that library."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if environ.get(name):
            return Path(environ[name]).expanduser()
    if environ.get("HF_HOME"):
        return Path(environ["HF_HOME"]).expanduser() / "hub"
    return Path(environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "huggingface" / "hub"


def snapshots(repo: str, revision: str | None, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Snapshots of a repository, the wanted revision first, then the one that was the newest, then the others."""
    root = cache_folder(environ) / f"models--{repo.replace('/', '--')}"
    try:
        found = sorted(path for path in (root / "snapshots").iterdir() if path.is_dir())
    except OSError:
        return ()
    try:
        newest = (root / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        newest = ""
    return tuple(sorted(found, key=lambda path: (path.name != revision, path.name != newest)))


def stated_hash(file: Path) -> str | None:
    """The hash that a cached file's blob is named by: SHA-256, or git's SHA-1 for small files. None: not from there."""
    blob = file.resolve()
    is_blob = blob.parent.name == "blobs" and _HASH.fullmatch(blob.name)
    return blob.name if is_blob else None
