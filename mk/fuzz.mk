# SPDX-License-Identifier: BSD-2-Clause
# Fuzzing with libFuzzer, which only clang has. mk/fuzz.py runs the programs; here is how they are built.

FUZZ_CC       ?= clang
FUZZ_OBJ      := $(OBJ)/fuzz
FUZZ          := $(BUILD)/fuzz
# What links a program with libFuzzer, and what goes into every object; `make fuzz-coverage` has others.
FUZZ_LINK     ?= -fsanitize=fuzzer,address,undefined
FUZZ_SANITIZE ?= -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_CFLAGS    = -std=c11 -D_GNU_SOURCE -O1 -g $(filter-out -Wconversion,$(WARNINGS)) $(FUZZ_SANITIZE)
see.fuzz      := $(see.tests) -iquote loader/efi -iquote tests/fuzz
# What runs the whole loader sees all of it, and the fake firmware.
$(foreach name,fuzz_loader loader_case loader_verdict read_entry read_kernel start_verdict,$(eval see.$(name) := $(fake-memory) $(see.fake)))

FUZZ_SOURCES  := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_TARGETS  := $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SOURCES))
FUZZ_PROGRAMS := $(addprefix $(FUZZ)/,$(FUZZ_TARGETS))
# What is tested, and what makes it: the unit tests' helpers, too.
FUZZ_LIBRARY  := $(FUZZ_OBJ)/under-test.a
fuzz-objects   = $(patsubst %.c,$(FUZZ_OBJ)/%.o,$(sort $1))
FUZZ_TESTED   := $(foreach layer,base core proto,$(call objects,$(layer),$(FUZZ_OBJ)))
FUZZ_HELPERS  := $(call fuzz-objects,$(filter-out $(FUZZ_SOURCES),$(wildcard tests/fuzz/*.c)) \
	$(filter-out $(TEST_SOURCES),$(wildcard tests/unit/*.c)))
# The rest of the loader, and the firmware for it.
FUZZ_FAKE     := $(foreach layer,efi flow,$(call objects,$(layer),$(FUZZ_OBJ))) $(FUZZ_OBJ)/$(folder.arch)/screen.o \
	$(call fuzz-objects,$(filter-out %/fault.c %/messages.c,$(wildcard tests/fake/*.c)))
$(FUZZ_LIBRARY): $(FUZZ_TESTED) $(FUZZ_HELPERS) $(FUZZ_FAKE)

$(FUZZ_OBJ)/% $(FUZZ)/%: CC = $(FUZZ_CC)
$(foreach folder,$(foreach layer,base core proto,$(folder.$(layer))) tests/unit,\
	$(eval $(call compile,$(FUZZ_OBJ),$(folder),$$(FUZZ_CFLAGS) $(see.fuzz))))
$(foreach layer,efi flow arch,\
	$(eval $(call compile,$(FUZZ_OBJ),$(folder.$(layer)),$$(FUZZ_CFLAGS) $(fake-memory) $(see.$(layer)))))
# Not for what the firmware does: paths through it are no discoveries, and watching them costs half of the time.
$(eval $(call compile,$(FUZZ_OBJ),tests/fake,$$(FUZZ_CFLAGS) -fno-sanitize=fuzzer-no-link $(fake-memory) $(see.fake)))
$(eval $(call compile,$(FUZZ_OBJ),tests/fuzz,$$(FUZZ_CFLAGS) $$(see.$$(*F)) $(see.fuzz)))

$(FUZZ_PROGRAMS): $(FUZZ)/%: $(FUZZ_OBJ)/tests/fuzz/fuzz_%.o $(FUZZ_LIBRARY) $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(FUZZ_LINK) -fuse-ld=lld $(filter %.o,$^) $(FUZZ_LIBRARY) -lcmocka -o $@

TARGET  ?=
SECONDS ?= 60
.PHONY: fuzz fuzz-programs fuzz-coverage fuzz-distil
fuzz-programs: $(FUZZ_PROGRAMS)

# Without a target: which there are.
fuzz: $(addprefix $(FUZZ)/,$(TARGET))
	@python3 mk/fuzz.py $(if $(TARGET),run $(FUZZ) $(SECONDS) $(TARGET),list)

# A few of the inputs that reach most, into tests/fuzz/corpus.
fuzz-distil: fuzz-programs
	@python3 mk/fuzz.py distil $(FUZZ) $(TARGET)

# The lines that corpora reach, those that were found in earlier runs included.
fuzz-coverage:
	@$(MAKE) fuzz-programs BUILD=$(FUZZ)/coverage FUZZ_LINK='-fsanitize=fuzzer -fprofile-instr-generate' \
		FUZZ_SANITIZE='-fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping'
	@python3 mk/fuzz.py coverage $(FUZZ) $(FUZZ)/coverage/fuzz $(TARGET)
