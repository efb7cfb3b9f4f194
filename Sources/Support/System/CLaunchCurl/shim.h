// libcurl, with typed wrappers of its variadic calls, which Swift cannot import.
#pragma once
#include <curl/curl.h>

// CURLOPT_PROTOCOLS_STR needs 7.85; the header fields of a response (curl_easy_nextheader) are stable since 7.84.
#if LIBCURL_VERSION_NUM < 0x075500
#error "launch needs libcurl 7.85 or newer; docs/support.md lists the distributions that have it"
#endif

static inline CURLcode launch_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode launch_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

// For strings (libcurl copies them), lists and context pointers (it does not).
static inline CURLcode launch_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode launch_curl_set_write(CURL *easy, CURLoption option, curl_write_callback function) {
    return curl_easy_setopt(easy, option, function);
}

static inline CURLcode launch_curl_set_read(CURL *easy, curl_read_callback function) {
    return curl_easy_setopt(easy, CURLOPT_READFUNCTION, function);
}

static inline CURLcode launch_curl_set_seek(CURL *easy, curl_seek_callback function) {
    return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, function);
}

static inline CURLcode launch_curl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode launch_curl_get_string(CURL *easy, CURLINFO info, char **value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode launch_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The payload is a C union. Only the result of a finished transfer is read.
static inline CURLcode launch_curl_result(const CURLMsg *message) {
    return message->data.result;
}

// Lets a cancelled name lookup end in the background, if this libcurl has the option. Older ones wait for it.
static inline void launch_curl_set_quick_exit(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
    (void)easy;
#endif
}

// The version constant is an alias of an enumeration, which Swift does not import.
static inline const curl_version_info_data *launch_curl_version(void) {
    return curl_version_info(CURLVERSION_NOW);
}
