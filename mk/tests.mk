# SPDX-License-Identifier: BSD-2-Clause
# The tests. mk/test.py runs and counts them; here is what they need built.

TEST_OBJ    := $(OBJ)/test
TEST_CFLAGS  = -std=c11 -D_GNU_SOURCE -O1 -g $(WARNINGS) $(REPRODUCIBLE) $(SANITIZE)
UNIT_CFLAGS  = $(filter-out -Wconversion,$(TEST_CFLAGS))
see.tests   := $(see.proto) -iquote tools/elf2efi -iquote tools/baton -iquote tests/unit
GNU_EFI     ?= /usr/include/efi

# ---- unit tests: one program for each tests/unit/test_*.c ----
test-objects  = $(patsubst %.c,$(TEST_OBJ)/%.o,$(sort $1))
TEST_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
UNIT_TESTS   := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(TEST_SOURCES))
# What they test, and helpers that they share: each takes what it uses.
TEST_LIBRARY := $(BUILD)/tests/unit/under-test.a
$(TEST_LIBRARY): $(foreach layer,base core proto,$(call objects,$(layer),$(TEST_OBJ))) \
	$(call test-objects,$(filter-out %/main.c,$(wildcard tools/elf2efi/*.c))) \
	$(call test-objects,$(filter-out $(TEST_SOURCES),$(wildcard tests/unit/*.c)))

$(foreach layer,base core proto,$(eval $(call compile,$(TEST_OBJ),$(folder.$(layer)),$$(TEST_CFLAGS) $(see.$(layer)))))
$(eval $(call compile,$(TEST_OBJ),tools/elf2efi,$$(TEST_CFLAGS) $(see.elf2efi)))
$(eval $(call compile,$(TEST_OBJ),tests/unit,$$(UNIT_CFLAGS) $$(see.$$(*F)) $(see.tests)))

# The two sides of the comparison with gnu-efi's headers: each sees one set of headers only.
see.theirs := $(addprefix -isystem $(GNU_EFI),/ /x86_64 /protocol)
see.ours   := -iquote loader/efi

$(BUILD)/tests/unit/test_abi: $(call test-objects,$(wildcard tests/unit/abi/*.c))

# The machine's own part of the loader, with other instructions than the processor's.
made-machine = -include tests/unit/made_$1.h $(see.$1)
$(foreach arch,aarch64 riscv64,\
	$(eval see.test_machine_$(arch) := $(call made-machine,$(arch)))\
	$(eval $(call compile,$(TEST_OBJ),loader/arch/$(arch),$$(UNIT_CFLAGS) $(call made-machine,$(arch))))\
	$(eval $(BUILD)/tests/unit/test_machine_$(arch): $(TEST_OBJ)/loader/arch/$(arch)/machine.o $(TEST_OBJ)/loader/arch/table_list.o))

$(UNIT_TESTS): $(BUILD)/tests/unit/%: $(TEST_OBJ)/tests/unit/%.o $(TEST_LIBRARY) $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(host-ldflags.$(cc-kind)) $(SANITIZE) $(filter %.o,$^) $(TEST_LIBRARY) -lcmocka -o $@

.PHONY: unit-tests
unit-tests: $(UNIT_TESTS)

# ---- the fake firmware, with the whole loader but loader/arch linked to it ----
fake-memory := -include tests/fake/phys.h
FAKE_CFLAGS  = $(UNIT_CFLAGS) $(fake-memory)
see.fake    := $(see.flow) -iquote tests/unit -iquote tools/elf2efi -iquote tests/fake
FAKE_OBJECTS := $(foreach layer,efi flow,$(call objects,$(layer),$(TEST_OBJ))) $(TEST_OBJ)/loader/arch/screen.o \
	$(call test-objects,$(wildcard tests/fake/*.c)) $(TEST_OBJ)/tests/messages.o
$(foreach layer,efi flow arch,$(eval $(call compile,$(TEST_OBJ),$(folder.$(layer)),$$(FAKE_CFLAGS) $(see.$(layer)))))
$(eval $(call compile,$(TEST_OBJ),tests/fake,$$(FAKE_CFLAGS) $(see.fake)))

# The loader's messages, of which none may be without a scenario.
LOADER_SOURCES := $(sort $(wildcard loader/*.c loader/*/*.c loader/*/*/*.c))
$(BUILD)/tests/messages.c: mk/messages.py $(LOADER_SOURCES)
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	$(Q)python3 mk/messages.py $(LOADER_SOURCES) > $@
$(TEST_OBJ)/tests/messages.o: $(BUILD)/tests/messages.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC    $@"
	$(Q)$(CC) $(FAKE_CFLAGS) $(see.fake) $(DEPENDENCIES) -c $< -o $@

$(BUILD)/tests/fault: $(FAKE_OBJECTS) $(TEST_LIBRARY) $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(host-ldflags.$(cc-kind)) $(SANITIZE) $(filter %.o,$^) $(TEST_LIBRARY) -lcmocka -o $@

.PHONY: fault fault-program
fault-program: $(BUILD)/tests/fault
# SEED: where the combinations of quirks begin.
fault: fault-program
	$(Q)$(if $(SEED),BATON_SEED=$(SEED)) $(BUILD)/tests/fault

# ---- real firmware, of which every call fails: more than the end-to-end tests have time for ----
.PHONY: chaos
chaos: all machines
	$(Q)$(PYTHON) mk/chaos.py $(BUILD) $(SCENARIO)

# ---- exhaustion: optimised, and sort.c without sanitizers, so that there is time for more cases ----
EXHAUST_OBJ      := $(OBJ)/exhaust
EXHAUST_CFLAGS    = $(filter-out -O1,$(UNIT_CFLAGS)) -O2
see.exhaust      := $(see.core) -iquote tests/exhaust
EXHAUST_PROGRAMS := $(addprefix $(BUILD)/tests/exhaust/,memory_map paging)
$(eval $(call compile,$(EXHAUST_OBJ),$(folder.base),$$(HOST_CFLAGS) $(see.base)))
$(eval $(call compile,$(EXHAUST_OBJ),$(folder.core),$$(EXHAUST_CFLAGS) $(see.core)))
$(eval $(call compile,$(EXHAUST_OBJ),tests/exhaust,$$(EXHAUST_CFLAGS) $(see.exhaust)))

$(BUILD)/tests/exhaust/memory_map: $(addprefix $(EXHAUST_OBJ)/,tests/exhaust/map_reference.o \
	loader/core/memory_map.o loader/core/memory_intervals.o loader/core/cover.o loader/core/efi_map.o loader/base/sort.o)
$(BUILD)/tests/exhaust/paging: $(addprefix $(EXHAUST_OBJ)/,tests/exhaust/page_model.o loader/core/paging.o \
	loader/core/paging_formats.o loader/core/page_entries.o)
$(EXHAUST_PROGRAMS): $(BUILD)/tests/exhaust/%: $(EXHAUST_OBJ)/tests/exhaust/%.o $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(host-ldflags.$(cc-kind)) $(SANITIZE) $(filter %.o,$^) -lcmocka -o $@

.PHONY: exhaust-programs
exhaust-programs: $(EXHAUST_PROGRAMS)

# ---- running them ----
# The first Python that has pytest.
PYTHON = $(eval PYTHON := $$(shell for python in python3 /usr/bin/python3; do \
	$$$$python -c 'import pytest, xdist' 2>/dev/null && echo $$$$python && break; done))$(PYTHON)
# The default, in less than 25 minutes on two processors; and everything.
PARTS      := build unit exhaust fault fuzz lint headers layers install hello deps e2e-quick
PARTS.full := $(filter-out e2e-quick,$(PARTS)) gcc reproducible e2e bench

# Not spelled out in the recipe: make -n would run it.
export MAKE_COMMAND := $(MAKE)

.PHONY: test test-full coverage test-fresh unit exhaust lint headers layers reproducible e2e
test: test-$(subst $() ,+,$(PARTS))
test-full: test-$(subst $() ,+,$(PARTS.full))
unit exhaust lint headers layers reproducible e2e: %: test-%

test-%: deps
	@$(PYTHON) mk/test.py $(BUILD) $(subst +, ,$*)

# gcov comes with gcc. Without optimisation the branches are those of the source.
coverage: deps
	@$(MAKE) unit-tests fault-program CC=gcc BUILD=$(BUILD)/coverage WARNINGS= SANITIZE='--coverage -O0'
	@$(PYTHON) mk/coverage.py $(BUILD)/coverage

# SAMPLE: only so many of the mistakes; SEED: which.
.PHONY: mutations
mutations: deps
	@SAMPLE=$(SAMPLE) SEED=$(SEED) nice $(PYTHON) mk/mutate.py $(BUILD)/mutations

test-fresh:
	@bash mk/test-fresh.sh $(BUILD)/fresh

# ---- what the end-to-end tests boot: kernels that judge, and EFI applications ----
.PHONY: machines
machines: $(foreach arch,$(filter-out x86_64,$(ARCHES)),$(patsubst tests/kernels/kit/%/,machines-%,\
	$(wildcard tests/kernels/kit/$(arch)/)))
	@$(MAKE) -C tests/kernels all O=$(abspath $(BUILD)/tests/kernels) CC=$(CC)
	@$(MAKE) -C tests/efi all O=$(abspath $(BUILD)/tests/efi)
	@$(MAKE) -C tests/second all O=$(abspath $(BUILD)/tests/second) GNU_EFI=$(GNU_EFI)

machines-%:
	@$(MAKE) -C tests/kernels all ARCH=$* O=$(abspath $(BUILD)/tests/kernels/$*) CC=$(CC)

# What makes the way out hard where inject.efi is not for, other machines and U-Boot: built as the loader is.
leave-cflags = $(filter-out -Wconversion,$(call loader-cflags,$1)) $(see.efi) -iquote tests/efi
define leave
$(foreach folder,tests/efi tests/efi/leave,$(call compile,$(OBJ)/$1,$(folder),$$(call leave-cflags,$1),\
	$(call cc-for.$(cc-kind),$1))
)
leave-objects.$1 := $(addprefix $(OBJ)/$1/,tests/efi/leave/main.o tests/efi/leave/no_execute_$1.o \
	tests/efi/path.o tests/efi/settings.o \
	loader/base/text.o loader/base/format.o loader/arch/$1/memory.o)
$(BUILD)/tests/efi/leave-$1.elf: $$(leave-objects.$1) loader/loader.lds $(BUILD)/flags
	@mkdir -p $$(@D)
	@echo "  LINK  $$@"
	$$(Q)$(call ld-for.$(cc-kind),$1) $(call loader-ldflags,$1) -T loader/loader.lds $$(leave-objects.$1) -o $$@
endef
$(foreach arch,$(ARCHES),$(eval $(call leave,$(arch))))
machines: $(foreach arch,$(ARCHES),$(BUILD)/tests/efi/leave-$(arch).EFI)

# What others made for a boot loader to start: fetched, not installed.
.PHONY: debian
debian:
	@sh mk/debian.sh $(BUILD)/debian
