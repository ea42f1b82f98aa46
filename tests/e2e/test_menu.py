# SPDX-License-Identifier: BSD-2-Clause
"""The boot menu, as a person at a serial terminal, at the keyboard, or nowhere near finds it."""

import re
import time

import pytest

from harness.elfmaker import elf_file, exit_code, segment
from harness.files import entry
from harness.paths import PROGRAM, built, kernel
from harness.report import parse_report
from harness.terminal import Terminal
from harness.unified import with_sections

UP, DOWN, END = "\x1b[A", "\x1b[B", "\x1b[F"
KEYS = "Enter boot   e edit   d default   p status   f firmware setup   ? help"


def numbered(code):
    """A kernel that leaves QEMU with this code, which says which kernel it was."""
    return elf_file([segment(exit_code(code))])


def exit_of(machine):
    return machine.wait_exit(60) >> 1


def files(loader_conf, **more):
    """Three kernels, of which the second one is the default."""
    return {
        "loader/loader.conf": f"default two\n{loader_conf}",
        **{f"{name}.elf": numbered(0x31 + i) for i, name in enumerate(("one", "two", "three"))},
        **{f"loader/entries/{name}.conf": f"title The {name}\nsort-key {i}\nkernel /{name}.elf\n"
           for i, name in enumerate(("one", "two", "three"))},
        **more,
    }


@pytest.fixture
def menu(boot):
    """menu(files, **options of Machine): a machine that boots them, and its terminal, once the menu is there."""

    def make(volume, **options):
        machine = boot(volume, **options)
        terminal = Terminal(machine)
        terminal.wait_for(KEYS)
        return machine, terminal

    return make


def test_countdown(menu):
    """Nobody is there: the screen says what comes, and the default boots when the seconds are over."""
    machine, terminal = menu(files("timeout 3\n"))
    text = terminal.wait_for("Boots in 3 s: The two")
    assert [line[2:] for line in text.split("\n")[3:6]] == ["  The one", "> The two", "  The three"]
    terminal.wait_for("Boots in 1 s: The two")
    assert exit_of(machine) == 0x32


def test_choice(menu):
    """A key stops the countdown, and the menu waits; arrows, letters and digits choose."""
    machine, terminal = menu(files("timeout 2\n"))
    terminal.type(DOWN, "> The three")
    time.sleep(4)
    assert "Boots in" not in terminal.text()
    terminal.type("kk", "> The one")
    terminal.type(END, "> Reboot Into Firmware Interface")
    terminal.type("1", "> The one")
    machine.send("\r")
    assert exit_of(machine) == 0x31


def test_mistakes(menu):
    """What is wrong with configuration files is told above the countdown, and `L` has it."""
    machine, terminal = menu(files("timeout menu-force\n", **{"loader/entries/bad.conf": "kernel /a\nlinux /b\n"}))
    assert "Mistakes in configuration files: 1. L shows what they are." in terminal.text()
    terminal.type("L", "/loader/entries/bad.conf:2: 'linux' is given, and 'kernel' above it.")


def test_linux_letter(menu):
    """`l` goes from each Linux to the next one: by `linux`, by `uki`, and in an image, also one without a command line."""
    image = with_sections(built(PROGRAM), {".osrel": b"ID=os\nNAME=The image\n"})
    machine, terminal = menu({"loader/loader.conf": "timeout menu-force\n", "EFI/Linux/os.efi": image, "os.efi": image,
                              "loader/entries/1.conf": "title A tool\nsort-key a\nefi /os.efi\n",
                              "loader/entries/2.conf": "title By linux\nsort-key b\nlinux /os.efi\n",
                              "loader/entries/3.conf": "title Another tool\nsort-key c\nefi /os.efi\n",
                              "loader/entries/4.conf": "title By uki\nsort-key d\nuki /os.efi\n"})
    assert "> A tool" in terminal.text()
    for title in ("By linux", "By uki", "The image", "By linux"):
        terminal.type("l", f"> {title}")


def test_keyboard(menu):
    """The machine's own keyboard, and a picture on its screen."""
    machine, terminal = menu(files("timeout menu-force\n"), screen="ramfb")
    empty = machine.screenshot()
    machine.press("down")
    terminal.wait_for("> The three")
    assert machine.screenshot().rgb != empty.rgb
    machine.press("ret")
    assert exit_of(machine) == 0x33


