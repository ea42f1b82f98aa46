# SPDX-License-Identifier: BSD-2-Clause
"""
The kernel that checks every sentence of docs/protocol.md from inside: its verdict, and that each check can fail.

What these machines do not have, or their firmware cannot do, and is therefore not booted here:

* A screen under U-Boot: this build has no graphics output.
* Random numbers under U-Boot: it has no EFI_RNG_PROTOCOL, and the machine's usual processor has no RDRAND.
* A kernel at 1 MiB under U-Boot: the loader's stack lies there. It is refused (test_uboot_is_at_one_mebibyte).
* 48 MiB and NVMe under U-Boot: it fails, or does not try, before the loader is started (docs/firmware.md).
* A device tree: no firmware here has one for a PC. Those that inject.efi lists are test_tables.py's.
* Secure Boot: these builds have no keys; test_secure_boot.py has the one with Debian's.
"""

import pytest

from harness.check import none_of
from harness.files import injected
from harness.machine import MachineError
from harness.selfcheck import KNOWN, read_checks, read_lies, verdict, volume

ODD, PAGE, EMPTY = b"odd" * 1111, bytes(range(256)) * 16, b""
MODULES = (EMPTY, ODD, PAGE)
RNG = ("-device", "virtio-rng-pci")
# Facts that a variant has on every machine.
VARIANTS = {
    "high": [], "low": ["identity-map"], "low2": ["identity-map"], "pie": ["slide"], "cpp": [],
    "flat": ["identity-map"], "upper": [], "noted": ["kernel-file", "identity-map"], "relr": ["slide"],
}
EVERYWHERE = ["high", "low", "pie", "cpp"]


@pytest.fixture
def checked(boot, start, disk, empty_disk):
    """Boots a variant and expects its verdict to be good; the machine. `inject`: what inject.efi is told."""

    def run(variant, *, has=(), lacks=(), words=(), lines=(), timeout=120, extra=RNG, inject=None, **options):
        known = KNOWN["x86_64"].and_more([*VARIANTS[variant], *has], lacks, words)
        files = volume(variant, empty_disk, known, lines=lines, modules=MODULES)
        machine = (boot(files, extra=extra, **options) if inject is None else
                   start(disk(injected(files, **inject)), extra=extra, **options))
        try:
            machine.expect_success(timeout)
        except MachineError as error:
            pytest.fail(f"{error}\n{verdict(machine.e9.text)}", pytrace=False)
        for text in (machine.e9.text, machine.serial.text):
            assert "\nselfcheck: ok, " in text and "FAILED" not in text
        return machine

    return run


@pytest.fixture
def room(request):
    """room("8G") holds the lock for machines that touch gigabytes; less memory needs none."""
    return lambda memory: memory.endswith("G") and request.getfixturevalue("much_memory")


@pytest.mark.parametrize("memory", ["48M", "512M", pytest.param("8G", marks=pytest.mark.full)])
@pytest.mark.parametrize("firmware", ["4M", "2M"])
@pytest.mark.parametrize("variant", EVERYWHERE)
def test_everywhere(checked, room, variant, firmware, memory):
    """One of the large machines has all its memory overwritten, which makes the host's kernel sweat."""
    room(memory)
    words = ["quick"] if memory == "8G" and (variant, firmware) != ("high", "4M") else []
    checked(variant, has=["framebuffer", "entropy"], screen="vga", firmware=firmware, memory=memory, words=words,
            timeout=240)


@pytest.mark.parametrize("variant,memory", [("high", "256M"), ("low2", "256M"), ("pie", "256M"), ("cpp", "1G")])
def test_uboot(checked, variant, memory):
    checked(variant, lacks=["framebuffer", "entropy"], firmware="uboot", memory=memory, extra=())


def test_uboot_is_at_one_mebibyte(boot, empty_disk):
    """Its stack is, in memory that it lists as free. A kernel that must lie there is refused, and told where it may."""
    machine = boot(volume("low", empty_disk, KNOWN["x86_64"], modules=MODULES), firmware="uboot")
    machine.wait_for(r"^error: /kernel\.elf: must lie at 0x100000-0x[0-9a-f]+, but 0x[0-9a-f]+-0x[0-9a-f]+ is taken by "
                     r"the stack that the loader runs on\. .* This machine has room at 0x200000\.$", source="e9")
    machine.wait_for("EFI boot manager: Cannot load any image")


