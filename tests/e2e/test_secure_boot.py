# SPDX-License-Identifier: BSD-2-Clause
"""
A machine on which Secure Boot is on: Debian's OVMF, with its snakeoil key. What is signed by it is started, and nothing
else, neither by the firmware nor by Baton.
"""

import re

import pytest

from harness.cpio import make_cpio
from harness.debian import debian
from harness.files import entry
from harness.messages import read_messages
from harness.paths import LOADER, PROGRAM, built, kernel
from harness.refusal import end_of_tries, read_on
from harness.signing import Signer
from harness.terminal import Terminal
from harness.unified import with_sections

INIT = b"""#!/bin/busybox sh
/bin/busybox mkdir /proc
/bin/busybox mount -t proc proc /proc
/bin/busybox echo init: here is a shell
exec /bin/busybox sh
"""
FORBIDDEN = "which nobody verifies, nor its modules, and Secure Boot is on. "
STUB = ("systemd-boot-efi", "usr/lib/systemd/boot/efi/linuxx64.efi.stub")


@pytest.fixture(scope="session")
def signed(tmp_path_factory):
    """signed(program): the same, signed by a key that the machines here trust."""
    return Signer(tmp_path_factory.mktemp("signed"))


@pytest.fixture
def secure(boot, signed):
    """secure(files): a machine on which Secure Boot is on boots Baton, which is signed, from a disk with these."""

    def make(files, **options):
        machine = boot({"EFI/BOOT/BOOTX64.EFI": signed(built(LOADER)), **files}, firmware="secure", **options)
        machine.wait_for("^info: Secure Boot is on$", source="e9")
        return machine

    return make


def entries(*texts):
    """Entries that are tried in this order."""
    return {f"loader/entries/{i}.conf": f"sort-key {i:03}\n{text}" for i, text in enumerate(texts)}


def test_firmware_verifies(boot):
    """Else nothing here would show anything: the loader without a signature is not even started."""
    machine = boot({}, firmware="secure")
    machine.wait_for("^BdsDxe: failed to load .*: Access Denied")
    machine.e9.update()
    assert "Baton" not in machine.e9.text


def test_kernels_are_refused(secure):
    """Whatever they are, and whatever is in them; then the firmware goes on."""
    files = {"high.elf": kernel("report-high.elf"), "flat.bin": kernel("report-flat.bin"),
             "broken.elf": b"\x7fELF", "module": b"a module",
             **entries(entry("/high.elf", "module /module"), entry("/flat.bin"), entry("/broken.elf"))}
    machine = secure(files)
    read_on(machine, 3)
    mend = "Boot a signed EFI program, or switch Secure Boot off in the firmware's setup."
    assert [" ".join(message.split()) for message in read_messages(end_of_tries(machine))] == [
        f"error: /high.elf: is an ELF kernel, {FORBIDDEN}{mend}",
        f"error: /flat.bin: is a flat kernel, {FORBIDDEN}{mend}",
        f"error: /broken.elf: is an ELF kernel, {FORBIDDEN}{mend}"]


def test_programs(secure, signed):
    """The signed one is started, with its options; the unsigned one before it is refused, and so is a damaged one."""
    good = signed(built(PROGRAM))
    damaged = bytearray(good.read_bytes())
    damaged[len(built(PROGRAM).read_bytes()) // 2] ^= 1
    files = {"unsigned.efi": built(PROGRAM), "damaged.efi": bytes(damaged), "signed.efi": good,
             **entries("efi /unsigned.efi\n", "efi /damaged.efi\n", "efi /signed.efi\noptions a b\n")}
    machine = secure(files)
    read_on(machine, 2)
    machine.wait_for(r"^info: /signed\.efi has ended; going back to the firmware$", source="e9")
    messages = [" ".join(message.split()) for message in read_messages(machine.e9.text)]
    assert len(messages) == 2
    for path, message in zip(("/unsigned.efi", "/damaged.efi"), messages):
        assert re.fullmatch(f"error: {path}: the firmware does not let it start "
                            r"\(EFI_(ACCESS_DENIED|SECURITY_VIOLATION)\): Secure Boot wants a signature that this "
                            r"machine trusts\. Sign it, or enrol its key\.", message), message
    assert "program: options=0061 0020 0062 0000\n" in machine.e9.text


def test_editor_is_off(secure, signed):
    """Nobody verifies what would be typed there."""
    files = {"loader/loader.conf": "timeout menu-force\neditor yes\n", "signed.efi": signed(built(PROGRAM)),
             **entries("title Signed\nefi /signed.efi\noptions a b\n")}
    terminal = Terminal(secure(files))
    terminal.wait_for("> Signed")
    assert "a b" not in terminal.type("e", "Secure Boot is on")


def linux():
    return debian("linux-image-cloud-amd64", "boot/vmlinuz-*")


def initrd():
    return make_cpio(("init", INIT), ("bin/busybox", debian("busybox-static", "bin/busybox").read_bytes()))


def shows_shell(machine, command_line):
    machine.wait_for("^init: here is a shell$", timeout=180)
    machine.wait_for("# $", prompt=True)
    machine.send("/bin/busybox cat /proc/cmdline\n")
    machine.wait_for(f"^{re.escape(command_line)}$")
    machine.send("/bin/busybox poweroff -f\n")
    assert machine.wait_exit() == 0


def test_linux(secure, signed):
    """Debian's kernel without a signature of ours is refused, and with one boots, with an initrd that nobody signed."""
    words = "console=ttyS0 quiet panic=-1"
    files = {"debian": linux(), "signed": signed(linux()), "initrd.img": initrd(),
             **entries("linux /debian\n", f"linux /signed\ninitrd /initrd.img\noptions {words}\n")}
    machine = secure(files)
    read_on(machine)
    machine.wait_for("^info: starting /signed$", source="e9")
    shows_shell(machine, words)


@pytest.mark.parametrize("is_on", [True, False])
def test_options_of_unified_image(secure, boot, signed, tmp_path, is_on):
    """Where Secure Boot is on systemd's stub keeps to the command line that was signed, and else takes the entry's."""
    image = tmp_path / "unified.efi"
    own, given = "console=ttyS0 quiet panic=-1 own", "console=ttyS0 quiet panic=-1 given"
    image.write_bytes(with_sections(debian(*STUB), {".cmdline": own.encode(), ".linux": linux().read_bytes(),
                                                    ".initrd": initrd()}))
    files = {"image.efi": signed(image) if is_on else image, **entries(f"efi /image.efi\noptions {given}\n")}
    shows_shell(secure(files) if is_on else boot(files), own if is_on else given)
