# SPDX-License-Identifier: BSD-2-Clause
"""What is booted again and again under real firmware, and what is done to it (tests/efi/chaos.c)."""

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List

from .disk import XBOOTLDR, add_partition
from .files import entry, injected
from .paths import STARTED, TREE, built, kernel
from .report import checksum

WAYS = "once service all often half halves none nones stale".split()


def bits(*ways: str) -> int:
    """The setting `chaos`."""
    return sum(1 << WAYS.index(way) for way in ways)


EVERYTHING = bits(*WAYS)
BEFORE_THE_EXIT = EVERYTHING & ~bits("stale")
MODULE = bytes(i * 7 % 251 for i in range(20001))
INITRD = 4099  # bytes of the second one


def counted(files: Dict[str, object]) -> Dict[str, object]:
    """The same with an entry whose tries are counted."""
    files = dict(files)
    files["loader/entries/a+3.conf"] = files.pop("loader/entries/a.conf")
    return files


def boot_files(*lines: str) -> Dict[str, object]:
    """A kernel and its module, and another entry with the same in case the first cannot be booted."""
    lines = (f"module /module {checksum(MODULE):016x}", *lines)
    return {"kernel.elf": kernel("chaos-high.elf"), "module": MODULE, "loader/loader.conf": "default a.conf\n",
            "loader/entries/a.conf": entry("/kernel.elf", *lines),
            "loader/entries/b.conf": entry("/kernel.elf", *lines, "options second")}


def device_tree() -> bytes:
    """The smallest: no reservation, a root without properties (Devicetree Specification 0.4, chapter 5)."""
    nodes = struct.pack(">4I", 1, 0, 2, 9)
    return struct.pack(">10I", 0xd00dfeed, 56 + len(nodes), 56, 56 + len(nodes), 40, 17, 16, 0, 0, len(nodes)) + \
        bytes(16) + nodes


def program(status: int = 0) -> str:
    """An entry for started.efi; tests/efi/started.h has its options."""
    return (f"linux /started.efi\ninitrd /one.img\ninitrd /two.img\ndevicetree /board.dtb\n"
            f"options begin initrd={len(MODULE)}+{INITRD} status={status} end\n")


def program_files(status: int = 0) -> Dict[str, object]:
    """A program with two initrds, and another entry with the same; the first comes back with that status."""
    return {"started.efi": built(STARTED), "one.img": MODULE, "two.img": MODULE[:INITRD], "board.dtb": device_tree(),
            "loader/random-seed": bytes(range(40)),
            "loader/loader.conf": "default a.conf\n", "loader/entries/a.conf": program(status),
            "loader/entries/b.conf": program()}


def services() -> Dict[str, int]:
    """The services that tests/fake/fake_calls.c knows, and how many failures each has."""
    text = (TREE / "tests" / "fake" / "fake_calls.c").read_text()
    rows = re.findall(r'\[FAKE_\w+\] = \{\s*"([^"]+)",\s*\w+,\s*\{([^}]*)\}', text)
    return {name: len(re.findall(r"\bEFI_\w+", failures)) for name, failures in rows}


def never_called(called) -> List[str]:
    """Services that no session has called, but for what a PC does not have."""
    return [name for name in services() if name not in called and name != "GetBootHartId"]


@dataclass
class Scenario:
    name: str
    files: Dict[str, object]
    settings: Dict[str, object]
    entries: int = 2
    errors: int = 0  # when nothing fails
    end: str = "kernel"  # when nothing fails, and it is not refused
    machine: Dict[str, object] = field(default_factory=dict)
    beside: bool = False  # the disk has an extended boot loader partition, with nothing on it

    def dressed(self, disk: Path) -> Path:
        return add_partition(disk, 2, XBOOTLDR, {}) if self.beside else disk

    def volume(self) -> Dict[str, object]:
        return injected(self.files, **self.settings)


def refused_files() -> Dict[str, object]:
    """No entry can be booted, each for a reason of its own; and there is no usual kernel, should the entries be lost."""
    files = boot_files()
    sound = files.pop("kernel.elf")
    return {**files, "sound.elf": sound, "cut.elf": bytes(300), "loader/entries/a.conf": entry("/cut.elf"),
            "loader/entries/b.conf": entry("/sound.elf", "module /missing")}


def second_files() -> Dict[str, object]:
    """The first entry is refused after its kernel has been opened, and the second boots."""
    return {**boot_files(), "loader/entries/a.conf": entry("/kernel.elf", "module /missing")}


