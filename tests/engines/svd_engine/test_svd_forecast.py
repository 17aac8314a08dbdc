"""What is said before a run: size, work, weights, memory; quickly, and without torch."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from svd_runs import svd_request

from mpd_studio.core.figures import Figure
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionPath, PathPoint
from mpd_studio.core.ids import PathId
from mpd_studio.engines.diffusion import forecast_parts, machine_memory
from mpd_studio.engines.diffusion.forecast_parts import GB, Where
from mpd_studio.engines.diffusion.machine_memory import Card, free_main_memory, held_by_torch, visible_cards
from mpd_studio.engines.registry import forecast
from mpd_studio.engines.svd.forecast import memory_of
from mpd_studio.engines.svd.memory_plan import RunSize, Weights

PICTURE = np.zeros((48, 64, 3), np.uint8)
REAL = RunSize(Weights(3_050_000_000, 391_000_000, 1_264_000_000), 25, 1024 * 576)
DRIVER_SAYS = """0, GPU-aaaa, NVIDIA GeForce RTX 4070, 11000, 12282
1, GPU-bbbb, NVIDIA RTX A2000, 512, 6138
2, GPU-cccc, NVIDIA T4, [N/A], [N/A]
"""


def told(folder: Path | str, new_frames: int = 12, **options: str | float | bool) -> dict[str, Figure]:
    request = dataclasses.replace(svd_request(folder, PICTURE, new_frames, 0, **options), engine_id="svd")
    return {figure.id: figure for figure in forecast(request)}


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of the driver's name that says what it is to say."""
    if sys.platform == "win32":
        pytest.skip("a script without an ending is no program on Windows")
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    (tmp_path / "says").write_text(DRIVER_SAYS)
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncat {tmp_path}/says\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return program


def test_size_work_weights_and_memory_are_told(tiny_svd: Path):
    figures = told(tiny_svd, new_frames=60, size="", device="cpu", sampler="mpd_vibid", steps=25)
    assert list(figures) == ["size", "work", "weights", "memory"]
    assert figures["size"].text == "made at 80 × 48, brought to 64 × 48"
    assert figures["work"].text == "260 calls of the model: 4 clips of 65 each (mpd_vibid, 25 steps)"
    assert figures["work"].values == (260, 25)
    assert figures["weights"].text == f"weights: tiny, in {tiny_svd}"
    assert "of memory" in figures["memory"].text
    assert "plan 'full' on the processor" in figures["memory"].text
    assert not [figure for figure in figures.values() if figure.warning]


def test_what_is_drawn_saves_calls(tiny_svd: Path):
    request = dataclasses.replace(svd_request(tiny_svd, PICTURE, 12, steps=25, sampler="vibid"), engine_id="svd")
    path = MotionPath(PathId("p"), (PathPoint(0, Point(20, 30)), PathPoint(1, Point(40, 30))), radius=12)
    drawn = dataclasses.replace(request, guidance=Guidance(paths=(path,)))
    plain, guided = (next(f for f in forecast(asked) if f.id == "work").values[0] for asked in (request, drawn))
    assert plain == 50
    assert guided <= plain


def test_weights_that_are_missing_are_a_warning_that_says_what_to_do():
    figures = told("")
    assert "mpd-studio weights get svd-xt" in figures["weights"].warning
    assert "memory" not in figures
    assert figures["work"].text.startswith("4 calls of the model")


def test_options_that_make_no_sense_are_a_warning(tiny_svd: Path):
    assert "between 2 and 500" in told(tiny_svd, steps=1)["options"].warning


def test_a_size_that_the_model_does_not_make_is_a_warning(tiny_svd: Path):
    assert "multiples of 16" in told(tiny_svd, size="100x100")["size"].warning


