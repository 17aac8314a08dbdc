"""The editor's side of a jobs folder: send, look after, and answer for jobs."""

import os
import shutil
from typing import Optional

from .errors import BridgeError
from .files import VERSION, read_json, refused, write_bytes, write_json
from .ids import is_job_id
from .request import check_request, utc_now
from .result import Result, check_result

STATES = ("waiting", "running", "done", "failed", "cancelled")


def read_config(path: str) -> dict:
    """bridge_config.json, which the installation puts beside the add-on. Raises: BridgeError."""
    document = read_json(path, "mpd.bridge.config")
    if not isinstance(document.get("jobs"), str) or not os.path.isabs(document["jobs"]):
        raise BridgeError("BAD_MESSAGE", "%s names no jobs folder. Install the bridge again." % path)
    return document


def studio_seen(jobs: str) -> bool:
    """Whether a studio was ever started for this jobs folder; if not, nobody will answer."""
    try:
        read_json(os.path.join(os.path.dirname(jobs), "bridge.json"), "mpd.bridge.app")
    except BridgeError:
        return False
    return True


def job_folder(jobs: str, job_id: str) -> str:
    """Raises: BridgeError: NO_RESULT: there is no such job. PATH_REFUSED: it is no plain folder."""
    if not is_job_id(job_id):
        raise BridgeError("BAD_MESSAGE", "%r is not the name of a job." % (job_id,))
    folder = os.path.join(jobs, job_id)
    if os.path.islink(folder):
        raise BridgeError("PATH_REFUSED", "%s is a link; a job is a plain folder." % folder)
    if not os.path.isdir(folder):
        raise BridgeError("NO_RESULT", "The job %s is not in %s. Send the gap again." % (job_id, jobs))
    return folder


class NewJob:
    """A job being made: write pictures into `frames`, then send(). Nobody sees it before, and discard() removes it."""

    def __init__(self, jobs: str, job_id: str) -> None:
        """Raises: BridgeError: NOT_WRITABLE or DISK_FULL."""
        self.job_id = job_id
        self._final = os.path.join(jobs, job_id)
        self.folder = os.path.join(jobs, "." + job_id + ".part")
        self.frames = os.path.join(self.folder, "frames")
        try:
            os.makedirs(self.frames)
        except OSError as error:
            raise refused(self.folder, error)

    def send(self, request: dict) -> str:
        """The job's folder. Raises: BridgeError; nothing is left behind."""
        try:
            check_request(request)
            if request["job_id"] != self.job_id:
                raise BridgeError("BAD_MESSAGE", "The request belongs to another job.")
            write_json(os.path.join(self.folder, "request.json"), request)
            if not os.listdir(self.frames):
                os.rmdir(self.frames)
            os.rename(self.folder, self._final)
        except OSError as error:
            self.discard()
            raise refused(self._final, error)
        except BridgeError:
            self.discard()
            raise
        return self._final

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def read_request(folder: str) -> dict:
    """Raises: BridgeError."""
    request = read_json(os.path.join(folder, "request.json"), "mpd.bridge.request", os.path.basename(folder))
    check_request(request)
    return request


def read_status(folder: str) -> dict:
    """The studio's status; {} where nobody has taken the job on, or the file is being replaced."""
    try:
        status = read_json(os.path.join(folder, "status.json"), "mpd.bridge.status", os.path.basename(folder))
    except BridgeError:
        return {}
    return status if status.get("state") in STATES else {}


def read_result(folder: str, with_hashes: bool = True) -> Result:
    """The result with its places.

    Raises:
        BridgeError: NO_RESULT: the studio has not finished. Or as check_result.
    """
    path = os.path.join(folder, "result.json")
    if not os.path.lexists(path):
        raise BridgeError("NO_RESULT", "The studio has not finished this gap yet.", True)
    document = read_json(path, "mpd.bridge.result", os.path.basename(folder))
    return check_result(folder, document, with_hashes)


def result_revision(folder: str) -> int:
    """Revision of the frames that are ready; 0 where there are none. Cheap: for a timer."""
    try:
        document = read_json(os.path.join(folder, "result.json"), "mpd.bridge.result", os.path.basename(folder))
    except BridgeError:
        return 0
    revision = document.get("revision")
    if isinstance(revision, bool) or not isinstance(revision, int) or "error" in document:
        return 0
    return revision


def write_receipt(
    folder: str, revision: int, placed: Optional[dict] = None, error: Optional[BridgeError] = None
) -> None:
    """placed: item_uid, track, start, count, media_path, as read back. error: why it was not placed.

    Raises:
        BridgeError: NOT_WRITABLE or DISK_FULL.
    """
    receipt = {
        "schema": "mpd.bridge.receipt",
        "version": VERSION,
        "job_id": os.path.basename(folder),
        "revision": revision,
        "created": utc_now(),
        "state": "failed" if error else "placed",
    }
    if error:
        receipt["error"] = error.as_json()
    else:
        receipt["placed"] = placed or {}
    write_json(os.path.join(folder, "receipt.json"), receipt)


def cancel(folder: str) -> None:
    """Ask the studio to stop. Raises: BridgeError: NOT_WRITABLE or DISK_FULL."""
    write_bytes(os.path.join(folder, "cancel"), b"")
