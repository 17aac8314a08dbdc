"""Files of a job: written whole or not at all, read with suspicion, never outside the job's folder."""

import errno
import hashlib
import json
import os
import re
import stat
import uuid
from typing import Optional

from .errors import BridgeError

LARGEST_BYTES = 1 << 20
DEEPEST = 24
MAJOR = 1
VERSION = "1.0"
_CHUNK = 1 << 20
_VERSION = re.compile("([0-9]{1,6})[.][0-9]{1,6}")


def write_json(path: str, document: dict) -> None:
    """Raises: BridgeError: NOT_WRITABLE or DISK_FULL; what stood at `path` is then untouched."""
    text = json.dumps(document, indent=1, sort_keys=True, allow_nan=False) + "\n"
    write_bytes(path, text.encode("ascii"))


def write_bytes(path: str, content: bytes) -> None:
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, "." + name + "." + uuid.uuid4().hex[:12] + ".tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise refused(path, error)


def refused(path: str, error: OSError) -> BridgeError:
    """What the file system's refusal means."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG):
        return BridgeError("DISK_FULL", "There is no room to write %s. Free some, then try again." % path, True)
    words = error.strerror or str(error)
    return BridgeError("NOT_WRITABLE", "%s cannot be written (%s). Choose another jobs folder." % (path, words), True)


def read_json(path: str, schema: str, job_id: Optional[str] = None) -> dict:
    """The message in a file.

    Raises:
        BridgeError: MEDIA_MISSING: there is no such file. PROTOCOL_VERSION: of another major version.
            BAD_MESSAGE: not JSON, too large, too deep, of another kind or job. PATH_REFUSED: a link or no regular file.
    """
    name = os.path.basename(path)
    document = _parse(_read_bytes(path), name)
    if not isinstance(document, dict) or document.get("schema") != schema:
        raise BridgeError("BAD_MESSAGE", "%s is not a message of the kind %s." % (name, schema))
    check_version(document.get("version"), name)
    if job_id is not None and document.get("job_id") != job_id:
        raise BridgeError("BAD_MESSAGE", "%s belongs to another job." % name)
    return document


def check_version(version: object, name: str) -> None:
    """Raises: BridgeError: PROTOCOL_VERSION or BAD_MESSAGE."""
    found = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if not found:
        raise BridgeError("BAD_MESSAGE", "%s states no protocol version." % name)
    if int(found.group(1)) != MAJOR:
        message = "%s speaks version %s of the bridge, this side speaks %s. Update the older of the two." % (
            name,
            version,
            VERSION,
        )
        raise BridgeError("PROTOCOL_VERSION", message, found=version, known=VERSION)


def _read_bytes(path: str) -> bytes:
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            raise BridgeError("PATH_REFUSED", "%s is not a plain file." % path)
        with open(path, "rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise BridgeError("MEDIA_MISSING", "%s cannot be read (%s)." % (path, words), True)
    if len(content) > LARGEST_BYTES:
        raise BridgeError("BAD_MESSAGE", "%s is larger than a message may be." % os.path.basename(path))
    return content


def _parse(content: bytes, name: str) -> object:
    try:
        text = content.decode("utf-8")
        if _depth(text) > DEEPEST:
            raise ValueError("nested too deep")
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BridgeError("BAD_MESSAGE", "%s is not a whole message (%s)." % (name, error), True)


def _refuse_constant(word: str) -> float:
    raise ValueError("the number " + word)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number too large")
    return number


def _depth(text: str) -> int:
    """How deep brackets are nested, counted before the parser's own recursion could be made to overflow."""
    deepest = depth = 0
    inside = escaped = False
    for letter in text:
        if inside:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                inside = False
        elif letter == '"':
            inside = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


def is_inside_path(path: object) -> bool:
    """Whether a path of a message may name a file inside the job (docs/bridge_protocol.md, rule 3)."""
    if not isinstance(path, str) or not path or len(path) > 1024:
        return False
    if any(letter in path for letter in "\\:\0"):
        return False
    return all(part not in ("", ".", "..") for part in path.split("/"))


def inside(job: str, path: object) -> str:
    """The place of a path inside the job folder, no part of which is a link.

    Raises:
        BridgeError: PATH_REFUSED.
    """
    if not is_inside_path(path):
        raise BridgeError("PATH_REFUSED", "%r leads out of the job's folder." % (path,))
    place = job
    for part in str(path).split("/"):
        place = os.path.join(place, part)
        if os.path.islink(place):
            raise BridgeError("PATH_REFUSED", "%s is a link; a job holds plain files only." % place)
    return place


def digest(path: str) -> str:
    """SHA-256 of a file. Raises: BridgeError: MEDIA_MISSING."""
    found = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                found.update(chunk)
    except OSError as error:
        raise BridgeError("MEDIA_MISSING", "%s cannot be read (%s)." % (path, error.strerror), True)
    return found.hexdigest()
