import Foundation

/// A real Slurm cluster of one node, started by `scripts/slurm`.
public struct SlurmCluster: Sendable {
    /// The path of `slurm.conf`, for the variable `SLURM_CONF`.
    public let configuration: String

    /// Whether Slurm is installed. `scripts/test` installs it where the tests can run.
    public static let isInstalled = ["slurmctld", "slurmd", "munged"].allSatisfy { name in
        Tool.path(name) != nil || FileManager.default.isExecutableFile(atPath: "/usr/sbin/\(name)")
    }
    public static let skipReason = "Slurm is not installed: apt-get install slurm-wlm munge"

    /// The cluster that all tests share. It keeps running, as a container engine does.
    public static let shared = Result { try SlurmCluster(state: nil) }

    /// A cluster of its own, for tests that break it.
    public static func with<T>(_ body: (SlurmCluster) async throws -> T) async throws -> T {
        let state = try TemporaryDirectory()
        let cluster = try SlurmCluster(state: state.path)
        let result: Result<T, any Error>
        do {
            result = .success(try await body(cluster))
        } catch {
            result = .failure(error)
        }
        try script("stop", state: state.path)
        return try result.get()
    }

    private init(state: String?) throws {
        try Self.script("start", state: state)
        let line = try Self.script("env", state: state).split(separator: "\n").last { $0.contains("SLURM_CONF=") }
        configuration = String(line?.split(separator: "=").last ?? "")
    }

    /// Runs one of Slurm's commands.
    @discardableResult
    public func run(_ name: String, _ arguments: String...) throws -> String {
        try Tool.run(name, arguments, environment: ["SLURM_CONF": configuration])
    }

    /// The states of the jobs with this name, without the runner.
    public func states(named prefix: String) throws -> [String] {
        try run("squeue", "--me", "--states=all", "--noheader", "--Format=name:128|,state:32|").split(separator: "\n")
            .filter { $0.hasPrefix(prefix) }
            .map { $0.split(separator: "|")[1].trimmingCharacters(in: .whitespaces) }
    }

    @discardableResult
    private static func script(_ command: String, state: String?) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try Tool.run(
            root.appending(path: "scripts/slurm").path, [command],
            environment: state.map { ["LAUNCH_DEV_STATE": $0] } ?? [:])
    }
}
