# SPDX-License-Identifier: BSD-2-Clause
# The example kernels: built by their own Makefiles, the same that work outside this tree.

EXAMPLES := $(patsubst examples/%/Makefile,%,$(sort $(wildcard examples/*/Makefile)))
KERNEL   ?= $(BUILD)/examples/tour-high.elf
RUN_ARGS ?=

.PHONY: examples $(addprefix examples-,$(EXAMPLES)) run boot
examples: $(addprefix examples-,$(EXAMPLES))

$(addprefix examples-,$(EXAMPLES)): examples-%: $(BUILD)/baton
	@$(MAKE) -C examples/$* all O=$(abspath $(BUILD)/examples) BATON=$(abspath $(BUILD)/baton) \
		BATON_INCLUDE=$(abspath include) CC=$(CC)

# The tools that compile may only be there after the first line: a second make looks at them afresh.
run:
	@sh mk/deps.sh run
	@$(MAKE) boot

boot: all examples
	$(BUILD)/baton run $(RUN_ARGS) $(KERNEL)
