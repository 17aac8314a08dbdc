"""Where things of a job lie: ids, paths inside the job, and what a message may point at outside it."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path, PurePosixPath, PureWindowsPath

from mpd_studio.bridge.problem import BridgeProblem, ErrorCode

_ID = re.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}")
_LONGEST_PATH = 1024


def is_job_id(name: object) -> bool:
    """Whether it is a ULID: 26 letters and digits."""
    return isinstance(name, str) and _ID.fullmatch(name) is not None


def is_inside_path(path: object) -> bool:
    """Whether a path of a message may name a file inside the job (docs/bridge_protocol.md, rule 3)."""
    if not isinstance(path, str) or not path or len(path) > _LONGEST_PATH:
        return False
    if any(letter in path for letter in "\\:\0"):
        return False
    return all(part not in ("", ".", "..") for part in path.split("/"))


def inside(job: Path, path: object) -> Path:
    """The place of a path inside the job folder, no part of which is a link.

    Raises:
        BridgeProblem: PATH_REFUSED.
    """
    if not is_inside_path(path):
        raise BridgeProblem(ErrorCode.PATH_REFUSED, f"{path!r} leads out of the job's folder.")
    place = job
    for part in str(path).split("/"):
        place = place / part
        if place.is_symlink():
            raise BridgeProblem(ErrorCode.PATH_REFUSED, f"{place} is a link; a job holds plain files only.")
    return place


def plain_file(place: Path) -> Path:
    """The same path, once it is known to be a file: opening a pipe or a device would never return.

    Raises:
        BridgeProblem: MEDIA_MISSING or PATH_REFUSED.
    """
    try:
        mode = os.stat(place).st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BridgeProblem(
            ErrorCode.MEDIA_MISSING,
            f"{place} is not there ({reason}). Connect its disk, then send the gap again.",
            is_retryable=True,
            path=str(place),
        ) from error
    if not stat.S_ISREG(mode):
        raise BridgeProblem(ErrorCode.PATH_REFUSED, f"{place} is not a file.", path=str(place))
    return place


def source_file(path: str) -> Path:
    """The clip that a message names by its absolute path.

    Raises:
        BridgeProblem: PATH_REFUSED: relative, or no file. MEDIA_MISSING: nothing is there.
    """
    if not (PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()):
        raise BridgeProblem(ErrorCode.PATH_REFUSED, f"The source clip '{path}' is named without its folder.", path=path)
    return plain_file(Path(path))


def plain_folder(place: Path) -> Path:
    """The same path, once it is known to be a folder and no link.

    Raises:
        BridgeProblem: PATH_REFUSED or MEDIA_MISSING.
    """
    if place.is_symlink():
        raise BridgeProblem(ErrorCode.PATH_REFUSED, f"{place} is a link; a job is a plain folder.")
    if not place.is_dir():
        raise BridgeProblem(ErrorCode.MEDIA_MISSING, f"There is no job folder {place}.")
    return place
