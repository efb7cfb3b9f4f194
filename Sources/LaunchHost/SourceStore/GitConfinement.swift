internal import Glibc
internal import Subprocess

/// What git may do while it works on a repository from outside.
///
/// It changes files only in the folder that is staged, so that a hole in git does not become a program in the user's
/// home. It reads the system, its configuration and the user's keys for repositories, and not, for example, the
/// credentials of a cloud or this program's database.
struct GitConfinement: Sendable {
    /// The largest file that git may write: far more than a repository with sources holds, and less than a disk.
    private static let largestFile: UInt64 = 64 << 30

    /// Where distributions keep programs, libraries, certificates and what name lookups need.
    private static let system = [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/nix", "/snap", "/dev", "/proc", "/sys",
        "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager", "/run/nscd", "/var/lib/ca-certificates",
        "/var/lib/sss", "/var/run/nscd",
    ]

    /// What belongs to git and ssh below a home folder.
    private static let personal = [
        ".gitconfig", ".config/git", ".ssh", ".netrc", ".git-credentials", ".git-credential-cache", ".cache/git",
        ".pki", ".gitignore", ".gitattributes", ".config/gh",
    ]

    /// Variables that name files which git, curl or ssh read.
    private static let naming = [
        "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "NETRC", "GIT_EXEC_PATH",
    ]

    /// What one call of git is confined to.
    /// - Parameters:
    ///   - program: the absolute path of git.
    ///   - folder: the folder that it works in; nil where it only asks a server.
    ///   - variables: a look at the variables that git gets.
    static func of(
        program: String, folder: String?, address: GitAddress, settings: GitSettings,
        variables: (String) -> String?
    ) -> Subprocess.Confinement {
        let home = variables("HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        var confinement = Subprocess.Confinement(writable: folder.map { [$0] } ?? [], largestFile: largestFile)
        // ssh notes a host there that it has been told to accept.
        if let home { confinement.writable += [".ssh/known_hosts", ".ssh/known_hosts2"].map { "\(home)/\($0)" } }
        guard mayLimitReads(program, address, settings, variables) else { return confinement }
        var readable = system + settings.files + naming.compactMap { variables($0) }
        if let home { readable += personal.map { "\(home)/\($0)" } }
        if let own = variables("XDG_CONFIG_HOME") { readable.append("\(own)/git") }
        confinement.readable = readable.filter { $0.hasPrefix("/") && $0 != "/" }
        return confinement
    }

    /// Whether all that git needs to read is known. A repository on this machine can borrow objects from anywhere, and a
    /// credential helper, an ssh command or a git of the user's own can read anything.
    private static func mayLimitReads(
        _ program: String, _ address: GitAddress, _ settings: GitSettings, _ variables: (String) -> String?
    ) -> Bool {
        guard !address.protocols.hasSuffix(":file"), !settings.hasOwnSSH, !settings.hasOwnHelper,
            ["GIT_SSH_COMMAND", "GIT_SSH", "GIT_ASKPASS", "SSH_ASKPASS"].allSatisfy({ variables($0) == nil }),
            let real = realpath(program, nil)
        else { return false }
        defer { free(real) }
        let place = String(cString: real)
        return system.contains { place.hasPrefix("\($0)/") }
    }
}
