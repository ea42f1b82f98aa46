# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures of the end-to-end tests. `BATON_BUILD` names the build folder when it is not <tree>/build."""

import fcntl
import getpass
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from harness.disk import EMPTY_SIZE, make_disk, make_empty
from harness.machine import Machine
from harness.paths import LOADER, built
from harness.report import parse_report
from harness.saved import SavedMachines


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


@pytest.fixture
def boot(disk, start):
    """boot(files, **options of Machine): a machine that boots Baton from a disk with these files."""

    def make(files, **options):
        return start(disk({"EFI/BOOT/BOOTX64.EFI": built(LOADER), **files}), **options)

    return make


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
        machine = start(disk({"EFI/BOOT/BOOTX64.EFI": built(LOADER), **files}), **options)
        machine.expect_success(timeout)
        report = parse_report(machine.e9.text)
        report.machine = machine
        return report

    return make
