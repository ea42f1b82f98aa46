# SPDX-License-Identifier: BSD-2-Clause
# Compilers and their flags. What differs between architectures is data here, and nowhere else.

ARCHES ?= x86_64 aarch64 riscv64
ifeq ($(origin CC),default)
CC := clang
endif
export CC
cc-kind := $(if $(findstring clang,$(shell $(CC) --version 2>/dev/null)),clang,gcc)

# ---- per architecture ----
efi-name.x86_64  := BOOTX64
efi-name.aarch64 := BOOTAA64
efi-name.riscv64 := BOOTRISCV64
target.x86_64    := x86_64-unknown-none-elf
target.aarch64   := aarch64-unknown-none-elf
target.riscv64   := riscv64-unknown-none-elf
prefix.x86_64    :=
prefix.aarch64   := aarch64-linux-gnu-
prefix.riscv64   := riscv64-linux-gnu-
ld-mode.x86_64   := elf_x86_64
ld-mode.aarch64  := aarch64linux
ld-mode.riscv64  := elf64lriscv
cflags.x86_64    := -m64 -mno-red-zone -mgeneral-regs-only
cflags.aarch64   := -mgeneral-regs-only
cflags.riscv64   := -mabi=lp64 -mcmodel=medany -mno-relax

# ---- per compiler ----
# The instructions that write control registers were in the base set once, and clang 14 knows no other.
march.clang.riscv64 := -march=rv64imac
march.gcc.riscv64   := -march=rv64imac_zicsr_zifencei
# A clang is a cross compiler for all; gcc has a program for each.
cc-for.clang = $(CC) --target=$(target.$1)
cc-for.gcc   = $(if $(prefix.$1),$(prefix.$1)gcc,$(CC))
ld-for.clang = ld.lld
# Functions that are the same are one, which only lld can do.
ld-flags.clang := --icf=all
ld-flags.gcc   :=
ld-for.gcc   = $(if $(prefix.$1),$(prefix.$1)ld,ld.bfd)
# The prefix map does not reach what clang says of assembly.
reproducible.clang := -fdebug-compilation-dir=.
reproducible.gcc   :=
optimise.clang     := -Oz -fomit-frame-pointer
optimise.gcc       := -Os
host-ldflags.clang := -fuse-ld=lld
host-ldflags.gcc   :=

ifneq ($(filter-out x86_64 aarch64 riscv64,$(ARCHES)),)
$(error ARCHES=$(ARCHES): Baton is built for x86_64, aarch64 and riscv64)
endif

# Nothing is compiled without them, so this is said once.
.PHONY: toolchain-present
$(BUILD)/flags: toolchain-present
toolchain-present:
	@for tool in $(foreach arch,$(ARCHES),$(firstword $(call cc-for.$(cc-kind),$(arch))) $(call ld-for.$(cc-kind),$(arch))); do \
		command -v "$$tool" >/dev/null || { echo "$$tool is missing here: 'make deps' installs it;" \
		"'make CC=gcc' does without clang and lld, 'make ARCHES=x86_64' without the other architectures." >&2; \
		exit 1; }; done

# ---- flags for all code ----
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
# The same bytes whatever the folder is called.
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=. $(reproducible.$(cc-kind))
DEPENDENCIES  = -MMD -MP -MF $(@:.o=.d)
VERSION_FLAGS = -DBATON_VERSION_STRING='"$(VERSION)"'

# ---- the loader: freestanding, position independent, no library at all ----
# For size: it waits for the firmware, and copies with one instruction.
LOADER_OPTIMISE ?= $(optimise.$(cc-kind))
# But for what is done for each page of memory, and, a little, for each range of the firmware's map.
LOADER_FAST     := page_entries
LOADER_QUICK    := memory_intervals memory_map memory_runs
loader-optimise  = $(if $(filter $(LOADER_FAST),$(*F)),-O2,$(if $(filter $(LOADER_QUICK),$(*F)),-Os -fomit-frame-pointer,\
	$(LOADER_OPTIMISE)))
loader-cflags = $(cflags.$1) $(march.$(cc-kind).$1) -std=c11 $(loader-optimise) -g $(WARNINGS) \
	$(REPRODUCIBLE) -ffreestanding -nostdinc -isystem $(call compiler-include,$1) -fpie -fvisibility=hidden \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables -ffunction-sections -fdata-sections \
	-fno-strict-aliasing
# Asked for once, and not before a compiler is needed.
compiler-include = $(or $(compiler-include.$1),$(eval compiler-include.$1 := $$(shell \
	$(call cc-for.$(cc-kind),$1) -print-file-name=include))$(compiler-include.$1))
loader-ldflags = -O2 $(ld-flags.$(cc-kind)) -m $(ld-mode.$1) -static -pie --no-dynamic-linker -nostdlib --gc-sections --build-id=none \
	-z text -z norelro -z noexecstack -z max-page-size=4096

# ---- host programs ----
HOST_CFLAGS  = -std=c11 -D_GNU_SOURCE -O2 -g $(WARNINGS) $(REPRODUCIBLE)
HOST_LDFLAGS = $(host-ldflags.$(cc-kind)) -Wl,--build-id=none
SANITIZE    ?= -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
