/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UEFI's base types, calling convention and status codes (UEFI 2.10, sections 2.3 and 4.2, appendices A and D).
 *
 * The headers in this folder are also the list of what Baton uses from firmware. They alone spell names as the
 * specification does. Pointers that a service only reads through are const here, though not in the specification.
 */
#ifndef BATON_ABI_BASE_H
#define BATON_ABI_BASE_H

#include <stddef.h>
#include <stdint.h>

/* Firmware's calling convention is Microsoft's on x86_64 and the usual one elsewhere (section 2.3.4). */
#if defined(__x86_64__)
#define EFIAPI __attribute__((ms_abi))
#else
#define EFIAPI
#endif

/* Every size and offset is asserted, so that a slip does not compile. */
#define ABI_SIZE(type, size)             _Static_assert(sizeof(type) == (size), #type)
#define ABI_OFFSET(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #type "." #member)

typedef size_t UINTN;
typedef uint16_t CHAR16; /* the type of u"…" literals; wchar_t would be 32 bits */
typedef uint8_t BOOLEAN; /* not bool: firmware may store more than 0 and 1, which C does not allow in a bool */
typedef size_t EFI_STATUS;
typedef UINTN EFI_TPL;
typedef void *EFI_HANDLE;
typedef void *EFI_EVENT;
typedef uint64_t EFI_PHYSICAL_ADDRESS;
typedef uint64_t EFI_VIRTUAL_ADDRESS;
typedef uint64_t EFI_LBA;

typedef struct EFI_GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} EFI_GUID;

/* An initialiser; each protocol's GUID is one. */
#define EFI_GUID_VALUE(data1, data2, data3, ...)                                                                       \
    {                                                                                                                  \
        data1, data2, data3,                                                                                           \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

/* Stands at the start of each of the firmware's tables (section 4.2). */
typedef struct EFI_TABLE_HEADER {
    uint64_t Signature;
    uint32_t Revision;
    uint32_t HeaderSize; /* bytes, of the whole table */
    uint32_t CRC32;      /* of the whole table, taken with this field zero */
    uint32_t Reserved;
} EFI_TABLE_HEADER;

_Static_assert(sizeof(void *) == 8, "only 64-bit firmware is supported");
ABI_SIZE(UINTN, 8);
ABI_SIZE(EFI_STATUS, 8);
ABI_SIZE(CHAR16, 2);
ABI_SIZE(BOOLEAN, 1);
ABI_SIZE(EFI_GUID, 16);
ABI_OFFSET(EFI_GUID, Data1, 0);
ABI_OFFSET(EFI_GUID, Data2, 4);
ABI_OFFSET(EFI_GUID, Data3, 6);
ABI_OFFSET(EFI_GUID, Data4, 8);
ABI_SIZE(EFI_TABLE_HEADER, 24);
ABI_OFFSET(EFI_TABLE_HEADER, Signature, 0);
ABI_OFFSET(EFI_TABLE_HEADER, Revision, 8);
ABI_OFFSET(EFI_TABLE_HEADER, HeaderSize, 12);
ABI_OFFSET(EFI_TABLE_HEADER, CRC32, 16);
ABI_OFFSET(EFI_TABLE_HEADER, Reserved, 20);

/* Appendix D. Errors have the highest bit set, warnings do not. */
#define EFI_ERROR_BIT     ((EFI_STATUS)1 << 63)
#define EFI_ERROR(status) (((status)&EFI_ERROR_BIT) != 0)

#define EFI_SUCCESS              ((EFI_STATUS)0)
#define EFI_LOAD_ERROR           (EFI_ERROR_BIT | 1)
#define EFI_INVALID_PARAMETER    (EFI_ERROR_BIT | 2)
#define EFI_UNSUPPORTED          (EFI_ERROR_BIT | 3)
#define EFI_BAD_BUFFER_SIZE      (EFI_ERROR_BIT | 4)
#define EFI_BUFFER_TOO_SMALL     (EFI_ERROR_BIT | 5)
#define EFI_NOT_READY            (EFI_ERROR_BIT | 6)
#define EFI_DEVICE_ERROR         (EFI_ERROR_BIT | 7)
#define EFI_WRITE_PROTECTED      (EFI_ERROR_BIT | 8)
#define EFI_OUT_OF_RESOURCES     (EFI_ERROR_BIT | 9)
#define EFI_VOLUME_CORRUPTED     (EFI_ERROR_BIT | 10)
#define EFI_VOLUME_FULL          (EFI_ERROR_BIT | 11)
#define EFI_NO_MEDIA             (EFI_ERROR_BIT | 12)
#define EFI_MEDIA_CHANGED        (EFI_ERROR_BIT | 13)
#define EFI_NOT_FOUND            (EFI_ERROR_BIT | 14)
#define EFI_ACCESS_DENIED        (EFI_ERROR_BIT | 15)
#define EFI_NO_RESPONSE          (EFI_ERROR_BIT | 16)
#define EFI_NO_MAPPING           (EFI_ERROR_BIT | 17)
#define EFI_TIMEOUT              (EFI_ERROR_BIT | 18)
#define EFI_NOT_STARTED          (EFI_ERROR_BIT | 19)
#define EFI_ALREADY_STARTED      (EFI_ERROR_BIT | 20)
#define EFI_ABORTED              (EFI_ERROR_BIT | 21)
#define EFI_ICMP_ERROR           (EFI_ERROR_BIT | 22)
#define EFI_TFTP_ERROR           (EFI_ERROR_BIT | 23)
#define EFI_PROTOCOL_ERROR       (EFI_ERROR_BIT | 24)
#define EFI_INCOMPATIBLE_VERSION (EFI_ERROR_BIT | 25)
#define EFI_SECURITY_VIOLATION   (EFI_ERROR_BIT | 26)
#define EFI_CRC_ERROR            (EFI_ERROR_BIT | 27)
#define EFI_END_OF_MEDIA         (EFI_ERROR_BIT | 28)
#define EFI_END_OF_FILE          (EFI_ERROR_BIT | 31)
#define EFI_INVALID_LANGUAGE     (EFI_ERROR_BIT | 32)
#define EFI_COMPROMISED_DATA     (EFI_ERROR_BIT | 33)
#define EFI_IP_ADDRESS_CONFLICT  (EFI_ERROR_BIT | 34)
#define EFI_HTTP_ERROR           (EFI_ERROR_BIT | 35)

#define EFI_WARN_UNKNOWN_GLYPH    ((EFI_STATUS)1)
#define EFI_WARN_DELETE_FAILURE   ((EFI_STATUS)2)
#define EFI_WARN_WRITE_FAILURE    ((EFI_STATUS)3)
#define EFI_WARN_BUFFER_TOO_SMALL ((EFI_STATUS)4)
#define EFI_WARN_STALE_DATA       ((EFI_STATUS)5)
#define EFI_WARN_FILE_SYSTEM      ((EFI_STATUS)6)
#define EFI_WARN_RESET_REQUIRED   ((EFI_STATUS)7)

#endif
