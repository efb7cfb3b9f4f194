internal import Glibc
internal import Subprocess

/// What the user's own configuration of git says about the files and programs that git needs. It is read before git sees
/// anything of a repository.
struct GitSettings: Sendable {
    /// The files that git's configuration consists of, and the certificates that it names.
    private(set) var files: [String] = []
    /// Whether the user has said how git is to call ssh.
    private(set) var hasOwnSSH = false
    /// Whether a credential helper is configured whose files cannot be known.
    private(set) var hasOwnHelper = false

    /// Helpers of git itself, which keep what they know below the home folder at known places.
    private static let knownHelpers = ["", "cache", "store"]

    /// Asks git.
    init(_ program: String, environment: Subprocess.Environment, limit: Duration) async {
        let asked = try? await Subprocess.run(
            program, ["config", "--list", "--includes", "--show-origin", "-z"], environment: environment,
            workingDirectory: "/", stderr: .discard, timeout: limit)
        self.init(listing: asked?.exit.isSuccess == true ? asked?.stdoutText ?? "" : "")
    }

    /// Reads what `git config --list --show-origin -z` prints: an origin, then a key, a line break and a value.
    init(listing: String) {
        let parts = listing.split(separator: "\0", omittingEmptySubsequences: false)
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            if parts[index].hasPrefix("file:") { files.append(String(parts[index].dropFirst(5))) }
            let line = parts[index + 1].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            take(key: line[0].lowercased(), value: line.count == 2 ? String(line[1]) : "")
        }
        files = files.uniqued
    }

    private mutating func take(key: String, value: String) {
        if key == "core.sshcommand" {
            hasOwnSSH = true
        } else if key.hasPrefix("credential."), key.hasSuffix(".helper") {
            let name = value.split(separator: " ").first.map(String.init) ?? ""
            if !Self.knownHelpers.contains(name) { hasOwnHelper = true }
        } else if key.hasPrefix("http."),
            ["sslcainfo", "sslcapath", "sslcert", "sslkey", "cookiefile"].contains(
                key.split(separator: ".").last ?? "")
        {
            files.append(value)
        }
    }
}
