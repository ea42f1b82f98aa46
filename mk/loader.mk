# SPDX-License-Identifier: BSD-2-Clause
# The loader. Each layer sees only the headers of the layers below it: a wrong #include does not compile.

LAYERS := base core proto efi arch flow

folder.base  := loader/base
folder.core  := loader/core
folder.proto := loader/proto
folder.efi   := loader/efi
folder.arch  := loader/arch/$(ARCH)
folder.flow  := loader

see.base  := -iquote loader/base
see.core  := $(see.base) -iquote loader/core -Iinclude
see.proto := $(see.core) -iquote loader/proto
see.efi   := $(see.core) -iquote loader/efi
see.arch  := $(see.base) -iquote loader/arch/$(ARCH) -Iinclude
see.flow  := $(see.proto) -iquote loader/efi -iquote loader/arch/$(ARCH) -iquote loader

# $(call objects,layer,prefix)
objects = $(addprefix $2/,$(addsuffix .o,$(basename $(sort $(wildcard $(folder.$1)/*.c $(folder.$1)/*.S)))))

# $(call compile,prefix,folder,flags): how the sources of one folder become objects.
define compile
$1/$2/%.o: $2/%.c $(BUILD)/flags
	@mkdir -p $$(@D)
	@echo "  CC    $$@"
	$$(Q)$$(CC) $3 $$(VERSION_FLAGS) $$(DEPENDENCIES) -c $$< -o $$@
$1/$2/%.o: $2/%.S $(BUILD)/flags
	@mkdir -p $$(@D)
	@echo "  AS    $$@"
	$$(Q)$$(CC) $3 $$(DEPENDENCIES) -c $$< -o $$@
endef

LOADER_OBJ     := $(OBJ)/$(ARCH)
LOADER_OBJECTS := $(foreach layer,$(LAYERS),$(call objects,$(layer),$(LOADER_OBJ)))
$(foreach layer,$(LAYERS),$(eval $(call compile,$(LOADER_OBJ),$(folder.$(layer)),$$(LOADER_CFLAGS) $(see.$(layer)))))

# What is copied to stay in memory behind the loader: one object, which must stand alone (loader/resident.lds).
RESIDENT := $(LOADER_OBJ)/resident
RESIDENT_OBJECTS := $(addprefix $(LOADER_OBJ)/loader/,$(addprefix arch/$(ARCH)/,$(resident.$(ARCH))) base/format.o)
$(RESIDENT).o: $(RESIDENT_OBJECTS) loader/resident.lds $(BUILD)/flags
	@echo "  LINK  $@"
	$(Q)$(LD) -m $(ld-mode.$(ARCH)) -r $(RESIDENT_OBJECTS) -o $@
	$(Q)$(LD) $(filter-out --gc-sections,$(LOADER_LDFLAGS)) -T loader/resident.lds $@ -o $(RESIDENT).proof

# Symbols for gdb stay in the .elf.
LINKED_OBJECTS := $(filter-out $(RESIDENT_OBJECTS),$(LOADER_OBJECTS)) $(RESIDENT).o
$(BUILD)/$(EFI_NAME).elf: $(LINKED_OBJECTS) loader/loader.lds $(BUILD)/flags $(BUILD)/sources
	@echo "  LINK  $@"
	$(Q)$(LD) $(LOADER_LDFLAGS) -T loader/loader.lds $(LINKED_OBJECTS) -o $@

# By what names shim, and others, may refuse it (shim's SBAT.md).
$(BUILD)/sbat.csv: loader/sbat.csv VERSION
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	$(Q)sed 's/@VERSION@/$(VERSION)/' $< > $@

$(BUILD)/%.EFI: $(BUILD)/%.elf $(BUILD)/sbat.csv $(BUILD)/elf2efi
	@echo "  EFI   $@"
	$(Q)$(BUILD)/elf2efi $< $@ $(BUILD)/sbat.csv
