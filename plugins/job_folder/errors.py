"""What can go wrong between an editor and the studio: a code for programs, a sentence for people."""

CODES = frozenset(
    {
        "HOST_NOT_RUNNING",
        "EDITION_UNSUPPORTED",
        "API_BUSY_TIMEOUT",
        "NO_PROJECT",
        "NO_TIMELINE",
        "NO_GAP",
        "GAP_CHANGED",
        "UNSUPPORTED_CLIP",
        "STILL_EXPORT_FAILED",
        "SIZE_MISMATCH",
        "RATE_MISMATCH",
        "IMPORT_EMPTY",
        "SPAN_OCCUPIED",
        "TRACK_LOCKED",
        "PLACE_UNVERIFIED",
        "PROTOCOL_VERSION",
        "CANCELLED",
        "BAD_MESSAGE",
        "PATH_REFUSED",
        "MEDIA_MISSING",
        "MEDIA_DAMAGED",
        "NO_RESULT",
        "NOT_WRITABLE",
        "DISK_FULL",
        "CLAIMED_ELSEWHERE",
        "ENGINE_FAILED",
    }
)


class BridgeError(Exception):
    """message: what happened and what to do. retryable: the same may work later. detail: figures and names."""

    def __init__(self, code: str, message: str, retryable: bool = False, **detail: object) -> None:
        if code not in CODES:
            raise ValueError("There is no error code " + code + ".")
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.detail = detail

    def as_json(self) -> dict:
        return {"code": self.code, "message": self.message, "retryable": self.retryable, "detail": self.detail}


def error_from_json(doc: dict) -> BridgeError:
    """The error that the other side wrote. A code of a later version is kept as detail."""
    code = doc.get("code")
    message = doc.get("message")
    detail = doc.get("detail")
    detail = {str(key): value for key, value in detail.items()} if isinstance(detail, dict) else {}
    for taken in ("code", "message", "retryable"):
        detail.pop(taken, None)
    if code not in CODES:
        detail["reported"] = code
        code = "BAD_MESSAGE"
    text = message if isinstance(message, str) and message else "The other side reported an error without a reason."
    return BridgeError(code, text, bool(doc.get("retryable")), **detail)
