# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's note: what it requires is there, or the boot is refused; what it wants is there when it can be."""

import pytest

from harness.check import none_of
from harness.elfmaker import HIGH, PT_NOTE, R, add_segment, elf_file, features, read_elf, segment, wishes
from harness.files import ENTRY, entry, injected
from harness.judge import judge
from harness.messages import read_attempts
from harness.paths import kernel
from harness.refusal import Row, read_on, volume
from harness.report import BATON, checksum

RNG = ("-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng")
HELLO = b"\4\0\0\0\4\0\0\0\1\0\0\0GNU\0\1\2\3\4"  # somebody else's note


def noted(*notes):
    """A sound kernel with these notes, a segment each."""
    return elf_file([segment(), *(segment(note, kind=PT_NOTE, flags=R, vaddr=HIGH + 0x1000 * (1 + i))
                                  for i, note in enumerate(notes))])


def requires(names, **fields):
    return noted(wishes(required=names, **fields))


def row(name, content, *wrong, mend=(), **fields):
    return Row(name, content, wrong, mend, **fields)


NO_NUMBERS = "neither the firmware nor the processor gives random numbers"
ROWS = [
    row("framebuffer", requires("FRAMEBUFFER"), r"requires framebuffer \(feature 0\)", "no screen"),
    row("acpi", requires("ACPI"), r"requires ACPI \(feature 1\)", "no valid ACPI tables"),
    row("device-tree", requires("DEVICE_TREE"), r"requires device tree \(feature 2\)"),
    row("entropy", requires("ENTROPY"), r"requires entropy \(feature 3\)", NO_NUMBERS),
    row("el2", requires("EL2"), r"requires EL2 \(feature 4\)", "only aarch64", lines=["log-level debug"]),
    row("ram", requires("MINIMUM_RAM", ram=1 << 30), r"requires 1048576 KiB of RAM", r"this machine has 2\d{5} KiB",
        mend=["more memory"]),
    row("slide-fixed", requires("RANDOM_SLIDE"), r"requires random slide \(feature 8\)", "linked at a fixed address",
        mend=["-static -pie"]),
    row("slide", add_segment(kernel("report-pie.elf").read_bytes(), wishes(required="RANDOM_SLIDE")),
        r"requires random slide \(feature 8\)", NO_NUMBERS),
    row("five-levels", requires("FIVE_LEVELS"), r"requires five-level paging \(feature 10\)", "has set up four"),
    row("several", requires("NO_EXECUTE IDENTITY_MAP KERNEL_FILE EL2"), r"requires EL2 \(feature 4\)"),
    row("unknown", requires("", unknown=1 << 11), r"requires something new \(feature 11\)", mend=["Update Baton"]),
    row("last", requires("", unknown=1 << 63), r"requires something new \(feature 63\)", mend=["Update Baton"]),
    row("version-0", requires("", version=0), "version 0", mend=["BATON_WISHES"]),
    row("version-2", requires("", version=2), "written for version 2 .* this loader knows 1", mend=["Update Baton"]),
    row("short", noted(wishes(size=32)), "truncated", "of 32 bytes .* version 1 has 36", mend=["BATON_WISHES"]),
    row("cut", noted(wishes()[:-4]), "truncated", "of 36 bytes 32 are there", mend=["BATON_WISHES"]),
    row("longer", noted(wishes(size=40, more=b"\0\0\0\1")), "a wish that this loader does not know",
        mend=["Update Baton"]),
    row("two", noted(wishes(), wishes()), "two Baton notes", mend=["BATON_WISHES once"]),
    row("two-in-one", noted(wishes() + HELLO + wishes()), "two Baton notes", mend=["BATON_WISHES once"]),
    row("stack", noted(wishes(stack=(1 << 64) - 1)), "stack of 0xffffffffffffffff bytes", "absurd"),
    row("large-stack", noted(wishes(stack=1 << 30)), "(the stack|stack).*|KiB", mend=["more memory"],
        named="the stack"),
]


