"""Runs of the engine on the tiny model, and how often its networks are asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np
from moving_scenes import UNGUIDED, Ball, request_for, texture

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter, SilentReporter
from mpd_studio.engines.motion_i2v.engine import MotionI2vEngine

# The least that goes through everything.
QUICK = {"steps": 2, "size": "64x64", "guidance": 1.0, "measured": False}
Said = str | int | float | bool


def ball_ends() -> tuple[np.ndarray, np.ndarray]:
    background, ball = texture(64, 64, 1), Ball(radius=8)
    return ball.over(background, Point(20, 32)), ball.over(background, Point(36, 32))


def mi2v_request(
    folder: Path | str,
    first: np.ndarray,
    new_frames: int,
    drawn: Guidance = UNGUIDED,
    seed: int = 5,
    **options: Said,
) -> InbetweenRequest:
    said = {"weights": str(folder), **QUICK, **options}
    request = request_for(first, new_frames, drawn, seed=seed)
    settings = EngineSettings(options=tuple(sorted(said.items())))
    return dataclasses.replace(request, engine_id="motion_i2v", settings=settings)


def filled_mi2v(
    engine: MotionI2vEngine,
    folder: Path | str,
    ends: tuple[np.ndarray, np.ndarray],
    new_frames: int,
    reporter: Reporter | None = None,
    drawn: Guidance = UNGUIDED,
    seed: int = 5,
    **options: Said,
) -> list[Picture]:
    request = mi2v_request(folder, ends[0], new_frames, drawn, seed, **options)
    pictures = BoundaryPictures(Picture(ends[0].copy()), Picture(ends[1].copy()))
    return list(engine.generate(request, pictures, reporter or SilentReporter()))


def pixels_of(frames: list[Picture]) -> np.ndarray:
    return np.stack([frame.pixels for frame in frames]).astype(int)


@contextmanager
def asked_networks() -> Iterator[dict[str, int]]:
    """How often either stage's U-Net is asked meanwhile."""
    from mpd_studio.engines.motion_i2v.flow_unet import FlowUNet
    from mpd_studio.engines.motion_i2v.stage2_unet import Stage2UNet

    owners: dict[str, Any] = {"stage 1": FlowUNet, "stage 2": Stage2UNet}
    counts = dict.fromkeys(owners, 0)
    wholes = {name: owner.forward for name, owner in owners.items()}

    def counting(name: str) -> Any:
        @wraps(wholes[name])
        def forward(*arguments: Any, **named: Any) -> Any:
            counts[name] += 1
            return wholes[name](*arguments, **named)

        return forward

    for name, owner in owners.items():
        owner.forward = counting(name)
    try:
        yield counts
    finally:
        for name, owner in owners.items():
            owner.forward = wholes[name]
