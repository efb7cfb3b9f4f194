#pragma once

#include <stdint.h>

/// Shifts what this process reads as the time of day. Timers are not affected. Without a shift, or on a system other than
/// Linux, nothing changes.
void launch_conformance_shift_clock(int64_t seconds);
