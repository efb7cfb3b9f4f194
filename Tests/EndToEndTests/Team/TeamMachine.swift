import Foundation
import TestSupport
import Testing

/// The machine of one database user: a home of its own, and a store that it shares with the others.
struct TeamMachine: ProgramHome {
    let folder: TemporaryDirectory
    let variables: [String: String]

    /// - Parameters:
    ///   - user: a role of the database; nil for its owner.
    ///   - store: further keys of `store`, such as `blobs: s3://bucket/prefix`.
    ///   - config: the rest of the configuration. `DIR` is replaced by the machine's folder.
    ///   - setting: additional variables.
    init(
        _ database: PostgresDatabase, _ user: String?, store: String = "", config: String = "",
        setting: [String: String] = [:]
    ) throws {
        let folder = try TemporaryDirectory()
        self.folder = folder
        let file = try folder.write(
            "launch-config.yaml",
            "queues: [q]\nstore: {type: postgres\(store.isEmpty ? "" : ", \(store)")}\n"
                + config.replacing("DIR", with: folder.path))
        variables = database.environment(of: user).merging([
            "LAUNCH_HOME": folder.file("home"), "HOME": folder.path, "XDG_CONFIG_HOME": folder.path,
            "TMPDIR": folder.path, "LAUNCH_CONFIG": file,
        ]) { $1 }.merging(setting) { $1 }
    }

    /// Makes the store, with a submitter `ada`, a submitter `bob` and an agent `gpu`.
    static func makeStore(in database: PostgresDatabase) async throws -> TeamMachine {
        let owner = try TeamMachine(database, nil)
        try await owner.succeeding("store", "init", "--prefix", database.name)
        for (user, role) in [("ada", "submitter"), ("bob", "submitter"), ("gpu", "agent")] {
            try await owner.succeeding("store", "grant", role, try database.addRole(user))
        }
        return owner
    }
}
