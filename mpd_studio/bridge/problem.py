"""What goes wrong between an editor and the studio: a code for the other side, a sentence for people."""

from __future__ import annotations

import errno
from enum import Enum
from typing import Any

from mpd_studio.core.errors import BadInput, EngineFailed


class ErrorCode(Enum):
    """docs/bridge_protocol.md, Errors."""

    HOST_NOT_RUNNING = "HOST_NOT_RUNNING"
    EDITION_UNSUPPORTED = "EDITION_UNSUPPORTED"
    API_BUSY_TIMEOUT = "API_BUSY_TIMEOUT"
    NO_PROJECT = "NO_PROJECT"
    NO_TIMELINE = "NO_TIMELINE"
    NO_GAP = "NO_GAP"
    GAP_CHANGED = "GAP_CHANGED"
    UNSUPPORTED_CLIP = "UNSUPPORTED_CLIP"
    STILL_EXPORT_FAILED = "STILL_EXPORT_FAILED"
    SIZE_MISMATCH = "SIZE_MISMATCH"
    RATE_MISMATCH = "RATE_MISMATCH"
    IMPORT_EMPTY = "IMPORT_EMPTY"
    SPAN_OCCUPIED = "SPAN_OCCUPIED"
    TRACK_LOCKED = "TRACK_LOCKED"
    PLACE_UNVERIFIED = "PLACE_UNVERIFIED"
    PROTOCOL_VERSION = "PROTOCOL_VERSION"
    CANCELLED = "CANCELLED"
    BAD_MESSAGE = "BAD_MESSAGE"
    PATH_REFUSED = "PATH_REFUSED"
    MEDIA_MISSING = "MEDIA_MISSING"
    MEDIA_DAMAGED = "MEDIA_DAMAGED"
    NO_RESULT = "NO_RESULT"
    NOT_WRITABLE = "NOT_WRITABLE"
    DISK_FULL = "DISK_FULL"
    CLAIMED_ELSEWHERE = "CLAIMED_ELSEWHERE"
    ENGINE_FAILED = "ENGINE_FAILED"


class BridgeProblem(BadInput):
    """is_retryable: the same may work later. detail: figures and names, ready for JSON."""

    def __init__(self, code: ErrorCode, message: str, *, is_retryable: bool = False, **detail: Any) -> None:
        super().__init__(message)
        self.code = code
        self.is_retryable = is_retryable
        self.detail = detail
        if code is ErrorCode.ENGINE_FAILED:
            self.exit_code = EngineFailed.exit_code

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code.value,
            "message": str(self),
            "retryable": self.is_retryable,
            "detail": self.detail,
        }


def write_problem(path: object, error: OSError) -> BridgeProblem:
    """What the file system's refusal means."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return BridgeProblem(
            ErrorCode.DISK_FULL, f"There is no room to write {path}. Free some, then try again.", is_retryable=True
        )
    return BridgeProblem(
        ErrorCode.NOT_WRITABLE,
        f"{path} cannot be written ({error.strerror or error}). Check the permissions of the jobs folder.",
        is_retryable=True,
    )