def failing_program_files() -> Dict[str, object]:
    """The first entry's program comes back with what StartImage says when it has started nothing; the second boots."""
    invalid_parameter = 2
    return {**boot_files(), **program_files(), "loader/entries/a.conf": program(invalid_parameter),
            "loader/entries/b.conf": boot_files()["loader/entries/b.conf"]}


def refused_program_files() -> Dict[str, object]:
    """The first entry's program is one for another kind of machine, which only the firmware sees; the second lacks an
    initrd."""
    image = bytearray(built(STARTED).read_bytes())
    machine = int.from_bytes(image[0x3c:0x40], "little") + 4
    image[machine:machine + 2] = (0xaa64).to_bytes(2, "little")
    files = {**program_files(), "other.efi": bytes(image)}
    return {**files, "loader/entries/a.conf": program().replace("/started.efi", "/other.efi"),
            "loader/entries/b.conf": program().replace("/two.img", "/missing")}


def menu_files() -> Dict[str, object]:
    """A menu, in which nobody does anything: its seconds pass at once."""
    return {**boot_files(), "loader/loader.conf": "default a.conf\ntimeout 2\nconsole-mode 0\n"}


RANDOM = ["-device", "virtio-rng-pci"]
# As much as `make test` has time for: between them they call every service.
QUICK = [
    Scenario("boot", counted(boot_files("video 640x480")), {"chaos": bits("once", "service"), "statuses": 1},
             machine={"screen": "ramfb", "extra": RANDOM}),
    Scenario("program", program_files(), {"chaos": bits("once", "service", "half"), "statuses": 1, "fixup": 5000},
             end="program",
             beside=True, machine={"extra": RANDOM}),
    Scenario("menu", menu_files(), {"chaos": bits("once"), "statuses": 1}),
    Scenario("no-execute", boot_files(), {"chaos": bits("half", "halves", "none", "nones", "stale"), "nx": 1}),
]
# Each lie that the application can tell. A lie says which rule it breaks.
LIES = [
    Scenario("lies", boot_files(), {"chaos": 0, "lies": 1}, machine={"screen": "ramfb"}),
    Scenario("lies-program", program_files(), {"chaos": 0, "lies": 2}, end="program"),
]
# Not even what is allocated for code can be executed.
NO_EXECUTE = Scenario("no-execute", boot_files(), {"chaos": bits("once"), "nx": 2})
FULL = [
    Scenario("boot", boot_files("video 640x480"), {"chaos": EVERYTHING}, machine={"screen": "ramfb", "extra": RANDOM}),
    Scenario("boot-2M", boot_files(), {"chaos": EVERYTHING}, machine={"firmware": "2M", "memory": "64M"}),
    Scenario("no-execute", boot_files(), {"chaos": EVERYTHING, "nx": 1}, machine={"screen": "vga"}),
    Scenario("no-execute-2M", boot_files(), {"chaos": EVERYTHING, "nx": 1}, machine={"firmware": "2M", "cpu": "max"}),
    Scenario("many-modes", boot_files("video 800x600"), {"chaos": bits("once"), "statuses": 1},
             machine={"screen": "vga"}),
    Scenario("second-entry", second_files(), {"chaos": EVERYTHING}, errors=1),
    Scenario("counted", counted(second_files()), {"chaos": EVERYTHING}, errors=1),
    Scenario("counted-program", counted(program_files()), {"chaos": BEFORE_THE_EXIT}, end="program",
             machine={"extra": RANDOM}),
    Scenario("refused", refused_files(), {"chaos": BEFORE_THE_EXIT, "refused": 1}, errors=2),
    Scenario("refused-2M", refused_files(), {"chaos": BEFORE_THE_EXIT, "refused": 1}, errors=2,
             machine={"firmware": "2M", "screen": "vga"}),
    Scenario("program", program_files(), {"chaos": BEFORE_THE_EXIT, "fixup": 5000}, end="program", beside=True),
    Scenario("program-2M", program_files(), {"chaos": BEFORE_THE_EXIT, "nx": 1}, end="program",
             machine={"firmware": "2M", "screen": "vga"}),
    Scenario("program-fails", failing_program_files(), {"chaos": EVERYTHING}, errors=1),
    Scenario("program-refused", refused_program_files(), {"chaos": BEFORE_THE_EXIT, "refused": 1}, errors=2),
]
