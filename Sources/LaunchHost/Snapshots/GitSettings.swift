internal import Glibc
internal import LaunchSubprocess

/// The files and programs that the user's git configuration names. It is read before git reads anything of a
/// repository.
struct GitSettings: Sendable {
    /// The files of git's configuration, and the certificates that it names.
    private(set) var files: [String] = []
    /// Whether the user has configured how git calls ssh.
    private(set) var hasOwnSSH = false
    /// Whether a credential helper is configured whose files are unknown.
    private(set) var hasOwnHelper = false

    /// The helpers of git itself, which keep their data at known paths in the home folder.
    private static let knownHelpers = ["", "cache", "store"]

    /// Reads the configuration with git.
    init(_ program: String, environment: Subprocess.Environment, limit: Duration) async {
        let asked = try? await Subprocess.run(
            program, ["config", "--list", "--includes", "--show-origin", "-z"], environment: environment,
            workingDirectory: "/", stderr: .discard, timeout: limit)
        self.init(listing: asked?.exit.isSuccess == true ? asked?.stdoutText ?? "" : "")
    }

    /// Reads the output of `git config --list --show-origin -z`: an origin, then a key, a line break and a value.
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
