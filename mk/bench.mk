# SPDX-License-Identifier: BSD-2-Clause
# What booting costs, in instructions. bench/ has the programs and the scripts.

ROWS   ?= all
LIMINE ?=

.PHONY: bench bench-check bench-programs
bench-programs:
	@$(MAKE) -C bench all O=$(abspath $(BUILD)/bench)

# ROWS: all, quick, or names of rows with commas between them. LIMINE: the path of its BOOTX64.EFI.
bench: $(BUILD)/BOOTX64.EFI bench-programs debian
	$(Q)BATON_BUILD=$(abspath $(BUILD)) LIMINE=$(LIMINE) python3 bench/bench.py '$(ROWS)'

# The budgets of the quick rows; ROWS=all for all of them.
bench-check: ROWS = quick
bench-check: $(BUILD)/BOOTX64.EFI bench-programs
	$(Q)BATON_BUILD=$(abspath $(BUILD)) python3 bench/bench.py check '$(ROWS)'
