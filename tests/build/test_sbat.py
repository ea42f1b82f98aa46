# SPDX-License-Identifier: BSD-2-Clause
"""The loader's section .sbat, as shim reads it (shim's SBAT.md): the names by which it can be revoked."""

import csv
import os
import struct
from pathlib import Path

from conftest import TREE

LOADER = Path(os.environ.get("BATON_BUILD") or TREE / "build").resolve() / "BOOTX64.EFI"
READ_ONLY_DATA = 0x40000040  # and not discardable
HEADER_SIZE = 40  # of a section


def sections(image):
    """{name: (content, flags)}, of those that have content."""
    signature, = struct.unpack_from("<I", image, 0x3C)
    count, = struct.unpack_from("<H", image, signature + 6)
    table = signature + 24 + struct.unpack_from("<H", image, signature + 20)[0]
    found = {}
    for i in range(count):
        name, size, _, raw, start, flags = struct.unpack_from("<8sIIII12xI", image, table + i * HEADER_SIZE)
        assert size <= raw or name.startswith(b".data")
        found[name.rstrip(b"\0").decode()] = (image[start:start + size], flags)
    return found


def test_section():
    content, flags = sections(LOADER.read_bytes())[".sbat"]
    version = (TREE / "VERSION").read_text().strip()
    assert flags == READ_ONLY_DATA
    lines = content.decode("ascii").split("\n")
    assert lines.pop() == "" and all(lines), "each line ends with a newline, and none is empty"
    rows = list(csv.reader(lines))
    assert all(len(row) == 6 and all(row) and int(row[1]) > 0 for row in rows)
    assert rows[0][:2] == ["sbat", "1"], "SBAT's own version comes first"
    assert [row[0] for row in rows] == ["sbat", "baton"]
    assert rows[1][4] == version
