# SPDX-License-Identifier: BSD-2-Clause
"""Assertions that say everything at once."""

from typing import Iterable


def none_of(problems: Iterable[object]) -> None:
    """Fails with one line for each problem."""
    found = [str(problem) for problem in problems]
    assert not found, "\n".join([f"{len(found)} problems:", *found])
