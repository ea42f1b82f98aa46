# SPDX-License-Identifier: BSD-2-Clause
"""
riscv64 by the kernel that judges its own hand-off: under OpenSBI and U-Boot, with Sv48 and Sv39; and what is refused
there.

What this firmware cannot do, and is therefore not booted here:

* A screen: U-Boot has no driver for what QEMU's virt machine can have. So Svpbmt's types are not looked at, either.
* The wall clock: U-Boot has no driver for the machine's goldfish RTC.
* Random numbers: this build of U-Boot has no EFI_RNG_PROTOCOL, also where the machine has a virtio-rng.
* ACPI: U-Boot hands over QEMU's device tree instead.
* Vectors: QEMU 7.2 has them for no hart that is not asked for.
* A hart without Sv48: QEMU 7.2 has none. A loader that is patched to find none takes Sv39 here; how it finds out is
  tests/unit/test_machine_riscv64.c's.
"""

import pytest

from harness import dtc
from harness.check import none_of
from harness.elfmaker import PAGE, elf_file, segment
from harness.files import ENTRY, entry
from harness.loader import build_loader
from harness.machine import MachineError
from harness.programs import RISCV64
from harness.refusal import expect_refusal
from harness.selfcheck import KNOWN, Known, read_checks, read_lies, verdict, volume

MODULES = (b"", b"odd" * 1111, bytes(range(256)) * 16)
MEMORY = 0x80000000  # where it begins, with OpenSBI's own
# Facts that a variant has on every machine.
VARIANTS = {
    "high": [], "low": ["identity-map"], "pie": ["slide"], "cpp": [], "flat": ["identity-map"], "upper": [],
    "noted": ["kernel-file", "identity-map"], "relr": ["slide"],
}
SV48 = Known(words=["levels=4"])
SV39 = Known(words=["levels=3"])
# By a seed, which needs no random numbers.
SEED = "kaslr 4711"
RANDOM = Known(words=["random"])


@pytest.fixture
def checked(boot, empty_disk):
    """Boots a variant and expects its verdict to be good; the machine."""

    def run(variant, *more, loader=None, lines=(), more_files=None, timeout=120, **options):
        known = KNOWN["riscv64"].and_more(VARIANTS[variant])
        for one in more:
            known = known.and_more(one.has, one.lacks, one.words)
        files = volume(variant, empty_disk, known, lines=lines, modules=MODULES, arch="riscv64")
        files.update(more_files or {})
        if loader:
            files[f"EFI/BOOT/{RISCV64.loader}"] = loader
        machine = boot(files, arch="riscv64", **options)
        try:
            machine.expect_success(timeout)
        except MachineError as error:
            pytest.fail(f"{error}\n{verdict(machine.kernel.text)}", pytrace=False)
        for text in (machine.kernel.text, machine.serial.text):
            assert "\nselfcheck: ok, " in text and "FAILED" not in text
        return machine

    return run


@pytest.mark.parametrize("variant", ["high", "low", "pie"])
@pytest.mark.parametrize("smp", [1, 4])
def test_everywhere(checked, variant, smp):
    """U-Boot runs on any one hart of four."""
    checked(variant, SV48, smp=smp)


@pytest.mark.parametrize("variant", ["high", "low", "pie"])
def test_sv39(checked, variant, sv39_loader):
    checked(variant, SV39, loader=sv39_loader)


@pytest.mark.full
@pytest.mark.parametrize("compiler,level", [("gcc", "-Os"), ("clang", "-O2")])
def test_loader_built_otherwise(checked, tmp_path, compiler, level):
    checked("pie", SV48, loader=build_loader(tmp_path / "build", "riscv64", CC=compiler, LOADER_OPTIMISE=level))


def test_device_tree_of_the_entry(checked):
    """It knows nothing of OpenSBI, whose memory is not for the kernel to write to all the same: U-Boot adds that to the
    tree, and its own tree has it."""
    tree = dtc.compiled("/memreserve/ 0x90000000 0x3000;\n/ { compatible = \"made,board\"; };\n")
    machine = checked("high", SV48, Known(words=[f"reserved={MEMORY:#x}", "reserved-size=0x80000"]),
                      lines=["devicetree /board.dtb"], more_files={"board.dtb": tree})
    assert "info: /board.dtb: is the device tree\n" in machine.serial.text


