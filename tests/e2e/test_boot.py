# SPDX-License-Identifier: BSD-2-Clause
"""Kernels that boot, and whether they get what docs/protocol.md promises."""

import os
import re

import pytest

from harness.check import none_of
from harness.elfmaker import HIGH, R, W, elf_file, exit_code, segment
from harness.files import entry, injected, with_kernel
from harness.judge import judge
from harness.loader import build_loader
from harness.paths import LOADER, built, kernel
from harness.refusal import CONSOLE_PROMPT
from harness.report import checksum, parse_report

BIN = "/kernel.bin"
ELF = "/kernel.elf"


@pytest.mark.parametrize("firmware", ["4M", "2M"])
@pytest.mark.parametrize("variant", ["high", "low"])
def test_hand_off(report_of, variant, firmware):
    report = report_of(with_kernel(f"report-{variant}.elf", "options one two", "options three"), firmware=firmware)
    none_of(judge(report, path=ELF, command_line="one two three"))
    assert not report.framebuffers


def test_flat(report_of):
    report = report_of(with_kernel("report-flat.bin", "load-address 0x100000", "memory-size 0x40000"))
    none_of(judge(report, path=BIN, flat=True))
    assert report.number("image.start") == 0x100000


def test_flat_entry_offset(report_of):
    """The default load address, and an entry that is not the first byte."""
    report = report_of(with_kernel("report-offset.bin", "entry-offset 0x40", "memory-size 256K"))
    none_of(judge(report, path=BIN, flat=True))
    assert report.number("image.text_start") == 0x100040


def test_modules(report_of):
    contents = {
        "first.img": bytes(range(256)) * 17 + b"odd",
        "empty": b"",
        "page": b"\xff" * 4096,
        "big": os.urandom(3 << 20),
    }
    lines = ["module /first.img", "module /data/empty", "module page with a command  line", "module /big big=1"]
    files = {"first.img": contents["first.img"], "data/empty": b"", "page": contents["page"], "big": contents["big"]}
    report = report_of(with_kernel("report-high.elf", *lines, files=files))
    none_of(judge(report, path=ELF))
    names = [(module.name, module.command_line) for module in report.modules]
    assert names == [("/first.img", ""), ("/data/empty", ""), ("/page", "with a command  line"), ("/big", "big=1")]
    for module, content in zip(report.modules, contents.values()):
        assert (module.size, module.checksum) == (len(content), checksum(content)), module.name


@pytest.mark.parametrize("variant", ["high", "low"])
def test_five_levels(start, disk, variant):
    files = injected(with_kernel(f"report-{variant}.elf"), la57=1)
    machine = start(disk(files), cpu="max")
    machine.expect_success()
    none_of(judge(parse_report(machine.e9.text), path=ELF, levels=5))


def test_every_cpu_feature(report_of):
    """1 GiB pages, SMEP, SMAP and the rest are there; none of it is inherited."""
    report = report_of(with_kernel("report-high.elf"), cpu="max", memory="3G")
    none_of(judge(report, path=ELF))
    huge = int(report.values["paging.counts"].split()[2])
    assert huge >= 1, "no 1 GiB page in the direct map"


def test_more_processors(report_of):
    report = report_of(with_kernel("report-high.elf"), smp=2)
    none_of(judge(report, path=ELF))


def test_interrupts_are_masked(boot):
    """OVMF masks both controllers itself, so two lines that nothing uses are unmasked while the loader waits."""
    files = with_kernel("report-high.elf", files={"loader/entries/a.conf": entry("/missing.elf", "sort-key a")})
    machine = boot(files)
    machine.wait_for(CONSOLE_PROMPT)
    machine.monitor("o/b 0x21 0xdf")
    machine.monitor("o/b 0xa1 0x7f")
    machine.send("\r")
    machine.expect_success(refusals=True)
    none_of(judge(parse_report(machine.e9.text), path=ELF))


@pytest.mark.full
@pytest.mark.parametrize("compiler,level", [("gcc", "-Os"), ("clang", "-O0"), ("clang", "-O2"), ("clang", "-O3")])
def test_loader_built_otherwise(report_of, tmp_path, compiler, level):
    """Nothing hangs on one compiler or on what it optimises."""
    loader = build_loader(tmp_path / "build", CC=compiler, LOADER_OPTIMISE=level)
    assert loader.read_bytes() != built(LOADER).read_bytes()
    for variant in ("high", "low"):
        files = with_kernel(f"report-{variant}.elf", "module /m", files={"m": b"x" * 70000})
        report = report_of({**files, "EFI/BOOT/BOOTX64.EFI": loader})
        none_of(judge(report, path=ELF))
        assert report.modules[0].checksum == checksum(b"x" * 70000)


@pytest.mark.parametrize("bus", ["sata", "nvme", "usb"])
def test_other_disks(report_of, bus):
    report = report_of(with_kernel("report-high.elf", "module /m", files={"m": b"x" * 70000}), bus=bus)
    none_of(judge(report, path=ELF))
    assert report.modules[0].checksum == checksum(b"x" * 70000)


@pytest.mark.parametrize("variant", ["high", "low"])
def test_sse_from_the_first_instruction(boot, variant):
    machine = boot(with_kernel(f"sse-{variant}.elf"))
    machine.expect_success()
    assert "sse.block=1\n" in machine.e9.text


@pytest.mark.parametrize("slip", ["midpage", "shared"])
def test_linker_slips_that_boot(boot, slip):
    """Segments that begin in the middle of a page, or share one without harm: with a warning that names the mend."""
    machine = boot(with_kernel(f"layout-{slip}.elf"))
    machine.expect_success()
    assert "layout: ok" in machine.e9.text
    words = {"midpage": "begins? in the middle of a page", "shared": "segments share .*page"}[slip]
    for text in (machine.e9.text, machine.serial.text.replace("\n", " ")):
        assert re.search(rf"warning: .*{words}.*4096.*linker script", text)


def test_segment_without_bytes(boot):
    """A .bss of its own has no bytes in the file, so its offset may well be the file's end or lie behind it."""
    code = elf_file([segment(exit_code(0x10)), segment(b"", flags=R | W, vaddr=HIGH + 0x1000, memsz=0x5000),
                     segment(b"", flags=R | W, vaddr=HIGH + 0x6000, memsz=0x1000, offset=1 << 40)])
    boot({"kernel.elf": code}).expect_success()


@pytest.mark.parametrize("path", ["boot/kernel.elf", "kernel.elf", "kernel.bin"])
def test_without_configuration(report_of, path):
    flat = path.endswith(".bin")
    source = kernel("report-flat.bin") if flat else kernel("report-high.elf")
    content = source.read_bytes() + (b"\0" * 0x20000 if flat else b"")  # nothing else makes room for its .bss
    files = {path: content}
    if path == "boot/kernel.elf":
        files["kernel.elf"] = b"not this one"
    none_of(judge(report_of(files), path=f"/{path}", flat=flat))
