# SPDX-License-Identifier: BSD-2-Clause
"""Files of Debian's packages, which mk/debian.sh has fetched."""

from pathlib import Path

import pytest

from .paths import BUILD

FOLDER = BUILD / "debian"


def debian(package: str, pattern: str) -> Path:
    """The first file of the package with a path like that. Where it could not be had, the test is skipped."""
    missing = FOLDER / f"{package}.missing"
    if missing.is_file():
        pytest.skip(f"Debian package {package}: {missing.read_text().strip()}")
    if not (FOLDER / package).is_dir():
        raise FileNotFoundError(f"{FOLDER / package} is missing: `make debian` fetches it")
    found = sorted((FOLDER / package).glob(pattern))
    if not found:
        pytest.skip(f"Debian package {package}: here it has no {pattern}")
    return found[0]
