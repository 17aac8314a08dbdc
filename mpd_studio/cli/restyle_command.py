"""`mpd-studio restyle`: a clip in the look of its first frame, restyled."""

from __future__ import annotations

import argparse
from pathlib import Path

from mpd_studio.cli.animation_words import add_delivery, add_model_words, tell_animated, with_model_words
from mpd_studio.cli.asked_request import WrongUsage
from mpd_studio.cli.console import Console
from mpd_studio.core.frames import FrameRange

# The motion is the clip's own.
_OF_STAGE_1 = frozenset({"camera", "camera_amount", "control", "motion"})


def add_restyle(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    restyle = commands.add_parser(
        "restyle",
        help="give a clip the look of a picture: its first frame, restyled",
        description="mpd-studio restyle CLIP --reference PICTURE --prompt TEXT --out DIR",
        allow_abbrev=False,
    )
    restyle.add_argument("file", type=Path, metavar="CLIP", help="how it moves is kept; it stays as it is")
    restyle.add_argument(
        "--reference",
        type=Path,
        required=True,
        metavar="PICTURE",
        help="the first frame of the range in the new look; of any size, but of the clip's shape",
    )
    restyle.add_argument(
        "--range",
        type=int,
        nargs=2,
        metavar=("A", "B"),
        help="from frame A to frame B, both among them, counted from 0 (default: all; 241 frames at most)",
    )
    restyle.add_argument(
        "--tracks", type=Path, metavar="FILE", help="where pixels go, from A to each later frame: .npz, .flo or .exr"
    )
    restyle.add_argument(
        "--keep-tracks", type=Path, metavar="FILE.npz", help="keep what was measured, for --tracks with another look"
    )
    add_delivery(restyle)
    add_model_words(restyle)


def run_restyle(arguments: argparse.Namespace, console: Console) -> int:
    """Raises: MpdError, Cancelled."""
    from mpd_studio.workflow.open_media import open_media
    from mpd_studio.workflow.output_folder import check_folder, check_name
    from mpd_studio.workflow.restyle_clip import restyle_clip, restyle_request

    check_name(arguments.name)
    check_folder(arguments.out, overwrite=arguments.overwrite)
    frames = _range(arguments.range)
    opened = open_media(arguments.file, arguments.rate)
    reference = open_media(arguments.reference, as_sequence=False).media
    asked = restyle_request(reference, opened.media, frames, arguments.rate)
    request = with_model_words(asked, arguments, _OF_STAGE_1)
    for note in opened.notes:
        console.text(note)
    if opened.media.is_vfr:
        console.warning("the new frames are evenly spaced in time, those of the clip are not")
    with console.progress():
        made = restyle_clip(
            request,
            arguments.out,
            console,
            tracks_file=arguments.tracks,
            keep_tracks=arguments.keep_tracks,
            name=arguments.name,
            exporter_id=arguments.format,
            overwrite=arguments.overwrite,
        )
    return tell_animated(made, console)


def _range(ends: list[int] | None) -> FrameRange | None:
    """Raises: WrongUsage: it runs backwards."""
    if ends is None:
        return None
    first, last = ends
    if last < first:
        raise WrongUsage(f"--range {first} {last} runs backwards: name the earlier frame first.")
    return FrameRange(first, last - first + 1)
