"""The command line, `mpd-studio`. Loads nothing heavy before a command needs it.

Exit codes: 0 done, 2 wrong usage, 3 something is missing on this machine, 4 bad input or output,
5 the engine cannot or there is none of that name, 130 cancelled.
"""

from __future__ import annotations

from mpd_studio.cli.arguments import COMMANDS, parser
from mpd_studio.core.errors import Cancelled, EnvironmentProblem, MpdError

__all__ = ["COMMANDS", "main"]

CANCELLED = 130


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is returned, never raised but by --help and wrong usage."""
    arguments = parser().parse_args(argv)
    from mpd_studio.cli import commands
    from mpd_studio.cli.console import Console, cancel_on_signals

    console = Console(quiet=getattr(arguments, "quiet", False), as_json=getattr(arguments, "json", False))
    try:
        with cancel_on_signals(console):
            return commands.run(arguments, console)
    except (Cancelled, KeyboardInterrupt) as ending:
        console.error(f"Cancelled. Nothing half-written was left behind. {ending}".rstrip())
        return CANCELLED
    except MpdError as error:
        console.error(str(error))
        return error.exit_code
    except MemoryError:
        console.error("There is not enough memory. Close other programs, or use smaller pictures.")
        return EnvironmentProblem.exit_code
