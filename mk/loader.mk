# SPDX-License-Identifier: BSD-2-Clause
# The loader. Each layer sees only the headers of the layers below it: a wrong #include does not compile.

LAYERS := base core proto efi arch flow

folder.base  := loader/base
folder.core  := loader/core
folder.proto := loader/proto
folder.efi   := loader/efi
folder.arch  := loader/arch
folder.flow  := loader

see.base  := -iquote loader/base
see.core  := $(see.base) -iquote loader/core -Iinclude
see.proto := $(see.core) -iquote loader/proto
see.efi   := $(see.core) -iquote loader/efi
see.arch  := $(see.core) -iquote loader/arch
see.flow  := $(see.proto) -iquote loader/efi -iquote loader/arch -iquote loader
# Of loader/arch, the folder of one machine. What all machines share there is built for each, with that one's headers.
$(foreach arch,$(ARCHES),$(eval folder.$(arch) := loader/arch/$(arch))$(eval see.$(arch) := $$(see.arch) -iquote loader/arch/$(arch)))
# $(call see-on,arch,layer)
see-on = $(see.$(if $(filter arch,$2),$1,$2))

# $(call objects,layer,prefix)
objects = $(addprefix $2/,$(addsuffix .o,$(basename $(sort $(wildcard $(folder.$1)/*.c $(folder.$1)/*.S)))))

# $(call compile,prefix,folder,flags,compiler): how the sources of one folder become objects.
define compile
$1/$2/%.o: $2/%.c $(BUILD)/flags
	@mkdir -p $$(@D)
	@echo "  CC    $$@"
	$$(Q)$(or $4,$$(CC)) $3 $$(VERSION_FLAGS) $$(DEPENDENCIES) -c $$< -o $$@
$1/$2/%.o: $2/%.S $(BUILD)/flags
	@mkdir -p $$(@D)
	@echo "  AS    $$@"
	$$(Q)$(or $4,$$(CC)) $3 $$(DEPENDENCIES) -c $$< -o $$@
endef

# $(call resident,arch): the objects of loader/arch that stay in memory behind the loader.
resident = $(addprefix $1/,trampoline.o gasp_entry.o gasp_machine.o serial.o memory.o) gasp.o gasp_report.o screen.o \
	serial_write.o

# $(call loader,arch): the loader of one machine.
define loader
$(foreach layer,$(LAYERS) $1,$(call compile,$(OBJ)/$1,$(folder.$(layer)),$$(call loader-cflags,$1) $(call see-on,$1,$(layer)),$(call cc-for.$(cc-kind),$1))
)
loader-objects.$1 := $(foreach layer,$(LAYERS) $1,$(call objects,$(layer),$(OBJ)/$1))

# What is copied to stay in memory behind the loader: one object, which must stand alone (loader/resident.lds).
resident-objects.$1 := $(addprefix $(OBJ)/$1/loader/,$(addprefix arch/,$(call resident,$1)) base/format.o)
$(OBJ)/$1/resident.o: $$(resident-objects.$1) loader/resident.lds $(BUILD)/flags
	@echo "  LINK  $$@"
	$$(Q)$(call ld-for.$(cc-kind),$1) -m $(ld-mode.$1) -r $$(resident-objects.$1) -o $$@
	$$(Q)$(call ld-for.$(cc-kind),$1) $(filter-out --gc-sections,$(call loader-ldflags,$1)) -T loader/resident.lds $$@ \
		-o $(OBJ)/$1/resident.proof

# Symbols for gdb stay in the .elf.
linked-objects.$1 := $$(filter-out $$(resident-objects.$1),$$(loader-objects.$1)) $(OBJ)/$1/resident.o
$(BUILD)/$(efi-name.$1).elf: $$(linked-objects.$1) loader/loader.lds $(BUILD)/flags $(BUILD)/sources
	@echo "  LINK  $$@"
	$$(Q)$(call ld-for.$(cc-kind),$1) $(call loader-ldflags,$1) -T loader/loader.lds $$(linked-objects.$1) -o $$@
endef
$(foreach arch,$(ARCHES),$(eval $(call loader,$(arch))))
LOADERS := $(foreach arch,$(ARCHES),$(BUILD)/$(efi-name.$(arch)).EFI)

# By what names shim, and others, may refuse it (shim's SBAT.md).
$(BUILD)/sbat.csv: loader/sbat.csv VERSION
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	$(Q)sed 's/@VERSION@/$(VERSION)/' $< > $@

$(BUILD)/%.EFI: $(BUILD)/%.elf $(BUILD)/sbat.csv $(BUILD)/elf2efi
	@echo "  EFI   $@"
	$(Q)$(BUILD)/elf2efi $< $@ $(BUILD)/sbat.csv
