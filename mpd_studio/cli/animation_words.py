"""What the commands that move one picture have in common: their words, and what they print."""

from __future__ import annotations

import argparse
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.cli.console import Console
from mpd_studio.cli.typed_options import typed_options
from mpd_studio.core.errors import BadInput
from mpd_studio.core.frames import parse_rate
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest, Quality

if TYPE_CHECKING:
    from mpd_studio.workflow.animate_picture import Animated

_ENGINE = "motion_i2v"
# Option of the engine ← option of the command line; a command has some of them.
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


_OF_GAPS = frozenset({"color_match", "measured", "motion_back_file", "motion_file", "render"})


def add_model_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("--prompt", metavar="TEXT", help="what the shot shows and does")
    command.add_argument("--seed", type=int, default=0, help="another seed, another result")
    command.add_argument("--quality", choices=("draft", "normal", "best"), default="normal")
    command.add_argument("--weights", metavar="NAME|FOLDER", help="see `mpd-studio weights list`")
    command.add_argument("--steps", type=int, metavar="N", help="noise levels (default: by the quality)")
    command.add_argument("--model-size", metavar="WxH", help="multiples of 64 (default: by the picture)")
    command.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1 … (default: a GPU where there is one)")
    command.add_argument("--memory-plan", metavar="ID", help="full, balanced, low or lowest (default: what fits)")
    command.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other option of the engine, as lora=ink.safetensors:0.8; may be said several times",
    )
    command.add_argument("--rate", type=_rate, help="frames per second (default: the clip's; of a picture 24)")
    command.add_argument("--quiet", action="store_true", help="no progress")
    command.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def add_delivery(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="absent or empty")
    command.add_argument("--name", default="frame", help="beginning of the file names (default: frame)")
    command.add_argument("--format", metavar="ID", help="png, png16, tiff16 or exr (default: by the picture's depth)")
    command.add_argument("--overwrite", action="store_true", help="replace frames of the same name in DIR")


def with_model_words(
    request: InbetweenRequest, arguments: argparse.Namespace, means_nothing: frozenset[str] = frozenset()
) -> InbetweenRequest:
    """The request for the engine that moves pictures, with what was said to it.

    means_nothing: options of the engine that the command has no use for, beside those of a gap alone.
    Raises: BadInput: an option that means nothing here, is not known, or has a value that is not allowed.
    """
    asked = {name: getattr(arguments, typed, None) for name, typed in _OPTIONS.items()}
    said = {name: value for name, value in asked.items() if value is not None}
    for name, value in typed_options(_ENGINE, arguments.option):
        if name in _OF_GAPS | means_nothing:
            raise BadInput(f"The option '{name}' means nothing to `{arguments.command}`. Leave it out.")
        said[name] = value
    settings = EngineSettings(Quality(arguments.quality), tuple(sorted(said.items())))
    return replace(request, engine_id=_ENGINE, seed=arguments.seed, settings=settings)


def tell_animated(animated: Animated, console: Console) -> int:
    """The files and what was measured; what should be looked at also on stderr."""
    figures = [figure for figure in animated.figures if figure.text]
    told = [
        {"id": figure.id, "text": figure.text, "values": list(figure.values), "warning": figure.warning}
        for figure in figures
    ]
    console.document({"files": [str(file) for file in animated.files], "figures": told})
    for file in animated.files:
        console.text(str(file))
    for figure in figures:
        console.text(figure.text)
        if figure.warning:
            console.warning(figure.warning)
    return 0


def _rate(text: str) -> Fraction:
    try:
        return parse_rate(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
