internal import FoundationEssentials
internal import LaunchPluginKit
internal import LaunchSubprocess

/// pip on this machine. It chooses and unpacks wheels, and starts no other program.
struct PipProgram: Sendable {
    /// The absolute path of the Python that has it.
    let python: String
    let version: String
    private let variables: [String: String]

    /// The oldest version with the present way to choose versions.
    static let oldest = (20, 3)

    /// The variables of pip that say where packages are, and how to reach them. Others would change what is installed.
    private static let allowed = Subprocess.AllowedVariables(
        names: Subprocess.AllowedVariables.network.union([
            "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CONSTRAINT", "PIP_PRE",
            "PIP_REQUIRE_HASHES", "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY", "PIP_CONFIG_FILE",
            "PIP_CACHE_DIR", "PIP_NO_CACHE_DIR", "PIP_DEFAULT_TIMEOUT", "PIP_TIMEOUT", "PIP_RETRIES", "NETRC",
        ]))

    /// Finds a Python with pip on the PATH: the version of the image, if it is here, otherwise another.
    static func find(
        for target: TargetPython?, _ variables: [String: String]
    ) async throws(BackendError) -> PipProgram {
        var tooOld: String?
        let names = (target.map { ["python\($0.text)"] } ?? []) + ["python3", "python"]
        for python in names.flatMap({ Subprocess.findAll($0, path: variables["PATH"]) }) {
            let result: Subprocess.Result
            do throws(SubprocessError) {
                result = try await Subprocess.run(
                    python, ["-c", "import pip; print(pip.__version__)"], environment: environment(variables),
                    workingDirectory: "/", timeout: .seconds(30))
            } catch {
                if error.code == .cancelled { throw BackendError(.cancelled, "The build was cancelled.") }
                continue
            }
            let words = result.stdoutText.split(whereSeparator: \.isWhitespace)
            guard result.exit.isSuccess, let version = words.last,
                let match = version.firstMatch(of: /^([0-9]{1,4})\.([0-9]{1,4})/), let major = Int(match.1),
                let minor = Int(match.2)
            else { continue }
            if (major, minor) >= oldest {
                return PipProgram(python: python, version: String(version.prefix(20)), variables: variables)
            }
            tooOld = tooOld ?? "\(python) has pip \(version.prefix(20))"
        }
        let floor = "\(oldest.0).\(oldest.1)"
        throw BackendError(
            .unavailable,
            tooOld.map { "\($0); the packages of the source need pip \(floor) or newer." }
                ?? "The source has packages to install, and no Python on the PATH of the agent has pip.",
            hint: "Install it on the agent's machine (Debian, Ubuntu: apt-get install python3-pip), or write "
                + "requirements: off in the builder's block.")
    }

    private static func environment(
        _ variables: [String: String], setting: [String: String] = [:]
    ) -> Subprocess.Environment {
        var set = allowed.filter(variables)
        // Untranslated messages, which can be classified, and no choice of the user that changes where packages go.
        set["LC_ALL"] = "C.UTF-8"
        set["PYTHONDONTWRITEBYTECODE"] = "1"
        for name in ["PIP_USER", "PIP_REQUIRE_VIRTUALENV"] { set[name] = "0" }
        for name in ["PIP_NO_INPUT", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_COLOR"] { set[name] = "1" }
        set["PIP_ROOT_USER_ACTION"] = "ignore"
        return .allowed(allowed, setting: set.merging(setting) { $1 })
    }

    /// Installs wheels into a folder. Every line of pip's output is passed on.
    /// - Parameters:
    ///   - requirements: the main file of requirements, in `work`.
    ///   - folder: a private folder, the only one that pip may change apart from its cache.
    ///   - work: the folder of the files of requirements, in `folder`.
    ///   - site: the folder for the packages.
    func install(
        _ requirements: String, in folder: String, work: String, to site: String, for platform: WheelPlatform,
        isConfined: Bool, line: @escaping @Sendable (String) async -> Void
    ) async throws(SubprocessError) -> Subprocess.Exit {
        let arguments =
            ["-c", PipBootstrap.script, platform.machine, platform.python.text, "install", "--target", site]
            + platform.tags.flatMap { ["--platform", $0] }
            + [
                "--python-version", platform.python.text, "--implementation", "cp", "--only-binary=:all:",
                "--no-compile", "--no-input", "--no-warn-script-location", "--no-warn-conflicts", "--progress-bar",
                "off", "-r", requirements,
            ]
        let output = Subprocess.Output.lines(line)
        return try await Subprocess.run(
            python, arguments,
            environment: Self.environment(variables, setting: ["TMPDIR": folder, "PYTHONUNBUFFERED": "1"]),
            workingDirectory: work, stdout: output, stderr: output, timeout: Self.limit,
            confinement: isConfined ? confinement(folder) : nil
        ).exit
    }

    /// The time for all packages of a source.
    static let limit = Duration.seconds(3600)

    /// pip reads bytes of strangers, so it may change only its own folder and its cache.
    private func confinement(_ folder: String) -> Subprocess.Confinement {
        var writable = [folder]
        let home = variables["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        if let cache = variables["PIP_CACHE_DIR"] ?? variables["XDG_CACHE_HOME"].map({ "\($0)/pip" })
            ?? home.map({ "\($0)/.cache/pip" }), cache.hasPrefix("/")
        {
            // A folder that does not exist cannot be allowed.
            try? FileManager.default.createDirectory(
                atPath: cache, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            writable.append(cache)
        }
        return Subprocess.Confinement(writable: writable, largestFile: 64 << 30)
    }
}
