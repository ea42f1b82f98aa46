# SPDX-License-Identifier: BSD-2-Clause
"""`baton run` up to the machine: what it refuses, what it takes a file for, and the QEMU command that it makes."""

import pytest

from harness.command import boot_sector, disk_of, folder_of_tools, listing, pe, printed, read, refusal
from harness.paths import LOADER


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


def test_missing_qemu_is_named_with_its_package(baton, make_kernel, tmp_path):
    tools = folder_of_tools(tmp_path / "tools", "mformat", "mmd", "mcopy")
    message = refusal(baton("run", make_kernel(), PATH=str(tools)), 1)
    assert "qemu-system-x86_64 is missing: it is in Debian's package qemu-system-x86" in message


def test_firmware_without_its_variables_is_named(baton, make_kernel, tmp_path):
    (tmp_path / "OVMF_CODE_X.fd").write_bytes(b"")
    message = refusal(baton("run", "--firmware", "OVMF_CODE_X.fd", make_kernel()), 1)
    assert "OVMF_CODE_X.fd: its variable store is missing: the same name with VARS for CODE" in message


# ---- telling files apart ----

@pytest.mark.parametrize("name, content, said", [
    ("text", b"hello, world", "starts with 68 65 6c 6c 6f 2c 20 77"),
    ("short", b"h", "starts with 68"),
    ("empty.bin", b"", "the file is empty"),
    ("disk.qcow2", b"QFI\xfb" + bytes(600), "qemu-img convert -O raw"),
    ("app.exe", pe(subsystem=3), "not for EFI (subsystem 3"),
    ("BOOTIA32.EFI", pe(machine=0x14C), "for another machine (ia32, 0x14c) than x86_64, aarch64 or riscv64"),
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
    (['"a b"'], 'options ""a b""'),
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
