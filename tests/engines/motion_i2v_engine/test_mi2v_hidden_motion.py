"""Motion of pixels that are hidden: it reaches stage 2 as none at all, and nothing is thrown along it."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from mpd_studio.core.geometry import Size
from mpd_studio.engines.diffusion.model_size import fit
from mpd_studio.engines.motion_i2v.native_field import to_model_field
from mpd_studio.motion.clip_motion import clip_motion

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="needs torch; install mpd-studio[diffusion]")


@pytest.mark.parametrize("hides", [True, False])
def test_hidden_features_are_thrown_nowhere_and_others_go_their_way(hides: bool) -> None:
    import torch

    from mpd_studio.engines.motion_i2v.flow_warps import FlowWarps

    px = np.zeros((1, 48, 96, 2), np.float32)
    px[..., 0] = 12
    px[:, :, 48:] = np.nan
    placed = fit(Size(96, 48), (Size(128, 64),))
    field = to_model_field(clip_motion(px), placed, hides)
    warps = FlowWarps(torch.from_numpy(field.px.transpose(0, 3, 1, 2).copy())[None])
    thrown = warps.warped(torch.ones(8 * 16, 1), 8, 16).reshape(8, 16)
    assert np.allclose(thrown[:, 3:8], 1, atol=1e-5)
    assert not thrown[:, :2].any()
    if hides:
        assert not thrown[:, 11:].any()
    else:
        assert np.allclose(thrown[:, 11:], 1, atol=1e-5)
