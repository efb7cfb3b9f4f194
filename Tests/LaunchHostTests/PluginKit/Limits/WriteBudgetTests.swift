import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchSnapshots

@Suite("The write budget")
struct WriteBudgetTests {
    private func budget(
        _ folder: TemporaryDirectory, limit: Int64 = 100, entries: Int = 2, reserve: DiskReserve = DiskReserve(bytes: 0)
    ) -> WriteBudget {
        WriteBudget(
            "The output /out", limit: limit, entries: entries, key: "output_size_limit", folder: folder.path,
            reserve: reserve)
    }

    @Test
    func
        `a file that would exceed the limit is rejected before its bytes are written; the error names the key of the limit`()
        throws
    {
        let folder = try TemporaryDirectory()
        let budget = budget(folder)
        try budget.announce(100)
        try budget.take(60)
        let error = #expect(throws: BackendError.self) { try budget.announce(41) }
        #expect(error?.category == .invalid)
        #expect(error?.message.hasPrefix("The output /out is larger than 100 bytes, the 'output_size_limit'.") == true)
        #expect(throws: BackendError.self) { try self.budget(folder).announce(.max) }
    }

    @Test
    func `bytes over the limit are rejected, even if their sum exceeds 64 bits`() throws {
        let folder = try TemporaryDirectory()
        let small = budget(folder)
        try small.take(100)
        #expect(throws: BackendError.self) { try small.take(1) }
        let large = budget(folder, limit: .max)
        try large.take(.max)
        #expect(throws: BackendError.self) { try large.take(.max) }
    }

    @Test
    func `entries count, even if they are empty`() throws {
        let folder = try TemporaryDirectory()
        let budget = budget(folder)
        try budget.announce(0)
        try budget.announce(0)
        let error = #expect(throws: BackendError.self) { try budget.announce(0) }
        #expect(error?.message.contains("more than 2 files and folders") == true)
    }

    @Test
    func `nothing is written if the disk's reserve would not stay free`() throws {
        let folder = try TemporaryDirectory()
        let error = #expect(throws: BackendError.self) {
            try budget(folder, reserve: DiskReserve(bytes: .max)).announce(1)
        }
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains("too little space") == true)
        let large = budget(folder, limit: .max, reserve: DiskReserve(bytes: .max))
        #expect(throws: BackendError.self) { try large.take(16 << 20) }
    }

    @Test
    func `a cancelled task ends the work`() async throws {
        let folder = try TemporaryDirectory()
        let budget = budget(folder)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try budget.take(1)
        }
        let error = await #expect(throws: BackendError.self) { try await task.value }
        #expect(error?.category == .cancelled)
    }

    @Test
    func `limits are written in the largest unit that divides them`() {
        #expect(ByteCount.text(50 << 30) == "50g")
        #expect(ByteCount.text(3 << 19) == "1536k")
        #expect(ByteCount.text(1000) == "1000 bytes")
        #expect(ByteCount.text(0) == "0 bytes")
    }

    @Test
    func `an archived log that exceeds the limit ends with a line that says so`() async throws {
        let folder = try TemporaryDirectory()
        let archive = LogArchive(path: folder.file("log"))
        let batches = Batches()
        let log = LogStream { { () async throws(BackendError) in await batches.next() } }
        let cut = try await archive.write(log, limit: 5_000, reserve: DiskReserve(bytes: 0))
        #expect(cut == "The log is longer than 5000 bytes, the 'log_size_limit'; the rest was not kept.")
        #expect(try Data(contentsOf: URL(fileURLWithPath: archive.path)).count < 5_200)
        var last: LogLine?
        var count = 0
        for try await batch in archive.read() {
            last = batch.last
            count += batch.count
        }
        #expect(last?.text == "launch: \(cut ?? "")")
        #expect(count > 40)
        // The archive stops reading the log at the limit.
        #expect(await batches.given < 20)
    }

    private actor Batches {
        var given = 0
        func next() -> [LogLine]? {
            given += 1
            guard given < 1_000_000 else { return nil }
            return (0..<10).map { _ in LogLine(text: String(repeating: "x", count: 90), cursor: LogCursor(rawValue: ""))
            }
        }
    }
}
