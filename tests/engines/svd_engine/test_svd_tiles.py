"""A picture decoded in overlapping tiles is the picture decoded whole, as far as the decoder looks only near by."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpd_studio.engines.svd.decoding import _pictures, decode
from mpd_studio.engines.svd.memory_plan import plan_named
from mpd_studio.engines.svd.model import SvdModel
from mpd_studio.engines.svd.shared_norms import norms_shared
from mpd_studio.engines.svd.tiled_decode import MARGIN, OVERLAP, decode_in_tiles, tiles_along

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

SCALE = 8
TILE = 24


class NearDecoder:
    """Looks `reach` latent pixels around each, and a frame back and forth; the same everywhere."""

    def __init__(self, reach: int) -> None:
        random = torch.Generator().manual_seed(3)
        side = 2 * reach + 1
        self.weight = torch.randn((3 * SCALE**2, 4, 3, side, side), generator=random) / (side * 12**0.5)
        self.padding = (1, reach, reach)
        self.largest = 0

    def __call__(self, latents: Tensor) -> np.ndarray:
        self.largest = max(self.largest, *latents.shape[-2:])
        clip = latents.permute(1, 0, 2, 3)[None]  # (1, c, f, h, w)
        made = torch.nn.functional.conv3d(clip, self.weight, padding=self.padding)[0].permute(1, 0, 2, 3)
        return torch.nn.functional.pixel_shuffle(made, SCALE).permute(0, 2, 3, 1).contiguous().numpy()


def borders_of(length: int) -> list[int]:
    """Pixels whose right neighbour is the first one of a tile, or the first one beyond it."""
    edges = {edge for part in tiles_along(length, TILE) for edge in (part.start, part.stop)} - {0, length}
    assert edges
    return [edge * SCALE - 1 for edge in edges]


def random_latents(frames: int, height: int, width: int) -> Tensor:
    return torch.randn((frames, 4, height, width), generator=torch.Generator().manual_seed(1))


@given(st.integers(1, 400), st.integers(OVERLAP + 1, 64))
def test_tiles_cover_everything_and_overlap(length: int, tile: int):
    tiles = tiles_along(length, tile)
    assert (tiles[0].start, tiles[-1].stop) == (0, length)
    assert all(len(part) == min(tile, length) for part in tiles)
    assert all(OVERLAP <= before.stop - after.start < tile for before, after in pairwise(tiles))


def test_tiles_shorter_than_their_overlap_are_refused():
    with pytest.raises(ValueError, match="cannot overlap"):
        tiles_along(100, OVERLAP)


@pytest.mark.parametrize(("height", "width"), [(24, 40), (41, 25), (60, 61), (10, 100), (24, 24), (7, 9)])
def test_tiles_of_a_decoder_that_looks_near_by_are_exact(height: int, width: int):
    latents = random_latents(3, height, width)
    near = NearDecoder(MARGIN)
    whole = near(latents)
    near.largest = 0
    tiled = decode_in_tiles(near, latents, TILE)
    assert tiled.shape == whole.shape == (3, height * SCALE, width * SCALE, 3)
    assert near.largest <= TILE
    np.testing.assert_allclose(tiled, whole, atol=2e-6)


def test_a_decoder_that_looks_further_leaves_no_edge():
    """What differs between tiles fades: across tile borders the picture jumps no more than the whole one does."""
    latents = random_latents(1, 24, 60)
    far = NearDecoder(9)
    whole, tiled = far(latents)[0], decode_in_tiles(far, latents, TILE)[0]
    assert np.abs(tiled - whole).max() > 1e-3  # there is something to hide
    steps = np.abs(np.diff(tiled - whole, axis=1)).mean(axis=(0, 2))  # (width - 1,)
    assert max(steps[edge] for edge in borders_of(60)) < 0.2 * np.abs(np.diff(whole, axis=1)).mean()
    assert np.abs(tiled - whole).mean() < 0.1 * whole.std()


@pytest.fixture(scope="module")
def real_decoder(tiny_model: SvdModel) -> SvdModel:
    return dataclasses.replace(tiny_model, plan=dataclasses.replace(plan_named("full"), decode_tile=TILE))


def smooth_latents(frames: int, height: int, width: int) -> Tensor:
    """As pictures have them: large areas that are alike, and some texture."""
    coarse = torch.nn.functional.interpolate(
        random_latents(frames, 4, 6), size=(height, width), mode="bicubic", align_corners=False
    )
    return coarse + 0.2 * random_latents(frames, height, width)


def test_the_temporal_decoder_in_tiles_is_close_to_the_whole(tiny_model: SvdModel, real_decoder: SvdModel):
    """Random networks exaggerate: of the spread of the picture, a fifth; with a norm of its own in each tile, 0.37."""
    latents = smooth_latents(1, 24, 40)
    whole, tiled = decode(tiny_model, latents), decode(real_decoder, latents)
    assert tiled.shape == whole.shape == (1, 192, 320, 3)
    apart = tiled - whole
    assert 0 < np.sqrt(np.mean(apart**2)) < 0.22 * whole.std()
    steps = np.abs(np.diff(tiled, axis=2)).mean(axis=(0, 1, 3))[SCALE - 1 :: SCALE]  # where latent pixels meet
    at_borders = [steps[edge // SCALE] for edge in borders_of(40)]
    assert max(at_borders) < 1.3 * np.median(steps)  # no seam: no larger steps than between other latent pixels


def test_with_the_norms_of_the_whole_tiles_are_nearly_exact(tiny_model: SvdModel):
    latents = smooth_latents(1, 24, 40)
    with torch.inference_mode():
        whole = _pictures(tiny_model, latents)
        with norms_shared(tiny_model.vae.decoder, lambda: _pictures(tiny_model, latents)):
            np.testing.assert_allclose(_pictures(tiny_model, latents), whole, atol=1e-4)
            tiled = decode_in_tiles(lambda part: _pictures(tiny_model, part), latents, TILE)
        np.testing.assert_array_equal(_pictures(tiny_model, latents), whole)  # nothing of it stays
    assert np.sqrt(np.mean((tiled - whole) ** 2)) < 0.002 * whole.std()


def test_norms_are_their_own_again_when_a_tile_fails(tiny_model: SvdModel):
    norms = [norm for norm in tiny_model.vae.decoder.modules() if isinstance(norm, torch.nn.GroupNorm)]
    latents = smooth_latents(2, 8, 8)
    for fails_in_look in (True, False):
        with pytest.raises(RuntimeError, match="planted"), torch.inference_mode():
            fail_while_norms_are_shared(tiny_model, latents, fails_in_look)
        assert not [norm for norm in norms if "forward" in vars(norm) or norm._forward_pre_hooks]


def fail_while_norms_are_shared(model: SvdModel, latents: Tensor, fails_in_look: bool) -> None:
    def look() -> object:
        if fails_in_look:
            raise RuntimeError("planted")
        return _pictures(model, latents)

    with norms_shared(model.vae.decoder, look):
        raise RuntimeError("planted")


def test_pictures_no_larger_than_a_tile_are_decoded_whole(tiny_model: SvdModel, real_decoder: SvdModel):
    latents = smooth_latents(2, TILE, TILE)
    np.testing.assert_array_equal(decode(real_decoder, latents), decode(tiny_model, latents))


def test_the_decoder_is_only_given_tiles(monkeypatch: pytest.MonkeyPatch, real_decoder: SvdModel):
    vae = real_decoder.vae
    shapes: list[tuple[int, ...]] = []
    whole = vae.decode

    def watched(latents: Tensor, **named: Any) -> Any:
        shapes.append(tuple(latents.shape))
        return whole(latents, **named)

    monkeypatch.setattr(vae, "decode", watched)
    decode(real_decoder, smooth_latents(2, 24, 40))
    assert shapes == [(2, 4, 14, 24)] + [(2, 4, 24, 24)] * 3
