"""Places of media: file URLs as editors write them ↔ paths."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePath
from urllib.parse import quote, unquote

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):")
_DRIVE = re.compile(r"^/?([A-Za-z]:[\\/].*)$", re.DOTALL)


def path_of_url(url: str, folder: Path) -> PurePath | None:
    """The absolute path of a file URL or a plain path; None for other schemes (http …) and for what is no path.

    folder: what relative places are relative to.
    """
    text = url.strip()
    if not text or "\0" in text:
        return None
    if text.lower().startswith("file:"):
        text = unquote(text[5:])
        if text.startswith("//"):
            host, slash, rest = text[2:].partition("/")
            local = host.lower() in ("", "localhost") or _DRIVE.match(f"{host}/") is not None
            text = f"{host}/{rest}" if host and ":" in host else f"/{rest}" if local else f"//{host}{slash}{rest}"
    elif _SCHEME.match(text) and not _DRIVE.match(text):
        return None
    if "\0" in text:
        return None
    if drive := _DRIVE.match(text):
        return PurePath(drive[1].replace("\\", "/"))
    return PurePath(os.path.normpath(folder.absolute() / text))


def is_relative_place(url: str) -> bool:
    """Whether a place means another file once the timeline's own file has moved."""
    text = url.strip()
    return bool(text) and not text.startswith(("/", "\\")) and not _SCHEME.match(text) and not _DRIVE.match(text)


def url_of_path(path: PurePath, host: str = "") -> str:
    """file:///shots/a%20b.mov; host: "localhost", as FCP 7 XML has it."""
    text = path.as_posix()
    return f"file://{host}{'' if text.startswith('/') else '/'}{quote(text, safe='/:')}"
