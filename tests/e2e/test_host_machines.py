# SPDX-License-Identifier: BSD-2-Clause
"""The machines that `baton run` runs."""

import re
import signal
import struct
import subprocess
import time
import zlib
from pathlib import Path

import pytest

from harness.command import BATON, FAILURE, SUCCESS, wait_until
from harness.elfmaker import TRIPLE_FAULT, elf_file, exit_code, say, segment
from harness.paths import LOADER, built, example, kernel, tool

# ---- machine code for kernels; the first argument, struct baton *, is in rdi ----
HANG = b"\xfa\xf4\xeb\xfd"  # cli; 1: hlt; jmp 1b
PRINT_COMMAND_LINE = (b"\x48\x8b\x77\x28"  # mov rsi, [rdi + offsetof(command_line)]
                      b"\x66\xba\xf8\x03"  # mov dx, 0x3f8
                      b"\xac\x84\xc0\x74\x03\xee\xeb\xf8")  # 1: lodsb; test al, al; jz 2f; out dx, al; jmp 1b; 2:
WHITE_UPPER_HALF = (b"\x48\x8b\x87\x98\x00\x00\x00"  # mov rax, [rdi + offsetof(framebuffers.first)]
                    b"\x48\x8b\x38\x48\x8b\x48\x10"  # mov rdi, [rax + address]; mov rcx, [rax + size]
                    b"\x48\xd1\xe9\xb0\xff\xf3\xaa")  # shr rcx, 1; mov al, 0xff; rep stosb


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


@pytest.mark.parametrize("arch", ["x86_64", "aarch64", "riscv64"])
def test_kernel_gets_its_modules(baton, tmp_path, arch):
    """All the way: the tour prints each module's name, size and checksum as it finds them in memory."""
    one, two = b"initrd" * 1000, b"x"
    (tmp_path / "initrd.img").write_bytes(one)
    (tmp_path / "font").write_bytes(two)
    done = baton("run", "--test", "-m", "256M", "--module", "initrd.img:/lib/initrd", "--module", "font",
                 example("tour-high.elf", arch), "exit")
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
