# SPDX-License-Identifier: BSD-2-Clause
"""
tests/second, a loader that was written from docs/protocol.md and the header alone: the kernel that checks every sentence
of the specification finds no fault with what it hands over. So the specification is enough to write a loader from.
"""

import pytest

from harness.machine import MachineError
from harness.selfcheck import second_volume, verdict

MODULES = (b"", b"odd" * 1111, bytes(range(256)) * 16)
RNG = ("-device", "virtio-rng-pci")


@pytest.mark.parametrize("variant,has,words", [
    ("high", [], []), ("low", ["identity-map"], []), ("pie", ["slide"], []), ("cpp", [], []),
    ("relr", ["slide"], ["random"]), ("noted", ["kernel-file", "identity-map"], []), ("upper", [], []),
])
def test_second_loader(start, disk, empty_disk, variant, has, words):
    files = second_volume(variant, empty_disk, has=["framebuffer", "entropy", *has], words=words, modules=MODULES)
    machine = start(disk(files), screen="vga", extra=RNG)
    try:
        machine.expect_success(120)
    except MachineError as error:
        pytest.fail(f"{error}\n{verdict(machine.e9.text)}", pytrace=False)
    assert "\nselfcheck: ok, " in machine.e9.text and "FAILED" not in machine.e9.text
