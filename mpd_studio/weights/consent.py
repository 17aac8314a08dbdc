"""Who uses weights has seen their terms and agreed: asked once, and again when the terms change."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import EnvironmentProblem
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.weights.catalogue import Entry


def has_consent(entry: Entry, paths: ProgramPaths) -> bool:
    """To the terms as they stand now."""
    given = _read(_file(paths)).get(entry.id)
    return isinstance(given, dict) and given.get("terms_sha256") == entry.licence.terms_sha256


def record_consent(entry: Entry, paths: ProgramPaths) -> None:
    """After the user has seen entry.licence and agreed. Raises: OutputError."""
    file = _file(paths)
    consents = _read(file)
    consents[entry.id] = {
        "licence": entry.licence.name,
        "url": entry.licence.url,
        "terms_sha256": entry.licence.terms_sha256,
        "agreed": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_atomically(file, json.dumps(consents, ensure_ascii=False, indent=1).encode())


def require_consent(entry: Entry, paths: ProgramPaths) -> None:
    """Raises: EnvironmentProblem: says the command that shows the terms."""
    if not has_consent(entry, paths):
        raise EnvironmentProblem(
            f"The weights {entry.id} may be used only under the {entry.licence.name}, and nobody has agreed to it here "
            f"yet. Read and answer: mpd-studio weights get {entry.id}"
        )


def _file(paths: ProgramPaths) -> Path:
    return paths.models / "licences.json"


def _read(file: Path) -> dict[str, Any]:
    """What cannot be read counts as no consent: then the user is asked again."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
