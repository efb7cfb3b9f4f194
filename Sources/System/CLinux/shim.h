// What Swift cannot import of the C library: variadic calls, GNU-only prototypes and macros.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

// Terminals and signals

// Columns of the terminal behind `fd`, or 0 where there is none. ioctl is variadic.
static inline int launch_terminal_columns(int fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// Whether the process was started with, or has set, this signal to be ignored. Swift cannot compare with SIG_IGN.
static inline int launch_signal_is_ignored(int number) {
    struct sigaction action;
    return sigaction(number, 0, &action) == 0 && action.sa_handler == SIG_IGN;
}

// Files

// The magic number of the file system that a path is on; -1 where it cannot be told. Glibc's module lacks statfs.
static inline long launch_file_system(const char *path) {
    struct statfs information;
    return statfs(path, &information) == 0 ? (long)information.f_type : -1;
}

// O_PATH, which Glibc's module lacks: a descriptor that names a file and cannot read it.
static const int launch_path_only = 010000000;

// Opens a path below a folder. The kernel refuses a path that leaves the folder. With `follows_links` a link inside the
// folder is followed, without it every link is refused. -1 with ENOSYS where the kernel does not have the call.
static inline int launch_open_beneath(int folder, const char *path, int flags, int follows_links) {
    struct open_how how = {0};
    how.flags = (unsigned long long)flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | (follows_links ? 0 : RESOLVE_NO_SYMLINKS);
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

// GNU only: waits until all of a file system's data is on the disk.
int syncfs(int fd);

// Child processes

extern int pipe2(int pipefd[2], int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

// A descriptor that becomes readable when the child ends.
static inline int launch_pidfd_open(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static inline int launch_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}

static inline int launch_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

static inline int launch_spawn_chdir(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

// The same descriptor under a number of at least 3, closed on exec.
static inline int launch_dup_above_2(int descriptor) {
    return fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
}

static inline int launch_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

// The version of the C library that is loaded; Glibc's module does not declare the function.
extern const char *gnu_get_libc_version(void);

static inline const char *launch_libc_version(void) {
    return gnu_get_libc_version();
}
