# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the host command share, and what they need to look at the disks that it makes."""

import os
import shlex
import struct
import subprocess
import time
from pathlib import Path

from .paths import BUILD, tool

BATON = BUILD / "baton"
MIB = 1 << 20
PARTITION = 1 * MIB
SUCCESS, FAILURE = 0x10, 0x11


def refusal(done, code=2):
    """What a refusing command said: one message, on standard error."""
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    return done.stderr


def folder_of_tools(folder, *names):
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(tool(name))
    return folder


def pe(machine=0x8664, subsystem=10):
    head = b"MZ" + bytes(58) + struct.pack("<I", 64)
    return head + b"PE\0\0" + struct.pack("<H", machine) + bytes(18 + 68) + struct.pack("<H", subsystem) + bytes(400)


def boot_sector(code=b""):
    return code.ljust(510, b"\0") + b"\x55\xaa" + bytes(512)


def printed(done):
    """The words of a printed command."""
    assert done.returncode == 0, done.stderr
    return shlex.split(done.stdout.replace("\\\n", " "))


def disk_of(done):
    """The disk that a printed command boots, and whether it would be changed."""
    drive = next(word for word in printed(done) if word.startswith("if=none"))
    return Path(drive.partition("file=")[2]), "snapshot=on" not in drive


def mtools(disk, name, *words):
    done = subprocess.run([tool(name), "-i", f"{disk}@@{PARTITION}", *words], capture_output=True, check=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    return done.stdout


def read(disk, path):
    return mtools(disk, "mtype", f"::{path}")


def listing(disk):
    return sorted(line[2:] for line in mtools(disk, "mdir", "-/", "-b", "::").decode().splitlines() if line)


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)
