"""Tell the user something from a script whose console nobody sees: a message of the system's own, and a log."""

import os
import platform
import shutil
import subprocess
import time
from typing import List, Optional

TITLE = "MPD Studio"
QUIET = "MPD_STUDIO_BRIDGE_QUIET"
_LARGEST_LOG_BYTES = 1 << 20


def show(sentences: List[str], log: str) -> None:
    """Print, log, and show a message that waits for nobody."""
    message = "\n".join(sentences)
    print(message)
    write(log, message)
    command = None if os.environ.get(QUIET) else _command(message)
    if command:
        try:
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except OSError:
            pass  # it is printed and logged


def write(log: str, text: str) -> None:
    """One line a message at the end of the log; a log that has grown too long begins anew."""
    if not log:
        return
    try:
        mode = "a" if not os.path.exists(log) or os.path.getsize(log) < _LARGEST_LOG_BYTES else "w"
        with open(log, mode, encoding="utf-8", errors="backslashreplace") as file:
            file.write("%s %s\n" % (time.strftime("%Y-%m-%d %H:%M:%S"), text.replace("\n", "\n    ")))
    except OSError:
        pass  # a full disk is no reason to fail what was done


def _command(message: str) -> Optional[List[str]]:
    """A program that shows a message by itself. The text is passed as an argument, never as a piece of a script."""
    system = platform.system()
    if system == "Darwin":
        script = 'on run argv\ndisplay dialog (item 1 of argv) with title (item 2 of argv) buttons {"OK"}\nend run'
        return ["osascript", "-e", script, message, TITLE]
    if system == "Windows":
        box = "(New-Object -ComObject Wscript.Shell).Popup($env:MPD_NOTICE, 0, 'MPD Studio', 64)"
        os.environ["MPD_NOTICE"] = message
        return ["powershell", "-NoProfile", "-WindowStyle", "Hidden", "-Command", box]
    for program in ("notify-send", "zenity"):
        if shutil.which(program):
            return [program, TITLE, message] if program == "notify-send" else [program, "--info", "--text", message]
    return None
