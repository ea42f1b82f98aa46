# SPDX-License-Identifier: BSD-2-Clause
"""
aarch64 by the kernel that judges its own hand-off: under AAVMF and U-Boot, entered at EL1 and at EL2, with ACPI and with
a device tree; and what is refused there.

What these machines do not have, or their firmware cannot do, and is therefore not booted here:

* A framebuffer on virtio-gpu: EDK2's driver has a Blt function only, U-Boot has no driver.
* A screen under U-Boot: it has no driver for ramfb.
* The wall clock by U-Boot is that of its own driver for the same PL031.
* ACPI under U-Boot: it hands over QEMU's device tree instead, which names the serial port.
* Secure Boot: these builds have no keys.
"""

import pytest

from harness import dtc
from harness.check import none_of
from harness.loader import build_loader
from harness.machine import MachineError
from harness.programs import AARCH64
from harness.refusal import expect_refusal
from harness.selfcheck import KNOWN, Known, read_checks, read_lies, verdict, volume

MODULES = (b"", b"odd" * 1111, bytes(range(256)) * 16)
EL2 = ("-machine", "virtualization=on")
NO_ACPI = ("-machine", "acpi=off")
RNG = ("-device", "virtio-rng-pci")
# Facts that a variant has on every machine.
VARIANTS = {
    "high": [], "low": ["identity-map"], "pie": ["slide"], "cpp": [], "flat": ["identity-map"], "upper": [],
    "noted": ["kernel-file", "identity-map"], "relr": ["slide"], "el2": [], "el2-low": ["identity-map"],
}
AT_EL1 = Known(words=["level=1"])
FROM_EL2 = Known(words=["level=1", "from-el2"])
AT_EL2 = Known(words=["level=2"])
DEVICE_TREE = Known(["device-tree"], ["rsdp"], ["pl011=0x9000000"])


@pytest.fixture
def checked(boot, empty_disk):
    """Boots a variant and expects its verdict to be good; the machine."""

    def run(variant, level=AT_EL1, *more, lines=(), more_files=None, timeout=120, **options):
        known = KNOWN["aarch64"].and_more(VARIANTS[variant])
        for one in (level, *more):
            known = known.and_more(one.has, one.lacks, one.words)
        files = volume(variant, empty_disk, known, lines=lines, modules=MODULES, arch="aarch64")
        files.update(more_files or {})
        machine = boot(files, arch="aarch64", **options)
        try:
            machine.expect_success(timeout)
        except MachineError as error:
            pytest.fail(f"{error}\n{verdict(machine.kernel.text)}", pytrace=False)
        for text in (machine.kernel.text, *([machine.serial.text] if "serial" in known.has else [])):
            assert "\nselfcheck: ok, " in text and "FAILED" not in text
        return machine

    return run


# ---- EDK2 ----

@pytest.mark.parametrize("variant", ["high", "low", "pie"])
@pytest.mark.parametrize("level,extra", [(AT_EL1, ()), (FROM_EL2, EL2)], ids=["EL1", "EL2"])
def test_everywhere(checked, variant, level, extra):
    """Where the firmware runs at EL1, and where it runs at EL2 and the kernel does not."""
    checked(variant, level, Known(["framebuffer"]), screen="ramfb", extra=extra)


@pytest.mark.parametrize("variant", [variant for variant in VARIANTS if not variant.startswith("el2")
                                     and variant not in ("high", "low", "pie")])
def test_other_kernels(checked, variant):
    """The note of relr wants a random slide."""
    checked(variant, AT_EL1, Known(["entropy"], words=["random"] if variant == "relr" else []), extra=RNG)


@pytest.mark.parametrize("variant,cpu", [("el2-low", None), ("el2-low", "max"), ("el2", "max")])
def test_entered_at_el2(checked, variant, cpu):
    """A cortex-a72 has no VHE: EL2 is alone there, with one half of addresses."""
    checked(variant, AT_EL2, cpu=cpu, extra=EL2)


def test_processor_with_everything(checked):
    """All that EL2 could trap is there: pointer authentication, SVE, GICv3's registers; and random numbers."""
    checked("pie", FROM_EL2, Known(["entropy"], words=["random"]), lines=["kaslr on"], cpu="max", smp=2,
            extra=("-machine", "virtualization=on,gic-version=3"))


@pytest.mark.parametrize("variant,level,extra", [("high", AT_EL1, NO_ACPI), ("el2-low", AT_EL2, (*EL2, *NO_ACPI))])
def test_device_tree(checked, variant, level, extra):
    checked(variant, level, DEVICE_TREE, extra=extra)


