# SPDX-License-Identifier: BSD-2-Clause
"""Many modules, and large ones."""

import pytest

from harness.check import none_of
from harness.disk import HOLE_STEP, hole_marks
from harness.files import with_kernel
from harness.judge import judge
from harness.paths import LOADER, built
from harness.report import PAGE, checksum, parse_report

MIB = 1 << 20


def test_hundreds(report_of):
    """300, in order, each with its own bytes, name and command line."""
    contents = [f"module {i} ".encode() * (i % 37 * 20) for i in range(300)]
    lines = [f"module /m/{i}.img {'' if i % 3 == 0 else f'number={i} '}" for i in range(300)]
    files = {f"m/{i}.img": content for i, content in enumerate(contents)}
    report = report_of(with_kernel("report-high.elf", *lines, files=files))
    none_of(judge(report))
    found = [(m.name, m.command_line, m.size, m.checksum) for m in report.modules]
    assert found == [(f"/m/{i}.img", "" if i % 3 == 0 else f"number={i}", len(content), checksum(content))
                     for i, content in enumerate(contents)]


def sum_of_hole(number, size):
    """As tests/kernels/report.c sums up a large module."""
    marks = hole_marks(number, size)
    last = marks[max(marks)].rjust(PAGE, b"\0")
    total = 0
    for page in [*(marks[at].ljust(PAGE, b"\0") for at in range(0, size - PAGE, HOLE_STEP)), last]:
        total = (total * 31 + checksum(page)) % (1 << 64)
    return total


@pytest.mark.full
def test_two_gibibytes(start, disk, much_memory):
    """On a machine with four: they lie above 4 GiB or below as the firmware has room, whole and each in one piece."""
    holes = {f"hole{i}.img": 512 * MIB for i in range(3)}
    holes["odd.img"] = 512 * MIB - 1234
    lines = [f"module /{name} {name}" for name in holes]
    image = disk({"EFI/BOOT/BOOTX64.EFI": built(LOADER), **with_kernel("report-high.elf", *lines)}, size=2200 * MIB,
                 holes=holes)
    machine = start(image, memory="4G")
    machine.expect_success(timeout=240)
    report = parse_report(machine.e9.text)
    none_of(judge(report))
    expected = [(f"/{name}", name, size, sum_of_hole(number, size))
                for number, (name, size) in enumerate(holes.items())]
    assert len({total for *_, total in expected}) == len(holes)
    assert [(m.name, m.command_line, m.size, m.checksum) for m in report.modules] == expected
