# SPDX-License-Identifier: BSD-2-Clause
"""
The machines that QEMU makes for the tests: for each architecture what it is, its firmware, and how it is ended.

Where there is no port 0xE9, what would come out of it comes over the serial line. What a test kernel says comes out of
that port, or by semihosting where that is the machine's way.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional

OVMF = Path("/usr/share/OVMF")
U_BOOT = Path("/usr/lib/u-boot")
AAVMF = Path("/usr/share/AAVMF")


@dataclass
class Firmware:
    """Files of flash, the second one to be written to, or one file for an option of QEMU; and more words."""
    code: Path
    variables: Optional[Path] = None
    option: str = "-bios"
    board: Optional[List[str]] = None  # instead of the board's own words
    quick: bool = False  # starting it takes less time than going on from a saved machine, which has 128 MiB of flash

    def words(self, variables: Path) -> List[str]:
        if not self.variables:
            return [self.option, str(self.code)]
        return ["-drive", f"if=pflash,format=raw,readonly=on,file={self.code}",
                "-drive", f"if=pflash,format=raw,file={variables}"]


@dataclass
class Board:
    loader: str  # as firmware looks for it
    program: str
    words: List[str]
    firmware: Dict[str, Firmware]  # the first one is what a test gets that asks for none
    end: List[str]  # by what a kernel ends it
    success: int  # QEMU's exit code for BATON_EXIT_SUCCESS
    cpu: Optional[str] = None
    has_ports: bool = False
    has_semihosting: bool = False  # by which kernels speak and end
    screens: Dict[Optional[str], List[str]] = field(default_factory=dict)


# With Secure Boot nobody but the firmware may write its variables; it does so in system management mode.
SECURE = ["-machine", "q35,accel=tcg,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on"]

BOARDS = {
    "x86_64": Board(
        "BOOTX64.EFI", "qemu-system-x86_64", ["-machine", "q35,accel=tcg"],
        {"4M": Firmware(OVMF / "OVMF_CODE_4M.fd", OVMF / "OVMF_VARS_4M.fd"),
         "2M": Firmware(OVMF / "OVMF_CODE.fd", OVMF / "OVMF_VARS.fd"),
         "secure": Firmware(OVMF / "OVMF_CODE_4M.secboot.fd", OVMF / "OVMF_VARS_4M.snakeoil.fd", board=SECURE),
         # It finds no virtio disk in the first slot, where that is when there is no screen.
         "uboot": Firmware(U_BOOT / "qemu-x86_64/u-boot.rom",
                           board=["-machine", "q35,accel=tcg", "-device", "VGA"])},
        ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"], (0x10 << 1) | 1, has_ports=True,
        screens={None: [], "vga": ["-device", "VGA"], "ramfb": ["-device", "ramfb"],
                 "virtio": ["-device", "virtio-gpu-pci"]}),  # OVMF gives it a GOP without a framebuffer
    "aarch64": Board(
        "BOOTAA64.EFI", "qemu-system-aarch64",
        # EDK2 waits five seconds for a key, unless a menu is asked for that is shown for none.
        ["-machine", "virt,accel=tcg", "-boot", "menu=on,splash-time=0"],
        {"edk2": Firmware(Path("/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"), quick=True),
         # keeps its variables
         "flash": Firmware(AAVMF / "AAVMF_CODE.fd", AAVMF / "AAVMF_VARS.fd", quick=True),
         "uboot": Firmware(U_BOOT / "qemu_arm64/u-boot.bin")},
        [], 0x10, cpu="cortex-a72", has_semihosting=True,
        screens={None: [], "ramfb": ["-device", "ramfb"], "virtio": ["-device", "virtio-gpu-pci"]}),
    "riscv64": Board(
        "BOOTRISCV64.EFI", "qemu-system-riscv64", ["-machine", "virt,accel=tcg"],
        {"uboot": Firmware(U_BOOT / "qemu-riscv64_smode/uboot.elf", option="-kernel")},
        # Programs end it by its test device, which is always there.
        [], 0x10, has_semihosting=True, screens={None: []}),
}