def test_device_tree_of_the_entry(checked):
    """Beside ACPI's tables. It reserves memory."""
    tree = dtc.compiled("/memreserve/ 0x50000000 0x3000;\n/ { compatible = \"made,board\"; };\n")
    checked("high", AT_EL1, Known(["device-tree"]), lines=["devicetree /board.dtb"], more_files={"board.dtb": tree})


@pytest.mark.full
@pytest.mark.parametrize("compiler,level", [("gcc", "-Os"), ("clang", "-O2")])
def test_loader_built_otherwise(checked, tmp_path, compiler, level):
    loader = build_loader(tmp_path / "build", "aarch64", CC=compiler, LOADER_OPTIMISE=level)
    checked("pie", FROM_EL2, more_files={f"EFI/BOOT/{AARCH64.loader}": loader}, extra=EL2)


def test_memory_above_four_gibibytes(checked, much_memory):
    checked("high", AT_EL1, Known(words=["quick"]), memory="6G")


def test_screen_without_pixels(checked):
    """EDK2 has no framebuffer for it (PixelBltOnly)."""
    checked("high", AT_EL1, Known(lacks=["framebuffer"]), screen="virtio")


# ---- U-Boot ----

@pytest.mark.parametrize("variant,level,cpu,extra", [
    ("high", AT_EL1, None, ()), ("low", AT_EL1, None, ()), ("pie", FROM_EL2, None, EL2), ("el2-low", AT_EL2, None, EL2),
    ("el2", AT_EL2, "max", EL2)])
def test_uboot(checked, variant, level, cpu, extra):
    known = Known(lacks=["framebuffer"]) if cpu == "max" else Known(lacks=["framebuffer", "entropy"])  # it has RNDR
    checked(variant, level, DEVICE_TREE, known, firmware="uboot", cpu=cpu, extra=extra)


# ---- each check can fail ----
# These change so much that many checks see it.
WIDE = {"alignment", "direct-map-base", "trampoline-gone"}
MOST = 4
LIES = {
    "high": ["all"],
    "low": ["low-elsewhere"],
    "noted": ["kernel-file-byte", "identity-read-only", "no-identity"],
    "pie": ["slide-off"],
}
ON_A_TREE = ["device-tree", "device-tree-size"]
# There is no dirty bit to be clear.
NOWHERE = {"not-dirty"}


def tell(checked, variant, names, *known, **options):
    """Every lie is found out by the check that it is for, and by hardly any other."""
    machine = checked(variant, *known, Known(words=[f"lies={','.join(names)}"]), **options)
    lies = read_lies(machine.kernel.text)
    none_of(f"{lie.name} is for {lie.check}, and was caught by {lie.caught}" for lie in lies
            if lie.told and (lie.check not in lie.caught or (len(lie.caught) > MOST and lie.name not in WIDE)))
    return machine, lies


@pytest.mark.parametrize("variant", LIES)
def test_lies(checked, variant):
    machine, lies = tell(checked, variant, LIES[variant], FROM_EL2, Known(["framebuffer", "entropy"]), screen="ramfb",
                         extra=(*EL2, *RNG))
    if LIES[variant] != ["all"]:
        assert {lie.name for lie in lies if lie.told} == set(LIES[variant])
        return
    elsewhere = {name for names in (*LIES.values(), ON_A_TREE, NOWHERE) for name in names}
    impossible = {lie.name for lie in lies if not lie.told}
    assert impossible <= elsewhere, f"told nowhere: {impossible - elsewhere}"
    none_of(f"no lie is for {check}" for check in set(read_checks(machine.kernel.text)) - {lie.check for lie in lies})


def test_lies_about_the_device_tree(checked):
    _, lies = tell(checked, "high", ON_A_TREE, AT_EL1, DEVICE_TREE, extra=NO_ACPI)
    assert [lie.name for lie in lies if lie.told] == ON_A_TREE


# ---- what is refused ----

@pytest.mark.parametrize("variant,extra,cpu", [("el2", (), "max"), ("el2", EL2, None), ("el2-low", (), None)])
def test_el2_that_is_not_there(boot, empty_disk, variant, extra, cpu):
    """At EL1; and a high kernel without VHE."""
    files = volume(variant, empty_disk, KNOWN["aarch64"], arch="aarch64")
    expect_refusal(boot(files, arch="aarch64", extra=extra, cpu=cpu), "EL2")
