// What Swift cannot import of the C library: variadic calls, GNU-only prototypes and macros.
#pragma once
#include <fcntl.h>
#include <unistd.h>

// GNU only: waits until all of a file system's data is on the disk.
int syncfs(int fd);
