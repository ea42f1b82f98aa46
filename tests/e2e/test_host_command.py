# SPDX-License-Identifier: BSD-2-Clause
"""
The host command, build/baton: what it says, the disks it makes, and, in the second half, the machines it runs. Every
test has its own folder for temporary files and leaves nothing in it, so all of them can run side by side.
"""

import hashlib
import os
import re
import shlex
import shutil
import signal
import struct
import subprocess
import time
import uuid
import zlib
from pathlib import Path

import pytest

from harness.elfmaker import TRIPLE_FAULT, elf_file, exit_code, say, segment
from harness.paths import BUILD, EXAMPLES, LOADER, TREE, built, kernel, tool

BATON = BUILD / "baton"
MIB = 1 << 20
PARTITION = 1 * MIB
SUCCESS, FAILURE = 0x10, 0x11
COMMANDS = ("run", "image", "check")

# ---- machine code for kernels; the first argument, struct baton *, is in rdi ----
HANG = b"\xfa\xf4\xeb\xfd"  # cli; 1: hlt; jmp 1b
PRINT_COMMAND_LINE = (b"\x48\x8b\x77\x28"  # mov rsi, [rdi + offsetof(command_line)]
                      b"\x66\xba\xf8\x03"  # mov dx, 0x3f8
                      b"\xac\x84\xc0\x74\x03\xee\xeb\xf8")  # 1: lodsb; test al, al; jz 2f; out dx, al; jmp 1b; 2:
WHITE_UPPER_HALF = (b"\x48\x8b\x87\x98\x00\x00\x00"  # mov rax, [rdi + offsetof(framebuffers.first)]
                    b"\x48\x8b\x38\x48\x8b\x48\x10"  # mov rdi, [rax + address]; mov rcx, [rax + size]
                    b"\x48\xd1\xe9\xb0\xff\xf3\xaa")  # shr rcx, 1; mov al, 0xff; rep stosb


@pytest.fixture
def temporary(tmp_path):
    folder = tmp_path / "temporary files"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(temporary):
    unwanted = ("DISPLAY", "WAYLAND_DISPLAY", "BATON_LOADER", "SOURCE_DATE_EPOCH")
    return {**{name: value for name, value in os.environ.items() if name not in unwanted}, "TMPDIR": str(temporary)}


@pytest.fixture
def baton(environment, temporary, tmp_path):
    """baton(words…, **environment): a finished process. It must have cleaned up, but for what `keeps` allows."""

    def run(*words, command=BATON, keeps=False, timeout=170, **extra):
        done = subprocess.run([str(word) for word in (built(command), *words)], env={**environment, **extra}, text=True,
                              errors="replace", cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=timeout)
        assert keeps or list(temporary.iterdir()) == []
        return done

    return run


@pytest.fixture
def make_kernel(tmp_path):
    """make_kernel(code, name): the path of a sound ELF kernel."""

    def make(code=exit_code(SUCCESS), name="kernel.elf"):
        path = tmp_path / name
        path.write_bytes(elf_file([segment(code)]))
        return path

    return make


def refusal(done, code=2):
    """What a refusing command said: one message, on standard error."""
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    return done.stderr


def folder_of_tools(folder, *names):
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(tool(name))
    return folder


# ---- help and mistakes ----

def test_help_names_every_command(baton):
    for words in (["--help"], ["-h"], ["help"]):
        done = baton(*words)
        assert done.returncode == 0 and done.stderr == ""
        for name in (*COMMANDS, "version", "--print-include-dir"):
            assert name in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(baton, name):
    shown = baton(name, "--help")
    assert shown.returncode == 0 and shown.stderr == ""
    assert shown.stdout.startswith(f"Usage: baton {name} ")
    assert shown.stdout == baton("help", name).stdout == baton(name, "-h").stdout
    assert "--config F" in shown.stdout and "--help" in shown.stdout
    assert max(len(line) for line in shown.stdout.splitlines()) <= 120


@pytest.mark.parametrize("word", ["help", "version", "--help", "--version", "--print-include-dir"])
def test_help_knows_the_words_that_it_lists(baton, word):
    done = baton("help", word)
    assert (done.returncode, done.stdout, done.stderr) == (0, baton("--help").stdout, "")
    assert word in done.stdout


def test_help_wins_over_what_is_missing(baton):
    assert baton("run", "--smp", "3", "--help").returncode == 0


def test_no_command_is_a_mistake_that_shows_help(baton):
    assert "Usage: baton" in refusal(baton())


@pytest.mark.parametrize("words, said", [
    (["run", "--modul", "x", "k.elf"], "unknown option --modul (did you mean --module?)"),
    (["run", "--screen=x", "k.elf"], "unknown option --screen (did you mean --screenshot?)"),
    (["run", "--tets", "k.elf"], "unknown option --tets (did you mean --test?)"),
    (["image", "--cmd", "x"], "unknown option --cmd (did you mean --cmdline?)"),
    (["run", "-z"], 'unknown option -z ("baton run --help" lists them)'),
    (["run", "--nothing-like-it"], 'unknown option --nothing-like-it ("baton run --help" lists them)'),
    (["run", "--smp"], "option --smp needs a value: --smp N"),
    (["run", "--test=yes", "k.elf"], "option --test takes no value"),
    (["rum"], "unknown command rum (did you mean run?)"),
    (["help", "imege"], "unknown command imege (did you mean image?)"),
    (["help", "verison"], "unknown command verison (did you mean version?)"),
    (["--versoin"], "unknown option --versoin (did you mean --version?)"),
    (["frobnicate"], '"baton --help" lists what there is'),
])
def test_mistakes_get_a_hint(baton, words, said):
    assert said in refusal(baton(*words))


