"""What the two entries of Resolve's menu do: Workspace > Scripts > mpd studio."""

import os
import traceback
from typing import Any, Callable, Dict, List

from . import notice
from .host import from_menu, open_timeline
from .job_folder.errors import BridgeError
from .job_folder.ids import is_job_id
from .job_folder.jobs import read_config, read_request, result_revision, studio_seen
from .native import call, text
from .placing import place, placed_revision
from .send import send

CONFIG = "bridge_config.json"


def send_gap(injected: Dict[str, Any]) -> List[str]:
    """Entry 1. Returns what was said."""
    return _guarded(lambda jobs: _send(injected, jobs))


def place_results(injected: Dict[str, Any]) -> List[str]:
    """Entry 2: every finished job of the open timeline's project that is not placed yet. Returns what was said."""
    return _guarded(lambda jobs: _place_all(injected, jobs))


def jobs_folder() -> str:
    """Raises: BridgeError: the installation's note beside this package is missing or makes no sense."""
    here = os.path.dirname(os.path.abspath(__file__))
    for folder in (here, os.path.join(here, "job_folder"), os.path.dirname(here)):
        if os.path.isfile(os.path.join(folder, CONFIG)):
            return read_config(os.path.join(folder, CONFIG))["jobs"]
    raise BridgeError("BAD_MESSAGE", "%s is missing. Install the bridge again: mpd-studio bridge install." % CONFIG)


def waiting_results(jobs: str, project: str) -> List[str]:
    """Folders of jobs from this project whose newest frames are not placed, oldest first."""
    names = sorted(os.listdir(jobs)) if os.path.isdir(jobs) else []
    waiting = []
    for name in names:
        folder = os.path.join(jobs, name)
        if not is_job_id(name) or os.path.islink(folder):
            continue
        try:
            host = read_request(folder)["host"]
        except BridgeError:
            continue  # not ours to judge: the studio tells what is wrong with it
        is_ours = host["app"] == "resolve" and text(host.get("project")) == project
        if is_ours and result_revision(folder) > placed_revision(folder):
            waiting.append(folder)
    return waiting


def _send(injected: Dict[str, Any], jobs: str) -> List[str]:
    opened = open_timeline(from_menu(injected))
    said = ["Sent: %s" % sentence for _, sentence in send(opened, jobs)]
    if not studio_seen(jobs):
        said.append("MPD Studio has not been started yet; it takes the gap in when it is.")
    return said


def _place_all(injected: Dict[str, Any], jobs: str) -> List[str]:
    resolve = from_menu(injected)
    project = text(call(call(call(resolve, "GetProjectManager"), "GetCurrentProject"), "GetName"))
    said = []
    for folder in waiting_results(jobs, project):
        try:
            placed = place(resolve, folder)
        except BridgeError as error:
            said.append("Not placed: %s" % error.message)
        else:
            words = "%d frames on video track %d, read back. " % (placed.count, placed.track)
            said.append("Placed: " + words + " ".join(placed.notes))
    return said or ["There is no finished gap of this project to place. Generate one in MPD Studio first."]


def _guarded(work: Callable[[str], List[str]]) -> List[str]:
    """Nothing that goes wrong may vanish in a console that no editor has open."""
    log = ""
    try:
        jobs = jobs_folder()
        log = os.path.join(os.path.dirname(jobs), "resolve.log")
        said = work(jobs)
    except BridgeError as error:
        said = [error.message]
    except Exception:
        notice.write(log, traceback.format_exc())
        said = ["Something went wrong that should not have. The details are in %s." % (log or "the console")]
    notice.show(said, log)
    return said
