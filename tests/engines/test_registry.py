"""The list of engines: what stands in it, what it costs, and what a broken plug-in does to it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.registry import check_engine_id, convert_weights, engine_infos, open_engine


def test_flow_and_crossfade_are_built_in():
    assert {"flow", "crossfade"} <= {info.id for info in engine_infos()}


def test_unknown_engine_is_refused_with_the_names_of_the_known():
    with pytest.raises(UnsupportedRequest, match=r"'magic'.*flow.*crossfade"):
        open_engine("magic")


def test_listing_engines_loads_no_heavy_library():
    code = (
        "import sys; from mpd_studio.engines.registry import engine_infos; infos = engine_infos(); "
        "print(len(infos), [name for name in ('cv2', 'torch', 'diffusers', 'PySide6') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, _, heavy = done.stdout.strip().partition(" ")
    assert int(count) >= 2
    assert heavy == "[]"


def test_only_weights_that_come_as_pickles_are_converted(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedRequest, match="'svd' need no converting"):
        convert_weights("svd", tmp_path, tmp_path / "to", SilentReporter(), None)


def test_a_built_in_engine_opens_without_asking_the_installed_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(**_: str) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr("mpd_studio.engines.registry.entry_points", ask)
    assert open_engine("flow").info.id == "flow"
    check_engine_id("crossfade")
    with pytest.raises(AssertionError, match="asked"):
        check_engine_id("from elsewhere")
