# SPDX-License-Identifier: BSD-2-Clause
"""Reports of the last-gasp handler, parsed, and what a kernel's ELF says of the addresses in them."""

import re
import struct
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

END = "*** the machine is stopped ***"
HEAD = re.compile(r"^\*\*\* exception (\d+) \((.+)\) in (the kernel|this report) \*\*\*(?: at |$)", re.MULTILINE)
FRAME = re.compile(r"^  #(\d+) 0x([0-9a-f]{16})(?: kernel \+ 0x([0-9a-f]+))?$", re.MULTILINE)


class Frame(NamedTuple):
    depth: int
    address: int
    offset: Optional[int]  # in the kernel; None: elsewhere


class Report(NamedTuple):
    vector: int
    name: str
    error: int
    cause: str  # what stands behind the error code
    registers: Dict[str, int]
    rip_offset: Optional[int]  # in the kernel
    frames: List[Frame]
    log: str
    inside: List[Tuple[int, str]]  # vectors and names of exceptions in the handler


def read_report(text: str) -> Report:
    """The one report in the text, which must be whole."""
    heads = list(HEAD.finditer(text))
    assert heads and [head[3] for head in heads].count("the kernel") == 1, "not exactly one report"
    assert text.count(END) == 1, "the report does not end"
    text = text[heads[0].start():text.index(END)]
    error = re.search(r"^error code 0x([0-9a-f]+)(?:: (.*))?$", text, re.MULTILINE)
    front, _, log = text.partition("the end of Baton's log:\n")
    registers = {name: int(value, 16) for name, value in re.findall(r"\b(r\w\w?|c[rs]\d?|rflags|ss) +0x([0-9a-f]+)", front)}
    rip = re.search(r"^rip 0x[0-9a-f]{16} kernel \+ 0x([0-9a-f]+)  cs", text, re.MULTILINE)
    return Report(int(heads[0][1]), heads[0][2], int(error[1], 16), error[2] or "", registers, rip and int(rip[1], 16),
                  [Frame(int(depth), int(address, 16), int(offset, 16) if offset else None)
                   for depth, address, offset in FRAME.findall(text)],
                  log, [(int(head[1]), head[2]) for head in heads[1:]])


class Kernel:
    """A kernel's file: its symbols, and its bytes by address."""

    def __init__(self, path: Path):
        self._data = path.read_bytes()
        section_table, = struct.unpack_from("<Q", self._data, 40)
        count, = struct.unpack_from("<H", self._data, 60)
        sections = [struct.unpack_from("<IIQQQQIIQQ", self._data, section_table + 64 * i) for i in range(count)]
        symbols = next(section for section in sections if section[1] == 2)  # SHT_SYMTAB
        strings = sections[symbols[6]]
        self.symbols: Dict[str, int] = {}
        for at in range(symbols[4], symbols[4] + symbols[5], 24):
            name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", self._data, at)
            begin = strings[4] + name
            self.symbols[self._data[begin:self._data.index(b"\0", begin)].decode()] = value
        programs, = struct.unpack_from("<Q", self._data, 32)
        self.segments = [segment for i in range(struct.unpack_from("<H", self._data, 56)[0])
                         for segment in [struct.unpack_from("<IIQQQQQQ", self._data, programs + 56 * i)]
                         if segment[0] == 1]  # PT_LOAD
        self.base = min(segment[3] for segment in self.segments) & ~0xFFF

    def bytes_at(self, address: int, size: int) -> bytes:
        for _, _, offset, start, _, file_size, _, _ in self.segments:
            if start <= address and address + size <= start + file_size:
                return self._data[offset + address - start:offset + address - start + size]
        raise ValueError(f"{address:#x} is not in the file")

    def called_before(self, address: int) -> Optional[int]:
        """What the call right before a return address calls, when it is a direct one."""
        code = self.bytes_at(address - 5, 5)
        return address + struct.unpack("<i", code[1:])[0] if code[0] == 0xE8 else None
