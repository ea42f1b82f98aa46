# SPDX-License-Identifier: BSD-2-Clause
# clang-format, clang-tidy and cppcheck. A file is looked at again when it, a header of its or the settings change.

LINT := $(BUILD)/lint
C_FILES := $(sort $(shell find include loader tools tests examples -name '*.[ch]' 2>/dev/null))
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
TIDY_FOLDERS := $(foreach layer,$(LAYERS),$(folder.$(layer))) tools/elf2efi tools/baton tests/unit tests/exhaust \
	tests/fake tests/fuzz tests/kernels tests/kernels/kit tests/kernels/selfcheck tests/efi $(addprefix examples/,$(EXAMPLES))

$(foreach layer,$(LAYERS),$(eval $(call tidy,$(folder.$(layer)),$$(LOADER_CFLAGS) $(see.$(layer)),\
	$(LOADER_OBJ)/$(folder.$(layer))/%.o)))
$(foreach tool,elf2efi baton,$(eval $(call tidy,tools/$(tool),$$(HOST_CFLAGS) $(see.$(tool)),\
	$(HOST_OBJ)/tools/$(tool)/%.o)))
$(eval $(call tidy,tests/unit,$$(UNIT_CFLAGS) $(see.tests),$(TEST_OBJ)/tests/unit/%.o))
$(eval $(call tidy,tests/fuzz,$$(FUZZ_CFLAGS) $$(see.$$(*F)) $(see.fuzz),$(FUZZ_OBJ)/tests/fuzz/%.o))
$(eval $(call tidy,tests/exhaust,$$(EXHAUST_CFLAGS) $(see.exhaust),$(EXHAUST_OBJ)/tests/exhaust/%.o))
$(eval $(call tidy,tests/fake,$$(FAKE_CFLAGS) $(see.fake),$(TEST_OBJ)/tests/fake/%.o))

# Their own Makefiles build these; any header may count.
freestanding := -std=c11 -ffreestanding -mgeneral-regs-only -Iinclude -iquote loader/base
some-headers := $(wildcard include/baton/*.h loader/base/*.h loader/efi/abi/*.h tests/*/*.h tests/*/*/*.h examples/*/*.h)
$(foreach folder,tests/kernels tests/kernels/kit tests/kernels/selfcheck,$(eval $(call tidy,$(folder),$(freestanding) -iquote tests/kernels/kit,\
	$(some-headers))))
$(eval $(call tidy,tests/efi,--target=x86_64-unknown-windows $(freestanding) -iquote loader/efi -iquote tests/fake \
	-iquote loader/arch/x86_64,$(some-headers)))
$(foreach example,$(EXAMPLES),$(eval $(call tidy,examples/$(example),$(freestanding),$(some-headers))))
TIDIED := $(patsubst %.c,$(LINT)/%.tidy,$(sort $(wildcard $(TIDY_FOLDERS:=/*.c))))

lint-tidy: $(TIDIED)

lint-cppcheck:
	@mkdir -p $(LINT)/cppcheck
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --platform=unix64 --enable=warning,style,performance,portability \
		--inline-suppr --suppressions-list=mk/cppcheck.txt --cppcheck-build-dir=$(LINT)/cppcheck \
		-D__x86_64__ -D__GNUC__=12 $(VERSION_FLAGS) -Iinclude -Iloader/base -Iloader/core -Iloader/proto -Iloader/efi \
		-Iloader/arch/$(ARCH) -Itools/elf2efi -Itools/baton loader tools examples
