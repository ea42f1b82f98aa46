# SPDX-License-Identifier: BSD-2-Clause
# clang-format, clang-tidy and cppcheck. A file is looked at again when it, a header of its or the settings change.

LINT := $(BUILD)/lint
C_FILES := $(sort $(shell find include loader tools tests examples bench -name '*.[ch]' 2>/dev/null))
# Other versions of clang-format lay code out in other ways.
CLANG_FORMAT ?= $(firstword $(shell command -v clang-format-14) clang-format)
CLANG_TIDY   ?= clang-tidy

.PHONY: lint-format lint-tidy lint-cppcheck
lint-format:
	$(Q)$(CLANG_FORMAT) --dry-run -Werror $(C_FILES)

# $(call tidy,folder,flags,prerequisites): the .o that the build made knows which headers count.
define tidy
$(LINT)/$1/%.tidy: $1/%.c $3 $(wildcard .clang-tidy tests/*/.clang-tidy)
	@mkdir -p $$(@D)
	@echo "  TIDY  $$<"
	$$(Q)$$(CLANG_TIDY) --quiet $$< -- $2 $$(VERSION_FLAGS) 2>/dev/null && touch $$@
endef
# What the test kernels have for each machine.
KERNEL_MACHINES := $(foreach arch,$(ARCHES),$(patsubst %/,%,$(wildcard tests/kernels/*/$(arch)/)))
TIDY_FOLDERS := $(foreach layer,$(LAYERS) $(ARCHES),$(folder.$(layer))) tools/elf2efi tools/baton tests/unit tests/exhaust \
	tests/fake tests/fuzz tests/kernels tests/kernels/kit tests/kernels/selfcheck $(KERNEL_MACHINES) tests/efi tests/efi/leave bench \
	$(addprefix examples/,$(EXAMPLES))

# Once, as it is on x86_64, and what is another machine's own as it is there.
$(foreach layer,$(LAYERS),$(eval $(call tidy,$(folder.$(layer)),--target=$(target.x86_64) $$(call loader-cflags,x86_64) $(call see-on,x86_64,$(layer)),\
	$(OBJ)/x86_64/$(folder.$(layer))/%.o)))
$(foreach arch,$(ARCHES),$(eval $(call tidy,$(folder.$(arch)),--target=$(target.$(arch)) $$(call loader-cflags,$(arch)) $(see.$(arch)),\
	$(OBJ)/$(arch)/$(folder.$(arch))/%.o)))
$(foreach tool,elf2efi baton,$(eval $(call tidy,tools/$(tool),$$(HOST_CFLAGS) $(see.$(tool)),\
	$(HOST_OBJ)/tools/$(tool)/%.o)))
$(eval $(call tidy,tests/unit,$$(UNIT_CFLAGS) $$(see.$$(*F)) $(see.tests),$(TEST_OBJ)/tests/unit/%.o))
$(eval $(call tidy,tests/fuzz,$$(FUZZ_CFLAGS) $$(see.$$(*F)) $(see.fuzz),$(FUZZ_OBJ)/tests/fuzz/%.o))
$(eval $(call tidy,tests/exhaust,$$(EXHAUST_CFLAGS) $(see.exhaust),$(EXHAUST_OBJ)/tests/exhaust/%.o))
$(eval $(call tidy,tests/fake,$$(FAKE_CFLAGS) $(see.fake),$(TEST_OBJ)/tests/fake/%.o))

# Their own Makefiles build these; any header may count.
freestanding := -std=c11 -ffreestanding -mgeneral-regs-only -Iinclude -iquote loader/base
some-headers := $(wildcard include/baton/*.h loader/base/*.h loader/efi/abi/*.h tests/*/*.h tests/*/*/*.h examples/*/*.h)
kernel-flags = --target=$(target.$1) $(freestanding) $(foreach folder,kit selfcheck,-iquote tests/kernels/$(folder) \
	-iquote tests/kernels/$(folder)/$1)
$(foreach folder,tests/kernels tests/kernels/kit tests/kernels/selfcheck,$(eval $(call tidy,$(folder),\
	$(call kernel-flags,x86_64),$(some-headers))))
$(foreach folder,$(KERNEL_MACHINES),$(eval $(call tidy,$(folder),$(call kernel-flags,$(notdir $(folder))),$(some-headers))))
$(eval $(call tidy,tests/efi,--target=x86_64-unknown-windows $(freestanding) -iquote loader/efi -iquote tests/fake \
	-iquote loader/arch -iquote loader/arch/x86_64 -iquote loader/core,$(some-headers)))
$(eval $(call tidy,bench,--target=x86_64-unknown-windows $(freestanding) -iquote bench -iquote loader/efi,\
	$(some-headers) $(wildcard bench/*.h)))
$(eval $(call tidy,tests/efi/leave,--target=$(target.aarch64) $(freestanding) -iquote loader/efi -iquote tests/efi,\
	$(some-headers)))
$(foreach arch,$(ARCHES),$(eval on.machine_$(arch) := --target=$(target.$(arch))))
$(foreach example,$(EXAMPLES),$(eval $(call tidy,examples/$(example),$$(on.$$(*F)) $(freestanding),$(some-headers))))
TIDIED := $(patsubst %.c,$(LINT)/%.tidy,$(sort $(wildcard $(TIDY_FOLDERS:=/*.c))))

lint-tidy: $(TIDIED)

lint-cppcheck:
	@mkdir -p $(LINT)/cppcheck
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --platform=unix64 --enable=warning,style,performance,portability \
		--inline-suppr --suppressions-list=mk/cppcheck.txt --cppcheck-build-dir=$(LINT)/cppcheck \
		-D__x86_64__ -D__GNUC__=12 $(VERSION_FLAGS) -Iinclude -Iloader/base -Iloader/core -Iloader/proto -Iloader/efi \
		-Iloader/arch -Iloader/arch/x86_64 -Itools/elf2efi -Itools/baton loader tools examples
