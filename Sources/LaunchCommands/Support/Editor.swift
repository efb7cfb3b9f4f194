internal import Dispatch
internal import Glibc
internal import LaunchHost
internal import Subprocess

/// The user's editor, on the terminal that this program was started from.
struct Editor {
    private let command: String
    private let variables: [String: String]

    /// The editor that `$VISUAL` or `$EDITOR` names: a command of the shell, such as `code --wait`.
    /// - Throws: `LaunchError` of kind `.usage` where neither is set.
    init(variables: [String: String]) throws(LaunchError) {
        guard let command = ["VISUAL", "EDITOR"].lazy.compactMap({ variables[$0] }).first(where: { !$0.isEmpty }) else {
            throw LaunchError(
                .usage, "Neither VISUAL nor EDITOR says which editor to use.",
                hint: "Set one, for example EDITOR=nano, or take a file with --config.")
        }
        self.command = command
        // The editor is the user's, and needs no credentials.
        self.variables = Subprocess.AllowedVariables(
            names: [
                "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "COLORTERM", "VISUAL", "EDITOR", "DBUS_SESSION_BUS_ADDRESS",
            ],
            prefixes: ["VIM", "NVIM", "EMACS", "VSCODE_", "TERM", "XDG_", "SSH_"]
        ).filter(variables)
    }

    /// Opens a file and waits until the editor ends.
    /// - Throws: `LaunchError` of kind `.unavailable` where it cannot be started or does not end well.
    func edit(_ path: String) async throws(LaunchError) {
        let status: Int32 = await withCheckedContinuation { continuation in
            // Waiting blocks a thread; it must not be one of the few that all tasks share.
            DispatchQueue.global().async { continuation.resume(returning: wait(for: path)) }
        }
        guard status != 0 else { return }
        throw LaunchError(
            .unavailable, "The editor '\(command)' did not end well (status \(status)), so nothing is changed.",
            hint: "VISUAL or EDITOR names the editor.")
    }

    /// The exit status as the shell has it. The editor stays in this program's process group: only so may it use the
    /// terminal. That is why this is not a `Subprocess`.
    private func wait(for path: String) -> Int32 {
        // A ctrl-C is for the editor, not for whoever waits for it.
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
        // The path is an argument of the shell's, so that nothing in it is taken for a command.
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
