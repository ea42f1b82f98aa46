# SPDX-License-Identifier: BSD-2-Clause
"""Entries that nobody has written: booted where loader.conf names one, and by nobody else."""

import pytest

from harness.elfmaker import elf_file, exit_code, segment
from harness.files import ENTRY, entry
from harness.messages import read_attempts
from harness.paths import PROGRAM, built
from harness.refusal import TO_FIRMWARE, read_on

WINDOWS = "EFI/Microsoft/Boot/bootmgfw.efi"
RESTARTS = ["-action", "reboot=reset"]  # else QEMU ends at the first one


def conf(*lines):
    return {"loader/loader.conf": "".join(f"{line}\n" for line in ("log-level info", *lines))}


@pytest.mark.parametrize("path,name", [(WINDOWS, "auto-windows"), ("shellx64.efi", "auto-efi-shell"),
                                       ("System/Library/CoreServices/boot.efi", "auto-osx")])
def test_program(boot, path, name):
    """In place of the entry that stands first."""
    files = {path: built(PROGRAM), ENTRY: entry("/missing.elf"), **conf(f"default {name}")}
    machine = boot(files)
    machine.wait_for(f"^info: /{path} has ended; going back to the firmware$", source="e9")
    assert [attempt.path for attempt in read_attempts(machine.e9.text)] == [f"/{path}"]


def test_nobody_asks(boot):
    """The only entry fails, and no automatic one is tried in its place."""
    machine = boot({WINDOWS: built(PROGRAM), "shellx64.efi": built(PROGRAM), ENTRY: entry("/missing.elf"),
                    **conf("auto-reboot yes")})
    read_on(machine)
    machine.wait_for(TO_FIRMWARE, timeout=30)
    machine.e9.update()
    assert [attempt.path for attempt in read_attempts(machine.e9.text)] == ["/missing.elf"]


def test_default_is_not_there(boot):
    files = {"kernel.elf": elf_file([segment(exit_code(0x31))]), ENTRY: entry("/kernel.elf"),
             **conf("default auto-windows")}
    machine = boot(files)
    assert machine.wait_exit() >> 1 == 0x31
    assert "no boot entry matches 'auto-windows'" in machine.e9.text


def test_power_off(boot):
    """Off, and not started anew."""
    machine = boot(conf("auto-poweroff yes", "default auto-poweroff"), extra=RESTARTS)
    assert machine.wait_exit() == 0
    assert machine.e9.text.count("booting Power Off The System (auto-poweroff)") == 1


def test_reboot(boot):
    machine = boot(conf("auto-reboot yes", "default auto-reboot"), extra=RESTARTS)
    for _ in range(2):
        machine.wait_for(r"booting Reboot The System \(auto-reboot\)", source="e9", timeout=90)


def test_firmware_setup(boot):
    machine = boot(conf("default auto-reboot-to-firmware-setup"), extra=RESTARTS)
    machine.wait_for(r"booting Reboot Into Firmware Interface \(auto-reboot-to-firmware-setup\)", source="e9")
    machine.wait_for('BdsDxe: starting .* "UiApp"', timeout=90)
