# SPDX-License-Identifier: BSD-2-Clause
"""
Device trees of entries, with overlays: a program says which tree it finds, and dtc makes the same one. Nothing is left
of it when the program has come back.
"""

import re
import struct

import pytest

from harness import dtc
from harness.check import none_of
from harness.faulty import compiled_kernel
from harness.files import ENTRY, entry, injected
from harness.injection import not_given_back, read_counts, read_returns
from harness.paths import PROGRAM, built

BOARD = """/memreserve/ 0x10000000 0x4000;
/ { compatible = "made,board";
    soc: soc@0 { pic: pic@100 { reg = <0x100>; };
        i2c: i2c@2000 { reg = <0x2000>; interrupt-parent = <&pic>; status = "disabled"; }; }; };
"""
ADD_ON = """&i2c { status = "okay"; codec: codec@1a { reg = <0x1a>; interrupt-parent = <&pic>; clocks = <&clock>; };
    clock: clock {}; };
&{/} { sound { codec = <&codec>; }; };
"""
GAIN = "&codec { gain = [01 02 03]; };\n"
BY_PATH = "/ { fragment@0 { target-path = \"/\"; __overlay__ { added: added { self = <&added>; }; }; }; };\n"
ERROR = 1 << 63 | 7  # an entry that comes back with one is followed by the next
BOOTED_BY = 0x1234  # what the fixups of inject.efi write into the header
FIXUP = 20000  # bytes that they add: more than there is room for behind a small tree


def files(*entries, **more):
    """Entries for program.efi, tried in this order; keys are file names with '_' for '.'."""
    texts = {f"loader/entries/{i}.conf": f"sort-key {i:03}\nefi /program.efi\n{text}" for i, text in enumerate(entries)}
    return {"program.efi": built(PROGRAM), **texts, **{name.replace("_", "."): content for name, content in more.items()}}


def trees(text):
    """Those that program.efi was given, each time that it ran; None: there was none."""
    told = [line.partition("=")[2] for line in text.splitlines() if line.startswith("program: tree=")]
    return [None if words == "none" else bytes.fromhex(words) for words in told]


def comes_back(machine, runs):
    """inject.efi has the machine again after each run, and the firmware has what it had."""
    machine.wait_exit()
    text = machine.e9.text
    assert [run["open"] for run in read_returns(text)] == [0] * runs
    counts = read_counts(text)
    none_of(problem for i in range(2, 2 * runs, 2) for problem in not_given_back(*counts[i:i + 2]))
    return text


def header(tree):
    return dict(zip("magic total structure strings reservations version compatible processor".split(),
                    struct.unpack(">8I", tree[:32])))


def test_overlays(start, disk):
    """Of the entry's tree: two, of which the second has something for a node of the first one's. Then there is none."""
    board, add_on, gain = dtc.compiled(BOARD), dtc.overlay(ADD_ON), dtc.overlay(GAIN)
    volume = files(f"devicetree /board.dtb\ndevicetree-overlay /add-on.dtbo gain.dtbo\noptions tree status={ERROR}\n",
                   "options tree\n", board_dtb=board, **{"add-on.dtbo": add_on}, gain_dtbo=gain)
    machine = start(disk(injected(volume, runs=3)))
    text = comes_back(machine, 3)
    given = trees(text)
    assert len(given) == 6 and given[1::2] == [None] * 3 and given[2] == given[0] == given[4]
    assert header(given[0])["total"] == len(given[0])
    assert dtc.source_of(given[0]) == dtc.source_of(dtc.merged(board, add_on, gain))
    assert "info: /gain.dtbo: is applied to the device tree\n" in text


def test_firmwares_own(start, disk):
    """An entry without a tree: the overlay is applied to a copy of the firmware's, which is there again behind it."""
    by_path = dtc.overlay(BY_PATH)
    volume = files(f"options tree status={ERROR}\n",
                   f"devicetree-overlay /a.dtbo\noptions tree status={ERROR}\n", "options tree\n", a_dtbo=by_path)
    machine = start(disk(injected(volume, device_tree=1, fixup=FIXUP)))
    before, given, after = trees(comes_back(machine, 1))
    assert before == after
    assert dtc.source_of(given) == dtc.source_of(dtc.merged(before, by_path))
    assert header(given)["processor"] != BOOTED_BY  # the firmware's has been adapted already


