"""`mpd-studio motion` and `mpd-studio animate`: how one picture would move, and its frames."""

from __future__ import annotations

import argparse
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from mpd_studio.cli.console import Console
from mpd_studio.core.frames import parse_rate
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.guidance_file import read_guidance
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest, Quality

_ENGINE = "motion_i2v"
_MOST = 15
# Option of the engine ← option of the command line.
_OPTIONS = {
    "camera": "camera",
    "camera_amount": "camera_amount",
    "device": "device",
    "memory": "memory_plan",
    "motion": "motion_amount",
    "prompt": "prompt",
    "size": "model_size",
    "steps": "steps",
    "weights": "weights",
}


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
        help=f"make up to {_MOST} frames after a picture",
        description="mpd-studio animate PICTURE --guidance G.json --prompt TEXT --out DIR",
        allow_abbrev=False,
    )
    animate.add_argument("file", type=Path, metavar="PICTURE")
    animate.add_argument("--out", type=Path, required=True, metavar="DIR", help="absent or empty")
    animate.add_argument("--motion", type=Path, metavar="FILE", help="how it moves, as `motion` writes it")
    animate.add_argument("--new-frames", type=int, default=_MOST, metavar="N", help=f"1 to {_MOST} (default: {_MOST})")
    animate.add_argument("--name", default="frame", help="beginning of the file names (default: frame)")
    animate.add_argument("--format", metavar="ID", help="png, png16, tiff16 or exr (default: by the picture's depth)")
    animate.add_argument("--overwrite", action="store_true", help="replace frames of the same name in DIR")
    for command in (motion, animate):
        _add_shared(command)


def _add_shared(command: argparse.ArgumentParser) -> None:
    command.add_argument("--guidance", type=Path, metavar="FILE.json", help="motion paths and regions")
    command.add_argument("--prompt", metavar="TEXT", help="what the shot shows and does")
    command.add_argument("--motion-amount", type=float, metavar="X", help="1 to 16 (default: 8)")
    command.add_argument("--camera", metavar="MOVE", help="pan-left, tilt-up, zoom-in, roll-left, parallax-left …")
    command.add_argument("--camera-amount", type=float, metavar="X", help="0 to 1 (default: 0.1)")
    command.add_argument("--seed", type=int, default=0, help="another seed, another motion")
    command.add_argument("--quality", choices=("draft", "normal", "best"), default="normal")
    command.add_argument("--weights", metavar="NAME|FOLDER", help="see `mpd-studio weights list`")
    command.add_argument("--steps", type=int, metavar="N", help="noise levels (default: by the quality)")
    command.add_argument("--model-size", metavar="WxH", help="multiples of 64 (default: by the picture)")
    command.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1 … (default: a GPU where there is one)")
    command.add_argument("--memory-plan", metavar="ID", help="full or low (default: what fits)")
    command.add_argument("--rate", type=_rate, help="frames per second of a picture (default: 24)")
    command.add_argument("--quiet", action="store_true", help="no progress")
    command.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def run_motion(arguments: argparse.Namespace, console: Console) -> int:
    """Raises: MpdError, Cancelled."""
    from mpd_studio.workflow.animate_picture import predict_motion

    request = _request(arguments, _MOST)
    with console.progress():
        files = predict_motion(request, arguments.out, console)
    return _tell(files, console)


def run_animate(arguments: argparse.Namespace, console: Console) -> int:
    """Raises: MpdError, Cancelled."""
    from mpd_studio.workflow.animate_picture import animate_picture
    from mpd_studio.workflow.output_folder import check_folder, check_name

    check_name(arguments.name)
    check_folder(arguments.out, overwrite=arguments.overwrite)
    request = _request(arguments, arguments.new_frames)
    with console.progress():
        files = animate_picture(
            request,
            arguments.out,
            console,
            motion_file=arguments.motion,
            name=arguments.name,
            exporter_id=arguments.format,
            overwrite=arguments.overwrite,
        )
    return _tell(files, console)


def _tell(files: tuple[Path, ...], console: Console) -> int:
    console.document({"files": [str(file) for file in files]})
    for file in files:
        console.text(str(file))
    return 0


def _request(arguments: argparse.Namespace, new_frames: int) -> InbetweenRequest:
    """Raises: BadInput, MediaError, GuidanceError."""
    from mpd_studio.workflow.build_request import request_between_stills
    from mpd_studio.workflow.open_media import open_media

    media = open_media(arguments.file, arguments.rate, as_sequence=False).media
    guidance = read_guidance(arguments.guidance, media.size) if arguments.guidance else Guidance()
    asked = {name: getattr(arguments, typed) for name, typed in _OPTIONS.items()}
    said = tuple(sorted((name, value) for name, value in asked.items() if value is not None))
    request = request_between_stills(media, media, new_frames, arguments.rate or media.rate, guidance)
    settings = EngineSettings(Quality(arguments.quality), said)
    return replace(request, engine_id=_ENGINE, seed=arguments.seed, settings=settings)


def _rate(text: str) -> Fraction:
    try:
        return parse_rate(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
