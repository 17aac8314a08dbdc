"""Messages as files: written whole or not at all, read with suspicion, never through a link."""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import uuid
from pathlib import Path
from typing import Any

from mpd_studio.bridge.problem import BridgeProblem, ErrorCode, write_problem

LARGEST_BYTES = 1 << 20
DEEPEST = 24
MAJOR = 1
VERSION = "1.0"
_VERSION = re.compile(r"([0-9]{1,6})\.[0-9]{1,6}")
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def schema_of(kind: str) -> str:
    """ "mpd.bridge.request" for "request"."""
    return f"mpd.bridge.{kind}"


def encode_message(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, sort_keys=True, allow_nan=False) + "\n").encode("ascii")


def write_message(path: Path, document: dict[str, Any]) -> None:
    """Raises: BridgeProblem: NOT_WRITABLE or DISK_FULL; what stood at `path` is then untouched."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")
    try:
        create_file(temporary, encode_message(document))
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise write_problem(path, error) from error


def create_file(path: Path, content: bytes) -> None:
    """A new file with this content, on the disk. Raises: FileExistsError: something stands there; other OSErrors."""
    with open(path, "xb") as file:  # exclusive creation never goes through a link
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_message(path: Path, kind: str, job_id: str | None = None) -> dict[str, Any]:
    """The message in a file.

    Raises:
        BridgeProblem: MEDIA_MISSING: it cannot be read. PATH_REFUSED: a link, or no plain file.
            BAD_MESSAGE: not whole, too large, too deep, of another kind or job. PROTOCOL_VERSION.
    """
    document = _parse(_read_bytes(path), path.name)
    if not isinstance(document, dict) or document.get("schema") != schema_of(kind):
        raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"{path.name} is no message of the kind '{kind}'.")
    check_version(document.get("version"), path.name)
    if job_id is not None and document.get("job_id") != job_id:
        raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"{path.name} in the job {job_id} belongs to another job.")
    return document


def check_version(version: object, name: str) -> None:
    """Raises: BridgeProblem: PROTOCOL_VERSION or BAD_MESSAGE."""
    found = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if not found:
        raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"{name} states no protocol version.")
    if int(found[1]) != MAJOR:
        raise BridgeProblem(
            ErrorCode.PROTOCOL_VERSION,
            f"{name} speaks version {version} of the bridge, MPD Studio speaks {VERSION}. Update the older of the two.",
            found=version,
            known=VERSION,
        )


def _read_bytes(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise BridgeProblem(ErrorCode.PATH_REFUSED, f"{path} is not a plain file.")
        with open(path, "rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BridgeProblem(
            ErrorCode.MEDIA_MISSING, f"{path} cannot be read ({reason}).", is_retryable=True, path=str(path)
        ) from error
    if len(content) > LARGEST_BYTES:
        raise BridgeProblem(ErrorCode.BAD_MESSAGE, f"{path.name} is larger than a message may be.")
    return content


def _parse(content: bytes, name: str) -> object:
    try:
        text = content.decode("utf-8")
        if _depth(text) > DEEPEST:
            raise ValueError("nested too deep")
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BridgeProblem(
            ErrorCode.BAD_MESSAGE, f"{name} is not a whole message ({error}).", is_retryable=True
        ) from error


def _depth(text: str) -> int:
    """How deep brackets are nested, counted before the parser's own recursion could be made to overflow."""
    deepest = depth = 0
    for mark in _MARKS.finditer(text):
        letter = mark[0][0]
        if letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


def _refuse_constant(word: str) -> float:
    raise ValueError(f"the number {word}")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number too large")
    return number
