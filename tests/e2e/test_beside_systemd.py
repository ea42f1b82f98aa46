# SPDX-License-Identifier: BSD-2-Clause
"""
The same disk with Debian's systemd-boot and with Baton: both start the same entry with the same options. What differs
on purpose is a row of "Beside systemd-boot" in docs/config.md, and a row here that says so.
"""

import re

import pytest

from harness.debian import debian
from harness.paths import LOADER, PROGRAM, built

FOLDER = "loader/entries"


def tool(name, *lines, efi="/p/program.efi"):
    """An entry that says its name when it is started, and ends the machine."""
    return {f"{FOLDER}/{name}": "\n".join([f"title {name}", f"efi {efi}", f"options {name} leave", *lines]) + "\n"}


def sorted_tools(*names):
    return {path: text for name in names for path, text in tool(name).items()}


def conf(text):
    """Three entries, of which `a.conf` comes first, and this loader.conf."""
    return {**tool("a.conf", "sort-key a"), **tool("b.conf", "sort-key b"), **tool("c.conf", "sort-key c"),
            "loader/loader.conf": text}


# Single quotes are left out: Debian's version, 252, does not know them yet.
# What is on the disk, and what options the program is started with.
SAME = {
    "plain": (tool("x.conf"), "x.conf leave"),
    "quotes": ({f"{FOLDER}/x.conf": "title \"A\"\nefi \"/p/program.efi\"\noptions \"a 'b' leave\"\n"}, "a 'b' leave"),
    "quotes-within": ({f"{FOLDER}/x.conf": "title A\nefi /p/program.efi\noptions \"a\" leave \"b\"\n"},
                      'a" leave "b'),
    "slashes": (tool("x.conf", efi="//p//program.efi"), "x.conf leave"),
    "dot": (tool("x.conf", efi="./p/./program.efi"), "x.conf leave"),
    "dot-dot": (tool("x.conf", efi="/q/../p/program.efi"), "x.conf leave"),
    "carriage-returns": ({f"{FOLDER}/x.conf": "title A\refi /p/program.efi\r\roptions a leave\r"}, "a leave"),
    "default": (conf("timeout 1\ndefault b.conf\n"), "b.conf leave"),
    "default-in-quotes": (conf("timeout 1\ndefault \"b.conf\"\n"), "b.conf leave"),
    "default-after-returns": (conf("timeout 1\rdefault b.conf\r\r"), "b.conf leave"),
    "default-in-capitals": (conf("timeout 1\ndefault B.CONF\n"), "b.conf leave"),
    "newest": (sorted_tools("os-1.9.conf", "os-1.10.conf"), "os-1.10.conf leave"),
    "letters": (sorted_tools("a.conf", "b.conf"), "b.conf leave"),
}
# The same, and what Baton starts instead.
DIFFERENT = {
    "arch": (sorted_tools("arch.conf", "arch-fallback.conf", "arch-lts.conf"), "arch.conf leave", "arch-lts.conf leave"),
}


@pytest.fixture
def started(start, disk):
    """started(files, loader): the options that the first program is started with."""

    def make(files, loader):
        machine = start(disk({"EFI/BOOT/BOOTX64.EFI": loader, "p/program.efi": built(PROGRAM), "q/x": b"x",
                              "loader/loader.conf": "timeout 1\n", **files}))
        machine.wait_exit(120)
        machine.e9.update()
        words = re.search("^program: options=(.*)$", machine.e9.text, re.MULTILINE)[1].split()
        return "".join(chr(int(word, 16)) for word in words).rstrip("\0")

    return make


def systemd_boot():
    return debian("systemd-boot-efi", "usr/lib/systemd/boot/efi/systemd-bootx64.efi")


@pytest.mark.parametrize("case", SAME)
def test_same(started, case):
    files, options = SAME[case]
    assert (started(files, systemd_boot()), started(files, built(LOADER))) == (options, options)


@pytest.mark.parametrize("case", DIFFERENT)
def test_different(started, case):
    files, theirs, ours = DIFFERENT[case]
    assert (started(files, systemd_boot()), started(files, built(LOADER))) == (theirs, ours)


def test_installed_beside(start, disk):
    """In a folder of its own, started by systemd-boot from an entry: it reads the same entries, and is none of them
    itself."""
    machine = start(disk({"EFI/BOOT/BOOTX64.EFI": systemd_boot(), "EFI/baton/batonx64.efi": built(LOADER),
                          "p/program.efi": built(PROGRAM), "loader/loader.conf": "timeout 0\ndefault baton.conf\n",
                          f"{FOLDER}/baton.conf": "title Baton\nefi /EFI/baton/batonx64.efi\n",
                          **tool("program.conf")}))
    machine.wait_exit(120)
    machine.e9.update()
    lines = machine.e9.text.split("\n")
    assert ("info: /loader/entries/baton.conf: /EFI/baton/batonx64.efi is this loader itself, so the entry is left out"
            in lines)
    assert "info: booting /p/program.efi (/loader/entries/program.conf)" in lines
    assert any(line.startswith("program: options=") for line in lines)
