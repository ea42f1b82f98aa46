# SPDX-License-Identifier: BSD-2-Clause
# Baton, a UEFI boot loader. `make help` lists what can be asked for.

BUILD   ?= build
OBJ     := $(BUILD)/obj
VERSION := $(shell cat VERSION)
Q       := $(if $(V),,@)
MAKEFLAGS += --no-print-directory --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
# sgdisk lives where a plain user's PATH does not lead.
export PATH := $(PATH):/usr/sbin:/sbin

.PHONY: all help deps clean force
all:

include mk/toolchain.mk
include mk/stamps.mk
include mk/loader.mk
include mk/tools.mk
include mk/examples.mk
include mk/tests.mk
include mk/fuzz.mk
include mk/bench.mk
include mk/lint.mk
include mk/install.mk

all: $(LOADERS) $(BUILD)/baton

help:
	@echo "make                        the loader for each architecture ($(LOADERS:$(BUILD)/%=%)), and build/baton,"
	@echo "                            the host command; ARCHES=x86_64 builds one loader only"
	@echo "make CC=gcc                 the same with gcc and GNU ld"
	@echo "make run                    install what is missing, build, boot the tour kernel in QEMU"
	@echo "make run KERNEL=my.elf      boot a kernel of your own; RUN_ARGS='--headless …' goes to baton run"
	@echo "make examples               the example kernels, in build/examples"
	@echo "make test                   install what is missing, build, test (less than 25 minutes on two processors)"
	@echo "make test-full              every test there is: both compilers, two builds compared, the bench, all machines"
	@echo "make unit | exhaust | lint | headers | layers | reproducible | e2e"
	@echo "                            one part of the tests"
	@echo "make debian                 fetch what the end-to-end tests start out of Debian's packages; nothing is installed"
	@echo "make fault                  the whole loader on a fake firmware, of which every call fails; SEED=number"
	@echo "make chaos                  every call to OVMF fails, in QEMU (most of an hour); SCENARIO=name"
	@echo "make coverage               the lines and branches of the loader that the tests on the host reach"
	@echo "make mutations              mistakes, seeded one at a time, that those tests must notice; SAMPLE=…"
	@echo "make bench                  what a boot costs beside other loaders, in instructions (half an hour); ROWS=quick"
	@echo "make bench-check            the budgets for that"
	@echo "make fuzz                   the fuzz targets; TARGET=… SECONDS=… runs them (needs clang)"
	@echo "make test-fresh             run and test on a bare Debian 12, as root (many minutes)"
	@echo "make deps                   install what is missing to build, run and test; BATON_DEPS=no only lists it"
	@echo "make install PREFIX=/usr/local DESTDIR="
	@echo "make clean"
	@echo "V=1 shows the commands, BUILD=folder builds elsewhere."

deps:
	@sh mk/deps.sh test

clean:
	rm -rf $(BUILD)

-include $(shell test -d $(OBJ) && find $(OBJ) -name '*.d')
