# SPDX-License-Identifier: BSD-2-Clause
"""What tests/kernels/report.c said, parsed."""

import re
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

PAGE = 4096

# BATON_MEMORY_...
(USABLE, BOOT_SERVICES, LOADER, TRAMPOLINE, PAGE_TABLES, BATON, STACK, KERNEL, MODULE, ACPI_RECLAIMABLE, ACPI_NVS,
 FIRMWARE_TABLES, RUNTIME_CODE, RUNTIME_DATA, SPECIFIC_PURPOSE, PERSISTENT, UNACCEPTED, FRAMEBUFFER, MMIO, RESERVED,
 UNUSABLE, WITHHELD) = range(1, 23)
FREE = {USABLE, BOOT_SERVICES, LOADER}
NEVER_MAPPED = {PERSISTENT, UNACCEPTED, MMIO, RESERVED, UNUSABLE, WITHHELD, FRAMEBUFFER}

# BATON_FACT_...
FACTS = ("COMMAND_LINE FRAMEBUFFER EFI_MEMORY_MAP LOG TIMINGS COUNTER_FREQUENCY SLIDE KERNEL_FILE RSDP SMBIOS "
         "DEVICE_TREE EFI_SYSTEM_TABLE ENTROPY BOOT_PARTITION WALL_CLOCK BOOT_CPU IDENTITY_MAP SECURE_BOOT").split()

SECURE_BOOT_SETUP = 2  # BATON_SECURE_BOOT_SETUP: the machines of the tests have no keys

MAGIC = 0x9B2F4E4F5441421A


@dataclass
class Memory:
    base: int
    size: int
    kind: int
    efi_type: int
    attributes: int

    @property
    def end(self) -> int:
        return self.base + self.size


@dataclass
class Descriptor:
    physical: int
    pages: int
    kind: int
    attributes: int
    virtual: int

    @property
    def end(self) -> int:
        return self.physical + self.pages * PAGE


@dataclass
class Mapping:
    address: int
    physical: int
    size: int
    write: bool
    execute: bool
    user: bool
    shared: bool  # the global bit
    cache: int

    @property
    def end(self) -> int:
        return self.address + self.size


@dataclass
class Module:
    name: str
    command_line: str
    address: int
    physical: int
    size: int
    checksum: int
    tail_zero: bool


@dataclass
class Framebuffer:
    address: int
    physical: int
    size: int
    width: int
    height: int
    pitch: int
    bits: int
    red: int
    green: int
    blue: int
    reserved: int
    edid: int
    edid_size: int


@dataclass
class AcpiTable:
    signature: str
    physical: int
    size: int
    sum: int  # of all bytes; 0 when it is sound

    @property
    def end(self) -> int:
        return self.physical + self.size


@dataclass
class Gate:
    """An entry of the loader's IDT."""

    vector: int
    handler: int
    selector: int
    stack: int  # IST
    attributes: int


@dataclass
class Report:
    values: Dict[str, str] = field(default_factory=dict)
    memory: List[Memory] = field(default_factory=list)
    efi: List[Descriptor] = field(default_factory=list)
    mappings: List[Mapping] = field(default_factory=list)
    tables: List[Tuple[int, int]] = field(default_factory=list)  # physical address, level
    modules: List[Module] = field(default_factory=list)
    framebuffers: List[Framebuffer] = field(default_factory=list)
    timings: List[Tuple[str, int]] = field(default_factory=list)
    pointers: List[Tuple[str, int, int]] = field(default_factory=list)  # name, physical address, bytes
    acpi: List[AcpiTable] = field(default_factory=list)
    gates: List[Gate] = field(default_factory=list)
    edids: List[Tuple[int, int]] = field(default_factory=list)  # bytes, checksum
    log: List[str] = field(default_factory=list)
    machine: object = None  # that the kernel ran on

    def number(self, key: str) -> int:
        return int(self.values[key], 0)

    def numbers(self, key: str) -> List[int]:
        return numbers(self.values[key])

    def bytes(self, key: str) -> bytes:
        return bytes.fromhex(self.values[key])

    def facts(self) -> set:
        bits = self.number("baton.facts")
        return {name for i, name in enumerate(FACTS) if bits >> i & 1}

    def of_kind(self, *kinds: int) -> List[Memory]:
        return [entry for entry in self.memory if entry.kind in kinds]

    def entry_at(self, physical: int) -> Optional[Memory]:
        for entry in self.memory:
            if entry.base <= physical < entry.end:
                return entry
        return None

    def mapping_at(self, address: int) -> Optional[Mapping]:
        for mapping in self.mappings:
            if mapping.address <= address < mapping.end:
                return mapping
        return None


def numbers(text: str) -> List[int]:
    return [int(word, 0) for word in text.split()]


def read_mapping(text: str) -> Mapping:
    address, physical, size, flags, cache = text.split()
    return Mapping(int(address, 0), int(physical, 0), int(size, 0), "w" in flags, "x" in flags, "u" in flags,
                   "g" in flags, int(cache))


def read_module(text: str) -> Module:
    name, command_line, address, physical, size, checksum, tail = text.rsplit("|", 6)
    return Module(name, command_line, int(address, 0), int(physical, 0), int(size, 0), int(checksum, 0), tail == "1")


def read_pair(text: str) -> Tuple[str, int]:
    name, value = text.rsplit(" ", 1)
    return name, int(value, 0)


def read_pointer(text: str) -> Tuple[str, int, int]:
    name, physical, size = text.split()
    return name, int(physical, 0), int(size, 0)


def read_acpi(text: str) -> AcpiTable:
    signature, rest = text[:4], text[4:]
    return AcpiTable(signature, *numbers(rest))


LISTS = {
    "acpi": ("acpi", read_acpi),
    "gate": ("gates", lambda text: Gate(*numbers(text))),
    "edid": ("edids", lambda text: tuple(numbers(text))),
    "memory": ("memory", lambda text: Memory(*numbers(text))),
    "efi": ("efi", lambda text: Descriptor(*numbers(text))),
    "map": ("mappings", read_mapping),
    "table": ("tables", lambda text: tuple(numbers(text))),
    "module": ("modules", read_module),
    "framebuffer": ("framebuffers", lambda text: Framebuffer(*numbers(text))),
    "timing": ("timings", read_pair),
    "pointer": ("pointers", read_pointer),
    "log": ("log", str),
}


def parse_report(text: str) -> Report:
    body = re.search(r"^report: begin\n(.*?)^report: end$", text, re.MULTILINE | re.DOTALL)
    if not body:
        raise AssertionError("the kernel gave no whole report")
    report = Report()
    for line in body.group(1).split("\n"):
        key, equals, value = line.partition("=")
        if not equals:
            continue
        if key in LISTS:
            name, read = LISTS[key]
            getattr(report, name).append(read(value))
        else:
            report.values[key] = value
    return report


def parse_values(text: str) -> Dict[str, str]:
    """The last value of each key=value line, for the other kernels."""
    return dict(line.split("=", 1) for line in text.split("\n") if re.match(r"[a-z0-9._-]+=", line))


def checksum(data: bytes) -> int:
    """FNV-1a, as kit/print.c has it."""
    total = 0xCBF29CE484222325
    for byte in data:
        total = (total ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return total
