"""What can be typed: commands, options, and their help."""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path

import mpd_studio
from mpd_studio.cli.bridge_commands import add_bridge
from mpd_studio.cli.engine_words import add_engine_words
from mpd_studio.cli.lab_command import add_lab
from mpd_studio.cli.motion_commands import add_motion
from mpd_studio.cli.restyle_command import add_restyle
from mpd_studio.cli.weights_commands import add_weights
from mpd_studio.core.frames import parse_rate

COMMANDS = frozenset(
    {"fill", "gaps", "fill-timeline", "lab", "motion", "animate", "restyle", "engines", "weights", "bridge", "doctor"}
)

_TIMELINES = ".otio .otioz .xml .fcpxml .edl .mlt"
_EXIT_CODES = (
    "Exit codes: 0 done, 2 wrong usage, 3 something missing here, 4 bad input, 5 engine cannot, 130 cancelled."
)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="mpd-studio",
        description="Fill a gap with new frames, exactly as many as are missing. Without a command the window opens.",
        epilog=_EXIT_CODES,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"mpd-studio {mpd_studio.__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_fill(commands)
    _add_gaps(commands)
    _add_fill_timeline(commands)
    add_lab(commands)
    add_motion(commands)
    add_restyle(commands)
    engines = commands.add_parser("engines", help="list the engines and what each can do")
    _add_output(engines)
    add_weights(commands)
    add_bridge(commands)
    doctor = commands.add_parser("doctor", help="versions, devices, missing system libraries, folders")
    _add_output(doctor)
    return top


def _add_fill(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    fill = commands.add_parser(
        "fill",
        help="make the frames between two pictures, or between two frames of a clip",
        description="mpd-studio fill FIRST LAST --new-frames N --out DIR   |   "
        "mpd-studio fill CLIP --after I --before J --out DIR",
        epilog=_EXIT_CODES,
        allow_abbrev=False,
    )
    fill.add_argument("files", nargs="+", type=Path, metavar="FILE", help="two pictures (or clips), or one clip")
    fill.add_argument("--new-frames", type=int, metavar="N", help="frames strictly between the two")
    fill.add_argument("--after", type=int, metavar="I", help="the clip's frame before the gap, counted from 0")
    fill.add_argument("--before", type=int, metavar="J", help="the clip's frame after the gap, counted from 0")
    fill.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the frames; absent or empty")
    fill.add_argument("--name", default="frame", help="beginning of the file names (default: frame)")
    fill.add_argument("--guidance", type=Path, metavar="FILE.json", help="motion paths and regions")
    fill.add_argument(
        "--rate", type=_rate, help="frames per second, as 24 or 24000/1001 (default: the clip's, else 24)"
    )
    fill.add_argument(
        "--confidence-matte",
        action="store_true",
        help="also NAME_confidence_000001.png …: white where the engine trusts its pixels (16-bit grey)",
    )
    fill.add_argument("--dry-run", action="store_true", help="show the contract sheet and make nothing")
    _add_engine(fill)
    _add_output(fill)


def _add_gaps(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    gaps = commands.add_parser("gaps", help="list the gaps of a timeline with their timecodes")
    gaps.add_argument("file", type=Path, metavar="FILE", help=f"a project, or a timeline of an editor ({_TIMELINES})")
    _add_reading(gaps)
    _add_output(gaps)


def _add_fill_timeline(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    timeline = commands.add_parser(
        "fill-timeline", help="fill every gap of a timeline", epilog=_EXIT_CODES, allow_abbrev=False
    )
    timeline.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help=f"a project, or a timeline of an editor ({_TIMELINES}); it stays as it is",
    )
    timeline.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a folder per gap, and the filled timeline"
    )
    timeline.add_argument(
        "--gap", type=int, action="append", metavar="N", help="only this gap, as `gaps` counts them; may be repeated"
    )
    timeline.add_argument(
        "--handles", type=int, default=0, metavar="N", help="frames of footage at both ends of the movies (default: 0)"
    )
    _add_reading(timeline)
    timeline.add_argument("--dry-run", action="store_true", help="show the contract sheets and make nothing")
    timeline.add_argument(
        "--resume", action="store_true", help="keep the gaps that an earlier run into DIR has finished, make the others"
    )
    _add_engine(timeline)
    _add_output(timeline)


def _add_reading(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--search", type=Path, action="append", default=[], metavar="DIR", help="look here for media that were moved"
    )
    command.add_argument("--rate", type=_rate, help="frames per second of an EDL, which does not say it")


def _add_engine(command: argparse.ArgumentParser) -> None:
    add_engine_words(command)
    command.add_argument("--format", metavar="ID", help="png, png16, tiff16 or exr (default: by the source's depth)")
    command.add_argument("--movie", metavar="ID", help="also a movie: prores422hq, prores4444, dnxhr_hqx, ffv1 or h264")
    command.add_argument("--overwrite", action="store_true", help="replace frames of the same name in DIR")
    command.add_argument("--quiet", action="store_true", help="no progress, no sheet on the screen")


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def _rate(text: str) -> Fraction:
    try:
        return parse_rate(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
