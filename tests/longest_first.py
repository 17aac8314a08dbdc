"""The test files that take longest, longest first: begun last, one of them would keep a single core busy at the end."""

from __future__ import annotations

import pytest

# Measured in seconds of processor time: 57 down to 7.
LONGEST = (
    "tests/engines/test_contract.py",
    "tests/engines/svd_engine/test_svd_unfinished.py",
    "tests/engines/motion_i2v_engine/test_mi2v_memory.py",
    "tests/engines/svd_engine/test_svd_memory.py",
    "tests/engines/motion_i2v_engine/test_mi2v_engine.py",
    "tests/plugins/blender/test_blender_refusals.py",
    "tests/plugins/blender/test_blender_round_trip.py",
    "tests/ui/test_motion_panel.py",
    "tests/ui/test_lab_panel.py",
    "tests/ui/test_engine_options.py",
    "tests/weights/test_weights_convert_command.py",
    "tests/plugins/blender/test_blender_add_on.py",
    "tests/ui/test_app.py",
    "tests/engines/motion_i2v_engine/test_mi2v_kept.py",
    "tests/engines/motion_i2v_engine/test_mi2v_bench.py",
    "tests/engines/svd_engine/test_svd_engine.py",
    "tests/cli/test_restyle_command.py",
    "tests/ui/test_panels.py",
    "tests/engines/motion_i2v/test_mi2v_convert.py",
    "tests/motion/test_tracks.py",
    "tests/motion/test_autopilot.py",
    "tests/motion/test_scene_change.py",
    "tests/session/test_recovery.py",
    "tests/ui/test_weights_window.py",
    "tests/ui/test_walk.py",
    "tests/ui/test_main_window.py",
    "tests/engines/motion_i2v_engine/test_mi2v_stages.py",
    "tests/engines/svd_engine/test_svd_bench.py",
    "tests/architecture/test_benches_start.py",
    "tests/cli/test_lab_svd.py",
    "tests/cli/test_program.py",
    "tests/cli/test_svd_fill.py",
    "tests/cli/test_motion_i2v.py",
    "tests/packaging/test_blender_venvs.py",
    "tests/ui/test_preview_in_window.py",
    "tests/ui/test_timeline_view.py",
    "tests/engines/motion_i2v_engine/test_mi2v_figures.py",
    "tests/engines/svd/test_guide_clocks.py",
    "tests/packaging/test_project_venv.py",
    "tests/engines/motion_i2v_engine/test_mi2v_given_motion.py",
)
_RANKS = {path: rank for rank, path in enumerate(LONGEST)}


def begin_with_the_longest(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Reorder files, and nothing inside of one; only where several processes share them out."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _RANKS.get(item.nodeid.split("::")[0], len(_RANKS)))
