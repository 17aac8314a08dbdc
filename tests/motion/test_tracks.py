"""Tracks of every pixel over rendered clips, against where the pixels truly are."""

from __future__ import annotations

import numpy as np
import pytest

from mpd_studio.core.errors import Cancelled
from mpd_studio.core.geometry import Point
from mpd_studio.motion.clip_motion import ClipMotion
from mpd_studio.motion.tracks import dense_tracks, tracked
from tests.engines.moving_scenes import Ball, texture
from tests.motion.tracked_scenes import HEIGHT, WIDTH, TrackedScene, covering, turning


def error(scene: TrackedScene, motion: ClipMotion, frame: int, where: np.ndarray) -> float:
    """Mean distance in pixels from the truth, at a frame counted from the first as 0."""
    off = motion.px[frame - 1] - scene.ways[frame - 1]
    return float(np.hypot(off[..., 0], off[..., 1])[where].mean())


@pytest.mark.parametrize(
    ("scene", "frames", "most_px", "least_seen"),
    [(turning, 16, 0.3, 0.98), (turning, 40, 0.8, 0.97), (covering, 16, 1.8, 0.95), (covering, 40, 0.8, 0.95)],
)
def test_tracks_stay_on_their_pixels(scene, frames: int, most_px: float, least_seen: float) -> None:
    rendered = scene(frames - 1)
    tracks = dense_tracks(rendered.frames)
    assert tracks.motion.px.shape == (frames - 1, HEIGHT, WIDTH, 2)
    truly = rendered.seen[-1]
    assert error(rendered, tracks.motion, frames - 1, truly) < most_px
    assert tracks.seen[-1][truly].mean() > least_seen
    # What was lost of the ball is known to be lost.
    assert error(rendered, tracks.motion, frames - 1, truly & tracks.seen[-1]) < min(most_px, 0.6)


def test_hidden_pixels_are_not_known_and_go_on_with_what_is_around_them() -> None:
    scene = covering(15)
    tracks = dense_tracks(scene.frames)
    behind = ~scene.seen[7] & ~_near_the_border(8)
    assert behind.sum() > 300
    assert tracks.seen[7][behind].mean() < 0.15
    assert np.isnan(tracks.known.px[7][~tracks.seen[7]]).all()
    assert np.array_equal(tracks.known.px[7][tracks.seen[7]], tracks.motion.px[7][tracks.seen[7]])
    assert error(scene, tracks.motion, 8, behind) < 3
    again = behind & scene.seen[14]
    assert again.sum() > 200
    assert tracks.seen[14][again].mean() > 0.8
    assert error(scene, tracks.motion, 15, again) < 1


def _near_the_border(px: int) -> np.ndarray:
    near = np.ones((HEIGHT, WIDTH), bool)
    near[px:-px, px:-px] = False
    return near


def test_a_flat_surface_is_seen_although_nothing_on_it_tells_so() -> None:
    frames = []
    for time in range(8):
        picture = texture(HEIGHT, WIDTH, 4)
        picture[40:] = 200
        frames.append(Ball(12, 5).over(picture, Point(30.0 + 8 * time, 74)))
    tracks = dense_tracks(frames)
    flat = np.zeros((HEIGHT, WIDTH), bool)
    flat[50:100, 110:180] = True
    assert tracks.seen[-1][flat].mean() > 0.95
    assert np.abs(tracks.motion.px[-1][flat]).mean() < 0.1


def test_what_stands_still_is_tracked_as_still() -> None:
    picture = covering(1).frames[0]
    tracks = dense_tracks([picture] * 4)
    assert np.abs(tracks.motion.px).max() < 0.1
    assert tracks.seen.all()


def test_frames_are_read_one_by_one_and_tracking_can_be_stopped() -> None:
    frames = iter(covering(5).frames)
    next(tracked(frames))
    assert len(list(frames)) == 4

    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        dense_tracks(covering(5).frames, tick=stop)


def test_one_frame_has_no_tracks() -> None:
    with pytest.raises(ValueError, match="two frames"):
        dense_tracks(covering(1).frames[:1])
    with pytest.raises(ValueError, match="two frames"):
        dense_tracks([])