@pytest.mark.parametrize("words, said", [
    ([], "Name a kernel, a disk image or an EFI application"),
    (["kernel.elf", "--smp", "0"], "--smp 0: expected a number from 1 to 255"),
    (["kernel.elf", "-m", "lots"], "-m lots: expected a size like 512M or 2G"),
    (["kernel.elf", "--timeout", "1.5"], "--timeout 1.5: expected a number"),
    (["kernel.elf", "--print", "--gdb"], "--print and --gdb do not go together"),
    (["missing.elf"], "missing.elf: No such file or directory"),
])
def test_run_refuses(baton, make_kernel, words, said):
    make_kernel()
    assert said in refusal(baton("run", *words))


@pytest.mark.parametrize("words, said", [
    (["--log-level", "loud"], "--log-level loud: expected error, warning, info or debug"),
    (["--cmdline", "a\nb"], "has a line end or another control character in it"),
    (["--cmdline", "x" * 4001], "over 4000 bytes are too long for one line"),
    (["--cmdline", "x", "--config", "kernel.elf"], "--cmdline and --config do not go together"),
    (["--module", "missing"], "missing: No such file or directory"),
    (["--module", "kernel.elf", "--module", "kernel.elf"], "/boot/modules/kernel.elf is already on the disk"),
    (["--module", "kernel.elf:/a b"], "cannot name a module with a blank in its path"),
    (["--config", "missing.conf"], "missing.conf: No such file or directory"),
    (["--firmware", "missing.fd"], "missing.fd: No such file or directory"),
    (["--loader", "missing.efi"], "missing.efi: No such file or directory"),
    (["--screenshot", "missing/s.png"], "missing/s.png: No such file or directory"),
    (["--e9", "."], ".: this is not a file, and only a file can be written here"),
])
def test_run_refuses_before_the_machine_starts(baton, make_kernel, words, said):
    assert said in refusal(baton("run", make_kernel(), *words), 1)


