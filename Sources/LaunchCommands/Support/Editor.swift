internal import Glibc
internal import LaunchConcurrency
internal import LaunchHost
internal import LaunchSubprocess

/// The user's editor, in the terminal of this process.
struct Editor {
    private let command: String
    private let variables: [String: String]

    /// The editor from `$VISUAL` or `$EDITOR`: a shell command such as `code --wait`.
    /// - Throws: `LaunchError` of kind `.usage` if neither is set.
    init(variables: [String: String]) throws(LaunchError) {
        guard let command = ["VISUAL", "EDITOR"].lazy.compactMap({ variables[$0] }).first(where: { !$0.isEmpty }) else {
            throw LaunchError(
                .usage, "Neither VISUAL nor EDITOR says which editor to use.",
                hint: "Set one, for example EDITOR=nano, or take a file with --config.")
        }
        self.command = command
        // The editor belongs to the user and needs no credentials.
        self.variables = Subprocess.AllowedVariables(
            names: [
                "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "COLORTERM", "VISUAL", "EDITOR", "DBUS_SESSION_BUS_ADDRESS",
            ],
            prefixes: ["VIM", "NVIM", "EMACS", "VSCODE_", "TERM", "XDG_", "SSH_"]
        ).filter(variables)
    }

    /// Opens a file and waits until the editor ends.
    /// - Throws: `LaunchError` of kind `.unavailable` if the editor cannot be started or ends with an error.
    func edit(_ path: String) async throws(LaunchError) {
        let status = await withBlockingWork { wait(for: path) }
        guard status != 0 else { return }
        throw LaunchError(
            .unavailable, "The editor '\(command)' ended with an error (status \(status)), so nothing was changed.",
            hint: "VISUAL or EDITOR names the editor.")
    }

    /// The exit status as a shell reports it. Not a `Subprocess`, because only a process in this program's own process
    /// group may use the terminal.
    private func wait(for path: String) -> Int32 {
        // ctrl-C is for the editor, so this process ignores it meanwhile.
        let interrupt = signal(SIGINT, SIG_IGN)
        let quit = signal(SIGQUIT, SIG_IGN)
        defer {
            signal(SIGINT, interrupt)
            signal(SIGQUIT, quit)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for number in [SIGINT, SIGQUIT, SIGPIPE] { sigaddset(&defaults, number) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        // The path is an argument of the shell, so nothing in it is executed.
        let words: [String] = ["sh", "-c", "\(command) \"$1\"", "sh", path]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { (word: String) in strdup(word) } + [nil]
        let pairs: [String] = variables.map { "\($0.key)=\($0.value)" }
        var environment: [UnsafeMutablePointer<CChar>?] = pairs.map { (pair: String) in strdup(pair) } + [nil]
        defer {
            for text in arguments + environment { free(text) }
        }
        var child = pid_t()
        guard posix_spawn(&child, "/bin/sh", nil, &attributes, &arguments, &environment) == 0 else { return 127 }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { return 127 }
        }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }
}
