"""What samplers cost beside their denoisers, told by counting: each pass over a clip takes as long as copying it."""

from __future__ import annotations

from typing import Any

import pytest
from analytic_denoisers import constant, no_noise

from mpd_studio.engines.svd.noise_schedule import svd_sigmas
from mpd_studio.engines.svd.samplers import mpd_trf, mpd_vibid, trf, trf_renoise, vibid

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")
dispatch = pytest.importorskip("torch.utils._python_dispatch", reason="this torch does not tell what it runs")

SHAPE = (6, 4, 5, 7)
FRAME_NUMBERS = SHAPE[1] * SHAPE[2] * SHAPE[3]


def passes_and_launches(sampler: Any, **options: Any) -> tuple[float, float]:
    """Operations on whole clips, and operations at all, for each denoiser call; views and the noise cost nothing."""
    whole: list[str] = []
    launches: list[str] = []

    class Count(dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            result = func(*args, **(kwargs or {}))
            name = str(func)
            if not func.is_view and not name.startswith(("aten.zeros", "aten.expand")):
                launches.append(name)
                if result.numel() > FRAME_NUMBERS * (SHAPE[0] - 1):
                    whole.append(name)
            return result

    calls: list[int] = []
    still, x = torch.zeros(SHAPE), torch.ones(SHAPE)
    with Count():
        sampler(
            constant(still),
            constant(still),
            x,
            svd_sigmas(25),
            noise=no_noise,
            on_call=lambda step, call, total: calls.append(call),
            **options,
        )
    return len(whole) / len(calls), len(launches) / len(calls)


@pytest.mark.parametrize(
    ("sampler", "takes_ends", "most_passes"),
    [(vibid, True, 3.5), (mpd_vibid, True, 3.75), (mpd_trf, True, 3.0), (trf_renoise, False, 3.0), (trf, False, 3.0)],
)
def test_samplers_pass_over_a_clip_a_few_times_for_each_call(
    sampler: Any, takes_ends: bool, most_passes: float
) -> None:
    anchor = torch.zeros(1, *SHAPE[1:])
    passes, launches = passes_and_launches(sampler, **({"start": anchor, "end": anchor} if takes_ends else {}))
    assert 1 < passes <= most_passes
    # Starting an operation on a GPU takes about 10 µs: 20 of them are 2 % of a call of 10 ms.
    assert launches <= 20
