"""The list that a person with Resolve runs, against the strict fake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scenes import two_clips
from strict_fake.application import Resolve
from strict_fake.world import Quirk

Module = Callable[[str], Any]


@pytest.fixture
def states(bridge: Module, tmp_path: Path) -> Callable[..., dict[str, list[str]]]:
    def run(rate: str = "24", **state: Any) -> dict[str, list[str]]:
        world = two_clips(tmp_path, rate, **state)
        before = [(item.uid, item.start) for item in world.timelines[0].video[0].items]
        pictures = tmp_path / "check"
        pictures.mkdir()
        lines = bridge("self_check").check(Resolve(world), str(pictures))
        assert [(item.uid, item.start) for item in world.timelines[0].video[0].items] == before
        assert all(line.read for line in lines)
        return {state: [line.what for line in lines if line.state == state] for state in ("PASS", "FAIL", "NOTE")}

    return run


@pytest.mark.parametrize("rate", ["23.976", "24", "25", "29.97", "59.94"])
def test_a_resolve_as_we_know_it_passes(states: Callable[..., dict[str, list[str]]], rate: str) -> None:
    found = states(rate)
    assert found["FAIL"] == []
    assert len(found["PASS"]) == 11


@pytest.mark.parametrize(
    ("quirk", "failing"),
    [
        (Quirk.STILL_IS_NOT_WRITTEN, "Stills"),
        (Quirk.PLAYHEAD_STAYS, "The playhead goes where it is set"),
        (Quirk.APPEND_DOES_NOTHING, "recordFrame is absolute and endFrame exclusive"),
    ],
)
def test_what_differs_is_named(states: Callable[..., dict[str, list[str]]], quirk: Quirk, failing: str) -> None:
    assert failing in states(quirks={quirk})["FAIL"]


def test_without_a_project_it_says_so(bridge: Module, tmp_path: Path) -> None:
    world = two_clips(tmp_path, has_project=False)
    with pytest.raises(bridge("job_folder.errors").BridgeError, match="empty one"):
        bridge("self_check").check(Resolve(world), str(tmp_path))


def test_the_list_is_printed_and_kept(
    bridge: Module, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = bridge("self_check").main({"resolve": Resolve(two_clips(tmp_path))})
    (written,) = tmp_path.glob("mpd-studio-check-*/check.txt")
    assert written.read_text("utf-8").splitlines() == said
    assert str(written) in capsys.readouterr().out
