// SPDX-License-Identifier: 0BSD
//! The hand-off from the Baton boot loader to a kernel, version 1: `baton.h` for Rust, written by hand.
//!
//! What the fields mean is said in `baton.h` and docs/protocol.md. Names are the header's, less `baton_` and `BATON_`:
//! `struct baton_efi_memory_map` is `EfiMemoryMap`, `BATON_FACT_RSDP` is `FACT_RSDP`.
//!
//! The file lies beside the header so that whoever changes the one sees the other. It needs `core` only, Rust 1.63 and
//! edition 2018, and is meant to be copied into a kernel's `src`:
//!
//! ```ignore
//! mod baton;
//!
//! #[used]
//! #[link_section = ".note.baton"] // edition 2024: #[unsafe(link_section = ".note.baton")]
//! static WISHES: baton::Note = baton::Note::new(baton::FEATURE_ACPI, baton::FEATURE_FRAMEBUFFER, 0, 0);
//!
//! #[no_mangle] // edition 2024: #[unsafe(no_mangle)]
//! pub extern "C" fn kernel(baton: *const baton::Baton) -> ! {
//!     let mut free = 0;
//!     if let Some(baton) = unsafe { baton::Baton::from_loader(baton) } {
//!         for entry in &baton.memory_map {
//!             if entry.kind == baton::MEMORY_USABLE {
//!                 free += entry.size;
//!             }
//!         }
//!     }
//!     baton::exit(if free > 0 { baton::EXIT_SUCCESS } else { 1 });
//! }
//! ```
#![allow(dead_code)]
#![deny(unsafe_op_in_unsafe_fn)]

use core::marker::PhantomData;

pub const MAGIC: u64 = 0x9b2f4e4f5441421a;
pub const VERSION: u32 = 1;
pub const PAGE_SIZE: u32 = 4096;

// ---- facts: which optional parts are present. Absent is not the same as zero. ----
pub const FACT_COMMAND_LINE: u64 = 1 << 0;
pub const FACT_FRAMEBUFFER: u64 = 1 << 1;
pub const FACT_EFI_MEMORY_MAP: u64 = 1 << 2;
pub const FACT_LOG: u64 = 1 << 3;
pub const FACT_TIMINGS: u64 = 1 << 4;
pub const FACT_COUNTER_FREQUENCY: u64 = 1 << 5;
pub const FACT_SLIDE: u64 = 1 << 6;
pub const FACT_KERNEL_FILE: u64 = 1 << 7;
pub const FACT_RSDP: u64 = 1 << 8;
pub const FACT_SMBIOS: u64 = 1 << 9;
pub const FACT_DEVICE_TREE: u64 = 1 << 10;
pub const FACT_EFI_SYSTEM_TABLE: u64 = 1 << 11;
pub const FACT_ENTROPY: u64 = 1 << 12;
pub const FACT_BOOT_PARTITION: u64 = 1 << 13;
pub const FACT_WALL_CLOCK: u64 = 1 << 14;
pub const FACT_BOOT_CPU: u64 = 1 << 15;
pub const FACT_IDENTITY_MAP: u64 = 1 << 16;
pub const FACT_SECURE_BOOT: u64 = 1 << 17;
pub const FACT_SERIAL: u64 = 1 << 18;

// ---- features: what a kernel's note can require or want ----
pub const FEATURE_FRAMEBUFFER: u64 = 1 << 0;
pub const FEATURE_ACPI: u64 = 1 << 1;
pub const FEATURE_DEVICE_TREE: u64 = 1 << 2;
pub const FEATURE_ENTROPY: u64 = 1 << 3;
pub const FEATURE_EL2: u64 = 1 << 4;
pub const FEATURE_NO_EXECUTE: u64 = 1 << 5;
pub const FEATURE_MINIMUM_RAM: u64 = 1 << 6;
pub const FEATURE_IDENTITY_MAP: u64 = 1 << 7;
pub const FEATURE_RANDOM_SLIDE: u64 = 1 << 8;
pub const FEATURE_KERNEL_FILE: u64 = 1 << 9;
pub const FEATURE_FIVE_LEVELS: u64 = 1 << 10;