@pytest.fixture
def editor(menu):
    """A machine, and its terminal with the command line "one two three" in the editor."""
    volume = {"loader/loader.conf": "timeout menu-force\n", "kernel.elf": kernel("report-high.elf"),
              "loader/entries/test.conf": entry("/kernel.elf", "title A report", "options one two three")}
    machine, terminal = menu(volume)
    terminal.type("e", "one two three")
    return machine, terminal


def booted_with(machine):
    """Enter, and the command line that the kernel got."""
    machine.send("\r")
    machine.expect_success()
    return parse_report(machine.e9.text).values["baton.command_line"]


def test_edited_command_line(editor):
    """For this boot the kernel gets what was typed."""
    machine, terminal = editor
    terminal.type("\b" * 5 + "4 four", "one two 4 four")
    assert booted_with(machine) == "one two 4 four"


def test_modifiers(editor):
    """Ctrl and Alt at the machine's keyboard, each with a letter typed behind it to show where the cursor is."""
    machine, terminal = editor
    for keys, words in (
        ("ctrl left, a", "one two athree"),
        ("alt b, alt b, b", "one btwo athree"),
        ("alt d, c", "one bc athree"),
        ("ctrl right, d", "one bc athreed"),
        ("ctrl left, ctrl delete, e", "one bc e"),
        ("ctrl a, alt f, f", "onef bc e"),
        ("ctrl e, alt backspace, g", "onef bc g"),
        ("ctrl b, ctrl b, ctrl d, h", "onef bchg"),
        ("alt b, left, ctrl k, i", "onefi"),
        ("ctrl u, j", "j"),
    ):
        for together in keys.split(", "):
            machine.press(*together.split())
        terminal.wait(lambda text: re.search(rf"[ <]{words} *$", text, re.MULTILINE), words)
    assert booted_with(machine) == "j"


def test_modifiers_on_serial(editor):
    """A control character is Ctrl with its letter."""
    machine, terminal = editor
    terminal.type("\x01a\x06\x06b", "aonbe two three")
    terminal.type("\x05\x17\x02c", "aonbe twoc")
    terminal.type("\x15d", " d")
    assert booted_with(machine) == "d "


def test_editor_is_off(menu):
    machine, terminal = menu(files("timeout menu-force\neditor no\n"))
    terminal.type("e", "Editing is switched off in loader.conf.")


def test_texts(menu):
    """Status, memory map, log and help, and back."""
    machine, terminal = menu(files("timeout menu-force\n"))
    text = terminal.type("p", "Kernel       /two.elf")
    assert re.search("Firmware +EDK II", text) and re.search("Secure Boot +", text)
    assert "Id           two.conf" in text and "Entries      4" in text  # and the firmware's setup
    text = terminal.type("M", "BootServicesData")
    assert re.search(r"1-\d+ of \d+$", text.split("\n")[1])
    terminal.type("L", "info: Baton ")
    terminal.type("?", "PageUp, PageDown")
    terminal.type("q", "> The two")
    machine.send("\x0c")  # nothing is lost when the screen is drawn anew
    terminal.wait_for("> The two")


def test_failed_entry_comes_back(menu):
    """With its message; what was not tried yet is counted down to, and boots."""
    volume = files("timeout 1\n")
    del volume["two.elf"]
    machine, terminal = menu(volume)
    text = terminal.wait(lambda text: "failed" in text and KEYS in text, "a failed entry in a whole menu")
    assert "/two.elf: there is no such file on its volume." in text
    assert re.search("The two +failed", text) and re.search(r"Boots in +\d+ s: The three", text)
    terminal.type("k", "> The two")
    machine.send("k\r")
    assert exit_of(machine) == 0x31


def test_all_fail(menu):
    """Each is tried once, then the firmware goes on; automatic entries are not tried."""
    volume = files("timeout 1\n", **{"shellx64.efi": built(PROGRAM)})
    volume = {path: content for path, content in volume.items() if not path.endswith(".elf")}
    machine, terminal = menu(volume)
    terminal.wait_for("EFI Shell")
    terminal.wait_for("Boots in  9 s: The three")
    terminal.wait_for("Boots in  9 s: The one")
    terminal.wait_for("Back to the firmware in  9 s")
    machine.wait_for("BdsDxe: failed to start|UEFI Interactive Shell")
    machine.e9.update()
    assert re.findall(r"^info: booting /(\w+)", machine.e9.text, re.MULTILINE) == ["two", "three", "one"]


def hold(terminal, key):
    """Holds a key down until there is a menu, or no machine any more."""
    while KEYS not in terminal.text() and terminal.machine.process.poll() is None:
        terminal.machine.send(key)
        time.sleep(0.03)


