# SPDX-License-Identifier: BSD-2-Clause
# Programs for the host. They share the loader's pure layers, compiled with the host's library.

HOST_OBJ     := $(OBJ)/host
HOST_LIBRARY := $(HOST_OBJ)/shared.a
$(HOST_LIBRARY): $(foreach layer,base core proto,$(call objects,$(layer),$(HOST_OBJ)))

see.elf2efi := $(see.core) -iquote tools/elf2efi
# `baton check` plans a boot: of the machine it uses numbers, no code.
see.baton   := $(see.proto) -iquote tools/baton

tool-objects = $(patsubst %.c,$(HOST_OBJ)/%.o,$(sort $(wildcard tools/$1/*.c)))
$(foreach layer,base core proto,$(eval $(call compile,$(HOST_OBJ),$(folder.$(layer)),$$(HOST_CFLAGS) $(see.$(layer)))))
$(foreach tool,elf2efi baton,$(eval $(call compile,$(HOST_OBJ),tools/$(tool),$$(HOST_CFLAGS) $(see.$(tool)))))

$(BUILD)/elf2efi: $(call tool-objects,elf2efi)
$(BUILD)/baton: $(call tool-objects,baton)
$(BUILD)/elf2efi $(BUILD)/baton: $(HOST_LIBRARY) $(BUILD)/flags $(BUILD)/sources
	@echo "  LINK  $@"
	$(Q)$(CC) $(HOST_LDFLAGS) $(filter %.o,$^) $(HOST_LIBRARY) -o $@

%.a: $(BUILD)/sources
	@mkdir -p $(@D)
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
