"""Confidence foretells the true error, on scenes that it was not fitted to and on real footage."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import real_sequences
from trust_scenes import calibration_scenes, held_out_scenes
from trust_truth import MadeFrame, made_with_truth, rank_correlation

from mpd_studio.core.trust import CHECK_FROM, SAFE_FROM

DATA = Path(os.environ.get("MPD_STUDIO_TEST_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"))


@pytest.fixture(scope="module")
def held_out() -> list[MadeFrame]:
    made: list[MadeFrame] = []
    for scene in held_out_scenes():
        made += made_with_truth([scene.draw(time) for time in (0, 0.25, 0.5, 0.75, 1)])
    return made


def pixels_of(made: list[MadeFrame]) -> tuple[np.ndarray, np.ndarray]:
    confidence = np.concatenate([frame.confidence[::2, ::2].ravel() for frame in made])
    return confidence, np.concatenate([frame.error[::2, ::2].ravel() for frame in made])


def test_true_errors_of_held_out_scenes_rank_as_confidence_says(held_out: list[MadeFrame]) -> None:
    confidence, error = pixels_of(held_out)
    assert rank_correlation(-confidence, error) >= 0.6


def test_classes_hold_what_they_say_on_held_out_scenes(held_out: list[MadeFrame]) -> None:
    confidence, error = pixels_of(held_out)
    safe = error[confidence >= SAFE_FROM]
    check = error[(confidence >= CHECK_FROM) & (confidence < SAFE_FROM)]
    no = error[confidence < CHECK_FROM]
    assert min(len(safe), len(check), len(no)) > 500
    assert np.mean(safe) < 4.5 < np.mean(check) < np.mean(no)
    assert np.mean(safe > 13.9) < 0.06


def test_the_two_sets_of_scenes_share_neither_names_nor_pictures() -> None:
    fitted, others = list(calibration_scenes()), list(held_out_scenes())
    kinds = [{scene.name.rsplit(" ", 1)[0] for scene in scenes} for scenes in (fitted, others)]
    assert not kinds[0] & kinds[1]
    pictures = {scene.draw(0.0).tobytes() for scene in fitted}
    assert all(scene.draw(0.0).tobytes() not in pictures for scene in others)


@pytest.mark.parametrize("gap", [1, 3, 7])
@pytest.mark.skipif(not (DATA / "sequences").is_dir(), reason="needs the sequences of MPD_STUDIO_TEST_DATA")
def test_true_errors_of_footage_rank_as_confidence_says(gap: int) -> None:
    made: list[MadeFrame] = []
    for name in real_sequences.SEQUENCES:
        frames = real_sequences.decoded(DATA, name)
        made += made_with_truth(frames[4 : 4 + gap + 2])
    confidence, error = pixels_of(made)
    assert rank_correlation(-confidence, error) >= 0.5
