// The conformance kit renders a request "a day later". A program cannot set the clock of one process, so the functions
// that read it are defined here once more. The dynamic linker prefers the definitions of the program to those of libc.
// They pass every call on, and add the shift to the time of day.

#include "launch_conformance_clock.h"

#ifdef __linux__

#define _GNU_SOURCE
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static _Atomic int64_t shift = 0;

void launch_conformance_shift_clock(int64_t seconds) { atomic_store(&shift, seconds); }

static int read_clock(clockid_t clock, struct timespec *time) { return (int)syscall(SYS_clock_gettime, clock, time); }

int clock_gettime(clockid_t clock, struct timespec *time) {
    int code = read_clock(clock, time);
    if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += atomic_load(&shift);
    return code;
}

int gettimeofday(struct timeval *restrict result, void *restrict zone) {
    (void)zone;
    struct timespec now;
    int code = clock_gettime(CLOCK_REALTIME, &now);
    if (code == 0) {
        result->tv_sec = now.tv_sec;
        result->tv_usec = now.tv_nsec / 1000;
    }
    return code;
}

time_t time(time_t *result) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

#else

void launch_conformance_shift_clock(int64_t seconds) { (void)seconds; }

#endif