def test_fixups(start, disk):
    """Firmware that adds to trees, in more room than it is shown first; to the entry's with its overlay, too."""
    board, add_on = dtc.compiled(BOARD), dtc.overlay(ADD_ON)
    volume = files(f"devicetree /board.dtb\noptions tree status={ERROR}\n",
                   "devicetree /board.dtb\ndevicetree-overlay /a.dtbo\noptions tree\n", board_dtb=board, a_dtbo=add_on)
    machine = start(disk(injected(volume, fixup=FIXUP, runs=2)))
    for given, expected in zip(trees(comes_back(machine, 2)), 2 * [board, dtc.merged(board, add_on)]):
        assert header(given)["processor"] == BOOTED_BY
        assert dtc.source_of(given[:28] + bytes(4) + given[32:]) == dtc.source_of(expected)
    assert [header(tree)["total"] for tree in trees(machine.e9.text)][0] == len(board) + FIXUP


def test_refused(start, disk):
    """An overlay for another board, a tree that is none, a firmware that asks for absurdly much: each has its message,
    and the next entry is tried."""
    volume = files("devicetree /board.dtb\ndevicetree-overlay /other.dtbo\n",
                   "devicetree /board.dtb\ndevicetree-overlay /board.dtb\n",
                   "devicetree /board.dtb\n",
                   "devicetree-overlay /missing.dtbo\noptions tree\n",
                   board_dtb=dtc.compiled(BOARD), other_dtbo=dtc.overlay("&spi { status = \"okay\"; };\n"))
    machine = start(disk(injected(volume, fixup=1 << 30)))
    text = comes_back(machine, 1)
    for words in ("error: /other.dtbo: wants a node with the label 'spi', which the device tree does not have.",
                  "error: /board.dtb: has no '__overlay__', and so is no overlay.",
                  "error: /board.dtb: the firmware cannot adapt it to this machine (EFI_BUFFER_TOO_SMALL).",
                  "warning: /loader/entries/3.conf: 'devicetree-overlay' does nothing: there is no 'devicetree', and the "
                  "firmware gives none"):
        assert words in text
    assert trees(text) == [None]


# ---- U-Boot, whose own EFI_DT_FIXUP_PROTOCOL it is ----

# How a kernel writes a letter on the machine's console.
PUT = {
    "aarch64": "*(volatile unsigned *)baton->serial.registers = (unsigned char)letter;",
    "riscv64": "register long a0 __asm__(\"a0\") = letter; register long a7 __asm__(\"a7\") = 1;"
               "__asm__ volatile(\"ecall\" : \"+r\"(a0) : \"r\"(a7) : \"a1\", \"memory\"); (void)baton;",
}
# The machine's memory; the hart that it boots on, and OpenSBI's memory.
ADDED = {
    "aarch64": ["reg = <0x00 0x40000000 0x10000000>;"],
    "riscv64": ["boot-hartid = <0x00>;", "reg = <0x00 0x80000000 0x80000>;"],
}
TELLS_ITS_TREE = r"""
#include <baton/baton.h>
void kernel(const struct baton *);
static void put(const struct baton *baton, char letter)
{
    %s
}
void kernel(const struct baton *baton)
{
    const unsigned char *tree = baton->device_tree;

    put(baton, '\n');
    for (unsigned long i = 0; i < baton->device_tree_size; i++) {
        put(baton, "0123456789abcdef"[tree[i] >> 4]);
        put(baton, "0123456789abcdef"[tree[i] & 15]);
    }
    put(baton, '\n');
    baton_exit(BATON_EXIT_SUCCESS);
}
"""


@pytest.mark.parametrize("arch", PUT)
def test_fixups_of_uboot(boot, tmp_path, arch):
    """It adds to a tree what that cannot know of the machine, and keeps what is there."""
    kernel = compiled_kernel(tmp_path, arch, TELLS_ITS_TREE % PUT[arch])
    machine = boot({"/kernel.elf": kernel, "/board.dtb": dtc.compiled(BOARD),
                    ENTRY: entry("/kernel.elf", "devicetree /board.dtb")}, arch=arch, firmware="uboot")
    machine.expect_success(60)
    told, = re.findall(r"^(d00dfeed(?:[0-9a-f]{2})+)\r?$", machine.serial.text, re.M)
    source = dtc.source_of(bytes.fromhex(told))
    assert "compatible = \"made,board\";" in source and "i2c@2000 {" in source
    none_of(words for words in ADDED[arch] if words not in source)
