"""An engine that does not exist: the same words and exit code in every command that takes one."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpd_studio.cli import main


@pytest.mark.parametrize(
    "words",
    [
        ("fill", "A", "B", "--new-frames", "2", "--engine", "magic"),
        ("fill", "A", "B", "--new-frames", "2", "--engine", "magic", "--dry-run"),
        ("fill", "A", "B", "--new-frames", "2", "--engine", "magic", "--option", "regrain=on"),
        ("fill-timeline", "PROJECT", "--engine", "magic"),
        ("fill-timeline", "PROJECT", "--engine", "magic", "--dry-run"),
        ("lab", "A", "B", "--new-frames", "2", "--engines", "magic"),
    ],
    ids=" ".join,
)
def test_an_engine_that_does_not_exist_ends_with_5_in_the_same_words(
    words: tuple[str, ...],
    stills: tuple[Path, Path],
    project: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = {"A": stills[0], "B": stills[1], "PROJECT": project}
    out = tmp_path / "out"
    code = main([*(str(files.get(word, word)) for word in words), "--out", str(out)])
    said = capsys.readouterr()
    assert (code, said.out) == (5, "")
    assert said.err.startswith(
        "mpd-studio: There is no engine 'magic'. Choose one of: flow, crossfade, svd, motion_i2v"
    )
    assert len(said.err.splitlines()) == 1
    assert not out.exists()
