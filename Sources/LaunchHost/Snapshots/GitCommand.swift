internal import Glibc
internal import LaunchSubprocess

/// Calls `git` without interactive questions and with restricted permissions.
struct GitCommand: Sendable {
    /// The name or the path of the program.
    let program: String
    /// The caller's environment variables, which take precedence over those of this process. git gets only the allowed
    /// ones.
    let variables: [String: String]
    /// The time limit of one call.
    let limit: Duration
    /// Whether git is restricted to the files that it needs.
    var isConfined = true
    /// The names of more variables that git gets, for the credential helpers of its user.
    var helperVariables: Set<String> = []
    /// The folder in which git may write files; nil if it only queries a server.
    var staging: String?

    /// The same command for work in a folder.
    func working(in staging: String) -> GitCommand {
        var command = self
        command.staging = staging
        return command
    }

    /// Overrides settings of the user that change the files of a commit, or run the user's programs on them.
    private static let settings = [
        "core.hooksPath=/dev/null", "core.autocrlf=false", "advice.detachedHead=false",
        // git runs no programs that a repository names, and contacts no servers that it names, except for its files.
        "core.fsmonitor=false", "core.alternateRefsCommand=false", "protocol.ext.allow=never",
        "submodule.recurse=false", "fetch.recurseSubmodules=false", "gc.auto=0", "maintenance.auto=false",
    ]

    /// The variables that git gets: its own settings, access to the ssh agent and the network, and what credential
    /// helpers need. Keys and tokens in variables are not passed.
    private var allowed: Subprocess.AllowedVariables {
        Subprocess.AllowedVariables(
            names: Subprocess.AllowedVariables.network.union(["SSH_AUTH_SOCK", "SSH_AGENT_PID"]).union(helperVariables),
            prefixes: ["GIT_"], withheld: Self.misleading.union(Self.talkative))
    }

    /// Variables of the caller that would make git use another repository.
    private static let misleading: Set<String> = [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX",
        "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    ]

    /// Variables that make git print its requests, including logins, which would become part of an error message.
    private static let talkative: Set<String> = [
        "GIT_TRACE", "GIT_TRACE_CURL", "GIT_TRACE_PACKET", "GIT_TRACE_PACKFILE", "GIT_TRACE_SETUP", "GIT_TRACE_SHALLOW",
        "GIT_TRACE_PERFORMANCE", "GIT_TRACE_REFS", "GIT_TRACE_REDACT", "GIT_TRACE2", "GIT_TRACE2_EVENT",
        "GIT_TRACE2_PERF", "GIT_CURL_VERBOSE",
    ]

    /// Runs git and returns its output.
    /// - Throws: an error for the user.
    @discardableResult
    func run(
        _ arguments: [String], in folder: String? = nil, for address: GitAddress
    ) async throws(LaunchError) -> String {
        let allowed = allowed
        var set = allowed.filter(variables)
        // Untranslated messages, which can be classified, no questions, and no transport that runs a command.
        set["LC_ALL"] = "C"
        set["GIT_TERMINAL_PROMPT"] = "0"
        set["GIT_ALLOW_PROTOCOL"] = address.protocols
        set["SSH_ASKPASS_REQUIRE"] = "never"
        let settings = await GitSettings(
            program, environment: .allowed(allowed, setting: set), limit: limit)
        // ssh must not ask for a password, because no user may be at the terminal, and must not leave a connection
        // open.
        if !hasOwnSSH(settings) { set["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes -o ControlMaster=no" }
        if isConfined, let staging { set["TMPDIR"] = staging }
        let result: Subprocess.Result
        do {
            result = try await Subprocess.run(
                program, Self.settings.flatMap { ["-c", $0] } + arguments,
                environment: .allowed(allowed, setting: set), workingDirectory: folder,
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

    /// Whether the user has configured how git calls ssh.
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
            LaunchError(.unavailable, "git is needed for '\(address.text)' and is not installed.", hint: "Install git.")
        case .cancelled: LaunchError(.tryAgain, "fetching the source was cancelled.")
        case .timedOut:
            LaunchError(
                .tryAgain, "git took longer than \(limit.components.seconds) s for '\(address.text)' and was ended.",
                hint: "Check the network, or keep large files out of the repository.")
        default: LaunchError(.unavailable, "git cannot be run: \(error.description).")
        }
    }
}