@pytest.mark.parametrize("loader_conf", ["", "timeout 0\n", "timeout menu-hidden\n"])
def test_hidden(boot, loader_conf):
    """Without a key there is none."""
    machine = boot(files(loader_conf))
    assert exit_of(machine) == 0x32
    assert "any key stops" not in machine.serial.text


@pytest.mark.parametrize("loader_conf", ["", "timeout 0\n"])
def test_hidden_until_a_key_is_pressed(boot, loader_conf):
    """A key that was pressed while the machine started opens it, does nothing else, and stops nothing."""
    machine = boot(files(loader_conf))
    terminal = Terminal(machine)
    hold(terminal, " ")
    terminal.wait_for("s: The two")
    terminal.type("1", "> The one")
    machine.send("\r")
    assert exit_of(machine) == 0x31


NO_KEYBOARD = {"ports": False, "extra": ["-machine", "i8042=off"]}  # no serial line, no PS/2, no USB


@pytest.mark.parametrize("loader_conf,code", [("timeout 0\n", 0x31), ("timeout 2\n", 0x33)], ids=["hidden", "timed"])
def test_no_keyboard(boot, loader_conf, code):
    """Nothing waits for a key for ever: not a hidden menu, nor a countdown, nor an error. Without a menu the entries
    are tried in their order, and with one the next is."""
    volume = files(loader_conf)
    del volume["two.elf"]
    assert exit_of(boot(volume, **NO_KEYBOARD)) == code


@pytest.mark.parametrize("key", [" ", "B"], ids=["space", "restart"])
def test_stuck_key(boot, key):
    """A key that never comes up keeps no machine from booting, and what it would do in a menu is not done."""
    machine = boot(files("timeout 2\n"))
    deadline = time.monotonic() + 100
    while machine.process.poll() is None and time.monotonic() < deadline:
        try:
            machine.send(key)
        except BrokenPipeError:  # it has just ended
            break
        time.sleep(0.03)
    assert exit_of(machine) == 0x32


def test_disabled(boot):
    machine = boot(files("timeout menu-disabled\n"))
    hold(Terminal(machine), " ")
    assert exit_of(machine) == 0x32


def test_key_to_an_error(boot):
    """Opens the menu, in which the message still is."""
    volume = files("")
    del volume["two.elf"]
    machine = boot(volume)
    terminal = Terminal(machine)
    terminal.wait_for("Press Enter to go on, another key for the menu")
    text = terminal.type(" ", KEYS)
    assert "/two.elf: there is no such file on its volume." in text
    terminal.type("1", "> The one")
    machine.send("\r")
    assert exit_of(machine) == 0x31


def test_program_comes_back(menu):
    """To the menu, which is drawn over whatever it has left."""
    machine, terminal = menu({"loader/loader.conf": "timeout menu-force\n", "tool.efi": built(PROGRAM),
                              "loader/entries/tool.conf": "title A tool\nefi /tool.efi\noptions -v\n"})
    machine.send("\r")
    text = terminal.wait_for("ended")
    assert re.search("> A tool +ended", text)
    machine.send("q")
    machine.wait_for("BdsDxe|UEFI Interactive Shell|Boot Manager", prompt=True)


def test_saved(menu, start, disk):
    """What `d` and `t` have changed is there at the next boot, without the menu's having been touched."""
    machine, terminal = menu(files("timeout menu-force\n"), saved=None)
    terminal.type(DOWN, "> The three")
    terminal.type("d", "The default is The three.")
    terminal.type("tt", "Timeout: 1 s.")
    machine.send("1\r")
    assert exit_of(machine) == 0x31
    machine, terminal = menu(files("timeout menu-force\n"), variables=machine.variables, saved=None)
    text = terminal.wait_for("Boots in 1 s: The three")
    assert re.search("The three +default", text)
    assert exit_of(machine) == 0x33


def test_restart(menu):
    """QEMU ends when the machine restarts, and when it goes off."""
    for key in ("B", "O"):
        machine, terminal = menu(files("timeout menu-force\n"))
        machine.send(key)
        assert machine.wait_exit(60) == 0


def test_firmware_setup(menu):
    machine, terminal = menu(files("timeout menu-force\n"), extra=["-action", "reboot=reset"], saved=None)
    terminal.type("f", "Press Enter to restart into the firmware's setup, any other key to stay.")
    machine.send("\r")
    terminal.wait_for("Boot Manager", 60)
