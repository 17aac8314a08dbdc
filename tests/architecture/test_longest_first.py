"""The whole suite begins with the files that take longest; the list of them is to stay true."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.longest_first import LONGEST


def test_each_file_of_the_list_is_there_and_named_once(repository: Path) -> None:
    assert [path for path in LONGEST if not (repository / path).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_processes_begin_with_the_list_and_keep_files_whole(repository: Path) -> None:
    late, early = "tests/architecture/test_size.py", "tests/architecture/test_benches_start.py"
    assert early in LONGEST
    assert late not in LONGEST
    words = ["-m", "pytest", "-p", "no:cacheprovider", "--co", "-q", late, early]
    alone = subprocess.run([sys.executable, *words], cwd=repository, capture_output=True, text=True, check=True)
    assert alone.stdout.startswith(late)
    # What a process of pytest-xdist has, and a pytest that runs alone has not.
    as_worker = "import pytest, sys; pytest.Config.workerinput = {}; sys.exit(pytest.main(sys.argv[1:]))"
    shared = subprocess.run(
        [sys.executable, "-c", as_worker, *words[2:]],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        check=False,
    )
    files = [line.split("::")[0] for line in shared.stdout.splitlines() if "::" in line]
    assert list(dict.fromkeys(files)) == [early, late]
    assert files == sorted(files)