@pytest.mark.parametrize("variant", ["noted", "cpp", "flat", "upper", "relr"])
def test_other_kernels(checked, variant):
    """The note of relr wants a random slide, which it does not get."""
    checked(variant, SV48)


@pytest.mark.parametrize("variant,levels", [("pie", 4), ("relr", 3), ("high", 3)])
def test_random_addresses(checked, sv39_loader, variant, levels):
    checked(variant, SV39 if levels == 3 else SV48, RANDOM, lines=[SEED], loader=sv39_loader if levels == 3 else None)


@pytest.mark.full
@pytest.mark.parametrize("variant,levels", [("high", 4), ("pie", 3)])
def test_much_memory(checked, much_memory, sv39_loader, variant, levels):
    """4 GiB, which end at 6 GiB."""
    checked(variant, SV39 if levels == 3 else SV48, Known(words=["quick"]), memory="4G", smp=4,
            loader=sv39_loader if levels == 3 else None)


def test_without_floating_point(checked):
    checked("high", SV48, Known(words=["no-float"]), cpu="rv64,f=off,d=off")


# ---- each check can fail ----
# These change so much that many checks see it.
WIDE = {"alignment", "direct-map-base", "trampoline-gone", "page-zero-usable"}  # nothing is there
MOST = 4
# There is no screen, no ACPI, no random numbers, no serial port that has registers, no wall clock.
NOWHERE = {
    "bits-per-pixel", "edid", "framebuffer-absent", "framebuffer-address", "framebuffer-read-only", "framebuffer-size",
    "framebuffer-uncached", "masks", "pitch", "fadt", "other-rsdp", "rsdp", "entropy-kept", "serial-cached",
    "serial-from-elsewhere", "wall-clock-ahead", "wall-clock-zone",
}
LIES = {
    "high": ["all"],
    "low": ["low-elsewhere"],
    "noted": ["kernel-file-byte", "identity-read-only", "no-identity"],
    "pie": ["slide-off"],
}


@pytest.mark.parametrize("variant", LIES)
def test_lies(checked, variant):
    """Every lie is found out by the check that it is for, and by hardly any other."""
    machine = checked(variant, SV48, Known(words=[f"lies={','.join(LIES[variant])}"]))
    lies = read_lies(machine.kernel.text)
    none_of(f"{lie.name} is for {lie.check}, and was caught by {lie.caught}" for lie in lies
            if lie.told and (lie.check not in lie.caught or (len(lie.caught) > MOST and lie.name not in WIDE)))
    if LIES[variant] != ["all"]:
        assert {lie.name for lie in lies if lie.told} == set(LIES[variant])
        return
    elsewhere = {name for names in LIES.values() for name in names} | NOWHERE
    impossible = {lie.name for lie in lies if not lie.told}
    assert impossible <= elsewhere, f"told nowhere: {impossible - elsewhere}"
    none_of(f"no lie is for {check}" for check in set(read_checks(machine.kernel.text)) - {lie.check for lie in lies})


# ---- what is refused ----

def refused(boot, content, *words):
    machine = boot({"/kernel.elf": content, ENTRY: entry()}, arch="riscv64")
    expect_refusal(machine, *words)


@pytest.mark.parametrize("address", [MEMORY, MEMORY + 0x7f000], ids=["first page", "last page"])
def test_low_kernel_where_opensbi_is(boot, address):
    refused(boot, elf_file([segment(RISCV64.end(0x10), vaddr=address)], machine=RISCV64.elf), f"{address:#x}")


@pytest.mark.parametrize("address", [0x10000000, MEMORY + 0x10000000 - PAGE], ids=["device", "U-Boot"])
def test_low_kernel_where_no_memory_is_free(boot, address):
    refused(boot, elf_file([segment(RISCV64.end(0x10), vaddr=address)], machine=RISCV64.elf), f"{address:#x}")
