# SPDX-License-Identifier: BSD-2-Clause
PREFIX  ?= /usr/local
INSTALL ?= install
to      := $(DESTDIR)$(PREFIX)

DOCUMENTS := $(wildcard README.md) LICENSE $(wildcard LICENSES/*.txt) $(sort $(shell find docs -type f 2>/dev/null))

.PHONY: install
install: all
	$(INSTALL) -d $(to)/bin $(to)/share/baton $(to)/include/baton $(addprefix $(to)/share/doc/baton/,$(sort $(dir $(DOCUMENTS))))
	$(INSTALL) -m 755 $(BUILD)/baton $(to)/bin
	$(INSTALL) -m 644 $(LOADERS) $(LOADERS:.EFI=.elf) $(to)/share/baton
	$(INSTALL) -m 644 include/baton/*.h include/baton/*.rs $(to)/include/baton
	@for document in $(DOCUMENTS); do $(INSTALL) -m 644 $$document $(to)/share/doc/baton/$$document || exit 1; done
