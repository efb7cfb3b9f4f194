// What Swift cannot import of the C library: variadic calls, GNU-only prototypes and macros.
#pragma once
#include <fcntl.h>
#include <unistd.h>
