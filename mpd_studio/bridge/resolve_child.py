"""Reach a running DaVinci Resolve Studio from the studio: by a child process, for its module crashes and blocks.

The child is `_mpd_bridge/resolve_driver.py` of the add-on. Every call of Resolve's waits while it plays, renders or
shows a dialog, so the time limit is kept here, and the child is ended with it.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TIME_LIMIT_S = 60.0
_TICK_S = 0.1
PACKAGE = "_mpd_bridge"
_RESOLVE = "Blackmagic Design/DaVinci Resolve"


@dataclass(frozen=True, slots=True)
class ChildAnswer:
    """What the child told. code: of docs/bridge_protocol.md, "" when it went well; message: for the user."""

    is_ok: bool
    document: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    message: str = ""


def ask_resolve(
    words: tuple[str, ...],
    addon: Path,
    *,
    python: Path | None = None,
    time_limit_s: float = TIME_LIMIT_S,
    environment: Mapping[str, str] | None = None,
    tick: Callable[[], None] = lambda: None,
) -> ChildAnswer:
    """Run the driver with these words ("status", or "send" JOBS, or "place" JOB); see its docstring.

    addon: the folder that holds `_mpd_bridge`. python: an interpreter that Resolve's module takes; None: this one.
    tick: called ten times a second while the child runs; may raise to stop, which ends the child.
    """
    command = [str(python or sys.executable), "-m", f"{PACKAGE}.resolve_driver", *words]
    variables = resolve_environment(dict(os.environ if environment is None else environment), addon)
    try:
        child = subprocess.Popen(
            command, cwd=addon, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError as error:
        return ChildAnswer(False, {}, "HOST_NOT_RUNNING", f"Python could not be started for Resolve ({error}).")
    deadline_s = time.monotonic() + time_limit_s
    with child:
        while True:
            try:
                tick()
                out, err = child.communicate(timeout=_TICK_S)
            except subprocess.TimeoutExpired:
                if time.monotonic() < deadline_s:
                    continue
                child.kill()
                return ChildAnswer(False, {}, "API_BUSY_TIMEOUT", _BUSY.format(seconds=time_limit_s))
            except BaseException:
                child.kill()
                raise
            return _answer_of(out, err, child.returncode)


_BUSY = (
    "DaVinci Resolve did not answer within {seconds:g} s. It waits while it plays, renders or shows a dialog: stop "
    "that, then try again."
)


def _answer_of(out: bytes, err: bytes, status: int) -> ChildAnswer:
    """The last line that is a JSON object; Resolve's module may print lines of its own before it."""
    for line in reversed(out.decode("utf-8", "replace").splitlines()):
        try:
            document = json.loads(line)
        except ValueError:
            continue
        if isinstance(document, dict) and isinstance(document.get("ok"), bool):
            return _checked(document)
    last = err.decode("utf-8", "replace").strip().splitlines()[-1:]
    reason = last[0] if last else f"it ended with status {status}"
    message = f"Resolve's scripting module broke off ({reason}). Restart Resolve, or use Workspace > Scripts."
    return ChildAnswer(False, {}, "HOST_NOT_RUNNING", message)


def _checked(document: dict[str, Any]) -> ChildAnswer:
    if document["ok"]:
        return ChildAnswer(True, document)
    error = document.get("error")
    error = error if isinstance(error, dict) else {}
    message = str(error.get("message") or "Resolve reported an error without a reason.")
    return ChildAnswer(False, document, str(error.get("code") or "BAD_MESSAGE"), message)


def resolve_environment(variables: dict[str, str], addon: Path, system: str | None = None) -> dict[str, str]:
    """The variables by which Resolve's module finds Resolve, where they are not set already.

    system: as platform.system() names it; None: this one.
    """
    api, library = _places(system or platform.system(), variables)
    variables.setdefault("RESOLVE_SCRIPT_API", api)
    variables.setdefault("RESOLVE_SCRIPT_LIB", library)
    modules = f"{variables['RESOLVE_SCRIPT_API']}/Modules/"
    before = [part for part in variables.get("PYTHONPATH", "").split(os.pathsep) if part]
    variables["PYTHONPATH"] = os.pathsep.join([*before, str(addon), modules])
    variables["PYTHONIOENCODING"] = "utf-8"
    if (system or platform.system()) == "Windows":
        # The library binds the newest Python of the registry, and one that it does not know crashes it.
        variables.setdefault("PYTHONHOME", sys.base_prefix)
        variables.setdefault("FUSION_PYTHON3_HOME", sys.base_prefix)
    return variables


def _places(system: str, variables: Mapping[str, str]) -> tuple[str, str]:
    """(folder of the scripting interface, library), from Blackmagic's scripting notes."""
    if system == "Darwin":
        return (
            f"/Library/Application Support/{_RESOLVE}/Developer/Scripting",
            "/Applications/DaVinci Resolve/DaVinci Resolve.app/Contents/Libraries/Fusion/fusionscript.so",
        )
    if system == "Windows":
        data = variables.get("PROGRAMDATA", "C:/ProgramData")
        files = variables.get("PROGRAMFILES", "C:/Program Files")
        return f"{data}/{_RESOLVE}/Support/Developer/Scripting", f"{files}/{_RESOLVE}/fusionscript.dll"
    root = "/opt/resolve" if os.path.isdir("/opt/resolve") or not os.path.isdir("/home/resolve") else "/home/resolve"
    return f"{root}/Developer/Scripting", f"{root}/libs/Fusion/fusionscript.so"
