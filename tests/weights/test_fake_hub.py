"""The hub of these tests speaks as the real one's own library expects, so what it proves holds for the real one."""

from __future__ import annotations

import hashlib

import pytest

from mpd_studio.core.progress import SilentReporter
from mpd_studio.weights.hub import Hub
from tests.weights.fake_hub import COMMIT, FakeHub, blob_id


def test_our_list_of_files_is_the_librarys(server: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import HfApi, constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)  # it would ask the real hub for something
    info = HfApi(endpoint=server.endpoint, token=False).model_info("tests/tiny", revision="main", files_metadata=True)
    ours = Hub(server.endpoint, token="").listing("tests/tiny", None, SilentReporter())
    assert ours.commit == info.sha == COMMIT
    theirs = {item.rfilename: (item.size, item.lfs.sha256 if item.lfs else None) for item in info.siblings or ()}
    assert {file.path: (file.size, file.sha256) for file in ours.files} == theirs


def test_the_hashes_are_those_of_the_contents(server: FakeHub) -> None:
    ours = Hub(server.endpoint, token="").listing("tests/tiny", None, SilentReporter())
    for file in ours.files:
        content = server.files[file.path]
        assert file.sha256 in (None, hashlib.sha256(content).hexdigest())
        assert file.blob_id in (None, blob_id(content))
        assert (file.sha256 is None) != (file.blob_id is None)
