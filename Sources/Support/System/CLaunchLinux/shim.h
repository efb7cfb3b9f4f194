// Parts of the C library that Swift cannot import: variadic calls, GNU-only prototypes and macros.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

// Terminals and signals

// Columns of the terminal at `fd`, or 0 without a terminal. ioctl is variadic.
static inline int launch_terminal_columns(int fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// Whether the process ignores this signal, by inheritance or by its own setting. Swift cannot compare with SIG_IGN.
static inline int launch_signal_is_ignored(int number) {
    struct sigaction action;
    return sigaction(number, 0, &action) == 0 && action.sa_handler == SIG_IGN;
}

// Files

// The magic number of the file system of a path; -1 on failure. Glibc's module lacks statfs.
static inline long launch_file_system(const char *path) {
    struct statfs information;
    return statfs(path, &information) == 0 ? (long)information.f_type : -1;
}

// O_PATH, which Glibc's module lacks: a descriptor that names a file and cannot read it.
static const int launch_path_only = 010000000;

// Opens a path below a folder. The kernel rejects a path that leaves the folder. With `follows_links`, links inside the
// folder are followed; otherwise every link is rejected. -1 with ENOSYS if the kernel does not have the call.
static inline int launch_open_beneath(int folder, const char *path, int flags, int follows_links) {
    struct open_how how = {0};
    how.flags = (unsigned long long)flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | (follows_links ? 0 : RESOLVE_NO_SYMLINKS);
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

// GNU only: waits until all data of a file system is on the disk.
int syncfs(int fd);

// Child processes

extern int pipe2(int pipefd[2], int flags);
// A descriptor that becomes readable when the child ends.
static inline int launch_pidfd_open(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static inline int launch_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}

// A duplicate of the descriptor with a number of at least 3, closed on exec.
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

// Confinement

// Keeps the memory of this process out of core dumps and from other processes of this user. prctl is variadic.
static inline int launch_forbid_dumps(void) {
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// Sets a signal to its default action, unless it is ignored. Swift cannot compare the actions.
static inline void launch_default_signal(int number) {
    struct sigaction action;
    if (sigaction(number, 0, &action) == 0 && action.sa_handler != SIG_IGN) {
        signal(number, SIG_DFL);
    }
}

// The newest version of Landlock that the kernel supports; 0 or less without Landlock. The numbers of the system calls
// are the same on all architectures.
static inline long launch_landlock_version(void) {
    return syscall(444, 0, 0, 1);
}

// Creates a set of rules for these rights to files, and for these scopes if they are not 0. -1 on failure.
static inline int launch_landlock_create(uint64_t files, uint64_t scopes) {
    struct {
        uint64_t files, network, scopes;
    } rules = {files, 0, scopes};
    return (int)syscall(444, &rules, scopes == 0 ? sizeof rules.files : sizeof rules, 0);
}

// Allows these rights below an open folder, or to an open file.
static inline int launch_landlock_allow(int rules, int place, uint64_t rights) {
    struct {
        uint64_t rights;
        int32_t place;
    } __attribute__((packed)) rule = {rights, place};
    return (int)syscall(445, rules, 1, &rule, 0);
}

// The parameters of a child process. posix_spawn can set neither Landlock rules nor limits.
struct launch_child {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const char *folder; // the working directory; 0 keeps the parent's
    int streams[3];     // each at least 3
    int confined;       // no new privileges by exec, and no core dumps
    int rules;          // a Landlock rule set; -1 for none
    uint64_t largest;   // the largest file that it may write, in bytes; 0 for no limit
};

// Lowers a limit of this process; never raises it.
static inline int launch_lower_limit(int resource, rlim_t value) {
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0) return -1;
    if (limit.rlim_cur > value) limit.rlim_cur = value;
    if (limit.rlim_max > value) limit.rlim_max = value;
    return setrlimit((__rlimit_resource_t)resource, &limit);
}

// The child's side, between vfork and exec: system calls only, no allocation. Returns only on failure.
static inline int launch_become(const struct launch_child *child) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < 65; number++) sigaction(number, &standard, 0);
    if (setpgid(0, 0) != 0) return errno;
    for (int stream = 0; stream < 3; stream++) {
        if (dup2(child->streams[stream], stream) < 0) return errno;
    }
    if (child->folder && chdir(child->folder) != 0) return errno;
    if (child->confined) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
        if (launch_lower_limit(RLIMIT_CORE, 0) != 0) return errno;
        if (child->largest && launch_lower_limit(RLIMIT_FSIZE, child->largest) != 0) return errno;
    }
    // landlock_restrict_self
    if (child->rules >= 0 && syscall(446, child->rules, 0) != 0) return errno;
    // close_range, with a loop for kernels before 5.9.
    if (syscall(436, 3, ~0U, 0) != 0) {
        struct rlimit limit;
        if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 65536) limit.rlim_cur = 65536;
        for (int descriptor = 3; descriptor < (int)limit.rlim_cur; descriptor++) close(descriptor);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    execve(child->path, child->arguments, child->environment);
    return errno;
}

// Starts a program in its own process group with only the three standard descriptors. Returns 0 or an error number.
//
// The child shares this process's memory until exec. Signals are blocked meanwhile, so that no handler of this program
// runs in the child.
static __attribute__((noinline, unused)) int launch_spawn(const struct launch_child *child, pid_t *result) {
    sigset_t all, previous;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &previous);
    volatile int failure = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        failure = launch_become(child);
        _exit(127);
    }
    int code = pid < 0 ? errno : failure;
    if (pid > 0 && code != 0) {
        while (waitpid(pid, 0, 0) < 0 && errno == EINTR) {}
    }
    sigprocmask(SIG_SETMASK, &previous, 0);
    *result = pid;
    return code;
}
