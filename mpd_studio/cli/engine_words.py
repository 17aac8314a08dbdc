"""Which engine, and what is said to it: the same words in every command that fills."""

from __future__ import annotations

import argparse

from mpd_studio.cli.typed_options import typed_options
from mpd_studio.core.errors import BadInput
from mpd_studio.core.inbetween import EngineSettings, Quality
from mpd_studio.engines.registry import check_engine_id

# Option of the engine ← option of the command line.
_DIFFUSION_OPTIONS = {
    "device": "device",
    "guide_strength": "guide_strength",
    "memory": "memory_plan",
    "prompt": "prompt",
    "sampler": "sampler",
    "size": "model_size",
    "steps": "steps",
    "weights": "weights",
}
_WITHOUT_WEIGHTS = ("flow", "crossfade")


def add_engine_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("--engine", default="flow", help="see `mpd-studio engines` (default: flow)")
    command.add_argument("--seed", type=int, default=0, help="another seed, another take, where the engine knows seeds")
    command.add_argument("--quality", choices=("draft", "normal", "best"), default="normal")
    command.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the engine, as regrain=on for 'flow'; may be said several times",
    )
    diffusion = command.add_argument_group("diffusion engines")
    diffusion.add_argument(
        "--weights", metavar="NAME|FOLDER", help="see `mpd-studio weights list` (default: what is there)"
    )
    diffusion.add_argument("--sampler", metavar="ID", help="mpd_vibid, mpd_trf, vibid, trf or trf_renoise")
    diffusion.add_argument("--steps", type=int, metavar="N", help="noise levels (default: by the quality)")
    diffusion.add_argument(
        "--guide-strength", type=float, metavar="X", help="0 … 1, how far paths and regions lead (default: 0.6)"
    )
    diffusion.add_argument("--prompt", metavar="TEXT", help="what the shot shows and does; motion_i2v alone reads it")
    diffusion.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1 … (default: a GPU where there is one)")
    diffusion.add_argument("--model-size", metavar="WxH", help="what the model works at (default: by the picture)")
    diffusion.add_argument(
        "--memory-plan", metavar="ID", help="full, balanced, low, lowest or (svd) smallest (default: what fits)"
    )


def asked_settings(arguments: argparse.Namespace) -> EngineSettings:
    """What was said to the engine.

    Raises:
        UnsupportedRequest: there is no such engine.
        BadInput: an option was said to an engine that does not know it, or that does not allow its value.
    """
    check_engine_id(arguments.engine)
    said = {name: getattr(arguments, typed) for name, typed in _DIFFUSION_OPTIONS.items()}
    said = {name: value for name, value in said.items() if value is not None}
    if said and arguments.engine in _WITHOUT_WEIGHTS:
        option = _DIFFUSION_OPTIONS[next(iter(said))].replace("_", "-")
        raise BadInput(
            f"--{option} means nothing to the engine '{arguments.engine}'. Choose a diffusion engine, or leave it out."
        )
    said |= dict(typed_options(arguments.engine, arguments.option))
    return EngineSettings(Quality(arguments.quality), tuple(sorted(said.items())))
