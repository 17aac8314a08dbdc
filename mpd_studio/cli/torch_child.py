"""Work on weights that needs torch, in a process of its own: the command line's own may not know torch."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import EnvironmentProblem, MpdError
from mpd_studio.core.progress import Progress

if TYPE_CHECKING:
    from mpd_studio.cli.console import Console

_START = """
import json, sys
from pathlib import Path
from mpd_studio.core.errors import MpdError
from mpd_studio.core.progress import SilentReporter

class Told(SilentReporter):
    def report(self, progress):
        print(json.dumps([progress.stage, progress.done, progress.total]), flush=True)

def run(arguments):
"""
_END = """
try:
    print(json.dumps({"made": run(sys.argv[1:])}), flush=True)
except MpdError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""
MAKE_TINY_SVD = """
    from mpd_studio.engines.svd.tiny import make_tiny
    make_tiny(Path(arguments[0]), int(arguments[1]))
"""
MAKE_TINY_MOTION_I2V = """
    from mpd_studio.engines.motion_i2v.tiny import make_tiny
    make_tiny(Path(arguments[0]), int(arguments[1]))
"""
CONVERT_MOTION_I2V = """
    from dataclasses import asdict
    from mpd_studio.engines.motion_i2v.convert import convert
    source, target, entry, keep = arguments
    made = convert(Path(source), Path(target), Told(), entry=entry or None, keep_pickles=keep == "keep")
    return [asdict(item) for item in made]
"""


def run_in_child(work: str, arguments: list[str], what: str, console: Console) -> Any:
    """What the work returns. what: what could not be done, for the message.

    Raises:
        MpdError: what went wrong there, with its exit code.
        EnvironmentProblem: the process broke, as without the program's extra "diffusion".
        Cancelled: and the process has ended.
    """
    command = [sys.executable, "-c", _START + work + _END, *arguments]
    made = None
    with tempfile.TemporaryFile() as problems:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=problems, text=True, encoding="utf-8")
        try:
            for line in process.stdout or ():
                said = json.loads(line)
                if isinstance(said, dict):
                    made = said["made"]
                else:
                    console.report(Progress(*said))
            process.wait()
        finally:
            process.terminate()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        console.raise_if_cancelled()
        if process.returncode:
            problems.seek(0)
            raise _problem(problems.read().decode(errors="replace"), process.returncode, what)
    return made


def _problem(said: str, code: int, what: str) -> MpdError:
    lines = said.strip().splitlines() or ["no reason given"]
    if "Traceback" in said or code < 0:
        return EnvironmentProblem(
            f"{what}: {lines[-1]}. It needs the program's 'diffusion' extra: see mpd-studio doctor"
        )
    error = MpdError(lines[-1])
    error.exit_code = code
    return error
