// PCRE2 for bytes. Its names are macros that depend on the width, which Swift does not import.
#pragma once
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

typedef pcre2_code_8 launch_pcre2_code;
typedef pcre2_match_data_8 launch_pcre2_match_data;
typedef pcre2_match_context_8 launch_pcre2_match_context;

// PCRE2_UNSET is a cast that Swift does not import.
static inline size_t launch_pcre2_unset(void) {
    return PCRE2_UNSET;
}
