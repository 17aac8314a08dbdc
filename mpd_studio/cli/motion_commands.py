"""`mpd-studio motion` and `mpd-studio animate`: how one picture would move, and its frames."""

from __future__ import annotations

import argparse
from pathlib import Path

from mpd_studio.cli.animation_words import add_delivery, add_model_words, tell_animated, with_model_words
from mpd_studio.cli.console import Console
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.guidance_file import read_guidance
from mpd_studio.core.inbetween import InbetweenRequest

_USUAL = 15


def add_motion(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    motion = commands.add_parser(
        "motion",
        help="predict how a picture moves, by text and guidance, and keep it as a file",
        description="mpd-studio motion PICTURE --guidance G.json --prompt TEXT --out field.npz",
        allow_abbrev=False,
    )
    motion.add_argument("file", type=Path, metavar="PICTURE")
    motion.add_argument("--out", type=Path, required=True, metavar="FILE", help=".npz, .flo (a file a frame) or .exr")
    animate = commands.add_parser(
        "animate",
        help="make the frames after a picture",
        description="mpd-studio animate PICTURE --guidance G.json --prompt TEXT --out DIR",
        allow_abbrev=False,
    )
    animate.add_argument("file", type=Path, metavar="PICTURE")
    add_delivery(animate)
    animate.add_argument("--motion", type=Path, metavar="FILE", help="how it moves, as `motion` writes it")
    for command, least in ((motion, _USUAL), (animate, 1)):
        command.add_argument(
            "--new-frames",
            type=int,
            default=_USUAL,
            metavar="N",
            help=f"{least} to 240 (default: {_USUAL}); more than {_USUAL} are the same motion, slower, made in windows",
        )
        command.add_argument("--guidance", type=Path, metavar="FILE.json", help="motion paths and regions")
        command.add_argument("--motion-amount", type=float, metavar="X", help="1 to 16 (default: 8)")
        command.add_argument("--camera", metavar="MOVE", help="pan-left, tilt-up, zoom-in, roll-left, parallax-left …")
        command.add_argument("--camera-amount", type=float, metavar="X", help="0 to 1 (default: 0.1)")
        add_model_words(command)


def run_motion(arguments: argparse.Namespace, console: Console) -> int:
    """Raises: MpdError, Cancelled."""
    from mpd_studio.workflow.animate_picture import predict_motion

    request = _request(arguments, max(arguments.new_frames, 1))
    with console.progress():
        files = predict_motion(request, arguments.out, console)
    console.document({"files": [str(file) for file in files]})
    for file in files:
        console.text(str(file))
    return 0


def run_animate(arguments: argparse.Namespace, console: Console) -> int:
    """Raises: MpdError, Cancelled."""
    from mpd_studio.workflow.animate_picture import animate_picture
    from mpd_studio.workflow.output_folder import check_folder, check_name

    check_name(arguments.name)
    check_folder(arguments.out, overwrite=arguments.overwrite)
    request = _request(arguments, arguments.new_frames)
    with console.progress():
        animated = animate_picture(
            request,
            arguments.out,
            console,
            motion_file=arguments.motion,
            name=arguments.name,
            exporter_id=arguments.format,
            overwrite=arguments.overwrite,
        )
    return tell_animated(animated, console)


def _request(arguments: argparse.Namespace, new_frames: int) -> InbetweenRequest:
    """Raises: BadInput, MediaError, GuidanceError."""
    from mpd_studio.workflow.build_request import request_between_stills
    from mpd_studio.workflow.open_media import open_media

    media = open_media(arguments.file, arguments.rate, as_sequence=False).media
    guidance = read_guidance(arguments.guidance, media.size) if arguments.guidance else Guidance()
    request = request_between_stills(media, media, new_frames, arguments.rate or media.rate, guidance)
    return with_model_words(request, arguments)
