# SPDX-License-Identifier: BSD-2-Clause
"""`baton image`: the disks that it makes."""

import hashlib
import os
import shutil
import signal
import struct
import subprocess
import time
import uuid

import pytest

from harness.command import (BATON, MIB, PARTITION, boot_sector, folder_of_tools, listing, mtools, pe, read, refusal,
                             wait_until)
from harness.paths import LOADER, built, tool
from harness.programs import ALL, RISCV64


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
                 "--module", "font", "--cmdline", 'root=/initrd  "quoted" \\x', "--log-level=debug", "--arch", "x64")
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
    baton("image", "-o", "disk.img", make_kernel(), "--cmdline", "", "--arch", "x86_64")
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
                 "--file", "x:/EFI/BOOT/BOOTX64.EFI", "--arch", "amd64")
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


@pytest.fixture
def loaders(tmp_path):
    """Words that give the command loaders of our own, whatever the build has; and the loaders, by name."""
    names = {architecture.loader: pe(architecture.pe) for architecture in ALL}
    for name, content in names.items():
        (tmp_path / f"my-{name}").write_bytes(content)
    return [word for name in names for word in ("--loader", f"my-{name}")], names


def test_one_disk_for_all_machines(baton, make_kernel, tmp_path, loaders):
    """Kernels may have the same name; each has an entry that other machines do not show."""
    words, names = loaders
    for architecture in ALL:
        (tmp_path / architecture.name).mkdir()
        make_kernel(name=f"{architecture.name}/kernel.elf", machine=architecture.elf)
    done = baton("image", "-o", "disk.img", *(f"{architecture.name}/kernel.elf" for architecture in ALL), *words,
                 "--module", "my-BOOTX64.EFI:/m", "--cmdline", "same for all")
    assert (done.returncode, done.stderr) == (0, "")
    disk = tmp_path / "disk.img"
    for name, content in names.items():
        assert read(disk, f"/EFI/BOOT/{name}") == content
    for number, architecture in enumerate(ALL, 1):
        kernel = f"/boot/{architecture.entry}/kernel.elf"
        assert read(disk, kernel) == (tmp_path / architecture.name / "kernel.elf").read_bytes()
        assert read(disk, f"/loader/entries/kernel-{architecture.entry}.conf").decode() == (
            f"title kernel.elf\narchitecture {architecture.entry}\nsort-key 00{number}\nkernel {kernel}\n"
            "module /m\noptions same for all\n")
    assert "/loader/loader.conf" not in listing(disk)


def test_several_kernels_for_one_machine(baton, make_kernel, tmp_path):
    make_kernel(name="z.elf"), make_kernel(name="a.elf")
    assert baton("image", "-o", "disk.img", "z.elf", "a.elf", "--arch", "x64").returncode == 0
    first, second = (read(tmp_path / "disk.img", f"/loader/entries/{name}.conf").decode() for name in "za")
    assert first == "title z.elf\nsort-key 001\nkernel /boot/z.elf\n"
    assert second == "title a.elf\nsort-key 002\nkernel /boot/a.elf\n"


@pytest.mark.parametrize("more, expected", [([], set(a.loader for a in ALL)), (["--arch", "aa64"], {"BOOTAA64.EFI"})])
def test_loaders_on_a_disk(baton, make_kernel, tmp_path, loaders, more, expected):
    """All that there are, so that entries say what they are for; or one alone, and there is nothing to say."""
    words = loaders[0] if not more else ["--loader", "my-BOOTAA64.EFI"]
    done = baton("image", "-o", "disk.img", make_kernel(machine=183), *words, *more)
    assert (done.returncode, done.stderr) == (0, "")
    disk = tmp_path / "disk.img"
    assert {path.split("/")[-1] for path in listing(disk) if path.startswith("/EFI/BOOT/B")} == expected
    assert ("architecture aa64\n" in read(disk, "/loader/entries/kernel.conf").decode()) == (len(expected) > 1)
    assert read(disk, "/loader/loader.conf") == b"default kernel.conf\n"


def test_a_loader_that_was_not_built_is_missed_only_by_its_kernels(baton, make_kernel, tmp_path):
    """A command that is installed with one loader."""
    command = tmp_path / "bin" / "baton"
    command.parent.mkdir()
    shutil.copy2(built(BATON), command)
    shutil.copy2(built(LOADER), command.parent)
    kernel = make_kernel(machine=RISCV64.elf)
    message = refusal(baton("image", "-o", "disk.img", kernel, command=command), 1)
    assert "the loader for riscv64, BOOTRISCV64.EFI, is neither beside this program" in message
    assert "the loader for aarch64" in refusal(baton("image", "-o", "d.img", "--root", "bin", "--arch", "arm64",
                                                     command=command), 1)
    assert baton("image", "-o", "disk.img", make_kernel(), command=command).returncode == 0
    assert [path for path in listing(tmp_path / "disk.img") if "BOOT/" in path] == [
        "/EFI/BOOT/", "/EFI/BOOT/BOOTX64.EFI"]
    assert b"architecture" not in read(tmp_path / "disk.img", "/loader/entries/kernel.conf")


@pytest.mark.parametrize("words, said, code", [
    (["kernel.elf"], "Name the file to write: -o disk.img", 2),
    (["-o", "d.img"], "nothing to put on the disk", 2),
    (["-o", "d.img", "kernel.elf", "kernel.elf"], "another kernel is /boot/kernel.elf on the disk already", 1),
    (["-o", "d.img", "kernel.elf", "kernel.bin"], "another kernel's boot entry is called kernel.conf already", 1),
    (["-o", "d.img", "kernel.elf", "kernel.bin", "--config", "text"], "--config is the boot entry of one kernel", 1),
    (["-o", "d.img", "kernel.elf", "--arch", "sparc"], "--arch sparc: expected x86_64, aarch64 or riscv64", 2),
    (["-o", "d.img", "kernel.elf", "--arch", "arm64"], "--arch arm64: kernel.elf is for x86_64", 2),
    (["-o", "d.img", "kernel.elf", "--loader", "text"], "text: this is no loader", 1),
    (["-o", "d.img", "kernel.elf", "--loader", "one.efi", "--loader", "two.efi"], "one.efi is for riscv64, too", 1),
    (["-o", "d.img", "kernel.elf", "--arch", "x64", "--loader", "one.efi"], "one.efi is for riscv64", 1),
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
    (tmp_path / "kernel.bin").write_bytes(b"flat")
    for name in ("one.efi", "two.efi"):
        (tmp_path / name).write_bytes(pe(RISCV64.pe))
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
