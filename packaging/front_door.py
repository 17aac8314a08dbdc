"""What the three commands of the bootstrap do, once the right Python runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from project_venv import ProjectVenv, SetupError
from qt_libraries import display_problem, ensure_platform, ensure_virtual_display, window_platform

__all__ = ["SetupError", "check", "run", "test"]

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "resources" / "demo" / "demo.mpdproj"
DEMO_OUTPUT = "demo-output"
# A file's tests stay in one process, and so do their costly fixtures. The order is that of tests/longest_first.py:
# xdist's own begins with the files of most tests, which leaves the longest, of few tests, to the end.
_WHOLE_SUITE = ["-n", "logical", "--maxprocesses", "8", "--dist", "loadfile", "--no-loadscope-reorder"]
_ASK_WHETHER_WINDOW = "import sys; from mpd_studio.__main__ import wants_window; print(wants_window(sys.argv[1:]))"


def run(arguments: list[str]) -> int:
    """Start the program. Without arguments: the window on the demo project, or without a display, the demo's frames."""
    venv = ProjectVenv(ROOT)
    venv.ensure()
    if arguments:
        if _wants_window(venv, arguments) and display_problem(os.environ) is None:
            ensure_platform(window_platform(os.environ))
        return _start(venv, ["-m", "mpd_studio", *arguments])
    problem = display_problem(os.environ)
    if problem is not None:
        return _fill_demo(venv, problem)
    ensure_platform(window_platform(os.environ))
    print(f"Opening {DEMO.name} …")
    return _start(venv, ["-m", "mpd_studio", str(DEMO)])


def _fill_demo(venv: ProjectVenv, problem: str) -> int:
    output = Path(DEMO_OUTPUT).absolute()
    print(f"{problem} So there is no window: the demo's gap is filled here.")
    print(f"Frames, movie and contract sheet go into {output}")
    command = ["fill-timeline", str(DEMO), "--out", str(output), "--movie", "h264", "--overwrite"]
    return _start(venv, ["-m", "mpd_studio", *command])


def _wants_window(venv: ProjectVenv, arguments: list[str]) -> bool:
    """Ask the installed program itself: it alone knows its commands."""
    command = [str(venv.python), "-P", "-c", _ASK_WHETHER_WINDOW, *arguments]
    answer = subprocess.run(command, env=venv.environ(), capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise SetupError(f"The program does not start:\n{answer.stderr.strip()}")
    return answer.stdout.strip() == "True"


def test(arguments: list[str]) -> int:
    """Run the test suite, offscreen unless QT_QPA_PLATFORM says otherwise. All of it is shared out among the cores."""
    venv = ProjectVenv(ROOT)
    venv.ensure("test", "check")
    ensure_platform("offscreen")
    ensure_virtual_display()
    environ = {"QT_QPA_PLATFORM": "offscreen"} | venv.environ()
    return _start(venv, ["-m", "pytest", *(arguments or _WHOLE_SUITE)], environ, ROOT)


def check(arguments: list[str]) -> int:
    """Run every static check, also after one failed, and say at the end which did."""
    venv = ProjectVenv(ROOT)
    venv.ensure("test", "check")
    checks = {
        "format": ["ruff", "format", "--check", "."],
        "lint": ["ruff", "check", "."],
        "types": ["pyright"],
        "imports": ["lint-imports"],
    }
    environ = {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"} | venv.environ()
    failed = []
    for title, (tool, *rest) in checks.items():
        print(f"── {title}: {' '.join([tool, *rest])}")
        if _call([str(venv.tool(tool)), *rest], environ, ROOT) != 0:
            failed.append(title)
    print("All checks passed." if not failed else f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


def _start(
    venv: ProjectVenv, arguments: list[str], environ: dict[str, str] | None = None, cwd: Path | None = None
) -> int:
    """End as this program: where the system allows it, by becoming it, so that signals and exit code are its own."""
    # -P: the folder we are called from must not shadow installed packages
    command, variables = [str(venv.python), "-P", *arguments], environ or venv.environ()
    if os.name != "nt":
        sys.stdout.flush()
        sys.stderr.flush()
        os.chdir(cwd or Path.cwd())
        os.execve(command[0], command, variables)
    return _call(command, variables, cwd)


def _call(command: list[str], environ: dict[str, str], cwd: Path | None) -> int:
    return subprocess.run(command, env=environ, cwd=cwd, check=False).returncode
