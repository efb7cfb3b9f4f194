import Foundation
import LaunchPluginKit
import Synchronization
import TestSupport
import Testing

@Suite struct FileLogTests {
    private let folder: TemporaryDirectory
    private var path: String { folder.file("log") }

    init() throws { folder = try TemporaryDirectory() }

    private func append(_ text: String, to name: String = "log") throws {
        if !FileManager.default.fileExists(atPath: folder.file(name)) { try folder.write(name, "") }
        let file = try FileHandle(forWritingTo: URL(filePath: folder.file(name)))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    private func log(
        from cursor: LogCursor? = nil, follow: Bool = false, clock: HostClock = .system,
        hasEnded: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) -> LogStream {
        let path = path
        return LogStream.file(from: cursor, follow: follow, clock: clock, at: { path }, hasEnded: { hasEnded($0) })
    }

    private func texts(_ log: LogStream) async throws -> [String] {
        var texts: [String] = []
        for try await lines in log { texts += lines.map(\.text) }
        return texts
    }

    /// A clock in whose pauses the steps are taken, one in each.
    private func clock(_ steps: [@Sendable () throws -> Void]) -> HostClock {
        let rest = Mutex(steps)
        return HostClock(now: { Date(timeIntervalSince1970: 0) }) { _ in
            try rest.withLock { $0.isEmpty ? nil : $0.removeFirst() }?()
        }
    }

    @Test func `a missing file has no lines`() async throws {
        #expect(try await texts(log()) == [])
    }

    @Test func `a reader that follows gets what is appended, until the run has ended`() async throws {
        let clock = clock([
            { try append("one\ntw") }, { try append("o\n") }, {}, { try append("last words") },
        ])
        #expect(try await texts(log(follow: true, clock: clock) { $0 >= 4 }) == ["one", "two", "last words"])
    }

    @Test func `a reader that follows reads a replaced file to its end, then the new one`() async throws {
        try append("one\n")
        let clock = clock([
            {
                try append("two\nhalf")
                #expect(rename(path, "\(path).1") == 0)
                try append("new one\n")
            }
        ])
        #expect(try await texts(log(follow: true, clock: clock) { $0 >= 2 }) == ["one", "two", "half", "new one"])
    }

    @Test func `a file that was cut is read from its beginning`() async throws {
        try append("one\ntwo\n")
        let clock = clock([
            {
                #expect(truncate(path, 0) == 0)
                // Longer than before, so that its size does not show the cut.
                try append("a new beginning\n")
            }
        ])
        #expect(try await texts(log(follow: true, clock: clock) { $0 >= 1 }) == ["one", "two", "a new beginning"])
    }

    @Test func `a cursor of a file that was replaced begins with the new file`() async throws {
        try append("one\ntwo\n")
        var cursor: LogCursor?
        for try await lines in log() { cursor = lines.first?.cursor }
        #expect(try await texts(log(from: cursor)) == ["two"])
        // A file system may give the new file the inode of the old one.
        try FileManager.default.removeItem(atPath: path)
        try append("another\nlog\n")
        #expect(try await texts(log(from: cursor)) == ["another", "log"])
    }

    @Test func `a link, a pipe and a folder are refused`() async throws {
        let secret = try folder.write("secret", "key\n")
        let makers: [() async throws -> Void] = [
            { #expect(symlink(secret, path) == 0) },
            { #expect(mkfifo(path, 0o600) == 0) },
            { #expect(mkdir(path, 0o700) == 0) },
        ]
        for make in makers {
            try await make()
            let error = await #expect(throws: BackendError.self) { try await texts(log()) }
            #expect(error?.category == .denied, "\(error?.description ?? "")")
            try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test func `a cancelled reader ends with an error`() async throws {
        let clock = HostClock(now: { Date() }) { _ in throw CancellationError() }
        let error = await #expect(throws: BackendError.self) {
            try await texts(log(follow: true, clock: clock) { _ in false })
        }
        #expect(error?.category == .cancelled)
    }
}
