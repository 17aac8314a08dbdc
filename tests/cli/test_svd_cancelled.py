"""A fill that is stopped while it decodes says that the next one goes on from there, and the next one does."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpd_studio.cli import CANCELLED, main
from mpd_studio.core.errors import Cancelled
from mpd_studio.workflow.unfinished_work import GOES_ON
from tests.workflow.moving_pictures import Size, still

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")


def test_what_was_denoised_is_kept_and_used(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_svd: Path
) -> None:
    from mpd_studio.engines.svd import gap_clips

    def stop(*arguments: object) -> None:
        raise Cancelled

    def denoise_again(*arguments: object, **named: object) -> None:
        raise AssertionError("It was denoised a second time.")

    ends = [str(still(tmp_path / f"{k}.png", 4 * k, Size(64, 48))) for k in range(2)]
    options = ["--engine", "svd", "--weights", str(tiny_svd), "--steps", "2"]
    fill = ["fill", *ends, "--new-frames", "3", "--out", str(tmp_path / "out"), *options]
    with monkeypatch.context() as patch:
        patch.setattr(gap_clips, "decode", stop)
        assert main(fill) == CANCELLED
    assert GOES_ON in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(gap_clips, "sample_clip", denoise_again)
    assert main(fill) == 0
    assert len(list((tmp_path / "out").glob("frame_*.png"))) == 3
