# SPDX-License-Identifier: BSD-2-Clause
"""
A QEMU machine that a test can watch: serial line, port 0xE9, screen, exit code.

Nothing here has a fixed name or port: serial is QEMU's standard output and input, the QMP connection is an inherited
socket pair, so that any number of machines can run side by side.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, List, Optional, Sequence

from .boards import BOARDS
from .picture import Picture
from .paths import tool
from .saved import SavedMachines, go_on

EXIT_SUCCESS = BOARDS["x86_64"].success
POLL = 0.02  # seconds
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?=]*[ -/]*[@-~]|[()][A-Za-z0-9]|[=>78])")


class MachineError(AssertionError):
    pass


class Stream:
    """What a machine has written so far to one of its outputs, as text without terminal control."""

    def __init__(self, name: str, path: Path):
        self.name = name
        self.path = path
        self.text = ""
        self.seen = 0  # characters that a wait_for has used up
        self._raw = b""

    def update(self) -> None:
        with open(self.path, "rb") as file:
            file.seek(len(self._raw))
            new = file.read()
        if new:
            self._raw += new
            text = self._raw.decode("utf-8", "replace")
            # A sequence that has not arrived whole yet must not be taken for text.
            cut = text.rfind("\x1b", max(0, len(text) - 16))
            if cut >= 0 and not ESCAPES.match(text, cut):
                text = text[:cut]
            self.text = ESCAPES.sub("", text).replace("\r", "")

    def end(self, unfinished: bool) -> int:
        """Where the last whole line ends, or, with `unfinished`, the one that is being written."""
        return len(self.text) if unfinished else self.text.rfind("\n") + 1

    def lines(self) -> List[str]:
        self.update()
        return self.text.split("\n")


class Machine:
    def __init__(self, folder: Path, disks: Sequence[Path] = (), *, arch: str = "x86_64",
                 firmware: Optional[str] = None, memory: str = "256M", cpu: Optional[str] = None,
                 screen: Optional[str] = None, smp: int = 1, bus: str = "virtio", ports: bool = True,
                 extra: Sequence[str] = (), variables: Optional[Path] = None, saved: Optional[SavedMachines] = None):
        """
        `folder` gets the machine's files. Disks are tried by the firmware in the order in which they are given. Without
        `ports` there is no serial line and no port 0xE9. `variables` is a file with the firmware's variables, of a
        machine that has ended; they are copied. With `saved` it may start where the firmware looks at its disks.
        What there is for an architecture is in boards.py.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.disks, self.bus, self.extra, self.saved = disks, bus, extra, saved
        self.twin = lambda folder, disks: Machine(folder, disks, arch=arch, firmware=firmware, memory=memory, cpu=cpu,
                                                  screen=screen, smp=smp, bus=bus, ports=ports, extra=extra)
        board = self.board = BOARDS[arch]
        chosen = self.firmware = board.firmware[firmware or next(iter(board.firmware))]
        self.variables = folder / "vars.fd"
        if chosen.variables:
            shutil.copyfile(variables or chosen.variables, self.variables)
        self.command = [
            tool(board.program), *(chosen.board or board.words), "-nodefaults", "-no-user-config", "-no-reboot",
            "-m", memory, "-smp", str(smp), "-display", "none", "-monitor", "none", "-net", "none",
            *chosen.words(self.variables),
            *(["-serial", "stdio"] if ports else []),
            *(["-debugcon", f"file:{folder / 'e9.log'}"] if ports and board.has_ports else []),
            *(["-chardev", f"file,id=semihosting,path={folder / 'kernel.log'}", "-semihosting-config",
               "enable=on,target=native,chardev=semihosting"] if board.has_semihosting else []),
            *board.end, *board.screens[screen],
        ]
        if cpu or board.cpu:
            self.command += ["-cpu", cpu or board.cpu]
        if bus == "usb":
            self.command += ["-device", "qemu-xhci"]
        for i, disk in enumerate(disks):
            self.command += ["-drive", f"if=none,id=disk{i},format=raw,file={disk}"]
            device = {"virtio": "virtio-blk-pci", "sata": f"ide-hd,bus=ide.{i}", "nvme": f"nvme,serial=baton{i}",
                      "usb": "usb-storage"}[bus]
            self.command += ["-device", f"{device},drive=disk{i},bootindex={i + 1}"]
        self.command += list(extra)
        self.process: Optional[subprocess.Popen] = None
        self._shots = 0

    # ---- life ----

    def start(self) -> "Machine":
        for name in ("serial.log", "e9.log", "kernel.log", "qemu.log"):
            (self.folder / name).write_bytes(b"")
        self.serial = Stream("serial", self.folder / "serial.log")
        self.e9 = Stream("e9", self.folder / "e9.log") if self.board.has_ports else self.serial
        self.kernel = Stream("kernel", self.folder / "kernel.log") if self.board.has_semihosting else self.e9
        state = self.saved.find(self) if self.saved else None
        ours, theirs = socket.socketpair()
        try:
            with open(self.folder / "serial.log", "ab") as out, open(self.folder / "qemu.log", "ab") as err, \
                    open(state or os.devnull, "rb") as incoming:
                self.process = subprocess.Popen(
                    self.command + ["-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-mon",
                                    "chardev=qmp,mode=control"]
                    + (["-incoming", f"fd:{incoming.fileno()}"] if state else []),
                    stdin=subprocess.PIPE, stdout=out, stderr=err, pass_fds=[theirs.fileno(), incoming.fileno()])
        finally:
            theirs.close()
        self.started = time.monotonic()
        self._socket = ours
        self._socket.settimeout(60)
        self._qmp = ours.makefile("rwb")
        self._qmp_ready = False
        if state:
            go_on(self)
        return self

    def stop(self) -> None:
        if not self.process:
            return
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdin:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass  # bytes that QEMU did not live to read
        for end in (self._qmp, self._socket):
            try:
                end.close()
            except OSError:
                pass
        self._update()

    def _update(self) -> None:
        for stream in (self.serial, self.e9, self.kernel):
            stream.update()

    def __enter__(self) -> "Machine":
        return self.start()

    def __exit__(self, *_: Any) -> None:
        self.stop()

    # ---- watching ----

    def stream(self, source: str) -> Stream:
        return {"serial": self.serial, "e9": self.e9, "kernel": self.kernel}[source]

    def wait_for(self, pattern: str, timeout: float = 60, source: str = "serial",
                 prompt: bool = False) -> "re.Match[str]":
        """
        Waits until the lines that came after the last match on the same stream match; `timeout` in seconds. Fails
        with the transcript when the time is over or the machine has ended without it. A line that is still being
        written is not looked at, or `$` would match in its middle; with `prompt` it is.
        """
        stream = self.stream(source)
        expression = re.compile(pattern, re.MULTILINE)
        deadline = time.monotonic() + timeout
        while True:
            ended = self.process.poll() is not None
            stream.update()
            match = expression.search(stream.text, stream.seen, stream.end(prompt or ended))
            if match:
                stream.seen = match.end()
                return match
            if ended:
                self.fail(f"the machine ended (code {self.process.returncode}) without {pattern!r} on {source}")
            if time.monotonic() > deadline:
                self.fail(f"no {pattern!r} on {source} in {timeout} s")
            time.sleep(POLL)

    def wait_exit(self, timeout: float = 60) -> int:
        """
        The exit code: the board's `success` for a kernel's baton_exit(BATON_EXIT_SUCCESS), 0 for a reset or power-off.
        """
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.fail(f"still running after {timeout} s")
        self._update()
        return code

    def expect_success(self, timeout: float = 60, refusals: bool = False) -> None:
        """The kernel ends with BATON_EXIT_SUCCESS; at once a failure when an entry is refused, unless that may be."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None and time.monotonic() < deadline:
            self.serial.update()
            if not refusals and re.search("Press (a key|Enter) to go on", self.serial.text):
                self.fail("the loader refused to boot")
            time.sleep(POLL)
        code = self.wait_exit(0.1)
        if code != self.board.success:
            self.fail(f"exit code {code} instead of {self.board.success}")

    def transcript(self) -> str:
        parts = [" ".join(self.command)]
        for name in ("qemu.log", "serial.log", "e9.log", "kernel.log"):
            text = (self.folder / name).read_bytes().decode("utf-8", "replace")
            text = ESCAPES.sub("", text).replace("\r", "")
            if len(text) > 20000:
                text = text[:4000] + "\n[…]\n" + text[-16000:]
            parts.append(f"---- {name} ----\n{text}")
        return "\n".join(parts)

    def fail(self, message: str) -> None:
        raise MachineError(message)

    # ---- acting ----

    def send(self, text: str) -> None:
        """Types on the serial line, which OVMF's console reads."""
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def qmp(self, command: str, **arguments: Any) -> Any:
        if not self._qmp_ready:
            self._qmp_ready = True
            json.loads(self._qmp.readline())  # the greeting
            self.qmp("qmp_capabilities")
        self._qmp.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        self._qmp.flush()
        while True:
            line = self._qmp.readline()
            if not line:
                self.fail(f"QMP ended in {command}")
            answer = json.loads(line)
            if "error" in answer:
                self.fail(f"QMP {command}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    def press(self, *keys: str) -> None:
        """Presses keys together on the PS/2 keyboard; QEMU's names, such as "ret"."""
        self.qmp("send-key", keys=[{"type": "qcode", "data": key} for key in keys])

    def monitor(self, command: str) -> str:
        """A command of QEMU's monitor for people; what it answers."""
        return self.qmp("human-monitor-command", **{"command-line": command})

    def screenshot(self) -> Picture:
        self._shots += 1
        path = self.folder / f"screen{self._shots}.ppm"
        self.qmp("screendump", filename=str(path))
        return Picture.read(path)
