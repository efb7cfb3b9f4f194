internal import LaunchSuggestions

/// The branches and tags that a repository reports.
struct GitReferences: Sendable, Hashable {
    /// Commit or tag IDs by full name, `refs/heads/main`; the commit of an annotated tag has the name
    /// `refs/tags/v1^{}`.
    let commits: [String: String]

    /// Reads the output of `git ls-remote`.
    init(parsing output: String) {
        var commits: [String: String] = [:]
        for line in output.split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1)
            guard parts.count == 2, Self.isCommit(parts[0]) else { continue }
            commits[String(parts[1])] = String(parts[0])
        }
        self.commits = commits
    }

    /// Whether a text is a full commit ID: 40 hex digits, or 64 in a repository with SHA-256.
    static func isCommit(_ text: some StringProtocol) -> Bool {
        [40, 64].contains(text.utf8.count) && text.utf8.allSatisfy(isHexDigit)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
    }

    /// The commit of a branch, a tag or a full reference; nil means HEAD.
    /// - Throws: `.invalid` if it does not exist, or if a branch and a tag of the same name differ.
    func commit(of version: String?, in address: String) throws(LaunchError) -> String {
        guard let version, version != "HEAD" else {
            guard let head = commits["HEAD"] else {
                throw LaunchError(
                    .invalid, "the repository '\(address)' has no commit on its default branch.",
                    hint: "Name a branch, a tag or a commit.")
            }
            return head
        }
        if version.hasPrefix("refs/"), let commit = peeled(version) { return commit }
        switch (peeled("refs/heads/\(version)"), peeled("refs/tags/\(version)")) {
        case (let branch?, let tag?) where branch != tag:
            throw LaunchError(
                .invalid, "'\(version)' is both a branch and a tag of '\(address)', and they differ.",
                hint: "Say 'refs/heads/\(version)' or 'refs/tags/\(version)'.")
        case (let commit?, _), (nil, let commit?): return commit
        case (nil, nil): throw unknown(version, in: address)
        }
    }

    private func peeled(_ name: String) -> String? { commits["\(name)^{}"] ?? commits[name] }

    private func unknown(_ version: String, in address: String) -> LaunchError {
        if (4..<40).contains(version.utf8.count), version.utf8.allSatisfy(Self.isHexDigit) {
            return LaunchError(
                .invalid, "'\(version)' is neither a branch nor a tag of '\(address)', and too short for a commit.",
                hint: "A commit is named by all of its 40 digits: 'git rev-parse \(version)' prints them.")
        }
        let hint: String
        if let near = Suggestion.nearest(to: version, in: names) {
            hint = "Did you mean '\(near)'?"
        } else if names.isEmpty {
            hint = "The repository has no branches and no tags."
        } else {
            let more = names.count > 8 ? " and \(names.count - 8) more" : ""
            hint = "There are: \(names.prefix(8).joined(separator: ", "))\(more)."
        }
        return LaunchError(.invalid, "'\(version)' is neither a branch nor a tag of '\(address)'.", hint: hint)
    }

    /// The short names of branches and tags, sorted.
    private var names: [String] {
        let names = commits.keys.compactMap { name -> String? in
            for prefix in ["refs/heads/", "refs/tags/"] where name.hasPrefix(prefix) && !name.hasSuffix("^{}") {
                return String(name.dropFirst(prefix.count))
            }
            return nil
        }
        return Set(names).sorted()
    }
}
