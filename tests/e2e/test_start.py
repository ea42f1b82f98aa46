# SPDX-License-Identifier: BSD-2-Clause
"""
EFI images that the firmware starts: Linux as Debian ships it, to a shell; Debian's memtest86+, GRUB and systemd-boot;
and a program of the tests' own, which says what it was given. What comes back leaves nothing behind.
"""

import hashlib
import re
import subprocess

import pytest

from harness import dtc
from harness.check import none_of
from harness.cpio import make_cpio
from harness.debian import debian
from harness.files import ENTRY, injected
from harness.injection import not_given_back, read_counts, read_returns
from harness.messages import read_messages
from harness.paths import PROGRAM, built, tool
from harness.refusal import read_on
from harness.terminal import Terminal

DEVICE_ERROR = 1 << 63 | 7
MEMTEST = ("memtest86+", "boot/memtest86+x64.efi")
MEMTEST_32 = ("memtest86+", "boot/memtest86+ia32.efi")
GRUB = ("grub-efi-amd64-bin", "usr/lib/grub/x86_64-efi/monolithic/grubx64.efi")
SYSTEMD_BOOT = ("systemd-boot-efi", "usr/lib/systemd/boot/efi/systemd-bootx64.efi")


def entries(*texts):
    """Entries that are tried in this order."""
    return {f"loader/entries/{i}.conf": f"sort-key {i:03}\n{text}" for i, text in enumerate(texts)}


def told(text, key):
    """What program.efi said of that, each time that it ran."""
    return re.findall(rf"^program: {key}=(.*)$", text, re.MULTILINE)


def units(text):
    """As program.efi tells UTF-16."""
    data = text.encode("utf-16-le")
    return " ".join(f"{data[i] | data[i + 1] << 8:04x}" for i in range(0, len(data), 2))


# ---- Linux ----

INIT = b"""#!/bin/busybox sh
/bin/busybox mkdir /proc
/bin/busybox mount -t proc proc /proc
/bin/busybox echo init: here is a shell
exec /bin/busybox sh
"""
LINUX_OPTIONS = "quiet panic=-1 baton.words=\"two  blanks\" baton.last"
# The kernel's package, busybox's, and the kernel's name for the serial port.
LINUX = {"x86_64": ("linux-image-cloud-amd64", "busybox-static", "ttyS0"),
         "aarch64": ("linux-image-cloud-arm64:arm64", "busybox-static:arm64", "ttyAMA0")}


def command_line(arch):
    return f"console={LINUX[arch][2]} {LINUX_OPTIONS}"


def linux(arch, *lines):
    """Debian's kernel and busybox in an initrd of an odd size, with an entry of these lines and the command line."""
    kernel, busybox, _ = LINUX[arch]
    lines = ("linux /vmlinuz", *lines, f"options {command_line(arch)}")
    return {"vmlinuz": debian(kernel, "boot/vmlinuz-*"), ENTRY: "".join(f"{line}\n" for line in lines),
            "boot/first.img": make_cpio(("init", INIT), ("bin/busybox", debian(busybox, "bin/busybox").read_bytes()))}


def at_its_shell(machine, *dialogue):
    """Commands that busybox's shell is given, with the lines that they must answer. Then the machine is switched off."""
    machine.wait_for("init: here is a shell$", timeout=180)  # behind the last of the loader's progress, on a busy machine
    machine.wait_for("# $", prompt=True)
    for command, answer in dialogue:
        machine.send(command + "\n")
        machine.wait_for(f"^{answer}$")
    machine.send("/bin/busybox poweroff -f\n")
    assert machine.wait_exit() == 0


@pytest.mark.parametrize("arch, firmware", [("x86_64", "4M"), ("x86_64", "2M"), ("aarch64", "edk2"), ("aarch64", "uboot")])
def test_linux(boot, arch, firmware):
    """Debian's kernel, with two initrds, of which the second lies behind the odd end of the first: up to a shell."""
    files = {**linux(arch, "initrd /boot/first.img", "initrd /boot/second.img"),
             "boot/second.img": make_cpio(("srv/marker", b"from the second\n")),
             "loader/loader.conf": "log-level info\n"}
    assert len(files["boot/first.img"]) % 4 != 0
    machine = boot(files, arch=arch, firmware=firmware)
    machine.wait_for("^info: starting /vmlinuz$", source="e9")
    at_its_shell(machine, ("echo $((6 * 7))", "42"), ("/bin/busybox cat /srv/marker", "from the second"),
                 ("/bin/busybox cat /proc/cmdline", re.escape(command_line(arch))))


SAYS = "/ { fragment@0 { target-path = \"/\"; __overlay__ { baton,%s = \"%s\"; }; }; };\n"


