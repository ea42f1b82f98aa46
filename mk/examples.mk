# SPDX-License-Identifier: BSD-2-Clause
# The example kernels: built by their own Makefiles, the same that work outside this tree.

EXAMPLES := $(patsubst examples/%/Makefile,%,$(sort $(wildcard examples/*/Makefile)))
KERNEL   ?= $(BUILD)/examples/tour-high.elf
RUN_ARGS ?=

.PHONY: examples $(addprefix examples-,$(EXAMPLES)) run boot
examples: $(addprefix examples-,$(EXAMPLES))

# $(call build-example,name,folder for the result,compiler,more)
build-example = $(MAKE) -C examples/$1 all O=$(abspath $2) BATON=$(abspath $(BUILD)/baton) \
	BATON_INCLUDE=$(abspath include) CC='$3' $4

$(addprefix examples-,$(EXAMPLES)): examples-%: $(BUILD)/baton
	+@$(call build-example,$*,$(BUILD)/examples,$(CC))

# For the other architectures, in a folder each. hello does not know what their compilers want to be told.
hello-machine.aarch64 := MACHINE='-mgeneral-regs-only'
hello-machine.riscv64 := MACHINE='$(march.$(cc-kind).riscv64) -mabi=lp64 -mcmodel=medany -mno-relax'
cross-linker := $(if $(filter clang,$(cc-kind)),lld,bfd)

# $(call example-for,name,architecture)
define example-for
.PHONY: examples-$1-$2
examples: examples-$1-$2
examples-$1-$2: $(BUILD)/baton
	+@$$(call build-example,$1,$(BUILD)/examples/$2,$(call cc-for.$(cc-kind),$2) -fuse-ld=$(cross-linker),$($1-machine.$2))
endef
$(foreach arch,$(filter-out x86_64,$(ARCHES)),$(foreach name,$(EXAMPLES),$(eval $(call example-for,$(name),$(arch)))))

# The tools that compile may only be there after the first line: a second make looks at them afresh.
run:
	@sh mk/deps.sh run
	@$(MAKE) boot

boot: all examples
	$(BUILD)/baton run $(RUN_ARGS) $(KERNEL)
