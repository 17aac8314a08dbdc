"""The forty properties of docs/engines/motion_i2v_properties.md have tests; here are those that stood nowhere else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.motion_i2v.ddim import ddim_scheduler
from mpd_studio.engines.motion_i2v.sampling import Wish
from mpd_studio.engines.motion_i2v.stages import Stages
from mpd_studio.motion.clip_field import ClipField
from tests.engines.moving_scenes import texture

SIDE, FRAMES = 64, 4
WISH = Wish("a ball rolls", seed=3, steps=3, guidance=1.0)
PICTURE = texture(SIDE, SIDE, 1).astype(np.float32) / 255


def test_every_property_has_a_test_that_is_there(repository: Path) -> None:
    table = (repository / "docs" / "engines" / "motion_i2v_properties.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| .+ \| `(test_\w+)` \|$", table, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 41))
    files = [*(repository / "tests" / "engines").glob("motion_i2v*/test_mi2v_*.py")]
    written = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert [name for _, name in rows if f"def {name}(" not in written] == []


def motion() -> ClipField:
    px = np.zeros((FRAMES, SIDE, SIDE, 2), np.float32)
    px[..., 0] = np.linspace(0, 9, FRAMES, dtype=np.float32)[:, None, None]
    return ClipField(px)


def latents(stages: Stages, wish: Wish, held: np.ndarray | None = None) -> Any:
    from mpd_studio.engines.motion_i2v.stage2 import animate_latents

    return animate_latents(stages.second(SilentReporter()), PICTURE, motion(), wish, held)


def test_stage_2_is_its_seed_and_nothing_else(tiny_stages: Stages) -> None:
    import torch

    torch.manual_seed(1)
    one = latents(tiny_stages, WISH)
    state = torch.random.get_rng_state()
    torch.manual_seed(2)
    assert torch.equal(one, latents(tiny_stages, WISH))
    torch.random.set_rng_state(state)
    latents(tiny_stages, WISH)
    assert torch.equal(state, torch.random.get_rng_state())  # nor does it draw from the common source
    assert not torch.equal(one, latents(tiny_stages, replace(WISH, seed=4)))


def test_what_is_held_still_is_the_noisy_picture_in_every_step(
    tiny_stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The noise is the clip's own, as it was at the beginning; the last step leaves the picture's latents."""
    import torch

    unet = tiny_stages.second(SilentReporter()).unet
    seen: list[Any] = []
    whole = type(unet).forward

    def forward(self: Any, sample: Any, *arguments: Any, **named: Any) -> Any:
        seen.append(sample.clone())
        return whole(self, sample, *arguments, **named)

    monkeypatch.setattr(type(unet), "forward", forward)
    held = np.zeros((SIDE, SIDE), bool)
    held[:, : SIDE // 2] = True
    made = latents(tiny_stages, WISH, held)
    scheduler: Any = ddim_scheduler()
    scheduler.set_timesteps(WISH.steps)
    first, columns = seen[0], slice(0, SIDE // 16)
    reference, drawn = first[:, :, :1], first[:, :, 1:]
    assert len(seen) == WISH.steps
    for sample, time in zip(seen[1:], scheduler.timesteps[1:], strict=True):
        wanted = scheduler.add_noise(reference.expand_as(drawn), drawn, time[None])
        assert torch.equal(sample[:, :, 1:, :, columns], wanted[..., columns])
        assert torch.equal(sample[:, :, :1], reference)
    assert torch.equal(made[:, :, :, columns], reference[0].transpose(0, 1).expand_as(made)[..., columns])
    assert not torch.equal(
        made[1:, :, :, columns.stop :], reference[0].transpose(0, 1).expand_as(made)[1:, ..., columns.stop :]
    )