def test_refusals(start, disk):
    """One boot, on a machine without screen, ACPI and random numbers: each is refused, by its feature's name."""
    files = {**volume(ROWS), "boots.elf": noted(wishes()),
             "loader/entries/boots.conf": entry("/boots.elf", "sort-key 999", "log-level debug")}
    machine = start(disk(injected(files, acpi=5)))
    read_on(machine, len(ROWS))
    machine.expect_success(refusals=True)
    text = machine.e9.text
    *attempts, _ = read_attempts(text)
    assert [attempt.path for attempt in attempts] == [r.path for r in ROWS]
    none_of(line for r, attempt in zip(ROWS, attempts) for line in r.complaints(attempt.messages))
    # Before any memory is taken: at level debug each piece that is taken has a line.
    assert "\ndebug: /boots.elf " in text
    assert "\ndebug: /el2.elf " not in text


@pytest.fixture
def run(report_of):
    """run(kernel, note, …): the judged report of a kernel with that note."""

    def boot(name, note, *lines, facts={}, random=False, stack_size=0x10000, levels=4, inject=None, **options):
        data = add_segment(kernel(name).read_bytes(), note)
        files = {"kernel.elf": data, ENTRY: entry("/kernel.elf", *lines)}
        report = report_of(injected(files, **inject) if inject else files, **options)
        elf = read_elf(data)
        slide = (report.number("baton.kernel.address") - elf.base) % (1 << 64) if elf.dynamic else None
        none_of(judge(report, facts=facts, slide=slide, random=random, stack_size=stack_size, levels=levels))
        if facts.get("KERNEL_FILE"):
            address, size, total = report.numbers("kernel_file")
            physical = address - report.number("baton.direct_map.base")
            assert (size, total) == (len(data), checksum(data)) and address % 4096 == 0
            assert report.entry_at(physical).kind == BATON
        return report

    return boot


def test_all_that_can_be_had(run):
    """Required, and got: with a screen, tables, random numbers, and a stack that is rounded up."""
    note = wishes("FRAMEBUFFER ACPI ENTROPY NO_EXECUTE MINIMUM_RAM IDENTITY_MAP KERNEL_FILE", "DEVICE_TREE",
                  stack=200000, ram=200 << 20)
    report = run("report-high.elf", HELLO + note, screen="vga", extra=RNG, stack_size=0x31000,
                 facts={"ENTROPY": True, "KERNEL_FILE": True, "IDENTITY_MAP": True, "FRAMEBUFFER": True})
    screen = report.framebuffers[0]
    assert report.mapping_at(screen.physical).cache == 5, "the framebuffer is not in the identity map"


def test_movable_with_identity_map(run):
    """The direct map's random base leaves the identity map where it is."""
    run("report-relr.elf", wishes("RANDOM_SLIDE IDENTITY_MAP", "KERNEL_FILE", stack=4096), extra=RNG, random=True,
        facts={"ENTROPY": True, "KERNEL_FILE": True, "IDENTITY_MAP": True})


def test_low_kernel(run):
    """It has its identity map already."""
    run("report-low.elf", wishes("IDENTITY_MAP KERNEL_FILE", "RANDOM_SLIDE"), "kaslr 5",
        facts={"KERNEL_FILE": True, "IDENTITY_MAP": True})


def test_wanted_and_not_there(run):
    """Everything is wanted, also what no version knows, on a machine that has little of it, by a longer note."""
    everything = "FRAMEBUFFER ACPI DEVICE_TREE ENTROPY EL2 NO_EXECUTE MINIMUM_RAM RANDOM_SLIDE FIVE_LEVELS"
    note = bytearray(wishes(wanted=everything, ram=1 << 60, size=44, more=bytes(8)))
    note[39] |= 0x80  # feature 63
    assert note[32:36] == features(everything).to_bytes(4, "little")
    run("report-high.elf", bytes(note), inject={"acpi": 5}, facts={"RSDP": False})


def test_five_levels(run):
    """They are there when the firmware has set them up."""
    run("report-high.elf", wishes("FIVE_LEVELS IDENTITY_MAP"), inject={"la57": 1}, cpu="max", levels=5,
        facts={"ENTROPY": True, "IDENTITY_MAP": True})
