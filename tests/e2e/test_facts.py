# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel is told of the machine: each fact is there and right, or not there and nothing fails."""

import calendar
import re

import pytest

from harness.check import none_of
from harness.disk import partition_guid
from harness.files import injected, with_kernel
from harness.judge import judge
from harness.paths import LOADER, built
from harness.report import checksum, parse_report

KERNEL = "report-high.elf"
RNG = ("-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng")


@pytest.fixture
def injected_report(start, disk):
    """The report of a kernel that the loader booted under inject.efi, judged."""

    def make(facts={}, machine={}, **settings):
        running = start(disk(injected(with_kernel(KERNEL), **settings)), **machine)
        running.expect_success()
        report = parse_report(running.e9.text)
        none_of(judge(report, facts=facts))
        return report

    return make


def has_line(report, pattern):
    return any(re.search(pattern, line) for line in report.log)


# ---- random numbers ----
@pytest.mark.parametrize("source", ["firmware", "processor"])
def test_entropy(report_of, source):
    """Two boots of one disk: 64 bytes each, and not the same."""
    options = {"extra": RNG} if source == "firmware" else {"cpu": "qemu64,+rdrand"}
    seen = []
    for _ in range(2):
        report = report_of(with_kernel(KERNEL), **options)
        none_of(judge(report, facts={"ENTROPY": True}))
        assert has_line(report, "no random numbers from the firmware") == (source == "processor")
        seen.append(report.bytes("entropy"))
        assert len(set(seen[-1])) > 20
    assert seen[0] != seen[1] and len(set(zip(*seen))) > 40


def test_no_entropy(report_of):
    report = report_of(with_kernel(KERNEL))
    none_of(judge(report, facts={"ENTROPY": False}))
    assert has_line(report, "^info: no random numbers from the firmware")
    assert has_line(report, "^info: no random numbers from the processor")


@pytest.mark.parametrize("random,why", [(1, "EFI_NOT_READY"), (2, "all are zero")])
def test_random_numbers_that_are_none(injected_report, random, why):
    """The firmware's fail, or are zeros: the processor is asked, and when it has none the fact is clear."""
    report = injected_report(facts={"ENTROPY": False}, random=random)
    assert has_line(report, rf"^info: no random numbers from the firmware \({why}\)")
    report = injected_report(facts={"ENTROPY": True}, random=random, machine={"cpu": "qemu64,+rdrand"})
    assert has_line(report, rf"^info: no random numbers from the firmware \({why}\)")


# ---- the clock ----
def seconds(*date):
    return calendar.timegm((*date, 0))


def test_wall_clock(report_of):
    report = report_of(with_kernel(KERNEL), extra=("-rtc", "base=2020-01-01T00:00:00,clock=vm"))
    none_of(judge(report))
    assert 0 <= report.number("baton.wall_clock") - seconds(2020, 1, 1, 0, 0) < 60


@pytest.mark.parametrize("clock,line", [(1, r"no wall clock \(EFI_DEVICE_ERROR\)"),
                                        (2, r"no wall clock \(what it shows is no date\)")])
def test_clock_that_does_not_tell(injected_report, clock, line):
    report = injected_report(facts={"WALL_CLOCK": False}, clock=clock)
    assert has_line(report, f"^info: {line}")


def test_time_zone_and_monitor(injected_report):
    """A clock that shows another zone's time; and a screen's EDID."""
    report = injected_report(clock=3, edid=1, machine={"screen": "vga"})
    assert report.number("baton.wall_clock") == seconds(2024, 2, 29, 11, 30)
    assert report.edids == [(256, checksum(made_edid()))]


# ---- monitors ----
def made_edid():
    """As tests/efi/facts.c makes it."""
    edid = bytearray((0, 255, 255, 255, 255, 255, 255, 0)) + bytearray(i * 7 & 255 for i in range(8, 256))
    edid[126] = 1
    for end in (127, 255):
        edid[end] = -sum(edid[end - 127:end]) & 255
    return bytes(edid)


def test_damaged_edid(injected_report):
    """The one in force is damaged, the monitor's own is good."""
    report = injected_report(edid=2, machine={"screen": "vga"})
    assert report.edids == [(256, checksum(made_edid()))]
    assert has_line(report, "a screen's EDID is damaged")


# ---- where the loader came from ----
def test_boot_partition(start, disk):
    image = disk(injected(with_kernel(KERNEL)))
    machine = start(image)
    machine.expect_success()
    report = parse_report(machine.e9.text)
    none_of(judge(report))
    guid = report.bytes("baton.boot_partition")
    assert guid == partition_guid(image) and any(guid)


def test_disk_without_partitions(start, tmp_path, disk):
    """A file system from the first sector on: there is no partition whose GUID could be told."""
    image = disk({"EFI/BOOT/BOOTX64.EFI": built(LOADER), **with_kernel(KERNEL)})
    with open(image, "rb") as whole:
        whole.seek(1 << 20)
        bare = tmp_path / "bare.img"
        bare.write_bytes(whole.read()[:-(1 << 20)])
    machine = start(bare)
    machine.expect_success()
    report = parse_report(machine.e9.text)
    none_of(judge(report, facts={"BOOT_PARTITION": False}))
    assert has_line(report, "^info: the loader did not come from a GPT partition")
