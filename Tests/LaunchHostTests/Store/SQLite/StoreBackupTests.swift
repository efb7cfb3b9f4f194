import Foundation
import Testing

import LaunchHost
@testable import LaunchPluginKit
@testable import LaunchStore

@Suite(.enabled(if: Sandbox.isSQLite)) struct StoreBackupTests {
    @Test func `a backup of a store in use is complete, and only its owner can read it`() async throws {
        let sandbox = try Sandbox()
        let store = try await sandbox.storeWithQueue()
        let ids = try await [store.submit(.sample()), store.submit(.sample())].map(\.id)
        let claimed = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
        let folder = sandbox.path + "/backup"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let summary = try await StoreBackup(of: sandbox.home, to: "\(folder)/launch.db").write()
        #expect(summary.runs == 2 && summary.bytes > 0 && summary.path == "\(folder)/launch.db")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["launch.db"])
        let facts = try FileManager.default.attributesOfItem(atPath: summary.path)
        #expect(facts[.posixPermissions] as? Int == 0o600)

        let later = try await store.submit(.sample()).id
        let restored = LaunchHome(path: sandbox.path + "/restored")
        try FileManager.default.createDirectory(
            atPath: restored.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try FileManager.default.copyItem(atPath: summary.path, toPath: restored.database)
        let copy = try Store(home: restored)
        #expect(try await Set(copy.runs(RunFilter()).map(\.id)) == Set(ids))
        #expect(try await copy.run(claimed.id) == store.run(claimed.id))
        #expect(try await copy.events(of: claimed.id) == store.events(of: claimed.id))
        #expect(await storeError { _ = try await copy.run(later) }?.code == .unknown)
    }

    @Test func `a backup replaces no file, and makes no store and no folder`() async throws {
        let sandbox = try Sandbox()
        let none = await storeError { _ = try await StoreBackup(of: sandbox.home, to: sandbox.path + "/a").write() }
        #expect(none?.code == .unknown && !sandbox.home.exists)
        _ = try await sandbox.storeWithQueue()
        let path = sandbox.path + "/taken"
        try "mine".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(await storeError { _ = try await StoreBackup(of: sandbox.home, to: path).write() }?.code == .exists)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        let nowhere = await storeError {
            _ = try await StoreBackup(of: sandbox.home, to: sandbox.path + "/missing/a").write()
        }
        #expect(nowhere?.code == .denied && nowhere?.message.contains("/missing/a") == true)
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: sandbox.path)) == ["home", "taken"])
    }
}
