from __future__ import annotations

import pytest
from footage import GAP, gap_timeline, moved_path

from mpd_studio.core.errors import BadInput
from mpd_studio.core.gap_edits import set_guidance
from mpd_studio.core.ids import GapId
from mpd_studio.core.inbetween import EngineSettings, Quality
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.session.request_memo import RequestMemo
from mpd_studio.workflow.build_request import build_request

DRAFT = EngineSettings(Quality.DRAFT)


def test_a_request_is_built_once_and_again_after_an_edit(media: MediaRef) -> None:
    memo, timeline = RequestMemo(), gap_timeline(media)
    request = memo.request(timeline, GAP, "flow", DRAFT, 3)
    assert request == build_request(timeline, GAP, "flow", DRAFT, 3)
    assert memo.request(timeline, GAP, "flow", DRAFT, 3) is request
    assert memo.request(timeline, GAP, "flow", DRAFT, 4).seed == 4
    assert memo.request(timeline, GAP, "flow", EngineSettings(), 3).settings == EngineSettings()
    drawn = set_guidance(timeline, GAP, moved_path())
    assert memo.request(drawn, GAP, "flow", DRAFT, 3).guidance == moved_path()
    assert memo.request(timeline, GAP, "flow", DRAFT, 3) == request


def test_what_cannot_be_made_is_refused_each_time(media: MediaRef) -> None:
    memo, timeline = RequestMemo(), gap_timeline(media)
    for _ in range(2):
        with pytest.raises(BadInput):
            memo.request(timeline, GapId("gone"), "flow", DRAFT, 0)