// ---- Secure Boot: whether the firmware starts only what it has verified. There may be more of these. ----
pub const SECURE_BOOT_OFF: u32 = 0;
pub const SECURE_BOOT_ON: u32 = 1;
pub const SECURE_BOOT_SETUP: u32 = 2;

// ---- kinds of serial ports. There may be more of these. ----
pub const SERIAL_16550: u32 = 1;
pub const SERIAL_PL011: u32 = 2;
pub const SERIAL_SBI: u32 = 3;

// ---- kinds of memory ----
pub const MEMORY_USABLE: u32 = 1;
pub const MEMORY_BOOT_SERVICES: u32 = 2;
pub const MEMORY_LOADER: u32 = 3;
pub const MEMORY_TRAMPOLINE: u32 = 4;
pub const MEMORY_PAGE_TABLES: u32 = 5;
pub const MEMORY_BATON: u32 = 6;
pub const MEMORY_STACK: u32 = 7;
pub const MEMORY_KERNEL: u32 = 8;
pub const MEMORY_MODULE: u32 = 9;
pub const MEMORY_ACPI_RECLAIMABLE: u32 = 10;
pub const MEMORY_ACPI_NVS: u32 = 11;
pub const MEMORY_FIRMWARE_TABLES: u32 = 12;
pub const MEMORY_RUNTIME_CODE: u32 = 13;
pub const MEMORY_RUNTIME_DATA: u32 = 14;
pub const MEMORY_SPECIFIC_PURPOSE: u32 = 15;
pub const MEMORY_PERSISTENT: u32 = 16;
pub const MEMORY_UNACCEPTED: u32 = 17;
pub const MEMORY_FRAMEBUFFER: u32 = 18;
pub const MEMORY_MMIO: u32 = 19;
pub const MEMORY_RESERVED: u32 = 20;
pub const MEMORY_UNUSABLE: u32 = 21;
pub const MEMORY_WITHHELD: u32 = 22;

/// A list. `for element in &list` steps by the stride, since elements may grow in later versions. The fields are
/// private: whoever could set them could send safe code anywhere.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct List<T = u8> {
    first: *const T,
    count: u32,
    stride: u32,
}

