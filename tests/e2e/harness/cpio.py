# SPDX-License-Identifier: BSD-2-Clause
"""
Archives for Linux's initial file system, in the "newc" format (Linux, Documentation/driver-api/early-userspace/
buffer-format.rst).
"""

from typing import List, Tuple

FOLDER, PLAIN = 0o040755, 0o100755


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _member(path: str, mode: int, content: bytes) -> bytes:
    name = path.encode() + b"\0"
    numbers = [0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0]
    head = b"070701" + b"".join(b"%08X" % number for number in numbers)
    return _padded(head + name) + _padded(content)


def make_cpio(*members: Tuple[str, bytes]) -> bytes:
    """
    The files, all of them executable, with the folders that they are in. Nothing follows the last name, so that the
    size is odd.
    """
    parts: List[bytes] = []
    folders = set()
    for path, content in members:
        for at in (i for i, letter in enumerate(path) if letter == "/"):
            if path[:at] not in folders:
                folders.add(path[:at])
                parts.append(_member(path[:at], FOLDER, b""))
        parts.append(_member(path, PLAIN, content))
    return b"".join(parts) + _member("TRAILER!!!", 0, b"").rstrip(b"\0") + b"\0"
