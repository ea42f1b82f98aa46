# SPDX-License-Identifier: BSD-2-Clause
"""What the end-to-end tests are built from: disks, machines, crafted kernels, and what kernels report."""
