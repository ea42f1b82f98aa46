# SPDX-License-Identifier: BSD-2-Clause
# Files that change when a decision does, so that what was built with the old one is built again.

# $(call stamp,file,text): `file` holds `text`, and is only written when it differs.
define stamp
$1: force
	@mkdir -p $$(@D)
	@printf '%s\n' '$$(subst ','\'',$2)' | cmp -s - $$@ || printf '%s\n' '$$(subst ','\'',$2)' >$$@
endef

# Everything that is compiled depends on the flags, everything that is linked on the list of sources.
$(eval $(call stamp,$(BUILD)/flags,$$(CC) $$(cc-kind) $$(foreach arch,$$(ARCHES),$$(call loader-cflags,$$(arch)) \
	$$(call loader-ldflags,$$(arch))) $$(HOST_CFLAGS) \
	$$(LOADER_FAST) $$(LOADER_QUICK) $$(HOST_LDFLAGS) $$(SANITIZE) $$(FUZZ_CFLAGS) $$(VERSION)))
$(eval $(call stamp,$(BUILD)/sources,$$(sort $$(wildcard loader/*/*.[cS] loader/arch/*/*.[cS] loader/*.c tools/*/*.c \
	tests/unit/*.c tests/unit/*/*.c tests/fuzz/*.c tests/fake/*.c))))