@pytest.mark.parametrize("variant", [variant for variant in VARIANTS if variant not in EVERYWHERE])
def test_other_kernels(checked, variant):
    """The note of relr wants a random slide."""
    checked(variant, has=["framebuffer", "entropy"], screen="vga", words=["random"] if variant == "relr" else [])


@pytest.mark.parametrize("variant,line", [("high", "kaslr on"), ("pie", "kaslr 7"), ("noted", "kaslr on")])
def test_random_addresses(checked, variant, line):
    checked(variant, words=["random"], lines=[line], has=["entropy"])


def test_wish_overruled(checked):
    """The note wants a random slide, and the entry does not."""
    checked("relr", lines=["kaslr off"])


def test_bare(checked):
    """Neither screen nor random numbers."""
    checked("high", lacks=["framebuffer", "entropy"], extra=(), smp=2)


def test_devices_run(checked):
    """The firmware leaves interrupt sources running and not masked: the loader stops them."""
    machine = checked("high", inject={"devices": 1})
    assert "inject: devices io-apic=0x57 timer=0x20060 hpet=0x3" in machine.e9.text, "they did not run"


@pytest.mark.parametrize("variant", ["high", "noted"])
def test_five_levels(checked, variant):
    """A processor that can do everything, has random numbers of its own, and has been put into five levels."""
    checked(variant, words=["five"], has=["entropy"], cpu="max", extra=(), inject={"la57": 1})


@pytest.mark.parametrize("inject", ["odd_map", "odd_types", "poison"])
def test_odd_firmware(checked, inject):
    checked("high", inject={inject: 1})


def test_device_tree(checked):
    """It reserves free memory. What lies are about it can be told here only."""
    machine = checked("high", inject={"device_tree": 1}, has=["device-tree"], words=[f"lies={','.join(ON_A_TREE)}"])
    assert [(lie.name, lie.told, lie.check in lie.caught) for lie in read_lies(machine.e9.text)] == \
        [(name, True, True) for name in ON_A_TREE]


def test_nothing_free_below_four_gibibytes(checked, much_memory):
    checked("high", memory="3G", words=["quick"], inject={"high": 1})


# ---- each check can fail ----
# These change so much that many checks see it.
WIDE = {"alignment", "direct-map-base", "trampoline-gone"}
MOST = 4
LIES = {
    "high": ["all"],
    "low": ["low-elsewhere", "usable-executable", "trampoline-data-executable", "kernel-loader", "fact-identity-map"],
    "noted": ["kernel-file-byte", "identity-read-only", "no-identity", "stack-size", "no-label"],
    "pie": ["slide-off", "fact-slide", "relocated-wrong"],
}
ON_A_TREE = ["device-tree", "device-tree-size"]
# COM1 is a port, which no baton names.
NOWHERE = {"serial", "serial-cached", "serial-from-elsewhere"}


@pytest.mark.parametrize("variant", LIES)
def test_lies(checked, variant):
    """Every lie is found out by the check that it is for, and by hardly any other."""
    machine = checked(variant, words=[f"lies={','.join(LIES[variant])}"], has=["framebuffer", "entropy"], screen="vga")
    lies = read_lies(machine.e9.text)
    told = [lie for lie in lies if lie.told]
    none_of(f"{lie.name} is for {lie.check}, and was caught by {lie.caught}" for lie in told
            if lie.check not in lie.caught or (len(lie.caught) > MOST and lie.name not in WIDE))
    impossible = {lie.name for lie in lies if not lie.told}
    if LIES[variant] != ["all"]:
        assert {lie.name for lie in told} == set(LIES[variant])
        return
    elsewhere = {name for names in (*LIES.values(), ON_A_TREE, NOWHERE) for name in names}
    assert impossible <= elsewhere, f"told nowhere: {impossible - elsewhere}"
    none_of(f"no lie is for {check}" for check in set(read_checks(machine.e9.text)) - {lie.check for lie in lies})