def test_linux_with_a_device_tree(boot, tmp_path):
    """The machine's own tree, with a property more, in the firmware's place; and an overlay's property."""
    own = tmp_path / "own.dtb"
    subprocess.run([tool("qemu-system-aarch64"), "-machine", f"virt,acpi=off,dumpdtb={own}", "-cpu", "cortex-a72", "-m",
                    "256M"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tree = dtc.merged(own.read_bytes(), dtc.overlay(SAYS % ("entry", "this is of the entry")))
    files = {**linux("aarch64", "initrd /boot/first.img", "devicetree /board.dtb", "devicetree-overlay /more.dtbo"),
             "board.dtb": tree, "more.dtbo": dtc.overlay(SAYS % ("overlay", "this is of the overlay"))}
    machine = boot(files, arch="aarch64", extra=("-machine", "acpi=off"))
    at_its_shell(machine, ("/bin/busybox mkdir /sys; /bin/busybox mount -t sysfs sysfs /sys; echo done", "done"),
                 *((f"/bin/busybox tr '\\0' '\\n' </proc/device-tree/baton,{where}", f"this is of the {where}")
                   for where in ("entry", "overlay")))


def test_extra_files(boot):
    """They are where systemd looks for them, behind an initrd of an odd size."""
    files = {**linux("x86_64", "extra /os/a.cred", "extra /b.sysext.raw", "initrd /boot/first.img", "extra /c.confext.raw"),
             "os/a.cred": b"a secret\n", "b.sysext.raw": bytes(range(256)) * 100, "c.confext.raw": b""}
    at_its_shell(boot(files),
                 ("cd /.extra; /bin/busybox find . -type f | /bin/busybox sort | /bin/busybox xargs echo",
                  r"\./confext/c\.confext\.raw \./credentials/a\.cred \./sysext/b\.sysext\.raw"),
                 ("/bin/busybox cat credentials/a.cred", "a secret"),
                 ("/bin/busybox stat -c %a credentials credentials/a.cred | /bin/busybox xargs echo", "500 400"),
                 ("/bin/busybox md5sum sysext/b.sysext.raw",
                  hashlib.md5(files["b.sysext.raw"]).hexdigest() + "  sysext/b.sysext.raw"))


# ---- what others made ----

def test_memtest(boot):
    """It gets its options: without them it would not talk to the serial port, and would wait before it tests."""
    files = {"memtest.efi": debian(*MEMTEST),
             ENTRY: "efi /memtest.efi\noptions console=ttyS0,115200 nopause nosmp keyboard=legacy\n"}
    # With more memory it measures the caches for a minute, whatever it is told.
    machine = boot(files, screen="vga", memory="128M")
    machine.wait_for(r"^info: starting /memtest\.efi$", source="e9")
    machine.wait_for("Status: Testing", prompt=True)
    machine.send("\x1b")
    assert machine.wait_exit() == 0


def comes_back(machine, runs, path):
    """inject.efi has the machine again after each run, without an error; the firmware has what it had."""
    machine.wait_exit()
    text = machine.e9.text
    assert text.count(f"info: {path} has ended; going back to the firmware\n") == runs
    assert [(run["status"], run["open"]) for run in read_returns(text)] == [(0, 0)] * runs
    counts = read_counts(text)
    # The first run may make the firmware, and a program, take memory for good.
    none_of(problem for i in range(2, 2 * runs, 2) for problem in not_given_back(*counts[i:i + 2]))


def test_grub(start, disk):
    files = {"EFI/debian/grubx64.efi": debian(*GRUB), ENTRY: "efi /EFI/debian/grubx64.efi\n"}
    machine = start(disk(injected(files, runs=2)))
    for _ in range(2):
        machine.wait_for("grub> ", prompt=True)
        machine.send("exit\r")
    comes_back(machine, 2, "/EFI/debian/grubx64.efi")


def test_systemd_boot(start, disk):
    """From the menu, to which it comes back. It reads the same configuration, and shows what is in it."""
    files = {"EFI/systemd/systemd-bootx64.efi": debian(*SYSTEMD_BOOT), "loader/loader.conf": "timeout menu-force\n",
             "vmlinuz": b"nobody starts it",
             **entries("title The other one\nefi /EFI/systemd/systemd-bootx64.efi\n",
                       "title Something else\nlinux /vmlinuz\n")}
    machine = start(disk(injected(files, runs=2)))
    terminal = Terminal(machine)
    for _ in range(2):
        terminal.wait(lambda text: "> The other one" in text and "ended" not in text, "Baton's menu")
        machine.send("\r")
        terminal.wait(lambda text: "Something else" in text and "Enter boot" not in text, "systemd-boot's menu")
        machine.send("Q")
        assert re.search("> The other one +ended", terminal.wait_for("Enter boot"))
        machine.send("q")
    machine.wait_exit()
    assert [(run["status"], run["open"]) for run in read_returns(machine.e9.text)] == [(0, 0)] * 2


# ---- a program that says what it was given ----

WORDS = "Größe=ä € 𝄞 words"


def test_program(start, disk):
    """
    Tried in order: one that comes back with an error and many pages of words, one with an unknown error, and one that
    ends well and without options. The last is never tried.
    """
    files = {"EFI/tools/program.efi": built(PROGRAM), "programm für ä.efi": built(PROGRAM),
             **entries(f"efi /EFI/tools/program.efi\noptions {WORDS} status={DEVICE_ERROR:#x}\n",
                       "kernel /programm für ä.efi\noptions status=0x8000000000012345\n",
                       "efi \\EFI\\TOOLS\\Program.efi\noptions\n", "efi /EFI/tools/program.efi\noptions leave\n")}
    machine = start(disk(injected(files, runs=3)))
    read_on(machine, 3 * 2)
    comes_back(machine, 3, "/EFI/TOOLS/Program.efi")
    text = machine.e9.text
    options = [units(f"{WORDS} status={DEVICE_ERROR:#x}\0"), units("status=0x8000000000012345\0"), ""]
    paths = ["\\EFI\\tools\\program.efi", "\\programm für ä.efi", "\\EFI\\TOOLS\\Program.efi"]
    assert told(text, "options") == 3 * options
    assert told(text, "path") == 3 * [units(f"{path}\0") for path in paths]
    assert told(text, "volume") == 3 * 3 * ["opens"]
    assert [" ".join(message.split()) for message in read_messages(text)] == 3 * [
        f"error: /EFI/tools/program.efi: was started, and came back with EFI_DEVICE_ERROR: {159 * 'w'}.",
        "error: /programm für ä.efi: was started, and came back with status 0x8000000000012345."]


def test_unified_image_by_an_entry(boot):
    """Its profile stands before its options, and alone without any. An image in a network is no entry here."""
    failing = f"uki /os/program.efi\noptions status={DEVICE_ERROR:#x}\n"
    files = {"os/program.efi": built(PROGRAM), "loader/loader.conf": "log-level info\n",
             **entries("uki-url http://example.com/os.efi\n", failing + "profile 2\ninitrd /missing.img\n",
                       failing + "profile 0\n", "profile 1\nuki os\\program.efi\n")}
    machine = boot(files)
    read_on(machine, 2)
    machine.wait_for(r"^info: /os/program\.efi has ended", source="e9")
    text = machine.e9.text
    assert told(text, "options") == [units(f"@2 status={DEVICE_ERROR:#x}\0"), units(f"status={DEVICE_ERROR:#x}\0"),
                                     units("@1\0")]
    assert "info: /loader/entries/0.conf: is started from a network (uki-url), which Baton does not do\n" in text
    assert "warning: /loader/entries/1.conf:5: 'initrd' does nothing with 'uki', whose image" in text


def test_back_to_the_firmware(boot):
    """Not by way of inject.efi: a program that ends well ends the loader, and the firmware goes on."""
    files = {"program.efi": built(PROGRAM), **entries("efi /program.efi\n", "efi /program.efi\noptions leave\n")}
    machine = boot(files)
    machine.wait_for(r"^info: /program\.efi has ended; going back to the firmware$", source="e9")
    machine.wait_for("^BdsDxe: starting .* \"UiApp\"")
    assert "failed to start" not in machine.serial.text


def joined(*initrds):
    """As Linux wants them: each begins at a multiple of 4."""
    whole = b""
    for content in initrds:
        whole += bytes(-len(whole) % 4 if content else 0) + content
    return whole


def checksum(data):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return value


def test_initrds(boot):
    """Of every odd size, with an empty one among them, and twice the same file: byte by byte."""
    initrds = [bytes(range(256)) * 401 + b"x", b"", b"ab", b"end" * 10001, b"full"]
    names = [f"initrd{i}" for i in range(len(initrds))] + ["initrd2"]
    failing = f"linux /program.efi\noptions initrd status={DEVICE_ERROR:#x}\n"
    files = {**dict(zip(names, initrds)), "program.efi": built(PROGRAM),
             **entries(failing + "".join(f"initrd /{name}\n" for name in names), failing + "initrd /initrd1\n",
                       "linux /program.efi\noptions initrd leave\ninitrd /initrd2\n")}
    machine = boot(files)
    read_on(machine, 2)
    machine.expect_success(refusals=True)
    wholes = [joined(*initrds, initrds[2]), None, initrds[2]]
    assert told(machine.e9.text, "initrd") == [f"{len(whole)} sum={checksum(whole):#x}" if whole else "none"
                                               for whole in wholes]


def test_for_another_machine(start, disk):
    """A program for another machine, which OVMF would load and not start: said, and the next entry is tried."""
    files = {"ia32.efi": debian(*MEMTEST_32), "program.efi": built(PROGRAM),
             **entries("efi /ia32.efi\n", "efi /program.efi\n")}
    machine = start(disk(injected(files, runs=3)))
    read_on(machine, 3)
    comes_back(machine, 3, "/program.efi")
    assert [" ".join(message.split()) for message in read_messages(machine.e9.text)] == 3 * [
        "error: /ia32.efi: is built for ia32 (PE machine 0x14c), and this machine is x64. Take the one for x64."]
