# SPDX-License-Identifier: BSD-2-Clause
"""The notes that a loader finds in an ELF64 file: what its PT_NOTE segments hold, and nothing else."""

import struct

PT_LOAD, PT_NOTE = 1, 4


def segments(path):
    """(type, flags, address, bytes in the file) of each program header."""
    data = path.read_bytes()
    assert data[:6] == b"\x7fELF\x02\x01"
    start, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for at in range(start, start + size * count, size):
        kind, flags, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, at)
        yield kind, flags, address, data[offset:offset + length]


def notes(path):
    """(name with its NUL, type, descriptor) of each note."""
    found = []
    for kind, _, _, data in segments(path):
        at = 0
        while kind == PT_NOTE and at + 12 <= len(data):
            name_size, size, note = struct.unpack_from("<III", data, at)
            descriptor = at + 12 + (name_size + 3 & ~3)
            found.append((data[at + 12:at + 12 + name_size], note, data[descriptor:descriptor + size]))
            at = descriptor + (size + 3 & ~3)
    return found


def wishes(path):
    """The descriptors of Baton's notes."""
    return [descriptor for name, kind, descriptor in notes(path) if (name, kind) == (b"Baton\0", 1)]


def descriptor(required, wanted, stack_size, minimum_ram):
    """docs/protocol.md, section 2."""
    return struct.pack("<IQQQQ", 1, required, wanted, stack_size, minimum_ram)
