# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures of the end-to-end tests. `BATON_BUILD` names the build folder when it is not <tree>/build."""

import fcntl
import getpass
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from harness.command import BATON, SUCCESS
from harness.disk import EMPTY_SIZE, make_disk, make_empty
from harness.elfmaker import elf_file, exit_code, segment
from harness.loader import build_loader
from harness.machine import Machine
from harness.paths import LOADERS, TREE, built
from harness.report import parse_report
from harness.saved import SavedMachines


def pytest_configure(config):
    """A shell starts what runs in the background with SIGINT ignored, which programs under test would inherit."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "full: one more form of what other tests show; `make test` leaves it out, and "
                                       "`make test-full` does not")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        item.failed = True
        for machine in getattr(item, "machines", []):
            report.sections.append((f"machine {machine.folder.name}", machine.transcript()))


@pytest.fixture(scope="session")
def empty_disk(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "empty.img"
    make_empty(path)
    return path


@pytest.fixture
def disk(tmp_path, request, empty_disk):
    """disk(files, size=…, holes=…): a disk image. Images of tests that passed are deleted."""
    images = []

    def make(files, size=EMPTY_SIZE, **options):
        path = tmp_path / f"disk{len(images)}.img"
        images.append(path)
        return make_disk(path, files, size, empty_disk if size == EMPTY_SIZE else None, **options)

    yield make
    if not getattr(request.node, "failed", False):
        for path in images:
            path.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """Machines that the test processes of this session have saved."""
    base = tmp_path_factory.getbasetemp()
    return SavedMachines((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "saved")


def pytest_sessionfinish(session):
    """What is saved is large, and of no use afterwards."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(session.config._tmp_path_factory.getbasetemp() / "saved", ignore_errors=True)


@pytest.fixture
def start(tmp_path, request, saved):
    """
    start(disks…, **options of Machine): a running machine, stopped after the test. One that starts at power-on, where
    that matters, has `saved=None` among its options.
    """
    machines = request.node.machines = []

    def make(*disks, **options):
        machine = Machine(tmp_path / f"machine{len(machines)}", disks, **{"saved": saved, **options})
        machines.append(machine)
        return machine.start()

    yield make
    for machine in machines:
        machine.stop()
        if not getattr(request.node, "failed", False):
            machine.variables.unlink(missing_ok=True)


def with_loader(arch="x86_64", **_):
    """The loader, where the firmware of a machine with these options looks for it."""
    return {f"EFI/BOOT/{LOADERS[arch].name}": built(LOADERS[arch])}


@pytest.fixture
def boot(disk, start):
    """boot(files, **options of Machine): a machine that boots Baton from a disk with these files."""

    def make(files, **options):
        return start(disk({**with_loader(**options), **files}), **options)

    return make


@pytest.fixture(scope="session")
def sv39_loader(tmp_path_factory):
    """A loader that finds no Sv48: QEMU 7.2 has no hart without."""
    folder = tmp_path_factory.mktemp("sv39")
    tree = folder / "tree"
    tree.mkdir()
    for name in ("Makefile", "VERSION", "include", "loader", "mk", "tools", "examples"):
        (shutil.copytree if (TREE / name).is_dir() else shutil.copy)(TREE / name, tree / name)
    machine = tree / "loader/arch/riscv64/machine.c"
    code = machine.read_text()
    assert code.count("return try_satp(satp) == satp;") == 1
    machine.write_text(code.replace("return try_satp(satp) == satp;", "return try_satp(satp) != satp;"))
    return build_loader(folder / "build", "riscv64", tree)


@pytest.fixture
def much_memory():
    """Held by a test whose machine touches gigabytes: only one of them runs at a time."""
    path = Path(tempfile.gettempdir()) / f"baton-much-memory-{getpass.getuser()}.lock"
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def report_of(start, disk):
    """report_of(files, **options of Machine): boots a disk whose kernel is tests/kernels/report.c; its report."""

    def make(files, timeout=60, **options):
        machine = start(disk({**with_loader(**options), **files}), **options)
        machine.expect_success(timeout)
        report = parse_report(machine.e9.text)
        report.machine = machine
        return report

    return make


# ---- the host command ----

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
    """make_kernel(code, name, **fields of the ELF header): the path of a sound ELF kernel."""

    def make(code=exit_code(SUCCESS), name="kernel.elf", **header):
        path = tmp_path / name
        path.write_bytes(elf_file([segment(code)], **header))
        return path

    return make
