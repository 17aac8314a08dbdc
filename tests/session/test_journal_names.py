from __future__ import annotations

from pathlib import Path

from mpd_studio.core.timeline import Timeline
from mpd_studio.session.journal import read_journal, write_journal


def test_a_name_that_is_no_text_is_kept(tmp_path: Path) -> None:
    """Linux allows any bytes in a file name; Python shows the undecodable ones as lone surrogates."""
    timeline = Timeline(name="caf\udce9 – ü")
    safe: list[bool] = []
    write_journal(tmp_path / "j", timeline, lambda: safe.append(True))
    assert safe == [True]
    found = read_journal(tmp_path / "j")
    assert found is not None
    assert found.timeline == timeline
