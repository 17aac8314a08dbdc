"""The engine's options described for a form: titles, help and ranges. Nothing heavy is imported to tell them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from mpd_studio.core.engine_option import EngineOption, OptionValue
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.engines.diffusion.option_form import OptionForm
from mpd_studio.engines.svd.options import RANGES, SvdOptions, read_options

_FORM = OptionForm(SvdOptions(), RANGES)
_DISTILLING = ("sampler", ("mpd_vibid", "mpd_trf"))
_ANCHORED = ("sampler", ("mpd_vibid", "mpd_trf", "vibid"))
# Name: title, and what it does in a few words.
_CHOICES: dict[str, dict[str, tuple[str, str]]] = {
    "sampler": {
        "mpd_vibid": ("MPD + ViBiD", "the first frame's motion decides; then both ends take turns"),
        "mpd_trf": ("MPD + TRF", "the first frame's motion decides; then both ends are blended. Slow"),
        "vibid": ("ViBiD", "both ends take turns; two motions may mix where they disagree"),
        "trf": ("TRF", "both ends are blended; motion may run there and back again"),
        "trf_renoise": ("TRF, repeated", "the second half of MPD + TRF alone, for comparison"),
    },
    "variant": {
        "code": ("as released", "as the authors' program does it"),
        "paper": ("as published", "as their paper tells it: firmer and quicker, holds the first frame less"),
    },
    "memory": {
        "auto": ("auto", "the fastest that fits; steps down when memory runs out"),
        "full": ("full speed", "all networks stay on the card"),
        "balanced": ("balanced", "networks that rest wait in main memory"),
        "low": ("low", "and the work is done in smaller pieces"),
        "lowest": ("lowest", "and layers come and go; slow, for small cards"),
        "smallest": ("smallest", "and weights in 8 bits, decoded in tiles: pictures differ a little"),
    },
}


OPTIONS: tuple[EngineOption, ...] = (
    _FORM.weights("The model files: those of Window › Weights, or a folder in the layout of diffusers."),
    _FORM.choice(
        "sampler",
        _CHOICES["sampler"],
        "Sampler",
        "How the answers from the two boundary frames are brought together.",
        is_advanced=False,
    ),
    _FORM.number(
        "steps",
        "Steps",
        "How often noise is removed. More steps take longer, and are finer up to a point.",
        1,
        is_derived=True,
        is_advanced=False,
    ),
    _FORM.number(
        "guide_strength",
        "Guide strength",
        "How long what was drawn leads: more follows paths and regions more closely, less leaves more to the model. "
        "At 0 the drawing is not followed.",
        0.05,
        is_advanced=False,
    ),
    _FORM.number(
        "distill_ratio",
        "Distill ratio",
        "The share of the steps in which the first frame's motion decides. More reaches finer motion, and gives the "
        "last frame less say.",
        0.05,
        is_derived=True,
        shown_when=_DISTILLING,
    ),
    _FORM.number(
        "passes",
        "Passes",
        "How often each of those steps is made. More is firmer, and slower.",
        1,
        is_derived=True,
        shown_when=_DISTILLING,
    ),
    _FORM.choice(
        "variant",
        _CHOICES["variant"],
        "MPD variant",
        "The authors' program and their paper differ here.",
        shown_when=_DISTILLING,
    ),
    _FORM.number(
        "fusion", "Fusion", "How much of MPD's correction is applied; 0 is none.", 0.05, shown_when=_DISTILLING
    ),
    _FORM.number(
        "guidance",
        "Guidance",
        "How strictly ViBiD's steps keep to the pictures. Below 1, what the model would make without them is mixed in.",
        0.05,
        shown_when=_ANCHORED,
    ),
    _FORM.number(
        "guide_start",
        "Guide start",
        "The share of the steps left out when something is drawn: the rest starts from a rough draft of the whole "
        "picture. At 0 none is left out, and MPD acts in full.",
        0.05,
    ),
    _FORM.number(
        "fps",
        "Rate told",
        "The frames per second that the model is told. Fewer suggest larger motion between frames.",
        1,
        is_derived=True,
    ),
    _FORM.number("motion_bucket", "Motion told", "How much motion the model is told to expect; 127 is the usual.", 1),
    _FORM.number("noise_aug", "End noise", "Noise on the boundary frames before the model looks at them.", 0.01),
    _FORM.choice("memory", _CHOICES["memory"], "Memory plan", "How much graphics memory is spared for time."),
    _FORM.number(
        "decode_chunk",
        "Decode chunk",
        "How many frames are turned into pictures at once. The frames are mixed a little, so this changes them.",
        1,
    ),
    _FORM.size(
        "The size that the model works at. Auto chooses by the shape of the picture; a smaller one needs less memory.",
        "1024x576",
    ),
    _FORM.device(),
    _FORM.dtype("The numbers that the model computes with."),
    _FORM.switch("color_match", "Match colours", "New frames meet the colours of both neighbours."),
    _FORM.switch(
        "detail",
        "Lost detail",
        "Fine detail that the model's size lost comes back from the boundary frames, where the motion can be trusted.",
    ),
)


def in_effect(settings: EngineSettings) -> Mapping[str, OptionValue]:
    """Every option as the engine will take it. Raises: SettingsError: as read_options."""
    return dataclasses.asdict(read_options(settings))
