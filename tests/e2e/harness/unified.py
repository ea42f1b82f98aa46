# SPDX-License-Identifier: BSD-2-Clause
"""Unified kernel images: an EFI program with a section more, as `objcopy --add-section` would add it."""

import struct
from pathlib import Path
from typing import Mapping

HEADER_SIZE = 40  # of a section (PE Format, section "Section Table")
READ_ONLY_DATA = 0x40000040


def align(number: int, to: int) -> int:
    return -(-number // to) * to


def with_sections(program: Path, sections: Mapping[str, bytes]) -> bytes:
    """The program with these sections behind its own, in its file and in memory."""
    image = bytearray(program.read_bytes())
    signature, = struct.unpack_from("<I", image, 0x3C)
    count, = struct.unpack_from("<H", image, signature + 6)
    optional = signature + 24
    optional_size, = struct.unpack_from("<H", image, signature + 20)
    memory_step, file_step = struct.unpack_from("<II", image, optional + 32)
    memory, headers = struct.unpack_from("<II", image, optional + 56)
    table = optional + optional_size + count * HEADER_SIZE
    room = table + len(sections) * HEADER_SIZE
    assert room <= headers and not any(image[table:room]), "the headers have no room for more sections"
    for i, (name, content) in enumerate(sections.items()):
        start, size = align(len(image), file_step), align(len(content), file_step)
        image += bytes(start - len(image)) + content + bytes(size - len(content))
        struct.pack_into("<8sIIIIIIHHI", image, table + i * HEADER_SIZE, name.encode(), len(content), memory, size,
                         start, 0, 0, 0, 0, READ_ONLY_DATA)
        memory += align(len(content), memory_step)
    struct.pack_into("<H", image, signature + 6, count + len(sections))
    struct.pack_into("<I", image, optional + 56, memory)
    return bytes(image)
