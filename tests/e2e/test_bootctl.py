# SPDX-License-Identifier: BSD-2-Clause
"""The Boot Loader Interface between Baton and Debian's bootctl, in a guest that is booted several times."""

import re
import uuid

from harness.debian import debian
from harness.disk import partition_guid
from harness.guest import KERNEL, Guest, make_guest
from harness.paths import LOADER, TREE, built

ENTRY = "linux /vmlinuz\ninitrd /guest.img\noptions console=ttyS0 quiet panic=-1\n"
SETUP = "auto-reboot-to-firmware-setup"  # OVMF has one
VERSION = (TREE / "VERSION").read_text().strip()
# What `bootctl status` calls the features of LoaderFeatures that Baton has; all others it has not.
FEATURES = {"Menu timeout control", "One-shot menu timeout control", "Default entry control", "One-shot entry control",
            "Boot counting", "Support for XBOOTLDR partition", "Support for passing random seed to OS",
            "Support Type #1 sort-key field", "Support @saved pseudo-entry", "Support Type #1 devicetree field",
            "Boot loader sets ESP information"}
VOLATILE = 6  # for boot services and at run time


def marks(status):
    """The features in what `bootctl status` says: those that are there, and those that are not."""
    found = re.findall("^ *(?:Features: )? *([✓✗]) (.*)$", status, re.MULTILINE)
    return [{name for mark, name in found if mark == which} for which in "✓✗"]


def entries(guest):
    """The id of each entry that `bootctl list` has: what it says of the entry beside its title."""
    said = guest.ask("bootctl list")
    return {entry_id: set(re.findall(r"\((\w+)\)", title)) - {"Type"} for title, entry_id
            in re.findall(r"^ *title: (.*)\n *id: (\S+)$", said, re.MULTILINE)}


def test_bootctl(start, disk):
    image = disk({"EFI/BOOT/BOOTX64.EFI": built(LOADER), "vmlinuz": debian(KERNEL, "boot/vmlinuz-*"),
                  "guest.img": make_guest(), "loader/loader.conf": "default first.conf\n",
                  "loader/entries/first.conf": f"title The first\n{ENTRY}",
                  "loader/entries/second.conf": f"title The second\n{ENTRY}",
                  "loader/entries/third.conf": f"title The third\n{ENTRY}"})
    partition = uuid.UUID(bytes_le=partition_guid(image))

    # What the loader tells.
    machine = start(image, saved=None)
    guest = Guest(machine)
    status = guest.ask("bootctl status")
    loader = re.search("^Current Boot Loader:\n((?:.+\n)+)", status, re.MULTILINE)[1]
    assert re.search(f"^ *Product: Baton {re.escape(VERSION)}$", loader, re.MULTILINE), status
    there, missing = marks(loader)
    assert there == FEATURES and "Load drop-in drivers" in missing
    assert f"ESP: /dev/disk/by-partuuid/{partition}\n" in loader
    assert re.search("^ *File: .*/EFI/BOOT/BOOTX64.EFI$", loader, re.MULTILINE)
    assert re.search(r"^ *Firmware: UEFI 2\.70 \(EDK II 1\.00\)$", status, re.MULTILINE)
    default = status.split("Default Boot Loader Entry:")[1]
    assert re.search("^ *title: The first\n *id: first.conf$", default, re.MULTILINE)
    assert entries(guest) == {"first.conf": {"default", "selected"}, "second.conf": set(), "third.conf": set(),
                              SETUP: set()}
    times = [int(guest.read_variable(f"LoaderTime{when}USec")[1]) for when in ("Init", "Exec")]
    assert 0 < times[0] < times[1] < times[0] + 60_000_000
    assert guest.read_variable("LoaderInfo") == (VOLATILE, f"Baton {VERSION}")
    assert guest.read_variable("LoaderEntryLastBooted") is None

    # What it is told: once, and then never again.
    guest.ask("bootctl set-default third.conf")
    guest.ask("bootctl set-oneshot second.conf")
    guest.power_off()
    machine = start(image, variables=machine.variables, saved=None)
    machine.wait_for("^info: LoaderEntryOneShot: second.conf is booted this once$", source="e9")
    guest = Guest(machine)
    assert guest.read_variable("LoaderEntryOneShot") is None
    assert entries(guest) == {"first.conf": set(), "second.conf": {"selected"}, "third.conf": {"default"}, SETUP: set()}

    # What is kept: the default, in place of loader.conf's.
    guest.power_off()
    machine = start(image, variables=machine.variables, saved=None)
    machine.wait_for(r"^info: booting /vmlinuz \(/loader/entries/third\.conf\)$", source="e9")
    guest = Guest(machine)
    assert entries(guest)["third.conf"] == {"default", "selected"}

    # Nothing was booted yet since `@saved` is the default, so loader.conf's is.
    guest.ask("bootctl set-default @saved")
    guest.ask("bootctl set-timeout-oneshot 7")
    guest.power_off()
    machine = start(image, variables=machine.variables, saved=None)
    machine.wait_for("^info: LoaderConfigTimeoutOneShot: the menu for 7 seconds$", source="e9")
    machine.wait_for(r"^info: booting /vmlinuz \(/loader/entries/first\.conf\)$", source="e9")
    guest = Guest(machine)
    assert guest.read_variable("LoaderConfigTimeoutOneShot") is None
    assert guest.read_variable("LoaderEntryLastBooted") == (VOLATILE | 1, "first.conf")
    guest.power_off()
