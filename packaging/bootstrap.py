"""The front door: sets up everything beside pyproject.toml, then runs, tests or checks the project.

    python3 packaging/bootstrap.py run [arguments]     the program; without arguments, the window on the demo project
    python3 packaging/bootstrap.py test [arguments]    the whole test suite; arguments go to pytest
    python3 packaging/bootstrap.py check               format, lint, types, import contracts

Exit codes: those of what was run; 2 wrong usage, 3 something of the system is missing, 130 stopped by Ctrl-C.
This file keeps to syntax that Python 3.6 reads, so that an old Python gets a sentence and not a syntax error.
"""

import os
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
USAGE_ERROR, ENVIRONMENT_ERROR, STOPPED = 2, 3, 130


def main(argv: list) -> int:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return say_version()
    if not argv or argv[0] not in ("run", "test", "check"):
        asked_for_help = bool(argv) and argv[0] in ("-h", "--help")
        print(__doc__, file=sys.stdout if asked_for_help else sys.stderr)
        return 0 if asked_for_help else USAGE_ERROR
    if argv[0] == "check" and len(argv) > 1:
        print("'check' takes no arguments, got: " + " ".join(argv[1:]), file=sys.stderr)
        return USAGE_ERROR
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace", line_buffering=True)  # type: ignore[attr-defined]  # text streams
    import front_door  # newer syntax: only from here on

    try:
        return getattr(front_door, argv[0])(argv[1:])
    except front_door.SetupError as error:
        print("\n" + str(error), file=sys.stderr)
        return ENVIRONMENT_ERROR
    except KeyboardInterrupt:
        print("\nStopped. The next start goes on from a clean state.", file=sys.stderr)
        return STOPPED


def say_version() -> int:
    wanted = "{}.{} to {}.{}".format(*OLDEST, *NEWEST)
    running = "{}.{}".format(*sys.version_info[:2])
    print(f"MPD Studio needs Python {wanted}; this is Python {running}.", file=sys.stderr)
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = f"python3.{minor}"
        if works(name):
            command = " ".join([name, os.path.relpath(os.path.abspath(__file__)), *sys.argv[1:]])
            print(f"{name} is installed here. Try: {command}", file=sys.stderr)
            return ENVIRONMENT_ERROR
    print("Install one of them from your system's packages or from python.org.", file=sys.stderr)
    return ENVIRONMENT_ERROR


def works(name: str) -> bool:
    """Version managers put launchers on the path for Pythons that are not chosen; those only print an error."""
    try:
        return subprocess.call([name, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
