// What Swift cannot import of the C library: variadic calls, GNU-only prototypes and macros.
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

// Columns of the terminal behind `fd`, or 0 where there is none. ioctl is variadic.
static inline int clinux_terminal_columns(int fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// Whether the process was started with, or has set, this signal to be ignored. Swift cannot compare with SIG_IGN.
static inline int clinux_signal_is_ignored(int number) {
    struct sigaction action;
    return sigaction(number, 0, &action) == 0 && action.sa_handler == SIG_IGN;
}

// The magic number of the file system that a path is on; -1 where it cannot be told. Glibc's module lacks statfs.
static inline long clinux_file_system(const char *path) {
    struct statfs information;
    return statfs(path, &information) == 0 ? (long)information.f_type : -1;
}
