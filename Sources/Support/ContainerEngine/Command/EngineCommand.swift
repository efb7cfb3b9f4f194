internal import LaunchSubprocess

/// A docker or podman command line on this machine, and its abilities. It is used to build and push; all other calls
/// use `EngineClient`.
public struct EngineCommand: Sendable, Hashable, CustomStringConvertible {
    /// The program of a command line.
    public enum Kind: String, Sendable {
        /// Docker.
        case docker
        /// Podman, even if it is installed as `docker`.
        case podman
    }

    /// How it provides the features of BuildKit: build secrets, mounts in RUN, here-documents.
    public enum BuildKit: String, Sendable {
        /// It does not provide them.
        case none
        /// Built in: docker before 23, and podman, whose own builder has the same features.
        case builtin
        /// With the plugin buildx.
        case buildx
    }

    /// The absolute path of the program.
    public var path: String
    /// Docker or podman.
    public var kind: Kind
    /// Its version: `20.10.24+dfsg1`.
    public var version: String
    /// How it provides BuildKit.
    public var buildKit: BuildKit

    public init(path: String, kind: Kind, version: String, buildKit: BuildKit) {
        self.path = path
        self.kind = kind
        self.version = version
        self.buildKit = buildKit
    }

    /// `docker 28.2.2 (/usr/local/bin/docker, without BuildKit)`
    public var description: String {
        let ability =
            switch buildKit {
            case .none: "without BuildKit"
            case .builtin: "with BuildKit"
            case .buildx: "with BuildKit by buildx"
            }
        return "\(kind.rawValue) \(version) (\(path), \(ability))"
    }
}

extension EngineCommand {
    /// Every working docker and podman on the PATH, in the order of the PATH, docker first.
    public static func findAll() async throws(EngineError) -> [EngineCommand] {
        var found: [EngineCommand] = []
        for path in Subprocess.findAll("docker") + Subprocess.findAll("podman") {
            if let command = try await probe(path) { found.append(command) }
        }
        return found
    }

    /// Inspects one program; nil if it does not run or is neither docker nor podman.
    public static func probe(_ path: String) async throws(EngineError) -> EngineCommand? {
        guard let words = try await output(path, ["--version"]) else { return nil }
        if let match = words.firstMatch(of: /podman version ([^\s,]+)/) {
            return EngineCommand(path: path, kind: .podman, version: String(match.1), buildKit: .builtin)
        }
        guard let match = words.firstMatch(of: /Docker version ([^\s,]+)/) else { return nil }
        let version = String(match.1)
        var buildKit = BuildKit.none
        if try await output(path, ["buildx", "version"]) != nil {
            buildKit = .buildx
        } else if let major = version.split(separator: ".").first.flatMap({ Int($0) }), (18..<23).contains(major) {
            buildKit = .builtin
        }
        return EngineCommand(path: path, kind: .docker, version: version, buildKit: buildKit)
    }

    /// The best of `found` for an engine. `isPodman` says that the engine is podman; podman's command line works only
    /// with podman.
    /// - Throws: `missingTool` with everything that was found, and what to install.
    public static func choose(
        from found: [EngineCommand], needsBuildKit: Bool, isPodman: Bool = false
    ) throws(EngineError) -> EngineCommand {
        let fitting =
            isPodman ? found.sorted { $0.kind == .podman && $1.kind != .podman } : found.filter { $0.kind == .docker }
        let able = fitting.filter { $0.buildKit != .none }
        if let best = able.first ?? (needsBuildKit ? nil : fitting.first) { return best }
        let engine = isPodman ? "podman" : "docker"
        guard !fitting.isEmpty else {
            let others = found.isEmpty ? "" : " Found: \(found.map(\.description).joined(separator: "; "))."
            throw EngineError(
                .missingTool, "No \(engine) command line is on the PATH, and builds and pushes need one.\(others)",
                hint: "Install it, e.g. 'apt-get install \(isPodman ? "podman" : "docker.io")'.")
        }
        throw EngineError(
            .missingTool,
            "The build needs BuildKit, and no docker command line on the PATH can do it. Found: "
                + "\(fitting.map(\.description).joined(separator: "; ")).",
            hint: "Install docker's buildx plugin, or build without secrets.")
    }

    /// The output of a short command; nil if it fails.
    private static func output(_ path: String, _ arguments: [String]) async throws(EngineError) -> String? {
        do {
            let result = try await Subprocess.run(
                path, arguments, environment: .allowed(CommandSession.allowed), timeout: .seconds(20))
            return result.exit.isSuccess ? result.stdoutText : nil
        } catch {
            if error.code == .cancelled { throw EngineError(.cancelled, "The search for docker was cancelled.") }
            return nil
        }
    }
}
