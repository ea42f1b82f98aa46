# SPDX-License-Identifier: BSD-2-Clause
"""docs/config.md has a row for each key that the loader knows, and no row for any other."""

import re
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parent.parent.parent
PAGE = (TREE / "docs" / "config.md").read_text()


def known(source):
    """The keys of a parser's table: {"key", function, …}."""
    return set(re.findall(r'^    \{"([a-z-]+)", ', (TREE / "loader" / "core" / source).read_text(), re.M))


def described(heading):
    """The keys in the first column of the table below a line of the page."""
    table = PAGE[PAGE.index(heading):]
    table = table[table.index("\n| ---"):].split("\n\n", 1)[0]
    cells = [re.split(r"(?<!\\)\|", row)[1] for row in table.split("\n") if row.startswith("| `")]
    return {word for cell in cells for word in re.findall(r"`([a-z-]+)(?: [^`]*)?`", cell)}


@pytest.mark.parametrize("source,heading", [("config_loader.c", "## /loader/loader.conf"),
                                            ("config_entry.c", "## /loader/entries/NAME.conf")],
                         ids=["loader", "entry"])
def test_keys(source, heading):
    assert len(known(source)) > 8
    assert described(heading) == known(source)
