# SPDX-License-Identifier: BSD-2-Clause
"""One boot in QEMU, counted in instructions: the disk, the machine, and what the programs in it have said."""

import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

TREE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE / "tests" / "e2e"))

from harness.disk import MIB, PARTITION_START, hole_marks, make_disk, make_empty  # noqa: E402
from harness.machine import EXIT_SUCCESS, Machine, MachineError  # noqa: E402
from harness.paths import BUILD, built  # noqa: E402

PROGRAMS = BUILD / "bench"
SHIFT = 6  # an instruction takes 64 ns of the guest's time, and its time-stamp counter counts nanoseconds
COUNTING = ("-icount", f"shift={SHIFT},sleep=off", "-rtc", "base=2020-01-01,clock=vm")
PORT = 0x4E9
TIMEOUT = 150  # seconds of the host
FIRST_SECONDS = 20  # in which QEMU starts its threads


@dataclass(frozen=True)
class Case:
    """What is booted on which machine: a column of the table. Sizes are in bytes."""
    name: str
    modules: Tuple[int, ...] = (4096,)
    bus: str = "virtio"
    memory: str = "1G"
    cpu: str = "qemu64"
    cluster: int = 8  # sectors
    partition: int = 300 * MIB
    fragment: int = 0  # descriptors that the firmware's memory map has at least
    repeats: int = 1  # where waits for the disk count: the median of so many runs
    timed: int = 5  # by the host's clock: the median of so many runs
    beside_floor: bool = True  # a budget compares it with the floor


@dataclass(frozen=True)
class Call:
    name: str
    start: int
    end: int
    result: int


@dataclass
class Boot:
    """What a boot came to. Counter values are of the guest's time-stamp counter."""
    start: int
    kernel: int
    hertz: int
    image: int  # bytes of the loader in memory
    descriptors: int
    stages: Dict[str, int] = field(default_factory=dict)
    memory: Dict[int, int] = field(default_factory=dict)  # bytes of each kind in the kernel's map
    calls: List[Call] = field(default_factory=list)
    call_count: int = 0
    peak: int = 0  # bytes that the loader had allocated at most
    said: int = 0  # what it took to say the calls

    @property
    def ticks(self) -> int:
        return self.kernel - self.start - self.said

    @property
    def instructions(self) -> int:
        return self.ticks >> SHIFT

    @property
    def seconds(self) -> float:
        return self.ticks / self.hertz


class BootFailed(Exception):
    pass


def module_names(case: Case) -> List[str]:
    return [f"m{number}.bin" for number in range(len(case.modules))]


def expected_modules(case: Case, joined: bool) -> List[Tuple[int, int, int]]:
    """Size, and the first and the last eight bytes as numbers, of each module, or of all of them `joined` in one."""
    found = []
    for number, size in enumerate(case.modules):
        marks = hole_marks(number, size)
        end = list(marks.values())[-1]
        found.append((size, int.from_bytes(marks[0][:8], "big"), int.from_bytes(end[-8:], "big")))
    if joined and found:
        return [(sum(case.modules), found[0][1], found[-1][2])]
    return found


def processors() -> List[int]:
    return sorted(os.sched_getaffinity(0))


