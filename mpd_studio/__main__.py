"""`mpd-studio` and `python -m mpd_studio`: the window, or one command, and nothing loaded for the other."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from mpd_studio.core.errors import EnvironmentProblem
from mpd_studio.core.freed_memory import keep_freed_memory
from mpd_studio.core.system_libraries import window_problem


def wants_window(argv: list[str]) -> bool:
    """No arguments, or files to open, mean the window. A mistyped command is the command line's to explain."""
    if not argv:
        return True
    from mpd_studio.cli import COMMANDS

    if argv[0] in COMMANDS or argv[0].startswith("-"):
        return False
    path = Path(argv[0])
    return path.suffix != "" or path.exists()


def main(argv: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if argv is None else argv
    keep_freed_memory()
    if not wants_window(arguments):
        from mpd_studio.cli import main as run_command

        return run_command(arguments)
    problem = window_problem(os.environ)
    if problem is None and importlib.util.find_spec("PySide6") is None:
        problem = "PySide6 is not installed, so there is no window. Install it with: pip install PySide6-Essentials"
    if problem is not None:
        print(f"mpd-studio: {problem}", file=sys.stderr)
        return EnvironmentProblem.exit_code
    from mpd_studio.app import main as run_window

    return run_window(arguments)


if __name__ == "__main__":
    sys.exit(main())