def test_version(baton):
    done = baton("version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"baton {(TREE / 'VERSION').read_text().strip()}\n", "")
    assert baton("--version").stdout == done.stdout


def test_include_folder_of_the_tree(baton):
    """A build folder elsewhere has none beside it, and that is said."""
    done = baton("--print-include-dir")
    if (BUILD.parent / "include" / "baton" / "baton.h").is_file():
        assert (done.returncode, done.stdout) == (0, f"{BUILD.parent}/include\n")
    else:
        assert "include" in refusal(done, 1)


def test_installed_command_finds_its_files(baton, make_kernel, tmp_path):
    prefix = tmp_path / "prefix"
    command = prefix / "bin" / "baton"
    for folder in ("bin", "share/baton", "include/baton"):
        (prefix / folder).mkdir(parents=True)
    shutil.copy2(built(BATON), command)
    words = ("image", "-o", "disk.img", make_kernel())

    message = refusal(baton(*words, command=command), 1)
    assert f"neither beside this program nor in {prefix}/bin/../share/baton" in message and "$BATON_LOADER" in message
    refusal(baton("--print-include-dir", command=command), 1)

    shutil.copy2(built(LOADER), prefix / "share/baton")
    shutil.copy2(TREE / "include/baton/baton.h", prefix / "include/baton")
    assert baton(*words, command=command).returncode == 0
    assert baton("--print-include-dir", command=command).stdout == f"{prefix}/include\n"


def test_loader_from_the_environment(baton, make_kernel, tmp_path):
    (tmp_path / "loader").write_bytes(b"another loader")
    assert baton("image", "-o", "disk.img", make_kernel(), BATON_LOADER="loader").returncode == 0
    assert read(tmp_path / "disk.img", "/EFI/BOOT/BOOTX64.EFI") == b"another loader"


# ---- missing tools ----

def test_a_missing_sgdisk_is_named_with_its_package(baton, make_kernel):
    message = refusal(baton("image", "-o", "disk.img", make_kernel(), PATH=""), 1)
    assert "sgdisk is missing: it is in Debian's package gdisk (apt-get install gdisk)" in message


def test_missing_mtools_are_named_with_their_package(baton, make_kernel, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "sgdisk").symlink_to(shutil.which("sgdisk", path=os.environ["PATH"] + ":/usr/sbin:/sbin"))
    message = refusal(baton("image", "-o", "disk.img", make_kernel(), PATH=str(tools)), 1)
    assert "mformat is missing: it is in Debian's package mtools (apt-get install mtools)" in message


def test_missing_qemu_is_named_with_its_package(baton, make_kernel, tmp_path):
    tools = folder_of_tools(tmp_path / "tools", "mformat", "mmd", "mcopy")
    message = refusal(baton("run", make_kernel(), PATH=str(tools)), 1)
    assert "qemu-system-x86_64 is missing: it is in Debian's package qemu-system-x86" in message


def test_firmware_without_its_variables_is_named(baton, make_kernel, tmp_path):
    (tmp_path / "OVMF_CODE_X.fd").write_bytes(b"")
    message = refusal(baton("run", "--firmware", "OVMF_CODE_X.fd", make_kernel()), 1)
    assert "OVMF_CODE_X.fd: its variable store is missing: the same name with VARS for CODE" in message


# ---- telling files apart ----

def pe(machine=0x8664, subsystem=10):
    head = b"MZ" + bytes(58) + struct.pack("<I", 64)
    return head + b"PE\0\0" + struct.pack("<H", machine) + bytes(18 + 68) + struct.pack("<H", subsystem) + bytes(400)


def boot_sector(code=b""):
    return code.ljust(510, b"\0") + b"\x55\xaa" + bytes(512)


@pytest.mark.parametrize("name, content, said", [
    ("text", b"hello, world", "starts with 68 65 6c 6c 6f 2c 20 77"),
    ("short", b"h", "starts with 68"),
    ("empty.bin", b"", "the file is empty"),
    ("disk.qcow2", b"QFI\xfb" + bytes(600), "qemu-img convert -O raw"),
    ("app.exe", pe(subsystem=3), "not for EFI (subsystem 3"),
    ("BOOTAA64.EFI", pe(machine=0xAA64), "for another machine (0xaa64"),
    ("cut.efi", pe()[:90], "cut off"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_files_that_are_nothing_to_run(baton, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    message = refusal(baton("run", name))
    assert name in message and said in message
    if "starts with" in said:
        assert "expected an ELF kernel, an EFI application, a raw disk image" in message


def test_a_folder_is_nothing_to_run(baton, tmp_path):
    assert "this is a folder" in refusal(baton("run", tmp_path))


def printed(done):
    """The words of a printed command."""
    assert done.returncode == 0, done.stderr
    return shlex.split(done.stdout.replace("\\\n", " "))


def disk_of(done):
    """The disk that a printed command boots, and whether it would be changed."""
    drive = next(word for word in printed(done) if word.startswith("if=none"))
    return Path(drive.partition("file=")[2]), "snapshot=on" not in drive


@pytest.mark.parametrize("name, content", [
    ("kernel", b"\x7fELF" + bytes(100)),
    ("elf.bin", b"\x7fELF" + boot_sector()[4:]),
    ("flat.bin", b"\xf4\xeb\xfd"),
    ("FLAT.BIN", b"MZ" + bytes(100)),
], ids=lambda value: value if isinstance(value, str) else "")
def test_kernels_get_a_disk_of_their_own(baton, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    disk, _ = disk_of(baton("run", "--print", name, keeps=True))
    assert read(disk, f"/boot/{name}") == content
    assert read(disk, "/EFI/BOOT/BOOTX64.EFI") == LOADER.read_bytes()


def test_efi_applications_are_what_the_firmware_starts(baton, tmp_path):
    (tmp_path / "some.thing").write_bytes(pe())
    disk, _ = disk_of(baton("run", "--print", "some.thing", keeps=True))
    assert read(disk, "/EFI/BOOT/BOOTX64.EFI") == pe()
    assert listing(disk) == ["/EFI/", "/EFI/BOOT/", "/EFI/BOOT/BOOTX64.EFI"]


@pytest.mark.parametrize("name, content", [
    ("gpt.img", bytes(512) + b"EFI PART" + bytes(600)),
    ("mbr.bin", boot_sector()),
], ids=lambda value: value if isinstance(value, str) else "")
def test_disks_are_used_as_they_are_and_never_changed(baton, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert disk_of(baton("run", "--print", name, keeps=True)) == (tmp_path / name, False)


@pytest.mark.parametrize("option", [["--module", "x"], ["--cmdline", "x"], ["--config", "x"], ["--log-level", "info"],
                                    ["--loader", "x"], ["--gdb"]])
def test_what_is_for_kernels_is_refused_for_others(baton, tmp_path, option):
    (tmp_path / "app.efi").write_bytes(pe())
    (tmp_path / "disk.img").write_bytes(boot_sector())
    assert f"{option[0]} is for a kernel, and app.efi is an EFI application" in refusal(baton("run", "app.efi", *option))
    assert f"{option[0]} is for a kernel, and disk.img is a disk" in refusal(baton("run", *option, "disk.img"))


def test_words_are_for_kernels(baton, tmp_path):
    (tmp_path / "app.efi").write_bytes(pe())
    assert "takes no words like word" in refusal(baton("run", "app.efi", "word"))
    assert "takes no words like --smp; options stand before it" in refusal(baton("run", "--test", "app.efi", "--smp"))


# ---- disks ----

def mtools(disk, name, *words):
    done = subprocess.run([tool(name), "-i", f"{disk}@@{PARTITION}", *words], capture_output=True, check=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    return done.stdout


def read(disk, path):
    return mtools(disk, "mtype", f"::{path}")


def listing(disk):
    return sorted(line[2:] for line in mtools(disk, "mdir", "-/", "-b", "::").decode().splitlines() if line)


def fat_facts(disk):
    """Sectors a cluster, and how many clusters the volume has: what makes it FAT32 and nothing else."""
    with open(disk, "rb") as file:
        file.seek(PARTITION)
        sector = file.read(512)
    cluster, reserved, fats = struct.unpack_from("<BHB", sector, 13)
    hidden, sectors, fat_size = struct.unpack_from("<III", sector, 28)
    assert (sector[82:90], hidden) == (b"FAT32   ", PARTITION // 512)
    return cluster, (sectors - reserved - fats * fat_size) // cluster


def check_gpt(disk):
    checked = subprocess.run([tool("sgdisk"), "--verify", str(disk)], capture_output=True, text=True)
    assert checked.returncode == 0 and "No problems found" in checked.stdout, checked.stdout + checked.stderr
    shown = subprocess.run([tool("sgdisk"), "--info=1", str(disk)], capture_output=True, text=True).stdout
    assert "C12A7328-F81F-11D2-BA4B-00A0C93EC93B" in shown and "First sector: 2048 " in shown
    assert "Partition name: 'EFI system partition'" in shown


def test_image_holds_what_was_asked_for(baton, make_kernel, tmp_path):
    (tmp_path / "initrd.img").write_bytes(b"initrd" * 1000)
    (tmp_path / "font").write_bytes(b"")
    done = baton("image", make_kernel(name="my kernel+1.elf"), "-o", "disk.img", "--module", "initrd.img:/lib/initrd",
                 "--module", "font", "--cmdline", 'root=/initrd  "quoted" \\x', "--log-level=debug")
    assert done.returncode == 0 and done.stderr == ""
    disk = tmp_path / "disk.img"
    assert listing(disk) == [
        "/EFI/", "/EFI/BOOT/", "/EFI/BOOT/BOOTX64.EFI", "/boot/", "/boot/modules/", "/boot/modules/font",
        "/boot/my_kernel_1.elf", "/lib/", "/lib/initrd", "/loader/", "/loader/entries/",
        "/loader/entries/my_kernel_1.conf", "/loader/loader.conf"]
    assert read(disk, "/loader/entries/my_kernel_1.conf").decode() == (
        "title my_kernel_1.elf\n"
        "kernel /boot/my_kernel_1.elf\n"
        "module /lib/initrd\n"
        "module /boot/modules/font\n"
        'options root=/initrd  "quoted" \\x\n'
        "log-level debug\n")
    assert read(disk, "/loader/loader.conf").decode() == "default my_kernel_1.conf\n"
    assert read(disk, "/lib/initrd") == b"initrd" * 1000
    assert read(disk, "/boot/modules/font") == b""
    assert read(disk, "/EFI/BOOT/BOOTX64.EFI") == LOADER.read_bytes()
    check_gpt(disk)


def test_image_without_options_has_no_empty_lines(baton, make_kernel, tmp_path):
    baton("image", "-o", "disk.img", make_kernel(), "--cmdline", "")
    assert read(tmp_path / "disk.img", "/loader/entries/kernel.conf") == b"title kernel.elf\nkernel /boot/kernel.elf\n"


def test_image_with_an_entry_file(baton, make_kernel, tmp_path):
    (tmp_path / "own.conf").write_text("title mine\nkernel /boot/kernel.elf\nmodule /m text for it\n")
    (tmp_path / "m").write_bytes(b"module")
    assert baton("image", "-o", "disk.img", "--config", "own.conf", make_kernel(), "--module", "m:m").returncode == 0
    assert read(tmp_path / "disk.img", "/loader/entries/kernel.conf") == (tmp_path / "own.conf").read_bytes()
    assert read(tmp_path / "disk.img", "/m") == b"module"


def test_image_of_folders_and_files(baton, tmp_path):
    root = tmp_path / "esp"
    (root / "a folder" / "empty").mkdir(parents=True)
    (root / "a folder" / "Long name with [brackets].txt").write_text("from the root")
    (root / "loader").mkdir()
    (root / "loader" / "loader.conf").write_text("from the root")
    (tmp_path / "x").write_text("from a file")
    done = baton("image", "-o", "disk.img", "--root", "esp", "--file", "x:/LOADER/Loader.conf", "--file", "x:new/deep/",
                 "--file", "x:/EFI/BOOT/BOOTX64.EFI")
    assert done.returncode == 0, done.stderr
    disk = tmp_path / "disk.img"
    assert [path for path in listing(disk) if not path.endswith("/")] == [
        "/EFI/BOOT/BOOTX64.EFI", "/a folder/Long name with [brackets].txt", "/loader/Loader.conf", "/new/deep/x"]
    assert "/a folder/empty/" in listing(disk)
    assert read(disk, "/loader/loader.conf") == read(disk, "/EFI/BOOT/BOOTX64.EFI") == b"from a file"


def test_files_win_over_what_is_generated(baton, make_kernel, tmp_path):
    (tmp_path / "loader.conf").write_text("default something-else\n")
    baton("image", "-o", "disk.img", make_kernel(), "--file", "loader.conf:/loader/loader.conf")
    assert read(tmp_path / "disk.img", "/loader/loader.conf") == b"default something-else\n"


@pytest.mark.parametrize("words, said, code", [
    (["kernel.elf"], "Name the file to write: -o disk.img", 2),
    (["-o", "d.img"], "nothing to put on the disk", 2),
    (["-o", "d.img", "kernel.elf", "kernel.elf"], "one kernel at a time", 2),
    (["-o", "d.img", "boot.img"], "this is a disk image already", 2),
    (["-o", "d.img", "text"], "cannot tell what this is", 2),
    (["-o", "d.img", "--root", "folder", "--module", "text"], "--module is for a kernel, and none is given", 1),
    (["-o", "d.img", "--root", "missing"], "missing: No such file or directory", 1),
    (["-o", "d.img", "kernel.elf", "--file", "text"], "expected SOURCE:DESTINATION", 1),
    (["-o", "d.img", "kernel.elf", "--file", "text:"], "expected SOURCE:DESTINATION", 1),
    (["-o", "d.img", "kernel.elf", "--file", "text:/../x"], "cannot have . or .. in it", 1),
    (["-o", "d.img", "kernel.elf", "--file", "text:/a*b"], "a name on a FAT volume cannot have", 1),
    (["-o", "d.img", "kernel.elf", "--file", "text:/" + "n" * 196], "at most 195 letters", 1),
    (["-o", "d.img", "kernel.elf", "--file", "text:/boot"], "/boot would have to be a folder and a file", 1),
    (["-o", "d.img", "kernel.elf", "--size", "0"], "--size 0: expected a number of bytes", 1),
    (["-o", "d.img", "kernel.elf", "--size", "x"], "--size x: expected a number of bytes", 1),
    (["-o", "d.img", "kernel.elf", "--size", "100000001"], "a multiple of 512 bytes", 1),
    (["-o", "d.img", "kernel.elf", "--size", "1025G"], "a FAT32 disk has at most 1024 GiB", 1),
    (["-o", "d.img", "kernel.elf", "--size", "20M"], "the disk is too small: these files on FAT32 need 35 MiB", 1),
    (["-o", "d.img", "kernel.elf", "--size", "40M", "--file", "large:/large"], "the disk is too small", 1),
    (["-o", "d.img", "kernel.elf", "--file", "huge:/huge"], "huge: a file on a FAT volume is smaller than 4 GiB", 1),
    (["-o", "folder", "kernel.elf"], "folder: this is not a file, and only a file can be written here", 1),
    (["-o", "/dev/null", "kernel.elf"], "/dev/null: this is not a file", 1),
    (["-o", "missing/d.img", "kernel.elf"], "missing/d.img", 1),
])
def test_image_refuses_and_leaves_nothing(baton, make_kernel, tmp_path, words, said, code):
    make_kernel()
    (tmp_path / "text").write_text("text")
    (tmp_path / "folder").mkdir()
    (tmp_path / "boot.img").write_bytes(boot_sector())
    for name, size in (("large", 60 * MIB), ("huge", 4 << 30)):
        with open(tmp_path / name, "wb") as file:
            file.truncate(size)
    before = sorted(tmp_path.iterdir())
    assert said in refusal(baton("image", *words), code)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("size, cluster", [(None, 1), ("35M", 1), ("128M", 1), ("299M", 1), ("300M", 8), ("2G", 8)])
def test_image_sizes(baton, make_kernel, tmp_path, size, cluster):
    words = ["--size", size] if size else []
    assert baton("image", "-o", "disk.img", make_kernel(), *words).returncode == 0
    disk = tmp_path / "disk.img"
    if size:
        assert disk.stat().st_size == int(size[:-1]) * (MIB if size[-1] == "M" else 1 << 30)
    else:
        assert disk.stat().st_size <= 40 * MIB
    check_gpt(disk)
    sectors, clusters = fat_facts(disk)
    assert sectors == cluster and 65525 <= clusters < 1 << 28
    assert disk.stat().st_blocks * 512 < 8 * MIB  # what is empty takes no room


def test_image_grows_with_its_content(baton, make_kernel, tmp_path):
    """One large file, and so many small ones in folders that their names count."""
    module = os.urandom(70 * MIB)
    (tmp_path / "module").write_bytes(module)
    for folder in range(4):
        names = tmp_path / "root" / f"folder {folder}"
        names.mkdir(parents=True)
        for number in range(60):
            (names / f"{number:0>195}").write_bytes(b"1")
    done = baton("image", "-o", "disk.img", make_kernel(), "--module", "module", "--root", "root")
    assert done.returncode == 0, done.stderr
    assert 70 * MIB < (tmp_path / "disk.img").stat().st_size < 78 * MIB
    assert hashlib.sha256(read(tmp_path / "disk.img", "/boot/modules/module")).digest() == hashlib.sha256(module).digest()
    assert sum("/folder " in path for path in listing(tmp_path / "disk.img")) == 4 * 61


def test_image_ends_with_the_line_for_a_stick(baton, make_kernel):
    done = baton("image", "-o", "my disk.img", make_kernel())
    last = done.stdout.splitlines()[-1]
    assert last == "  sudo dd if='my disk.img' of=/dev/sdX bs=4M conv=fsync status=progress"
    assert "overwritten" in done.stdout


def test_image_is_reproducible(baton, make_kernel, tmp_path, environment):
    """Whatever the folder, the day, the time zone, the person's settings, the order of files in a folder."""
    words = ("image", make_kernel(), "--cmdline", "a b", "--root")
    for folder, names in (("one", "abcdefgh"), ("two", "hgfedcba")):
        (tmp_path / folder / "sub").mkdir(parents=True)
        for name in names:
            (tmp_path / folder / "sub" / name).write_text(name)
            os.utime(tmp_path / folder / "sub" / name, (hash(folder) % 10**9,) * 2)
    (tmp_path / ".mtoolsrc").write_text("mtools_lower_case=1\n")
    assert baton(*words, "one", "-o", "one.img").returncode == 0
    time.sleep(2.1)  # FAT's clock steps by two seconds
    done = baton(*words, "two", "-o", "two.img", TZ="Asia/Tokyo", HOME=str(tmp_path), LC_ALL="C")
    assert done.returncode == 0, done.stderr
    one, two = (tmp_path / "one.img").read_bytes(), (tmp_path / "two.img").read_bytes()
    assert one == two
    assert baton(*words, "one", "-o", "later.img", SOURCE_DATE_EPOCH="1600000000").returncode == 0
    assert (tmp_path / "later.img").read_bytes() != one
    assert b"2020-09-13" in mtools(tmp_path / "later.img", "mdir", "::/sub")
    assert b"2020-01-01" in mtools(tmp_path / "one.img", "mdir", "::/sub")


def test_unreadable_date_is_refused(baton, make_kernel):
    message = refusal(baton("image", "-o", "disk.img", make_kernel(), SOURCE_DATE_EPOCH="today"), 1)
    assert '$SOURCE_DATE_EPOCH is "today": expected seconds since 1970' in message


def test_tables_name_the_same_partition_twice(baton, make_kernel, tmp_path):
    """The backup GPT is where it must be, and the header of each points to the other."""
    baton("image", "-o", "disk.img", make_kernel(), "--size", "50000384")
    data = (tmp_path / "disk.img").read_bytes()
    last = len(data) // 512 - 1
    first, second = (struct.unpack_from("<8s16xQQQQ16sQ", data, at * 512) for at in (1, last))
    assert first[:3] == (b"EFI PART", 1, last) and second[:3] == (b"EFI PART", last, 1)
    assert first[3:6] == second[3:6] and (first[6], second[6]) == (2, last - 32)
    assert data[1024:1024 + 16384] == data[(last - 32) * 512:last * 512]
    assert uuid.UUID(bytes_le=first[5]).version == 4
    check_gpt(tmp_path / "disk.img")


def test_a_tool_that_fails_is_heard_and_the_old_image_stays(baton, make_kernel, tmp_path):
    tools = folder_of_tools(tmp_path / "tools", "mformat", "mmd")
    (tools / "mcopy").write_text("#!/bin/sh\necho chatter\necho the disk is on fire >&2\nexit 3\n")
    (tools / "mcopy").chmod(0o755)
    (tmp_path / "disk.img").write_text("old")
    make_kernel()
    before = sorted(tmp_path.iterdir())
    message = refusal(baton("image", "-o", "disk.img", "kernel.elf", PATH=str(tools)), 1)
    assert "mcopy failed with exit code 3" in message and "the disk is on fire" in message
    assert (tmp_path / "disk.img").read_text() == "old" and sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_image_leaves_nothing(make_kernel, tmp_path, temporary, environment, number):
    tools = folder_of_tools(tmp_path / "tools", "mformat", "mmd")
    (tools / "mcopy").write_text(f"#!/bin/sh\ntouch '{tmp_path}/tools/started'\nexec {tool('sleep')} 60\n")
    (tools / "mcopy").chmod(0o755)
    make_kernel()
    before = sorted(tmp_path.iterdir())
    process = subprocess.Popen([BATON, "image", "-o", "disk.img", "kernel.elf"], cwd=tmp_path, stderr=subprocess.PIPE,
                               env={**environment, "PATH": f"{tools}:/usr/bin:/bin"})
    wait_until((tools / "started").exists, 20)
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (-number, b"")
    assert sorted(tmp_path.iterdir()) == before and list(temporary.iterdir()) == []


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


# ---- the QEMU command ----

FAKE_QEMU = "#!/bin/sh\necho Available display backend types:\nprintf '%s\\n' none {}\n"


@pytest.mark.parametrize("backends, words, display, expected", [
    ("gtk sdl", [], "DISPLAY", "gtk"),
    ("sdl", [], "WAYLAND_DISPLAY", "sdl"),
    ("gtk", ["--headless"], "DISPLAY", "none"),
    ("gtk", ["--test"], "DISPLAY", "none"),
    ("gtk", [], "NO_DISPLAY", "none"),
])
def test_window_where_there_is_a_display(baton, make_kernel, tmp_path, backends, words, display, expected):
    tools = folder_of_tools(tmp_path / "tools", "mformat", "mmd", "mcopy")
    qemu = tools / "qemu-system-x86_64"
    qemu.write_text(FAKE_QEMU.format(backends))
    qemu.chmod(0o755)
    done = baton("run", "--print", make_kernel(), *words, keeps=True, **{"PATH": f"{tools}:/usr/bin:/bin", display: ":7"})
    argv = printed(done)
    assert argv[argv.index("-display") + 1] == expected and "no window" not in done.stderr


def test_a_qemu_without_windows_is_named(baton, make_kernel, tmp_path):
    tools = folder_of_tools(tmp_path / "tools", "mformat", "mmd", "mcopy")
    (tools / "qemu-system-x86_64").write_text(FAKE_QEMU.format("curses"))
    (tools / "qemu-system-x86_64").chmod(0o755)
    done = baton("run", "--print", make_kernel(), keeps=True, PATH=f"{tools}:/usr/bin:/bin", DISPLAY=":7")
    assert printed(done)[printed(done).index("-display") + 1] == "none"
    assert "no window" in done.stderr and "qemu-system-gui" in done.stderr


def test_options_reach_qemu(baton, make_kernel):
    done = baton("run", "-m2G", "--smp=3", "--print", "--test", make_kernel(), "--", "-name", "it's, a name", "-cpu",
                 "max", keeps=True)
    argv = printed(done)
    assert argv[argv.index("-m") + 1] == "2G" and argv[argv.index("-smp") + 1] == "3"
    assert argv[-4:] == ["-name", "it's, a name", "-cpu", "max"]
    assert "isa-debug-exit,iobase=0xf4,iosize=4" in argv and "q35,accel=tcg" in argv


def entry_of(done):
    return read(disk_of(done)[0], "/loader/entries/kernel.conf").decode().splitlines()


@pytest.mark.parametrize("words, options", [
    (["-v"], "options -v"),
    (["--help"], "options --help"),
    (["--smp", "3", "--test", "-m=9", "-"], "options --smp 3 --test -m=9 -"),
    (["one", "-v", "two", "--", "-name", "x"], "options one -v two"),
    (["--", "-v"], None),
])
def test_with_the_runner_first_all_words_are_the_kernels(baton, make_kernel, words, options):
    """cargo run -- -v"""
    done = baton("run", "--print", "--test", make_kernel(), *words, keeps=True)
    assert [line for line in entry_of(done) if line.startswith("options")] == ([options] if options else [])
    behind = words[words.index("--") + 1:] if "--" in words else []
    argv = printed(done)
    assert argv[len(argv) - len(behind):] == behind
    assert "-smp" not in argv and argv[argv.index("-m") + 1] == "512M"


@pytest.mark.parametrize("words", [["kernel.elf", "--test", "-v"], ["kernel.elf", "-v"]])
def test_otherwise_options_stand_anywhere(baton, make_kernel, words):
    make_kernel()
    assert "unknown option -v" in refusal(baton("run", *words))
    done = baton("run", *words[:-1], "word", "--print", "--smp", "3", keeps=True)
    assert printed(done)[printed(done).index("-smp") + 1] == "3"
    assert "options word" in entry_of(done)


@pytest.mark.parametrize("own, more", [
    ("kernel /boot/kernel.elf", "\nkaslr off\n"),
    ("kernel /boot/kernel.elf\nkaslr 7\n", ""),
    ("kernel /boot/kernel.elf\nload-address 17\n", ""),  # for the loader to refuse
])
def test_entry_file_decides_about_a_random_place(baton, make_kernel, tmp_path, own, more):
    """A run puts a kernel where it always is, unless the person's own file says something else."""
    (tmp_path / "own.conf").write_text(own)
    done = baton("run", "--print", "--config", "own.conf", make_kernel(), keeps=True)
    found = read(disk_of(done)[0], "/loader/entries/kernel.conf").decode()
    assert found == own + more
    assert (tmp_path / "own.conf").read_text() == own


def test_help_says_where_kernels_run(baton):
    shown = " ".join(baton("run", "--help").stdout.split())
    assert 'says "kaslr off". A file that is given with --config keeps its own kaslr line' in shown


def test_help_says_where_the_words_go(baton):
    shown = baton("run", "--help").stdout
    assert "all words behind KERNEL go to its command line" in shown and '"cargo run -- -v"' in shown


# ---- machines: from here on every test runs QEMU ----

def pixels(path):
    """The rows of a PNG file with 8 bits for red, green and blue (PNG specification, sections 5 and 9)."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", body)
            assert (depth, colour, interlace) == (8, 2, 0)
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    raw = zlib.decompress(packed)
    rows, above = [], bytes(3 * width)
    for y in range(height):
        kind, row = raw[y * (3 * width + 1)], bytearray(raw[y * (3 * width + 1) + 1:(y + 1) * (3 * width + 1)])
        for x in range(3 * width) if kind else ():
            left = row[x - 3] if x >= 3 else 0
            corner = above[x - 3] if x >= 3 else 0
            guess = (left, above[x], (left + above[x]) // 2,
                     min((left, above[x], corner), key=lambda value: abs(left + above[x] - corner - value)))[kind - 1]
            row[x] = (row[x] + guess) & 255
        above = bytes(row)
        rows.append(above)
    return rows


def check_white_upper_half(path):
    rows = pixels(path)
    half = len(rows) // 2
    assert all(set(row) == {255} for row in rows[:half])
    assert any(set(row) != {255} for row in rows[half:])


def test_success_and_words_as_cargo_gives_them(baton, make_kernel):
    """Cargo puts the path of the kernel, which has no ending, and its arguments behind the runner's words."""
    path = make_kernel(say(0x3F8, "\n<") + PRINT_COMMAND_LINE + say(0x3F8, ">\n") + exit_code(SUCCESS), "tests-1f2e3d")
    done = baton("run", "--test", "--cmdline", "first", path, "-v", "third word", "--help")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n<first -v third word --help>\n" in done.stdout.replace("\r", "")
    assert done.stderr == ""


def test_kernel_gets_its_modules(baton, tmp_path):
    """All the way: the tour prints each module's name, size and checksum as it finds them in memory."""
    one, two = b"initrd" * 1000, b"x"
    (tmp_path / "initrd.img").write_bytes(one)
    (tmp_path / "font").write_bytes(two)
    done = baton("run", "--test", "-m", "128M", "--module", "initrd.img:/lib/initrd", "--module", "font",
                 built(EXAMPLES / "tour-high.elf"), "exit")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"module (\S+), (\d+) bytes, crc32 ([0-9a-f]{8})", done.stdout) == [
        ("/lib/initrd", "6000", f"{zlib.crc32(one):08x}"), ("/boot/modules/font", "1", f"{zlib.crc32(two):08x}")]


def test_any_other_value_is_a_failure(baton, make_kernel):
    done = baton("run", "--test", make_kernel(exit_code(FAILURE)))
    assert done.returncode == 1
    assert "the kernel reported failure: it wrote 0x11 to port 0xF4 (success is 0x10)" in done.stderr


def run_until_it_hangs(baton, log, said, *words):
    """A run that times out, and its limit. One that was too short for a busy machine to get so far is done again."""
    for limit in (10, 20, 40, 80):
        done = baton("run", *words, "--timeout", str(limit), "--e9", log)
        assert done.returncode == 124, done.stdout + done.stderr
        if said in log.read_text(errors="replace"):
            return done, limit
    pytest.fail(f"{said} was not said within {limit} s: {done.stderr}")


def test_time_out_shows_what_was_said(baton, make_kernel, tmp_path):
    code = say(0x3F8, "\nalive on serial\n") + say(0xE9, "alive on 0xE9\n") + HANG
    done, limit = run_until_it_hangs(baton, tmp_path / "log", "alive on 0xE9\n", make_kernel(code), "--test")
    assert f"the kernel did not report to port 0xF4 within {limit} s" in done.stderr
    serial, e9 = done.stderr.split("---- port 0xE9, the loader's log: its last lines\n")
    assert "---- serial port: its last lines\n" in serial and "\nalive on serial\n" in serial
    assert "loader image at 0x" in e9 and e9.endswith("alive on 0xE9\n")
    assert "\x1b" not in done.stderr
    assert "alive on serial" in done.stdout  # as it came


def test_triple_fault_is_told(baton, make_kernel, tmp_path):
    done = baton("run", "--test", make_kernel(TRIPLE_FAULT))
    assert done.returncode == 1
    assert "the machine was reset before the kernel reported" in done.stderr and "triple fault" in done.stderr
    assert "---- port 0xE9" in done.stderr


def test_refusal_ends_a_test(baton, make_kernel, tmp_path):
    """Long before the time is over, and with the loader's own words, whole."""
    (tmp_path / "bad.elf").write_bytes(elf_file([segment(flags=7)]))
    started = time.monotonic()
    done = baton("run", "--test", "--timeout", "150", "bad.elf")
    assert done.returncode == 1 and time.monotonic() - started < 100
    assert "the loader has nothing that it can boot:\n  error: /boot/bad.elf: " in done.stderr
    assert "writable and executable" in done.stderr and "PHDRS" in done.stderr
    assert "info:" not in done.stderr and "----" not in done.stderr and "within" not in done.stderr


def test_entry_file_that_is_refused_ends_a_test(baton, make_kernel, tmp_path):
    (tmp_path / "own.conf").write_text("kernel /boot/kernel.elf\nload-address 17\n")
    done = baton("run", "--test", "--timeout", "150", "--config", "own.conf", make_kernel())
    assert done.returncode == 1
    said = r"^  error: \S+kernel\.conf:2: load-address 17 .*\n  error: /loader/entries: holds no entry"
    assert re.search(said, done.stderr, re.MULTILINE), done.stderr


def test_refusal_ends_only_tests(baton, tmp_path):
    """Else it stays on the screen."""
    (tmp_path / "bad.elf").write_bytes(elf_file([segment(flags=7)]))
    done, _ = run_until_it_hangs(baton, tmp_path / "log", "nothing is left to boot", "bad.elf", "--headless")
    assert "nothing that it can boot" not in done.stderr


def test_picture_of_the_moment_of_the_report(baton, make_kernel, tmp_path):
    done = baton("run", "--test", "--screenshot", "s.png", make_kernel(WHITE_UPPER_HALF + exit_code(SUCCESS)))
    assert (done.returncode, done.stderr) == (0, "")
    check_white_upper_half(tmp_path / "s.png")


def test_picture_at_the_time_out(baton, make_kernel, tmp_path):
    code = WHITE_UPPER_HALF + say(0xE9, "drawn") + HANG
    done, limit = run_until_it_hangs(baton, tmp_path / "log", "drawn", make_kernel(code), "--screenshot", "s.png")
    assert f"{limit} s are over" in done.stderr and "----" not in done.stderr
    check_white_upper_half(tmp_path / "s.png")


def test_picture_of_a_machine_that_ended(baton, make_kernel, tmp_path):
    done = baton("run", "--timeout", "100", "--screenshot", "s.png", make_kernel(WHITE_UPPER_HALF + TRIPLE_FAULT))
    assert done.returncode == 1 and "the machine was reset" in done.stderr
    check_white_upper_half(tmp_path / "s.png")


def test_no_screen_no_picture(baton, make_kernel, tmp_path):
    done = baton("run", "--test", "--screenshot", "s.png", make_kernel(), "--", "-vga", "none")
    assert done.returncode == 1 and "no picture" in done.stderr
    assert not (tmp_path / "s.png").exists()


def test_flat_kernel_on_the_small_firmware(baton, tmp_path):
    (tmp_path / "flat.bin").write_bytes(exit_code(SUCCESS))
    done = baton("run", "--test", "--firmware", "2m", "flat.bin")
    assert done.returncode == 0, done.stdout + done.stderr


def test_disk_is_not_changed(baton, make_kernel, tmp_path):
    baton("image", "-o", "disk.img", make_kernel())
    before = (tmp_path / "disk.img").read_bytes()
    done = baton("run", "--test", "disk.img")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "disk.img").read_bytes() == before


def test_efi_application(baton, tmp_path):
    """The loader itself is one; alone on its disk, it finds nothing to boot, and that ends a test."""
    done = baton("run", "--test", "--e9", "log", built(LOADER))
    assert done.returncode == 1 and "  error: There is no kernel to boot" in done.stderr
    assert "loader image at 0x" in (tmp_path / "log").read_text()


def test_printed_command_runs_by_itself(baton, make_kernel, temporary):
    done = baton("run", "--print", "--test", make_kernel(), keeps=True)
    assert done.returncode == 0 and str(temporary) in done.stderr
    ran = subprocess.run(["sh", "-c", done.stdout], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    assert ran.returncode == SUCCESS * 2 + 1, ran.stderr


def test_qemu_that_does_not_start_is_heard(baton, make_kernel):
    done = baton("run", "--test", make_kernel(), "--", "-device", "no-such-thing")
    assert done.returncode == 1
    assert "'no-such-thing' is not a valid device" in done.stderr and "QEMU did not start the machine" in done.stderr


def processes_about(text):
    """The command lines of processes that have the text in them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if str(text).encode() in line:
            found.append(line)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ending_the_command_ends_its_machine(make_kernel, tmp_path, temporary, environment, number):
    process = subprocess.Popen([built(BATON), "run", "--e9", "log", make_kernel(HANG)], cwd=tmp_path, env=environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_until(lambda: (tmp_path / "log").exists(), 60)
    assert processes_about(temporary)
    process.send_signal(number)
    assert process.wait(20) == -number
    wait_until(lambda: not processes_about(temporary), 10)
    if number != signal.SIGKILL:
        assert list(temporary.iterdir()) == []


def test_gdb_stops_in_the_loader_and_in_the_kernel(tmp_path, environment, temporary):
    script, errors = tmp_path / "script.gdb", tmp_path / "errors"
    with open(errors, "wb") as file:
        process = subprocess.Popen([built(BATON), "run", "--test", "--gdb-script", script, kernel("report-high.elf")],
                                   env=environment, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=file)
    try:
        # The script is written before QEMU is started, so gdb may have to wait for its socket.
        wait_until(lambda: "gdb -x" in errors.read_text() and list(temporary.glob("*/gdb")), 60)
        words = ["hbreak efi_main", "hbreak kernel_entry", "continue", "backtrace", "continue", "backtrace",
                 "print $pc == $kernel_entry", "detach"]
        done = subprocess.run([tool("gdb"), "-nx", "-batch", "-x", script, *(f"-ex={word}" for word in words)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        said = done.stdout + done.stderr
        assert re.search(r"^#0 +efi_main \(image=.*boot\.c:\d+$", said, re.M), said
        assert re.search(r"^#0 +kernel_entry \(\) at .*entry\.S:\d+$", said, re.M), said
        assert "= 1" in said, said
        assert "The machine waits before its first instruction" in done.stdout
        assert process.wait(60) == 0, errors.read_text()
    finally:
        process.kill()
        process.wait()
    assert list(temporary.iterdir()) == []


def test_gdb_says_why_there_is_nothing_to_debug(baton, make_kernel):
    done = baton("run", "--gdb", make_kernel(), "--", "-device", "no-such-thing")
    assert done.returncode == 1
    assert "the machine ended before the loader said where it is" in done.stderr and "no-such-thing" in done.stderr
