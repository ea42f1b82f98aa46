# SPDX-License-Identifier: BSD-2-Clause
# Compilers and their flags. What differs between architectures is data here, and nowhere else.

ARCH ?= x86_64
ifeq ($(origin CC),default)
CC := clang
endif
export CC
cc-kind := $(if $(findstring clang,$(shell $(CC) --version 2>/dev/null)),clang,gcc)

# ---- per architecture ----
efi-name.x86_64 := BOOTX64
target.x86_64   := x86_64-unknown-none-elf
ld-mode.x86_64  := elf_x86_64
cflags.x86_64   := -m64 -mno-red-zone -mgeneral-regs-only
# The objects of loader/arch that stay in memory behind the loader.
resident.x86_64 := trampoline.o gasp_entry.o gasp.o gasp_report.o screen.o serial.o memory.o

# ---- per compiler ----
target-flags.clang = --target=$(target.$(ARCH))
target-flags.gcc   :=
# The prefix map does not reach what clang says of assembly.
reproducible.clang := -fdebug-compilation-dir=.
reproducible.gcc   :=
optimise.clang     := -Oz -fomit-frame-pointer
optimise.gcc       := -Os
ld.clang           := ld.lld
ld.gcc             := ld.bfd
host-ldflags.clang := -fuse-ld=lld
host-ldflags.gcc   :=

EFI_NAME := $(efi-name.$(ARCH))
ifeq ($(EFI_NAME),)
$(error ARCH=$(ARCH) is not one that Baton is built for (x86_64))
endif
LD := $(ld.$(cc-kind))

# Nothing is compiled without them, so this is said once.
.PHONY: toolchain-present
$(BUILD)/flags: toolchain-present
toolchain-present:
	@for tool in $(firstword $(CC)) $(LD); do command -v "$$tool" >/dev/null || { \
		echo "$$tool is missing here: 'make deps' installs it; 'make CC=gcc' does without clang and lld." >&2; exit 1; }; done

# ---- flags for all code ----
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
# The same bytes whatever the folder is called.
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=. $(reproducible.$(cc-kind))
DEPENDENCIES  = -MMD -MP -MF $(@:.o=.d)
VERSION_FLAGS = -DBATON_VERSION_STRING='"$(VERSION)"'

# ---- the loader: freestanding, position independent, no library at all ----
# For size: it waits for the firmware, and copies with one instruction.
LOADER_OPTIMISE ?= $(optimise.$(cc-kind))
LOADER_CFLAGS = $(target-flags.$(cc-kind)) $(cflags.$(ARCH)) -std=c11 $(LOADER_OPTIMISE) -g $(WARNINGS) \
	$(REPRODUCIBLE) -ffreestanding -nostdinc -isystem $(compiler-include) -fpie -fvisibility=hidden \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables -ffunction-sections -fdata-sections \
	-fno-strict-aliasing
# Asked for once, and not before a compiler is needed.
compiler-include = $(eval compiler-include := $$(shell $(CC) -print-file-name=include))$(compiler-include)
LOADER_LDFLAGS = -m $(ld-mode.$(ARCH)) -static -pie --no-dynamic-linker -nostdlib --gc-sections --build-id=none \
	-z text -z norelro -z noexecstack

# ---- host programs ----
HOST_CFLAGS  = -std=c11 -D_GNU_SOURCE -O2 -g $(WARNINGS) $(REPRODUCIBLE)
HOST_LDFLAGS = $(host-ldflags.$(cc-kind)) -Wl,--build-id=none
SANITIZE    ?= -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
