# SPDX-License-Identifier: BSD-2-Clause
"""Which entry is booted, from which volume, and what becomes of configuration that cannot be read."""

import re
import time

import pytest

from harness.check import none_of
from harness.elfmaker import elf_file, exit_code, segment
from harness.files import ENTRY, entry, with_kernel
from harness.judge import judge
from harness.messages import read_attempts, read_messages
from harness.paths import LOADER, PROGRAM, built, kernel
from harness.refusal import CONSOLE_PROMPT, TO_FIRMWARE, end_of_tries, read_on


def numbered(code):
    """A kernel that leaves QEMU with this code, which says which kernel it was."""
    return elf_file([segment(exit_code(code))])


def exit_of(machine):
    return machine.wait_exit(60) >> 1


ENTRIES = {
    "alpha": "version 1.9\n",
    "beta": "version 1.10\n",
    "gamma": "sort-key zz\n",
    "delta": "sort-key aa\narchitecture aa64\n",
    "Epsilon": "sort-key bb\narchitecture x64\n",
}
CODES = {name: 0x21 + i for i, name in enumerate(ENTRIES)}


def menu(loader_conf=None):
    files = {} if loader_conf is None else {"loader/loader.conf": loader_conf}
    for name, lines in ENTRIES.items():
        files[f"{name}.elf"] = numbered(CODES[name])
        files[f"loader/entries/{name}.conf"] = f"# {name}\ntitle {name}\n{lines}linux /{name}.elf\n"
    return files


@pytest.mark.parametrize("loader_conf,chosen", [
    (None, "Epsilon"),  # the first sort key that is for this architecture
    ("default gamma.conf\n", "gamma"),
    ("timeout 0\ndefault *ta*\n", "beta"),
    ("default nothing-like-it\n", "Epsilon"),
])
def test_choice(boot, loader_conf, chosen):
    assert exit_of(boot(menu(loader_conf))) == CODES[chosen]


def test_newest_version_first(boot):
    files = menu()
    for name in ("gamma", "delta", "Epsilon"):
        del files[f"loader/entries/{name}.conf"]
    assert exit_of(boot(files)) == CODES["beta"]


def test_text_as_editors_leave_it(report_of):
    """CRLF, a byte order mark, tabs, comments, blank lines, no newline at the end, an upper-case suffix."""
    text = "\ufeff# comment\r\n\r\nkernel\t/kernel.elf  \r\n  options\ta  b\r\n\toptions c"
    files = {"kernel.elf": kernel("report-high.elf"), "loader/entries/TEST.CONF": text}
    none_of(judge(report_of(files), path="/kernel.elf", command_line="a  b c"))


def test_backslashes_and_case(report_of):
    """FAT does not look at case."""
    files = {"Kernel.ELF": kernel("report-high.elf"), ENTRY: entry("kernel.elf")}
    none_of(judge(report_of(files), path="/kernel.elf"))


def test_remarks(report_of):
    """Unknown keys are warned of with file and line; keys that only do nothing here are mentioned lower."""
    files = with_kernel("report-high.elf", "colour blue", "grub_class os",
                        files={"loader/loader.conf": "# nothing\nbeep no\nspeed high\n"})
    report = report_of(files)
    text = report.machine.e9.text.split("report: begin")[0]
    assert re.search(r"/loader/loader\.conf:3: unknown key 'speed'", text)
    assert re.search(r"/loader/entries/test\.conf:2: unknown key 'colour'", text)
    serial = report.machine.serial.text.replace("\n", "")
    assert "unknown key 'colour'" in serial
    for known in ("beep", "grub_class"):
        assert re.search(rf"'{known}' does nothing", text)


def test_refused_entry_goes_on(boot):
    """Nobody there: the message stays ten seconds, then the next entry boots, and the log tells it all."""
    files = {"loader/entries/a.conf": entry("/missing.elf", "sort-key a"),
             "loader/entries/b.conf": entry("/kernel.elf", "sort-key b"), "kernel.elf": numbered(0x33)}
    machine = boot(files)
    machine.wait_for(r"/missing\.elf", timeout=60)
    said = time.monotonic()
    assert exit_of(machine) == 0x33
    assert 8 <= time.monotonic() - said <= 20


