"""The same from outside, for DaVinci Resolve Studio: a child process that does one thing, prints one line, and leaves.

    python -m _mpd_bridge.resolve_driver status
    python -m _mpd_bridge.resolve_driver send JOBS [auto|source|as_seen]
    python -m _mpd_bridge.resolve_driver place JOB [force] [save]

The line is JSON: {"ok": true, …} or {"ok": false, "error": {"code", "message", "retryable", "detail"}}. Who starts it
gives it a time limit: every call waits while Resolve plays, renders or shows a dialog.
"""

import json
import os
import sys
import traceback
from typing import Any, Dict, List

from .host import from_outside, host_facts, open_timeline
from .job_folder.errors import BridgeError
from .placing import place
from .send import MODES, send


def answer(words: List[str]) -> Dict[str, Any]:
    """Do what the words say, and tell how it ended; never raises."""
    try:
        return _done(words)
    except BridgeError as error:
        return {"ok": False, "error": error.as_json()}
    except Exception as error:
        detail = {"traceback": traceback.format_exc()}
        message = "Something went wrong that should not have (%s)." % error
        return {"ok": False, "error": {"code": "BAD_MESSAGE", "message": message, "retryable": False, "detail": detail}}


def _done(words: List[str]) -> Dict[str, Any]:
    command, rest = (words[0] if words else ""), words[1:]
    if command == "status" and not rest:
        resolve = from_outside()
        return {"ok": True, "host": host_facts(open_timeline(resolve))}
    if command == "send" and len(rest) in (1, 2) and (len(rest) == 1 or rest[1] in MODES):
        jobs, mode = rest[0], rest[1] if len(rest) == 2 else "auto"
        sent = send(open_timeline(from_outside()), jobs, mode)
        return {"ok": True, "sent": [{"job": folder, "message": message} for folder, message in sent]}
    if command == "place" and rest and set(rest[1:]) <= {"force", "save"}:
        placed = place(from_outside(), os.path.abspath(rest[0]), "force" in rest[1:], "save" in rest[1:])
        return {"ok": True, "placed": dict(placed._asdict())}
    raise BridgeError("BAD_MESSAGE", "Say: status | send JOBS [mode] | place JOB [force] [save].")


def main() -> None:
    """Leaves without tearing Python down: Resolve's module crashes there."""
    line = json.dumps(answer(sys.argv[1:]))
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
