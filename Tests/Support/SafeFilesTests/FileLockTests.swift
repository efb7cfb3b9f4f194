import Foundation
import Glibc
import LaunchSafeFiles
import Synchronization
import TestSupport
import Testing

struct FileLockTests {
    @Test(arguments: [true, false])
    func `one holder at a time`(isFolder: Bool) throws {
        let folder = try TemporaryDirectory()
        func lock() throws -> FileLock? {
            isFolder ? try FileLock.folder(folder.path) : try FileLock.file(folder.file("lock"))
        }
        var held = try lock()
        #expect(held != nil)
        #expect(try lock() == nil)
        held = nil
        #expect(try lock() != nil)
    }

    @Test func `a wait for a lock ends when its holder releases it`() async throws {
        let folder = try TemporaryDirectory()
        let holder = Mutex(try FileLock.file(folder.file("lock")))
        let pauses = Mutex(0)
        let lock = try await FileLock.file(folder.file("lock"), within: .seconds(3_600)) { _ in
            let count = pauses.withLock { pauses in
                pauses += 1
                return pauses
            }
            if count == 3 { holder.withLock { $0 = nil } }
        }
        // A child that another test has just forked holds the lock, too, until it executes its program.
        #expect(lock != nil && pauses.withLock(\.self) >= 3)
    }

    @Test func `a wait for a lock ends at its limit, and with its task`() async throws {
        let folder = try TemporaryDirectory()
        let holder = try FileLock.file(folder.file("lock"))
        let waited = Mutex(Duration.zero)
        let lock = try await FileLock.file(folder.file("lock"), within: .seconds(1)) { step in
            waited.withLock { $0 += step }
        }
        #expect(lock == nil && waited.withLock(\.self) == .seconds(1))
        await #expect(throws: CancellationError.self) {
            _ = try await FileLock.file(folder.file("lock"), within: .seconds(1)) { _ in throw CancellationError() }
        }
        withExtendedLifetime(holder) {}
    }

    @Test func `a lock file is created for its owner only`() throws {
        let folder = try TemporaryDirectory()
        let lock = try FileLock.file(folder.file("lock"))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("lock"))[.posixPermissions] as? Int
        #expect(lock != nil && mode == 0o600)
    }

    @Test func `links and missing folders are refused`() throws {
        let folder = try TemporaryDirectory()
        try folder.write("real/x", "")
        let link = folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.file("real"))
        for path in [link, folder.file("missing"), folder.file("real/x")] {
            let failure = #expect(throws: FileFailure.self) { _ = try FileLock.folder(path) }
            #expect(failure?.step == .open)
        }
        #expect(throws: FileFailure.self) { _ = try FileLock.file(link) }
    }

    @Test func `another user's folder is refused`() throws {
        guard geteuid() == 0 else { return }
        let folder = try TemporaryDirectory()
        try folder.write("theirs/x", "")
        try #require(chown(folder.file("theirs"), 1, 1) == 0)
        let failure = #expect(throws: FileFailure.self) { _ = try FileLock.folder(folder.file("theirs")) }
        #expect(failure?.code == EPERM)
    }

    @Test func `an attempt for a lock that is held leaves no descriptor open`() throws {
        let folder = try TemporaryDirectory()
        let held = try FileLock.folder(folder.path)
        func open() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter { name in
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")) == folder.path
            }.count
        }
        let before = try open()
        for _ in 0..<100 { #expect(try FileLock.folder(folder.path) == nil) }
        #expect(try open() == before)
        withExtendedLifetime(held) {}
    }
}
