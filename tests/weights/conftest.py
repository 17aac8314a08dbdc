"""A hub on the loopback device per test, and nothing of the user's own hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mpd_studio.core.paths import ProgramPaths, program_paths
from tests.weights.fake_hub import FakeHub, serving, tiny_files

_VARIABLES = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HF_TOKEN", "HF_ENDPOINT")


@pytest.fixture(autouse=True)
def hub_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """HF_HOME of this test."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path_factory.mktemp("hub_home")
    monkeypatch.setenv("HF_HOME", str(folder))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody answers there: no test reaches the real hub
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder


@pytest.fixture
def paths(home: Path) -> ProgramPaths:
    del home
    return program_paths()


@pytest.fixture
def server() -> Iterator[FakeHub]:
    pytest.importorskip("huggingface_hub", reason="needs huggingface_hub, an optional part of the installation")
    with serving(FakeHub(tiny_files())) as hub:
        yield hub
