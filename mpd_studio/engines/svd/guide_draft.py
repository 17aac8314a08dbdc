"""What was drawn over a gap, as a draft for each of its clips: rough pictures that obey it, and where they count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.guidance import scale_guidance
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.engines.diffusion.listening import listening
from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.engines.diffusion.pixel_range import PixelRange
from mpd_studio.engines.diffusion.resample import resampled
from mpd_studio.engines.flow.scene import Scene, build_scene
from mpd_studio.engines.svd.condition import anchor_of
from mpd_studio.engines.svd.guide_facts import too_small
from mpd_studio.engines.svd.lengths import Pass, plan
from mpd_studio.engines.svd.model import SvdModel
from mpd_studio.motion.guided import guided_mask
from mpd_studio.motion.layers import Holds, build_holds, freed_at, held_at, put_back
from mpd_studio.motion.warp import resize_plane

if TYPE_CHECKING:
    from torch import Tensor

DRAFT = "Draft"
_COVERED = 0.5  # of a latent pixel: enough to be guided like one that is covered whole, for thin things are hit nowhere


@dataclass(frozen=True, slots=True, eq=False)
class ClipDraft:
    """latents: (F − 2, c, h, w) scaled, of the frames between a clip's ends. mask: (F, 1, h, w) float32, 0 in the ends.

    Both in main memory.
    """

    latents: Tensor
    mask: Tensor


class DrawnGap:
    """Makes the drafts with the embedded flow engine, which obeys what is drawn; it measures the motion once.

    The draft is made at the size at which the model sees the canvas.
    """

    def __init__(
        self, request: InbetweenRequest, pictures: BoundaryPictures, pixel_range: PixelRange, reporter: Reporter
    ) -> None:
        self._request, self._pictures, self._range, self._reporter = request, pictures, pixel_range, reporter
        self._scenes: dict[Fit, Scene] = {}
        self._holds: Holds | None = None

    def draft(self, model: SvdModel, clip: Pass, placed: Fit) -> ClipDraft:
        """The draft of one clip, at the times of its frames.

        Raises:
            UnsupportedRequest: the model's picture is too small to see motion in, or a mask picture is missing.
        """
        import torch

        check, tell = self._reporter.raise_if_cancelled, self._tell(clip)
        tell(0)
        scene = self._scene(placed)
        latents: list[Tensor] = []
        masks = [np.zeros((placed.model.height // model.latent_pixel, placed.model.width // model.latent_pixel))] * 2
        with torch.inference_mode(), model.at_work(model.vae), listening(model.vae.encoder, check):
            for frame, time in enumerate(frame_times(clip, self._request.new_frames)[1:-1], 1):
                latents.append(anchor_of(model, _tensor(_picture(scene, time, placed, check), model)).cpu())
                masks.insert(-1, _mask(scene, time, placed, model.latent_pixel))
                tell(frame)
        return ClipDraft(torch.cat(latents), torch.from_numpy(np.stack(masks)[:, None].astype(np.float32)))

    def held(self, pixels: np.ndarray, place: int, placed: Fit) -> np.ndarray:
        """A finished picture at canvas size with the first frame's own pixels where nothing may move."""
        guidance, masks = self._request.guidance, self._pictures.masks
        if not guidance.regions:
            return pixels
        if self._holds is None:
            self._holds = build_holds(guidance, self._request.canvas, masks)
        time = place / (self._request.new_frames + 1)
        freed = None
        if self._holds.movable is not None:
            scene = self._scene(placed)
            freed = freed_at(scene.pieces, scene.guidance, time)
            freed = None if freed is None else resize_plane(freed, *pixels.shape[:2])
        return put_back(pixels, self._pictures.first.pixels, held_at(self._holds, freed))

    def _tell(self, clip: Pass) -> Callable[[int], None]:
        """What reports that so many of a clip's frames are done, among those of the whole gap."""
        clips = plan(self._request.new_frames)
        counts = [each.frames - 2 for each in clips]
        before = sum(counts[: clips.index(clip)])
        return lambda done: self._reporter.report(Progress(DRAFT, before + done, sum(counts)))

    def _scene(self, placed: Fit) -> Scene:
        if placed not in self._scenes:
            self._scenes[placed] = self._measured(placed)
        return self._scenes[placed]

    def _measured(self, placed: Fit) -> Scene:
        size = placed.inside
        if problem := too_small(size):
            raise UnsupportedRequest(problem)
        ends = [
            Picture(np.clip(np.rint(resampled(self._range.to_unit(end.pixels), size) * 255), 0, 255).astype(np.uint8))
            for end in (self._pictures.first, self._pictures.last)
        ]
        guidance = scale_guidance(self._request.guidance, placed.canvas, size)
        return build_scene(
            replace(self._request, canvas=size, guidance=guidance),
            BoundaryPictures(ends[0], ends[1], masks=self._pictures.masks),
            self._reporter.raise_if_cancelled,
        )


def frame_times(clip: Pass, new_frames: int) -> list[float]:
    """The gap times of a clip's frames: those that are taken lie exactly where they are taken for."""
    frames, places = zip((0, clip.start), *clip.picks, (clip.frames - 1, clip.stop), strict=True)
    return [float(place) / (new_frames + 1) for place in np.interp(range(clip.frames), frames, places)]


def _picture(scene: Scene, time: float, placed: Fit, tick: Callable[[], None]) -> np.ndarray:
    """(model height, model width, 3) float32 in 0..1."""
    return placed.to_model(scene.frame_at(time, tick)[0].astype(np.float32) / np.float32(255))


def _mask(scene: Scene, time: float, placed: Fit, latent_pixel: int) -> np.ndarray:
    """(h, w) of latents, in 0..1."""
    inside = guided_mask(scene.pieces, scene.holds, scene.guidance, time, placed.inside)
    whole = placed.to_model(inside[..., None])[..., 0]
    height, width = (side // latent_pixel for side in whole.shape)
    covered = whole.reshape(height, latent_pixel, width, latent_pixel).mean(axis=(1, 3))
    return np.minimum(covered / _COVERED, 1)


def _tensor(picture: np.ndarray, model: SvdModel) -> Tensor:
    """(1, 3, H, W) on the model's device."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None].to(model.device)