def test_decoy_volume(start, disk):
    """A second disk with a kernel and a configuration of its own is never looked at."""
    own = {"EFI/BOOT/BOOTX64.EFI": built(LOADER), "kernel.elf": numbered(0x41)}
    decoy = {"kernel.elf": numbered(0x66), "boot/kernel.elf": numbered(0x66), ENTRY: entry("/kernel.elf"),
             "loader/loader.conf": "default *\n"}
    assert exit_of(start(disk(own), disk(decoy))) == 0x41


def test_decoy_is_not_booted_instead(start, disk):
    """The loader's own volume has no kernel: said, and back to the firmware."""
    own = {"EFI/BOOT/BOOTX64.EFI": built(LOADER)}
    decoy = {"kernel.elf": numbered(0x66), "boot/kernel.elf": numbered(0x66), ENTRY: entry("/kernel.elf")}
    machine = start(disk(own), disk(decoy))
    machine.wait_for(r"/kernel\.elf", source="e9")
    machine.wait_for(CONSOLE_PROMPT)
    machine.send("\r")
    machine.wait_for(TO_FIRMWARE, timeout=30)
    text = machine.e9.text
    for name in ("/loader/entries", "/boot/kernel.elf", "/kernel.elf", "/kernel.bin"):
        assert name in text, "the message does not say where it looked"


def refuse_then_boot(boot, files, *words):
    """Bad configuration is shown until a key, in one message; an entry that is sound is booted all the same."""
    machine = boot({**files, "loader/entries/zz.conf": entry("/good.elf", "sort-key zz"), "good.elf": numbered(0x44)})
    machine.wait_for(CONSOLE_PROMPT)
    machine.e9.update()
    messages = [message for message in read_messages(machine.e9.text) if re.match(f"error: {words[0]}", message)]
    assert len(messages) == 1
    none_of(f"no {word!r} in {messages[0]!r}" for word in words if not re.search(word, messages[0]))
    machine.send("\r")
    assert exit_of(machine) == 0x44
    assert [attempt.path for attempt in read_attempts(machine.e9.text)] == ["/good.elf"]


@pytest.mark.parametrize("name,content,words", [
    ("loader.conf", "default x\n".encode("utf-16"), [r"/loader/loader\.conf", "UTF-16", "UTF-8"]),
    ("loader.conf", b"#" * 70000, [r"/loader/loader\.conf", "bytes", "right file"]),
    ("entries/bad.conf", b"options " + b"x" * (1 << 20), [r"/loader/entries/bad\.conf", "more than 65536 bytes"]),
    ("entries/bad.conf", b"# nothing\n" * 110000, [r"/loader/entries/bad\.conf", "more than 65536 bytes"]),
    ("entries/bad.conf", bytes(range(256)) * 4, [r"/loader/entries/bad\.conf:\d+", "byte 0x", "UTF-8"]),
    ("loader.conf/within", b"", [r"/loader/loader\.conf", "is a folder, not a file", "put a file in its place"]),
], ids=["utf16", "too-long", "line-of-1-mib", "file-of-1-mib", "binary", "folder"])
def test_absurd_configuration(boot, name, content, words):
    refuse_then_boot(boot, {f"loader/{name}": content}, *words)


def crowd(count):
    """So many entries of which the first names the kernel; it is the oldest, and stands last."""
    return {f"loader/entries/os-{i:04}.conf": entry("/missing.elf" if i else "/kernel.elf", f"title Day {i}",
                                                    "sort-key os", f"version {i}", f"options day={i}")
            for i in range(count)}


def test_a_thousand_entries(report_of):
    files = {**crowd(1000), "loader/loader.conf": "default os-0000.conf\n", "kernel.elf": kernel("report-high.elf")}
    report = report_of(files)
    none_of(judge(report, path="/kernel.elf", command_line="day=0"))
    text = report.machine.e9.text.split("report: begin")[0]
    assert [attempt.path for attempt in read_attempts(text)] == ["/kernel.elf"]


