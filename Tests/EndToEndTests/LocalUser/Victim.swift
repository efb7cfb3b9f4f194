import Foundation
import Glibc
import LaunchSubprocess
import TestSupport
import Testing

/// The attacked user: a home, a queue `q` of the mock, and a parent folder that others can read.
struct Victim: ProgramHome {
    let folder: TemporaryDirectory
    let variables: [String: String]

    var home: String { folder.file("home") }

    /// Makes the folders. The program makes `home`.
    init(setting: [String: String] = [:]) throws {
        folder = try TemporaryDirectory()
        variables = [
            "HOME": folder.path, "XDG_CONFIG_HOME": folder.file("config"), "LAUNCH_HOME": folder.file("home"),
            "TMPDIR": folder.file("tmp"), "DOCKER_HOST": "unix:///none.sock",
        ].merging(setting) { $1 }
        try FileManager.default.createDirectory(atPath: folder.file("tmp"), withIntermediateDirectories: false)
        try folder.write(
            "config/launch/launch-config.yaml", "queues: [q]\nregistry: {type: mock}\nbuilder: {type: mock}\n")
        try folder.write("queue.yaml", "run_for: 0s\n")
        try mode(0o755, folder.path)
    }

    /// A victim with its queue, and therefore with a database.
    static func settled(setting: [String: String] = [:]) async throws -> Victim {
        let victim = try Victim(setting: setting)
        try await victim.makeQueue()
        return victim
    }

    func makeQueue() async throws {
        try await succeeding("queue", "create", "q", "--resource", "mock", "--config", folder.file("queue.yaml"))
    }

    /// Sets the mode of a path, whatever the umask is.
    func mode(_ mode: mode_t, _ path: String) throws {
        try #require(chmod(path, mode) == 0, "\(path)")
    }

    /// Opens the home to others, as a careless `chmod` or systemd's default does.
    func open(_ folders: mode_t, _ files: mode_t) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: home) {
            var status = stat()
            try #require(stat("\(home)/\(name)", &status) == 0)
            try mode(status.st_mode & S_IFMT == S_IFDIR ? folders : files, "\(home)/\(name)")
        }
        try mode(folders, home)
    }

    /// The permissions of an entry of the home; `.` is the home itself.
    func permissions(_ name: String) throws -> mode_t {
        var status = stat()
        try #require(lstat("\(home)/\(name)", &status) == 0, "\(name)")
        return status.st_mode & 0o7777
    }

    /// Calls `body` with the process ID of an agent that serves the queue, and ends the agent.
    func withAgent(
        setting: [String: String] = [:], _ body: (_ process: String) async throws -> Void
    ) async throws {
        let agent = try start(["agent"], setting: setting)
        let isThere = await eventually { owner != nil && bell != nil }
        try #require(isThere, "the agent did not begin: \(agent.errors)")
        let process = try #require(owner?.split(separator: "-").first.map(String.init))
        try await body(process)
        try await agent.signal(SIGTERM)
        let answer = try await agent.end()
        #expect(answer.code == 0, "\(answer)")
    }

    /// The file name of the one owner's lock.
    var owner: String? { entry("owners") }
    /// The file name of the one bell.
    var bell: String? { entry("bells") }

    private func entry(_ name: String) -> String? {
        try? FileManager.default.contentsOfDirectory(atPath: "\(home)/\(name)").first { !$0.hasPrefix(".") }
    }
}
