"""What the samplers' own arithmetic costs beside a denoiser that takes 10 ms a call, at 25 × 4 × 72 × 128.

Run:  python tests/bench/svd_samplers.py [--device cuda] [--threads 2] [--repeats 5]

The stand-in denoiser first waits for the device, which counts as the sampler's work, and then for 10 ms, which does
not; drawing noise is told apart. Goal: 2 % of the denoiser's time. The cost is memory traffic of some three passes over
a clip for each call, so copying one is timed too: where that alone takes 0.1 ms the goal is out of reach.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
samplers = import_module("mpd_studio.engines.svd.samplers")
svd_sigmas = import_module("mpd_studio.engines.svd.noise_schedule").svd_sigmas
torch = import_module("torch")

SHAPE = (25, 4, 72, 128)
STEPS = 25
CALL_S = 0.010
WITH_ENDS = ("vibid", "mpd_vibid", "mpd_trf")


@dataclass
class Clock:
    """Splits a run's time between the stand-in denoiser, the noise and the rest."""

    wait_for_device: Callable[[], None]
    calls: int = 0
    draws: int = 0
    denoising_s: float = 0.0
    drawing_s: float = 0.0

    def denoiser(self, estimate: Any) -> Callable[[Any, float], Any]:
        """Its estimates lie in memory as a network's would: apart from the state."""
        unconditional, conditional = estimate, estimate.clone()

        def denoise(x: Any, sigma: float) -> Any:
            self.wait_for_device()
            began = time.perf_counter()
            time.sleep(CALL_S - 0.001)
            while time.perf_counter() - began < CALL_S:  # sleep alone comes back late
                pass
            self.calls += 1
            self.denoising_s += time.perf_counter() - began
            return samplers.Denoised(unconditional, conditional)

        return denoise

    def noise(self, like: Any) -> Any:
        self.wait_for_device()
        began = time.perf_counter()
        drawn = torch.randn_like(like)
        self.wait_for_device()
        self.draws += 1
        self.drawing_s += time.perf_counter() - began
        return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    wait = torch.cuda.synchronize if options.device.startswith("cuda") else _nothing
    x = torch.randn(SHAPE, device=options.device) * 700
    print(f"{options.device}, {options.threads} threads; copying a clip once: {_copy_ms(x, wait):.3f} ms")
    print(f"{'sampler':14}{'calls':>6}{'arithmetic a call':>20}{'share':>8}{'a draw of noise':>18}")
    for name in ("vibid", "mpd_vibid", "mpd_trf", "trf_renoise", "trf"):
        _print_row(name, x, wait, options.repeats)


def _print_row(name: str, x: Any, wait: Callable[[], None], repeats: int) -> None:
    rows = [_measured(name, x, wait) for _ in range(repeats + 1)][1:]  # the first warms up
    calls = rows[0][0]
    arithmetic, drawing = (min(row[column] for row in rows) for column in (1, 2))  # other programs only add
    share = arithmetic / (calls * CALL_S)
    print(f"{name:14}{calls:6}{arithmetic / calls * 1e3:17.3f} ms{share:8.1%}{drawing * 1e3:15.3f} ms")


def _measured(name: str, x: Any, wait: Callable[[], None]) -> tuple[int, float, float]:
    """Calls, seconds of arithmetic, seconds for each draw of noise."""
    clock = Clock(wait)
    forward, backward = clock.denoiser(torch.randn_like(x)), clock.denoiser(torch.randn_like(x))
    ends = {"start": x[:1].clone(), "end": x[-1:].clone()} if name in WITH_ENDS else {}
    wait()
    began = time.perf_counter()
    getattr(samplers, name)(forward, backward, x, svd_sigmas(STEPS), noise=clock.noise, **ends)
    wait()
    total = time.perf_counter() - began
    return clock.calls, total - clock.denoising_s - clock.drawing_s, clock.drawing_s / max(clock.draws, 1)


def _copy_ms(x: Any, wait: Callable[[], None]) -> float:
    times = []
    for _ in range(50):
        wait()
        began = time.perf_counter()
        x.clone()
        wait()
        times.append(time.perf_counter() - began)
    return min(times) * 1e3


def _nothing() -> None:
    return


if __name__ == "__main__":
    main()