class Disks:
    """The disks of one run of the bench, each of which is made once, and the host's processors."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.made: Dict[tuple, Path] = {}
        self.machines = 0
        self.lock = threading.RLock()
        self.processors: queue.Queue = queue.Queue()
        for number in processors():
            self.processors.put(number)

    @contextmanager
    def processor(self) -> Iterator[int]:
        """One for this machine alone, as far as the bench is concerned."""
        number = self.processors.get()
        try:
            yield number
        finally:
            self.processors.put(number)

    def machine_folder(self) -> Path:
        with self.lock:
            self.machines += 1
            return self.folder / f"machine{self.machines}"

    def empty(self, size: int, cluster: int) -> Path:
        key = (size, cluster)
        if key not in self.made:
            self.made[key] = self.folder / f"empty-{size}-{cluster}.img"
            make_empty(self.made[key], size, cluster)
        return self.made[key]

    def disk(self, loader, case: Case, watch: bool) -> Path:
        key = (loader.name, case.modules, case.cluster, case.partition, case.fragment, watch)
        with self.lock:
            if key not in self.made:
                self.made[key] = self.make(loader, case, watch)
            return self.made[key]

    def make(self, loader, case: Case, watch: bool) -> Path:
        size = case.partition + 2 * PARTITION_START
        settings = f"start={loader.start}\noptions={loader.options(case)}\nfragment={case.fragment}\nwatch={watch:d}\n"
        files = {"EFI/BOOT/BOOTX64.EFI": built(PROGRAMS / "stopwatch.efi"), "bench.txt": settings, **loader.files(case)}
        return make_disk(self.folder / f"disk{len(self.made)}.img", files, size, self.empty(size, case.cluster),
                         dict(zip(module_names(case), case.modules)))


def parse(text: str) -> Boot:
    values: Dict[str, int] = {}
    boot = Boot(0, 0, 0, 0, 0)
    for key, words in re.findall(r"^\w+: ([a-z]+)=(.*)$", text, re.MULTILINE):
        parts = words.split(" ")
        if key == "stage":
            boot.stages[parts[0]] = int(parts[1], 16)
        elif key == "memory" and len(parts) == 2:
            boot.memory[int(parts[0], 16)] = int(parts[1], 16)
        elif key == "call":
            boot.calls.append(Call(parts[0], *(int(part, 16) for part in parts[1:])))
        elif key not in ("module", "failed"):
            values[key] = int(parts[0], 16)
    boot.start, boot.kernel = values["start"], values["counter"]
    boot.hertz, boot.image, boot.descriptors = values["hertz"], values["image"], values["descriptors"]
    boot.call_count, boot.peak = values.get("calls", 0), values.get("memory", 0)
    boot.said = values.get("said", 0) - values.get("left", 0)
    return boot


def machine(folder: Path, disk: Path, case: Case, counting: bool, serial: bool, processor: int) -> Machine:
    """
    Without a serial port, as most PCs are; where there is one, loaders and firmware write on it. All of QEMU is on one
    processor, so that the thread that reads the disk can go before the one that runs the guest.
    """
    memory = ["-machine", "memory-backend=ram", "-object", f"memory-backend-ram,id=ram,size={case.memory},reserve=off"]
    extra = [*(COUNTING if counting else ()), *memory, "-name", "bench,debug-threads=on",
             "-chardev", f"file,id=bench,path={folder / 'bench.log'}",
             "-device", f"isa-debugcon,iobase={PORT},chardev=bench", *(["-serial", "stdio"] if serial else [])]
    made = Machine(folder, [disk], memory=case.memory, cpu=case.cpu, bus=case.bus, ports=False, extra=extra)
    made.command = ["taskset", "--cpu-list", str(processor), *made.command]
    return made


def name_of(thread: Path) -> str:
    try:
        return (thread / "comm").read_text()
    except OSError:  # it has ended
        return ""


def let_the_disk_go_first(pid: int) -> None:
    """
    The thread that runs the guest only runs while no other one wants to: a guest that waits for its disk counts the
    instructions until the thread that reads it has come to its turn.
    """
    deadline = time.monotonic() + FIRST_SECONDS
    while time.monotonic() < deadline:
        for thread in Path(f"/proc/{pid}/task").glob("*"):
            if "CPU" in name_of(thread):
                os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))
                return
        time.sleep(0.01)
    raise RuntimeError(f"no thread of process {pid} runs the guest")


def run(disks: Disks, loader, case: Case, watch: bool = False, counting: bool = True, serial: bool = False) -> Boot:
    """Boots once. Whatever is not as it should be, a module's bytes included, is a failure with all that was said."""
    shared = disks.disk(loader, case, watch)
    folder = disks.machine_folder()
    folder.mkdir()
    with disks.processor() as processor:
        return run_on(processor, folder, shared, loader, case, counting, serial)


def run_on(processor: int, folder: Path, shared: Path, loader, case: Case, counting: bool, serial: bool) -> Boot:
    disk = folder / "disk.img"
    subprocess.run(["taskset", "--cpu-list", str(processor), "cp", "--sparse=always", str(shared), str(disk)],
                   check=True)
    with machine(folder, disk, case, counting, serial, processor) as running:
        if counting:
            let_the_disk_go_first(running.process.pid)
        try:
            code: Optional[int] = running.wait_exit(TIMEOUT)
        except MachineError:
            code = None
    text = (folder / "bench.log").read_text("ascii", "replace")
    transcript = running.transcript() if serial else ""
    shutil.rmtree(folder)
    modules = [tuple(int(part, 16) for part in line.split(" "))
               for line in re.findall(r"^kernel: module=(.*)$", text, re.MULTILINE)]
    if code != EXIT_SUCCESS or modules != expected_modules(case, loader.joins_modules):
        said = text if len(text) < 4000 else text[:2000] + "\n[...]\n" + text[-2000:]
        raise BootFailed(f"{loader.name}, {case.name}: exit code {code}, modules {modules}\n{said}\n"
                         + transcript)
    return parse(text)