def test_more_entries_than_are_read(boot):
    """The first 1024 of the folder are, which are the first that were made here."""
    machine = boot({**crowd(1030), "kernel.elf": numbered(0x47), "loader/loader.conf": "default os-0000.conf\n"})
    assert exit_of(machine) == 0x47
    assert "warning: /loader/entries: holds 1030 entries; only 1024 of them are read\n" in machine.e9.text


MALFORMED = {
    "binary": ("linux /k\noptions \x01\n", 2, "byte 0x01"),
    "line": ("title a\n\noptions " + "x" * 5000 + "\n", 3, "the line has 5008 bytes"),
    "path": ("linux /k\ninitrd /../i\n", 2, "the path /../i leads above the root"),
    "tab": ("linux /k\ninitrd /a\tb\n", 2, "has a tab in it"),
    "no-path": ("# none\nefi\n", 2, "'efi' names no file"),
    "two-kernels": ("linux /k\nefi /k\n", 2, "'efi' is given, and 'linux' above it"),
    "number": ("linux /k\nload-address 1x\n", 2, "load-address '1x' is not a number"),
    "page": ("linux /k\nload-address 100\n", 2, "is not the start of a page"),
    "size": ("linux /k\nvideo huge\n", 2, "video 'huge' is not a size"),
    "level": ("linux /k\nlog-level loud\n", 2, "log-level 'loud' is not known"),
    "kaslr": ("linux /k\nkaslr maybe\n", 2, "kaslr 'maybe' is not known"),
    "profile": ("uki /k\nprofile one\n", 2, "profile 'one' is not the number of a profile"),
}


def test_malformed_entries_are_all_listed(boot):
    """Each with its file and line; they are waited for once, and the one that is well is booted."""
    files = {f"loader/entries/{name}.conf": text for name, (text, _, _) in MALFORMED.items()}
    machine = boot({**files, "loader/entries/good.conf": entry("/good.elf"), "good.elf": numbered(0x48)})
    machine.wait_for(CONSOLE_PROMPT)
    machine.send("\r")
    assert exit_of(machine) == 0x48
    messages = read_messages(machine.e9.text)
    assert len(messages) == len(MALFORMED)
    for name, (_, line, words) in MALFORMED.items():
        found = [message for message in messages if f"/loader/entries/{name}.conf:{line}: " in message]
        assert len(found) == 1 and words in found[0], (name, messages)
    assert [attempt.path for attempt in read_attempts(machine.e9.text)] == ["/good.elf"]


@pytest.mark.parametrize("lines,missing", [
    ("linux /missing\ninitrd /initrd\n", "/missing"),
    ("linux /program.efi\ninitrd /initrd\ninitrd /deep/missing.img\n", "/deep/missing.img"),
    ("kernel /kernel.elf\nmodule /initrd\nmodule /lost.img with words\n", "/lost.img"),
])
def test_missing_file_is_named(boot, lines, missing):
    machine = boot({ENTRY: lines, "initrd": b"x", "program.efi": built(PROGRAM), "kernel.elf": numbered(0x66)})
    read_on(machine)
    messages = read_messages(end_of_tries(machine))
    assert len(messages) == 1 and messages[0].startswith(f"error: {missing}: there is no such file on its volume.")


def test_folder_named_like_an_entry(boot):
    """It is none, and nobody is kept waiting for it."""
    machine = boot({"loader/entries/zz.conf/within.conf": entry("/other.elf"), ENTRY: entry("/good.elf"),
                    "good.elf": numbered(0x45)})
    assert exit_of(machine) == 0x45
    assert read_messages(machine.e9.text) == []


def test_file_in_place_of_the_entries(boot):
    """What somebody meant for entries is not read as a folder, and no kernel stands in for it."""
    machine = boot({"loader/entries": entry("/kernel.elf") + "x" * 2000, "kernel.elf": numbered(0x46)})
    read_on(machine)
    text = end_of_tries(machine)
    messages = read_messages(text)
    assert len(messages) == 1
    assert re.match(r"error: /loader/entries: is a file, not a folder\. Make it a folder", messages[0])
    assert read_attempts(text) == []
