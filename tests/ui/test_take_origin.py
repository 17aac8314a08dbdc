"""What a take's tool tip says of how it was made."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import PurePath

from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import TakeId
from mpd_studio.core.inbetween import (
    EngineSettings,
    FrameSequence,
    InbetweenRequest,
    InbetweenResult,
    Provenance,
    Quality,
)
from mpd_studio.core.media_ref import FrameRef, MediaKind, MediaRef
from mpd_studio.core.timeline import Take
from mpd_studio.engines.svd.facts import INFO
from mpd_studio.ui.panels.take_origin import made_with


def take(engine_id: str, *options: tuple[str, str | int | float | bool]) -> Take:
    media = MediaRef(PurePath("a.png"), Fraction(24), Size(8, 8), 1, "x", kind=MediaKind.STILL)
    request = InbetweenRequest(FrameRef(media, 0), FrameRef(media, 0), Fraction(24), 3, Size(8, 8))
    request = replace(request, engine_id=engine_id, seed=7, settings=EngineSettings(Quality.DRAFT, options))
    frames = FrameSequence(PurePath("t"), "%d.png", 3)
    return Take(TakeId("t"), InbetweenResult(request, frames, Provenance(engine_id)), "Take 1")


def test_titles_of_options_and_choices_are_told() -> None:
    made = take("svd", ("detail", False), ("sampler", "vibid"), ("steps", 9))
    assert made_with(made, (INFO,)).splitlines() == [
        "Motion Prior Distillation, draft, seed 7",
        "Lost detail: off",
        "Sampler: ViBiD",
        "Steps: 9",
    ]


def test_a_device_that_is_not_the_processor_is_told() -> None:
    made = take("svd")
    there = replace(made.result, provenance=Provenance("svd", device="cuda:1"))
    assert made_with(replace(made, result=there), (INFO,)).splitlines()[-1] == "Made on cuda:1"
    assert "Made on" not in made_with(made, (INFO,))


def test_an_engine_that_is_gone_is_told_by_its_id() -> None:
    assert made_with(take("far", ("depth", 2)), (INFO,)) == "far, draft, seed 7\ndepth: 2"
