# SPDX-License-Identifier: BSD-2-Clause
"""
Makes ELF64 files, sound ones and any kind of broken one: every header field can be given by hand.

    elf_file([segment(CODE)])                          a sound high kernel that leaves QEMU at once
    elf_file([segment(CODE)], machine=183)             the same for another machine
    elf_file([segment(CODE, filesz=1 << 20)])          its file ends before its segment does
"""

import struct
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Sequence

PT_NULL, PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 0, 1, 2, 3, 4
PT_GNU_STACK = 0x6474E551
X, W, R = 1, 2, 4
ET_REL, ET_EXEC, ET_DYN, ET_CORE = 1, 2, 3, 4
EM_386, EM_X86_64, EM_AARCH64, EM_RISCV = 3, 62, 183, 243

PAGE = 0x1000
HIGH = 0xFFFFFFFF80000000
LOW = 0x1000000  # 16 MiB: usually free
EHDR = struct.Struct("<4sBBBBB7xHHIQQQIHHHHHH")
PHDR = struct.Struct("<IIQQQQQQ")


def exit_code(value: int = 0x10) -> bytes:
    """mov eax, value; out 0xf4, eax; cli; hlt; jmp . : a kernel that only leaves QEMU."""
    return (b"\xb8" + struct.pack("<I", value) + b"\x66\xba\xf4\x00" + b"\xef" + b"\xfa\xf4\xeb\xfd")


CODE = exit_code()


@dataclass
class Segment:
    data: bytes = b""
    flags: int = R | X
    vaddr: int = HIGH
    paddr: Optional[int] = None  # vaddr in the lower half, 0 in the upper one
    offset: Optional[int] = None  # the next place in the file that is congruent to vaddr
    filesz: Optional[int] = None
    memsz: Optional[int] = None
    align: int = PAGE
    kind: int = PT_LOAD

    def place(self, end: int) -> int:
        """The offset, when the file is `end` bytes long so far."""
        if self.offset is not None:
            return self.offset
        return end + (self.vaddr - end) % PAGE


def segment(data: bytes = CODE, **fields: int) -> Segment:
    return Segment(data, **fields)


def elf_file(segments: Sequence[Segment], *, entry: Optional[int] = None, truncate: Optional[int] = None,
             append: bytes = b"", **header: int) -> bytes:
    """
    The file's bytes. `entry` is the first segment's start unless given. Header fields by name: magic, elf_class, data,
    version, abi, abi_version, type, machine, file_version, phoff, shoff, flags, ehsize, phentsize, phnum, shentsize,
    shnum, shstrndx. `truncate` cuts the file to that many bytes.
    """
    if entry is None:
        entry = segments[0].vaddr if segments else 0
    h: Dict[str, object] = {
        "magic": b"\x7fELF", "elf_class": 2, "data": 1, "version": 1, "abi": 0, "abi_version": 0, "type": ET_EXEC,
        "machine": EM_X86_64, "file_version": 1, "phoff": EHDR.size if segments else 0, "shoff": 0, "flags": 0,
        "ehsize": EHDR.size, "phentsize": PHDR.size, "phnum": len(segments), "shentsize": 0, "shnum": 0, "shstrndx": 0,
    }
    unknown = set(header) - set(h)
    if unknown:
        raise TypeError(f"no such ELF header field: {', '.join(sorted(unknown))}")
    h.update(header)
    end = EHDR.size + PHDR.size * len(segments)
    table = b""
    places: List[int] = []
    for s in segments:
        offset = s.place(end)
        places.append(offset)
        if s.offset is None:
            end = offset + len(s.data)
        paddr = s.paddr if s.paddr is not None else (s.vaddr if s.vaddr < 1 << 63 else 0)
        filesz = s.filesz if s.filesz is not None else len(s.data)
        memsz = s.memsz if s.memsz is not None else max(filesz, len(s.data))
        table += PHDR.pack(s.kind, s.flags, offset, s.vaddr, paddr, filesz, memsz, s.align)
    head = EHDR.pack(h["magic"], h["elf_class"], h["data"], h["version"], h["abi"], h["abi_version"], h["type"],
                     h["machine"], h["file_version"], entry, h["phoff"], h["shoff"], h["flags"], h["ehsize"],
                     h["phentsize"], h["phnum"], h["shentsize"], h["shnum"], h["shstrndx"])
    image = bytearray(head + table)
    for s, offset in zip(segments, places):
        if s.data and offset < 1 << 30:
            image.extend(bytes(max(0, offset + len(s.data) - len(image))))
            image[offset:offset + len(s.data)] = s.data
    image += append
    return bytes(image[:truncate] if truncate is not None else image)


def simple_elf(**header: int) -> bytes:
    """A sound high kernel of one segment."""
    return elf_file([segment()], **header)


def elf32_file(machine: int = EM_386) -> bytes:
    """A sound 32-bit kernel, as people build it who forget -m64."""
    head = struct.pack("<4sBBBBB7xHHIIIIIHHHHHH", b"\x7fELF", 1, 1, 1, 0, 0, ET_EXEC, machine, 1, 0x100000, 52, 0, 0,
                       52, 32, 1, 40, 0, 0)
    return head + struct.pack("<IIIIIIII", PT_LOAD, 84, 0x100000, 0x100000, len(CODE), len(CODE), R | X, PAGE) + CODE


def big_endian_elf() -> bytes:
    """A 64-bit PowerPC kernel, all its numbers big-endian."""
    head = struct.pack(">4sBBBBB7xHHIQQQIHHHHHH", b"\x7fELF", 2, 2, 1, 0, 0, ET_EXEC, 21, 1, 0x100000, 64, 0, 0, 64, 56,
                       1, 64, 0, 0)
    return head + struct.pack(">IIQQQQQQ", PT_LOAD, R | X, 120, 0x100000, 0x100000, 4, 4, PAGE) + b"\x60\0\0\0"


@dataclass
class ElfFacts:
    """What a test wants to know of a kernel that was built."""

    entry: int
    segments: List[dict] = field(default_factory=list)


def read_elf(data: bytes) -> ElfFacts:
    fields = EHDR.unpack_from(data)
    entry, phoff, phentsize, phnum = fields[9], fields[10], fields[14], fields[15]
    facts = ElfFacts(entry)
    names = ("kind", "flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align")
    for i in range(phnum):
        values = dict(zip(names, PHDR.unpack_from(data, phoff + i * phentsize)))
        if values["kind"] == PT_LOAD:
            facts.segments.append(values)
    return facts
