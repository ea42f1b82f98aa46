/* SPDX-License-Identifier: BSD-2-Clause */
#include "format.h"

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct output {
    char *buffer;
    size_t size;
    size_t length; /* of the whole text, also of the part that was cut */
};

/* One conversion, as it stands between '%' and its letter. */
struct conversion {
    bool left;
    bool zero;
    bool prefix;
    size_t width;
    size_t precision; /* SIZE_MAX when there is none */
    unsigned length;  /* bytes of an integer argument */
};

static void put(struct output *output, char c)
{
    if (output->length + 1 < output->size)
        output->buffer[output->length] = c;
    output->length++;
}

static void put_repeated(struct output *output, char c, size_t count)
{
    while (count-- > 0)
        put(output, c);
}

/* `prefix` stands before padding zeros and after padding spaces. */
static void put_padded(struct output *output, const struct conversion *conversion, struct text prefix, struct text body)
{
    size_t length = prefix.length + body.length;
    size_t padding = conversion->width > length ? conversion->width - length : 0;

    if (!conversion->left && !conversion->zero)
        put_repeated(output, ' ', padding);
    for (size_t i = 0; i < prefix.length; i++)
        put(output, prefix.data[i]);
    if (!conversion->left && conversion->zero)
        put_repeated(output, '0', padding);
    for (size_t i = 0; i < body.length; i++)
        put(output, body.data[i]);
    if (conversion->left)
        put_repeated(output, ' ', padding);
}

static void put_number(struct output *output, const struct conversion *conversion, uint64_t number, unsigned base,
                       bool upper, const char *prefix)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char buffer[20];
    size_t start = sizeof(buffer);

    do {
        buffer[--start] = digits[number % base];
        number /= base;
    } while (number != 0);
    put_padded(output, conversion, text_of(prefix), (struct text){buffer + start, sizeof(buffer) - start});
}

static void put_string(struct output *output, struct conversion *conversion, const char *string)
{
    struct text text = {string ? string : "(none)", 0};

    while (text.length < conversion->precision && text.data[text.length] != '\0')
        text.length++;
    conversion->zero = false;
    put_padded(output, conversion, text_of(""), text);
}

static size_t parse_digits(const char **format)
{
    size_t number = 0;

    while (**format >= '0' && **format <= '9')
        number = number * 10 + (size_t)(*(*format)++ - '0');
    return number;
}

static void parse_flags(const char **format, struct conversion *conversion)
{
    for (;; (*format)++) {
        if (**format == '-')
            conversion->left = true;
        else if (**format == '0')
            conversion->zero = true;
        else if (**format == '#')
            conversion->prefix = true;
        else
            return;
    }
}

static void parse_length(const char **format, struct conversion *conversion)
{
    conversion->length = sizeof(int);
    for (;; (*format)++) {
        if (**format == 'l' || **format == 'z')
            conversion->length = sizeof(uint64_t);
        else if (**format == 'h')
            conversion->length /= 2;
        else
            return;
    }
}

/* An argument that is shorter than an int comes as one. */
static uint64_t take_unsigned(const struct conversion *conversion, va_list *arguments)
{
    if (conversion->length == sizeof(uint64_t))
        return va_arg(*arguments, unsigned long long);
    return va_arg(*arguments, unsigned) & (UINT32_MAX >> (32 - 8 * conversion->length));
}

static int64_t take_signed(const struct conversion *conversion, va_list *arguments)
{
    if (conversion->length == sizeof(uint64_t))
        return va_arg(*arguments, long long);
    return conversion->length == 1   ? (int8_t)va_arg(*arguments, int)
           : conversion->length == 2 ? (int16_t)va_arg(*arguments, int)
                                     : va_arg(*arguments, int);
}

static void put_signed(struct output *output, const struct conversion *conversion, int64_t number)
{
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    put_number(output, conversion, magnitude, 10, false, number < 0 ? "-" : "");
}

static void put_conversion(struct output *output, struct conversion *conversion, char letter, va_list *arguments)
{
    uint64_t number;
    char character;

    switch (letter) {
    case 's':
        put_string(output, conversion, va_arg(*arguments, const char *));
        return;
    case 'c':
        character = (char)va_arg(*arguments, int);
        conversion->zero = false;
        put_padded(output, conversion, text_of(""), (struct text){&character, 1});
        return;
    case 'd':
    case 'i':
        put_signed(output, conversion, take_signed(conversion, arguments));
        return;
    case 'u':
        put_number(output, conversion, take_unsigned(conversion, arguments), 10, false, "");
        return;
    case 'x':
    case 'X':
        number = take_unsigned(conversion, arguments);
        put_number(output, conversion, number, 16, letter == 'X',
                   !conversion->prefix || number == 0 ? ""
                   : letter == 'X'                    ? "0X"
                                                      : "0x");
        return;
    case 'p':
        put_number(output, conversion, (uintptr_t)va_arg(*arguments, void *), 16, false, "0x");
        return;
    default:
        put(output, letter);
        return;
    }
}

size_t format_list(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct output output = {.buffer = buffer, .size = size};
    va_list rest;

    va_copy(rest, arguments);
    while (*format != '\0') {
        struct conversion conversion = {.precision = SIZE_MAX};

        if (*format != '%') {
            put(&output, *format++);
            continue;
        }
        format++;
        parse_flags(&format, &conversion);
        conversion.width = parse_digits(&format);
        if (*format == '.') {
            format++;
            if (*format == '*') {
                int precision = va_arg(rest, int);

                conversion.precision = precision < 0 ? SIZE_MAX : (size_t)precision;
                format++;
            } else {
                conversion.precision = parse_digits(&format);
            }
        }
        parse_length(&format, &conversion);
        if (*format == '\0')
            break;
        put_conversion(&output, &conversion, *format++, &rest);
    }
    va_end(rest);
    if (size > 0)
        buffer[output.length < size ? output.length : size - 1] = '\0';
    return output.length;
}

size_t format_text(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = format_list(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}
