internal import Glibc
internal import LaunchSubprocess

/// The restrictions of git while it works on an untrusted repository.
///
/// Git may write only to the staging folder, so that a vulnerability of git cannot install a program in the user's home
/// folder. It may read the system, its configuration and the user's keys for repositories. It may not read, for
/// example, cloud credentials or this program's database.
struct GitConfinement: Sendable {
    /// The maximum size of a file that git writes: far more than a repository with sources needs, and less than a disk.
    private static let largestFile: UInt64 = 64 << 30

    /// The folders in which distributions keep programs, libraries, certificates and the files of name resolution.
    private static let system = [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/nix", "/snap", "/dev", "/proc", "/sys",
        "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager", "/run/nscd", "/var/lib/ca-certificates",
        "/var/lib/sss", "/var/run/nscd",
    ]

    /// The files of git and ssh in a home folder.
    private static let personal = [
        ".gitconfig", ".config/git", ".ssh", ".netrc", ".git-credentials", ".git-credential-cache", ".cache/git",
        ".pki", ".gitignore", ".gitattributes", ".config/gh",
    ]

    /// Variables that contain paths of files which git, curl or ssh read.
    private static let naming = [
        "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "NETRC", "GIT_EXEC_PATH",
    ]

    /// The restrictions of one call of git.
    /// - Parameters:
    ///   - program: the absolute path of git.
    ///   - folder: the folder in which git works; nil if it only queries a server.
    ///   - variables: returns the value of a variable that git gets.
    static func of(
        program: String, folder: String?, address: GitAddress, settings: GitSettings,
        variables: (String) -> String?
    ) -> Subprocess.Confinement {
        let home = variables("HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        var confinement = Subprocess.Confinement(writable: folder.map { [$0] } ?? [], largestFile: largestFile)
        // ssh records accepted host keys in these files.
        if let home { confinement.writable += [".ssh/known_hosts", ".ssh/known_hosts2"].map { "\(home)/\($0)" } }
        guard mayLimitReads(program, address, settings, variables) else { return confinement }
        var readable = system + settings.files + naming.compactMap { variables($0) }
        if let home { readable += personal.map { "\(home)/\($0)" } }
        if let own = variables("XDG_CONFIG_HOME") { readable.append("\(own)/git") }
        confinement.readable = readable.filter { $0.hasPrefix("/") && $0 != "/" }
        return confinement
    }

    /// Whether all files that git needs to read are known. A repository on this machine can borrow objects from any
    /// folder, and the user's own credential helper, ssh command or git can read any file.
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