/// One range of physical memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Memory {
    pub base: u64,
    pub size: u64,
    pub kind: u32,
    pub efi_type: u32,
    pub efi_attributes: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Kernel {
    pub physical: u64,
    pub address: u64,
    pub size: u64,
    pub slide: u64,
    pub path: *const u8,
    pub file: *const u8,
    pub file_size: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Stack {
    pub base: u64,
    pub size: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct DirectMap {
    pub base: u64,
    pub end: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Framebuffer {
    pub address: *mut u8,
    pub physical: u64,
    pub size: u64,
    pub width: u32,
    pub height: u32,
    pub pitch: u32,
    pub bits_per_pixel: u32,
    pub red_mask: u32,
    pub green_mask: u32,
    pub blue_mask: u32,
    pub reserved_mask: u32,
    pub edid: *const u8,
    pub edid_size: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Module {
    pub name: *const u8,
    pub command_line: *const u8,
    pub address: *mut u8,
    pub physical: u64,
    pub size: u64,
}

/// The untouched EFI memory map. Step by `descriptor_size`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EfiMemoryMap {
    pub descriptors: *const u8,
    pub size: u64,
    pub descriptor_size: u32,
    pub descriptor_version: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Log {
    pub text: *const u8,
    pub size: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Timing {
    pub name: *const u8,
    pub counter: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Extension {
    pub guid: [u8; 16],
    pub version: u32,
    pub reserved: u32,
    pub data: *const u8,
    pub size: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Serial {
    pub registers: *mut u8,
    pub physical: u64,
    pub kind: u32,
    pub stride: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Baton {
    pub magic: u64,
    pub version: u32,
    pub size: u32,
    pub facts: u64,
    pub loader_name: *const u8,
    pub loader_version: *const u8,
    pub command_line: *const u8,
    pub memory_map: List<Memory>,
    pub kernel: Kernel,
    pub stack: Stack,
    pub direct_map: DirectMap,
    pub framebuffers: List<Framebuffer>,
    pub modules: List<Module>,
    pub rsdp: *const u8,
    pub smbios2: *const u8,
    pub smbios3: *const u8,
    pub device_tree: *const u8,
    pub device_tree_size: u64,
    pub efi_system_table: *const u8,
    pub efi_memory_map: EfiMemoryMap,
    pub entropy: [u8; 64],
    pub boot_partition: [u8; 16],
    pub wall_clock: u64,
    pub log: Log,
    pub timings: List<Timing>,
    pub counter_frequency: u64,
    pub boot_cpu: u64,
    pub extensions: List<Extension>,
    pub secure_boot: u32,
    pub reserved: u32,
    pub serial: Serial,
}

// The loader has finished with it, and nothing in here can be changed through a shared reference.
unsafe impl Sync for Baton {}

pub const NOTE_NAME: &str = "Baton";
pub const NOTE_WISHES: u32 = 1;

/// A kernel's wishes: an ELF note. It belongs in the section `.note.baton`; see above.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Note {
    pub name_size: u32,
    pub descriptor_size: u32,
    pub kind: u32,
    pub name: [u8; 8],
    pub version: u32,
    pub required: [u32; 2],
    pub wanted: [u32; 2],
    pub stack_size: [u32; 2],
    pub minimum_ram: [u32; 2],
}

impl Note {
    /// Features are `FEATURE_...`; sizes are bytes, 0 for the default.
    pub const fn new(required: u64, wanted: u64, least_stack_size: u64, least_ram: u64) -> Note {
        Note {
            name_size: 6,
            descriptor_size: 36,
            kind: NOTE_WISHES,
            name: *b"Baton\0\0\0",
            version: VERSION,
            required: halves(required),
            wanted: halves(wanted),
            stack_size: halves(least_stack_size),
            minimum_ram: halves(least_ram),
        }
    }
}

const fn halves(number: u64) -> [u32; 2] {
    [number as u32, (number >> 32) as u32]
}

// ---- the layout is the contract ----

// Each word holds its own offset, so the first word of a field tells where the field is. `offset_of!` would need Rust
// 1.77.
const WORDS: [u32; 128] = {
    let mut words = [0; 128];
    let mut index = 0;
    while index < words.len() {
        words[index] = index as u32 * 4;
        index += 1;
    }
    words
};

#[repr(C)]
union First<T: Copy> {
    field: T,
    word: u32,
}

macro_rules! layout {
    ($($structure:ident: $size:literal { $($field:ident: $offset:literal,)* })*) => { $(
        const _: [(); $size] = [(); core::mem::size_of::<$structure>()];
        $(const _: [(); $offset] = [(); {
            #[repr(C)]
            union Whole {
                words: [u32; 128],
                structure: $structure,
            }
            unsafe { First { field: Whole { words: WORDS }.structure.$field }.word as usize }
        }];)*
    )* };
}

layout! {
    List: 16 { first: 0, count: 8, stride: 12, }
    Memory: 32 { base: 0, size: 8, kind: 16, efi_type: 20, efi_attributes: 24, }
    Kernel: 56 { physical: 0, address: 8, size: 16, slide: 24, path: 32, file: 40, file_size: 48, }
    Stack: 16 { base: 0, size: 8, }
    DirectMap: 16 { base: 0, end: 8, }
    Framebuffer: 72 {
        address: 0, physical: 8, size: 16, width: 24, height: 28, pitch: 32, bits_per_pixel: 36, red_mask: 40,
        green_mask: 44, blue_mask: 48, reserved_mask: 52, edid: 56, edid_size: 64, reserved: 68,
    }
    Module: 40 { name: 0, command_line: 8, address: 16, physical: 24, size: 32, }
    EfiMemoryMap: 24 { descriptors: 0, size: 8, descriptor_size: 16, descriptor_version: 20, }
    Log: 16 { text: 0, size: 8, }
    Timing: 16 { name: 0, counter: 8, }
    Extension: 40 { guid: 0, version: 16, reserved: 20, data: 24, size: 32, }
    Serial: 24 { registers: 0, physical: 8, kind: 16, stride: 20, }
    Baton: 440 {
        magic: 0, version: 8, size: 12, facts: 16, loader_name: 24, loader_version: 32, command_line: 40,
        memory_map: 48, kernel: 64, stack: 120, direct_map: 136, framebuffers: 152, modules: 168, rsdp: 184,
        smbios2: 192, smbios3: 200, device_tree: 208, device_tree_size: 216, efi_system_table: 224,
        efi_memory_map: 232, entropy: 256, boot_partition: 320, wall_clock: 336, log: 344, timings: 360,
        counter_frequency: 376, boot_cpu: 384, extensions: 392, secure_boot: 408, reserved: 412,
        serial: 416,
    }
    Note: 56 {
        name_size: 0, descriptor_size: 4, kind: 8, name: 12, version: 20, required: 24, wanted: 32, stack_size: 40,
        minimum_ram: 48,
    }
}

// ---- helpers ----

impl Baton {
    /// The baton behind the pointer that the kernel was entered with; `None` when that is not one.
    ///
    /// # Safety
    /// The pointer is the one that the loader gave, and the memory of kind baton is still as the loader left it.
    pub unsafe fn from_loader(baton: *const Baton) -> Option<&'static Baton> {
        if baton.is_null() || unsafe { (*baton).magic } != MAGIC {
            return None;
        }
        Some(unsafe { &*baton })
    }

    /// The physical address behind a pointer of the baton's.
    pub fn physical<T>(&self, pointer: *const T) -> u64 {
        (pointer as u64).wrapping_sub(self.direct_map.base)
    }
}

/// The bytes of one of the baton's strings, without the NUL. They are UTF-8.
///
/// # Safety
/// The pointer is one of the baton's strings.
pub unsafe fn text(string: *const u8) -> &'static [u8] {
    let mut length = 0;
    while unsafe { *string.add(length) } != 0 {
        length += 1;
    }
    unsafe { core::slice::from_raw_parts(string, length) }
}

/// Steps through a list.
pub struct Elements<'a, T> {
    next: *const T,
    left: u32,
    stride: u32,
    list: PhantomData<&'a T>,
}

impl<T> List<T> {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn iter(&self) -> Elements<'_, T> {
        Elements {
            next: self.first,
            left: self.count,
            stride: self.stride,
            list: PhantomData,
        }
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = Elements<'a, T>;

    fn into_iter(self) -> Elements<'a, T> {
        self.iter()
    }
}

impl<'a, T> Iterator for Elements<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        if self.left == 0 {
            return None;
        }
        let element = self.next;
        self.left -= 1;
        self.next = (element as *const u8).wrapping_add(self.stride as usize) as *const T;
        // Only the loader makes lists, and it makes them of whole elements.
        Some(unsafe { &*element })
    }
}

/// The value that `baton run --test` takes for success.
#[cfg(target_arch = "x86_64")]
pub const EXIT_SUCCESS: u32 = 0x10;

/// Ends QEMU when it was started by `baton run --test`; on any other machine it only stops.
#[cfg(target_arch = "x86_64")]
pub fn exit(code: u32) -> ! {
    unsafe { core::arch::asm!("out dx, eax", in("dx") 0xf4_u16, in("eax") code, options(nomem, nostack)) };
    loop {
        unsafe { core::arch::asm!("cli", "hlt", options(nomem, nostack)) };
    }
}
