internal import LaunchCore
internal import LaunchSubprocess

/// `credential_process` of a profile: a program that prints credentials as JSON. It runs without a shell.
struct ProcessSource: CredentialSource {
    let section: ConfigSection
    let command: ConfigValue
    var timeout: Duration = .seconds(60)

    /// The variables of the process. It gets no keys of other sources and no other secrets.
    private static let allowed = Subprocess.AllowedVariables(
        names: Subprocess.AllowedVariables.network.union(["DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK", "DISPLAY"]),
        prefixes: ["AWS_"],
        withheld: [
            "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK",
        ])

    var name: String { "profile \(section.name) (credential_process)" }

    func fetch() async throws(AWSError) -> AWSCredentials {
        let words = try? CommandWords.split(command.text, escapedInDoubleQuotes: CommandWords.shlexEscapes)
        guard let words, let program = words.first else {
            throw .configuration("The credential_process has an open quote, or is empty.", at: command)
        }
        let result: Subprocess.Result
        do throws(SubprocessError) {
            result = try await Subprocess.run(
                program, Array(words.dropFirst()), environment: .allowed(Self.allowed),
                stdout: .collect(maxBytes: 1 << 20),
                stderr: .collect(maxBytes: 64 << 10), timeout: timeout)
        } catch {
            throw failure(error)
        }
        guard result.exit.isSuccess else { throw ended(result, program) }
        guard !result.isTruncated, let document = CredentialDocument(result.stdout) else {
            throw wrong("it did not print a JSON object (\(result.stdout.count) bytes).")
        }
        guard let version = document.value["Version"], version == .integer(1) else {
            let found = document.value["Version"].map { "is \(Wording.shortened("\($0.integerValue ?? -1)"))" }
            throw wrong("the Version in its answer \(found ?? "is missing"); the only supported version is 1.")
        }
        do throws(AWSError) {
            var credentials = try document.credentials(token: "SessionToken", needsExpiry: false)
            credentials.accountID = credentials.accountID ?? section.text("aws_account_id")
            return credentials
        } catch {
            throw wrong("in its answer \(error.message)")
        }
    }

    private func failure(_ error: SubprocessError) -> AWSError {
        switch error.code {
        case .cancelled: AWSError(.cancelled, "The credential_process was cancelled.")
        case .timedOut: wrong("it did not end within \(timeout.components.seconds) s.")
        default: .configuration("The credential_process cannot be run: \(error).", at: command)
        }
    }

    /// The error with the last line of standard error. Standard output is never shown, because it may contain keys.
    private func ended(_ result: Subprocess.Result, _ program: String) -> AWSError {
        let line = result.stderrText.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
        let how =
            switch result.exit {
            case .code(let code): "ended with code \(code)"
            case .signal(let signal): "was ended by signal \(signal)"
            }
        let words = line.map { ": \(Wording.visible(String($0.prefix(300))))" } ?? " without a message."
        var error = AWSError.configuration("The credential_process \(how)\(words)", at: command)
        error.kind = .auth
        error.hint = "Run the command of 'credential_process' in a shell, and repair it there."
        return error
    }

    private func wrong(_ what: String) -> AWSError {
        .configuration("The credential_process of the profile \(section.name) cannot be used: \(what)", at: command)
    }
}
