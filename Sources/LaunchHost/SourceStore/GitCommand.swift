internal import Glibc
internal import Subprocess

/// Calls `git` so that it can neither ask anybody nor do more than it is told.
struct GitCommand: Sendable {
    /// The program's name or path.
    let program: String
    /// The caller's variables, which go before those of this process. Both pass the list of what git may see.
    let variables: [String: String]
    /// How long one call may take.
    let limit: Duration
    /// Whether git is kept from what its work does not need.
    var isConfined = true
    /// The folder in which git may change files; nil where it only asks a server.
    var staging: String?

    /// The same command for work in a folder.
    func working(in staging: String) -> GitCommand {
        var command = self
        command.staging = staging
        return command
    }

    /// Settings of the user that would make the same commit come to other files, or run programs of theirs on it.
    private static let settings = [
        "core.hooksPath=/dev/null", "core.autocrlf=false", "advice.detachedHead=false",
        // Nothing that a repository names is run or asked for beside its files.
        "core.fsmonitor=false", "core.alternateRefsCommand=false", "protocol.ext.allow=never",
        "submodule.recurse=false", "fetch.recurseSubmodules=false", "gc.auto=0", "maintenance.auto=false",
    ]

    /// What git may see: its own settings, the way to ssh's agent and the network, and which AWS profile a credential
    /// helper is to use. Keys and tokens in variables are not passed on.
    private static let allowed = Subprocess.AllowedVariables(
        names: Subprocess.AllowedVariables.network.union([
            "SSH_AUTH_SOCK", "SSH_AGENT_PID", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE",
            "AWS_SHARED_CREDENTIALS_FILE",
        ]), prefixes: ["GIT_"], withheld: misleading.union(talkative))

    /// Variables by which a caller of this program would send git to another repository.
    private static let misleading: Set<String> = [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX",
        "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    ]

    /// Variables that make git print its requests, logins included, into what becomes an error message.
    private static let talkative: Set<String> = [
        "GIT_TRACE", "GIT_TRACE_CURL", "GIT_TRACE_PACKET", "GIT_TRACE_PACKFILE", "GIT_TRACE_SETUP", "GIT_TRACE_SHALLOW",
        "GIT_TRACE_PERFORMANCE", "GIT_TRACE_REFS", "GIT_TRACE_REDACT", "GIT_TRACE2", "GIT_TRACE2_EVENT",
        "GIT_TRACE2_PERF", "GIT_CURL_VERBOSE",
    ]

    /// Calls git to its end and answers what it printed.
    /// - Throws: what went wrong as the user should hear it.
    @discardableResult
    func run(
        _ arguments: [String], in folder: String? = nil, for address: GitAddress
    ) async throws(LaunchError) -> String {
        var set = Self.allowed.filter(variables)
        // Messages that can be told apart, no questions, and no transport that runs a command.
        set["LC_ALL"] = "C"
        set["GIT_TERMINAL_PROMPT"] = "0"
        set["GIT_ALLOW_PROTOCOL"] = address.protocols
        set["SSH_ASKPASS_REQUIRE"] = "never"
        let settings = await GitSettings(
            program, environment: .allowed(Self.allowed, setting: set), limit: limit)
        // ssh must not wait for a password at a terminal that nobody may be sitting at, and need not leave a connection.
        if !hasOwnSSH(settings) { set["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes -o ControlMaster=no" }
        if isConfined, let staging { set["TMPDIR"] = staging }
        let result: Subprocess.Result
        do {
            result = try await Subprocess.run(
                program, Self.settings.flatMap { ["-c", $0] } + arguments,
                environment: .allowed(Self.allowed, setting: set), workingDirectory: folder,
                stdout: .collect(maxBytes: 64 << 20), timeout: limit, confinement: confinement(settings, address))
        } catch {
            throw Self.error(error, address: address, limit: limit)
        }
        guard result.exit.isSuccess else {
            throw GitFailure.error(result.stderrText, status: "\(result.exit)", address: address)
        }
        guard !result.isTruncated else {
            throw LaunchError(.invalid, "the git repository '\(address.text)' has too many branches and tags to read.")
        }
        return result.stdoutText
    }

    /// Whether the user has said how git is to call ssh.
    private func hasOwnSSH(_ settings: GitSettings) -> Bool {
        settings.hasOwnSSH || ["GIT_SSH_COMMAND", "GIT_SSH"].contains { variable($0) != nil }
    }

    private func confinement(_ settings: GitSettings, _ address: GitAddress) -> Subprocess.Confinement? {
        guard isConfined, let path = program.contains("/") ? program : Subprocess.find(program) else { return nil }
        return GitConfinement.of(
            program: path, folder: staging, address: address, settings: settings, variables: variable)
    }

    private func variable(_ name: String) -> String? {
        variables[name] ?? getenv(name).map { String(cString: $0) }
    }

    private static func error(_ error: SubprocessError, address: GitAddress, limit: Duration) -> LaunchError {
        switch error.code {
        case .notFound:
            LaunchError(.unavailable, "git is needed for '\(address.text)', and is not there.", hint: "Install git.")
        case .cancelled: LaunchError(.tryAgain, "fetching the source was cancelled.")
        case .timedOut:
            LaunchError(
                .tryAgain, "git took longer than \(limit.components.seconds) s for '\(address.text)' and was ended.",
                hint: "Check the network, or keep large files out of the repository.")
        default: LaunchError(.unavailable, "git cannot be run: \(error.description).")
        }
    }
}
