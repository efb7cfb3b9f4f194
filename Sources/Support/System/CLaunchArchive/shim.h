// libarchive, and the C locale for the threads that call it: its macros are expressions, which Swift does not import.
#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

// Sets the locale of this thread only. "C" needs no memory and cannot fail.
static inline void launch_use_c_locale(void) {
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (plain) uselocale(plain);
}