@pytest.mark.parametrize(
    ("memory", "free", "text", "warning"),
    [
        ("auto", 24, "needs about 16.4 GB of graphics memory, 24.0 GB free; plan 'full' on a card", ""),
        ("auto", 11.2, "needs about 9.2 GB of graphics memory, 11.2 GB free; plan 'balanced' on a card", ""),
        ("full", 11.2, "needs about 16.4 GB of graphics memory, 11.2 GB free; plan 'full' on a card", "plan 'auto'"),
        ("auto", 1, "needs about 2.3 GB of graphics memory, 1.0 GB free; plan 'smallest' on a card", "smaller size"),
        ("auto", None, "needs about 16.4 GB of graphics memory; plan 'full' on a card", ""),
    ],
)
def test_needs_stand_beside_what_is_free(memory: str, free: float | None, text: str, warning: str):
    where = Where("a card", None if free is None else int(free * GB), is_card=True)
    figure = memory_of(memory, REAL, where)
    assert figure.text == text
    assert bool(figure.warning) == bool(warning)
    assert warning in figure.warning


def test_the_driver_tells_of_the_cards_in_torchs_order(driver: Path, tmp_path: Path):
    cards = visible_cards({})
    assert cards == (
        Card("NVIDIA GeForce RTX 4070", 11000 << 20, 12282 << 20),
        Card("NVIDIA RTX A2000", 512 << 20, 6138 << 20),
    )
    assert "memory.free" in (tmp_path / "asked").read_text()
    for visible, names in (("1,0", ["A2000", "4070"]), ("GPU-bbbb", ["A2000"]), ("", []), ("-1", [])):
        assert [card.name.split()[-1] for card in visible_cards({"CUDA_VISIBLE_DEVICES": visible})] == names


def test_a_driver_that_fails_or_babbles_tells_nothing(driver: Path, tmp_path: Path):
    (tmp_path / "says").write_text("NVIDIA-SMI has failed, because\nit, could, not, talk, to\n")
    assert visible_cards({}) == ()
    driver.chmod(0o644)
    assert visible_cards({}) == ()


def test_a_card_is_taken_as_the_engine_takes_it(driver: Path, tiny_svd: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(forecast_parts, "torch_knows_cards", lambda: True)
    assert "11.5 GB free; plan 'full' on NVIDIA GeForce RTX 4070" in told(tiny_svd, device="auto")["memory"].text
    second = told(tiny_svd, device="cuda:1")["memory"]
    assert "NVIDIA RTX A2000" in second.text
    assert second.warning
    monkeypatch.setattr(forecast_parts, "torch_knows_cards", lambda: False)
    assert "on the processor" in told(tiny_svd, device="auto")["memory"].text


def test_without_a_loaded_torch_nothing_is_held(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert held_by_torch(0) == 0


def test_main_memory_is_what_programs_can_have(tmp_path: Path):
    file = tmp_path / "meminfo"
    file.write_text("MemTotal: 32000000 kB\nMemFree: 100 kB\nMemAvailable:   20000000 kB\n")
    assert free_main_memory(file) == 20_480_000_000
    file.write_text("MemTotal: 32000000 kB\n")
    assert free_main_memory(file) is None
    assert free_main_memory(tmp_path / "none") is None


def test_whether_torch_knows_cards_agrees_with_torch():
    torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")
    assert machine_memory.torch_knows_cards() == bool(torch.version.cuda)


def test_a_forecast_loads_neither_torch_nor_the_networks(tiny_svd: Path):
    code = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:]; import numpy as np; "
        "from svd_runs import svd_request; import dataclasses; "
        "from mpd_studio.engines.registry import forecast; "
        "request = svd_request(Path(sys.argv[1]), np.zeros((48, 64, 3), np.uint8), 12); "
        "told = forecast(dataclasses.replace(request, engine_id='svd')); "
        "print(len(told), [name for name in ('torch', 'diffusers', 'transformers', 'PySide6') if name in sys.modules])"
    )
    folders = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tiny_svd), *folders], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "4 []", done.stderr
