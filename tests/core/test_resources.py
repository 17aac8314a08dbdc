"""Resources of a checkout; those of a wheel are tested in tests/packaging/test_wheel.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpd_studio.core.errors import EnvironmentProblem
from mpd_studio.core.resources import plugin, resource


def test_a_checkout_has_them_beside_the_package(repository: Path) -> None:
    assert resource("demo/demo.mpdproj") == repository / "resources" / "demo" / "demo.mpdproj"
    assert plugin("README.md") == repository / "plugins" / "README.md"


def test_one_that_is_missing_is_a_damaged_installation() -> None:
    with pytest.raises(EnvironmentProblem, match=r"resources/no_such\.svg is missing\. Install MPD Studio again"):
        resource("no_such.svg")
