# SPDX-License-Identifier: BSD-2-Clause
"""Device trees, by Debian's device-tree-compiler."""

import subprocess
import tempfile
from pathlib import Path


def _run(*words: object, given: bytes = b"") -> bytes:
    return subprocess.run([str(word) for word in words], input=given, stdout=subprocess.PIPE, check=True).stdout


def compiled(source: str) -> bytes:
    """With labels for overlays."""
    return _run("dtc", "-q", "-@", "-I", "dts", "-O", "dtb", given=("/dts-v1/;\n" + source).encode())


def overlay(source: str) -> bytes:
    return compiled("/plugin/;\n" + source)


def merged(base: bytes, *overlays: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, str(number)) for number in range(len(overlays) + 1)]
        for path, content in zip(paths, (base, *overlays)):
            path.write_bytes(content)
        return _run("fdtoverlay", "-i", paths[0], "-o", "-", *paths[1:])


def source_of(tree: bytes) -> str:
    """Sorted, so that trees which say the same are the same."""
    return _run("dtc", "-q", "-s", "-I", "dtb", "-O", "dts", given=tree).decode()
