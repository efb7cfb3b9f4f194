/// Translates git's error output to an error for the user.
enum GitFailure {
    /// One message, with git's own text at its end.
    static func error(_ output: String, status: String, address: GitAddress) -> LaunchError {
        let words = lastWords(of: output)
        let said = words.isEmpty ? "git ended with \(status)" : "git says: \(words)"
        let text = output.lowercased()
        func says(_ phrases: String...) -> Bool { phrases.contains { text.contains($0) } }
        if says(
            "could not resolve host", "connection refused", "timed out", "network is unreachable", "no route to host",
            "failed to connect", "couldn't connect", "connection reset", "connection closed", "early eof")
        {
            return LaunchError(
                .unavailable, "the git repository '\(address.text)' cannot be reached; \(said).",
                hint: "Check the address and the network.")
        }
        if says(
            "authentication failed", "could not read username", "could not read password", "permission denied",
            "access denied", "error: 403", "error: 401", "host key verification failed",
            "terminal prompts disabled")
        {
            return LaunchError(
                .denied, "the git repository '\(address.text)' denies access to this user; \(said).",
                hint: "Set up a git credential helper or an ssh key, and try 'git ls-remote' with the address.")
        }
        if says("not found", "does not exist", "does not appear to be a git repository", "no such file or directory") {
            return LaunchError(
                .invalid, "the git repository '\(address.text)' was not found; \(said).",
                hint: "A private repository looks like this to a user who cannot read it.")
        }
        if says("no space left") {
            return LaunchError(.unavailable, "git ran out of space for '\(address.text)'.", hint: "Free some space.")
        }
        return LaunchError(.invalid, "git could not fetch from '\(address.text)'; \(said).")
    }

    /// The lines that git marks as the reason, otherwise the last line; without credentials, and shortened.
    static func lastWords(of output: String) -> String {
        let lines = output.split(whereSeparator: \.isNewline).map(String.init)
            .filter { $0.contains { !$0.isWhitespace } }
        let marked = lines.filter { $0.hasPrefix("fatal: ") || $0.hasPrefix("remote: ") || $0.hasPrefix("error: ") }
        let chosen = marked.isEmpty ? lines.suffix(1) : marked.suffix(2)
        let text = GitAddress.masked(chosen.joined(separator: "; "))
            .unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }
            .reduce(into: String.UnicodeScalarView()) { $0.append($1) }
        var shown = String(String(text).prefix(400))
        while shown.last == "." || shown.last == " " { shown.removeLast() }
        return shown
    }
}
