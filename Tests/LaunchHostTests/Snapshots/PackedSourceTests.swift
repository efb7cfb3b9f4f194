import Testing

import LaunchHost
@testable import LaunchBlobs
@testable import LaunchSnapshots

@Suite struct PackedSourceTests {
    @Test func `pieces cover the blob without a gap, and none is too large`() {
        let files = (0..<500).map { (path: "folder/file-\($0)", size: Int64(($0 * 7919) % 4000)) }
        for files in [[], files, files + [("z-large", 35_000)], [("a", 0), ("b", 1), ("c", 20_000)]] {
            let total = 700 + files.reduce(Int64(0)) { $0 + $1.size }
            let ranges = PieceLayout(header: 700, files: files, largest: 10_000).ranges
            #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == total)
            #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
            #expect(ranges.allSatisfy { (1...10_000).contains($0.count) })
        }
    }

    @Test func `a file that grows changes the pieces near it only`() {
        func sizes(_ grown: Int64) -> [Int] {
            let files = (0..<400).map { (path: "f\($0)", size: Int64(1000) + ($0 == 200 ? grown : 0)) }
            return PieceLayout(header: 100, files: files).ranges.map(\.count)
        }
        let (before, after) = (sizes(0), sizes(777))
        #expect(before.count > 10 && before.count == after.count)
        #expect(zip(before, after).filter { $0 != $1 }.count == 1)
    }

    private func entry(
        _ path: String, _ kind: PackedSource.Entry.Kind = .file, size: Int64? = 1, target: String? = nil,
        mode: UInt32 = 0o644
    ) -> PackedSource.Entry {
        var entry = PackedSource.Entry(ContextEntry(path: path, kind: .folder, mode: mode))
        (entry.kind, entry.size, entry.target) = (kind, kind == .file ? size : nil, target)
        return entry
    }

    @Test func `a list of entries must be that of a folder`() throws {
        let good = [entry("d", .folder), entry("d/f"), entry("l", .link, target: "/etc/passwd")]
        #expect(try SnapshotUnpacker.checked(good, bytes: 1, .none).map(\.path) == ["d", "d/f", "l"])
        let bad: [[PackedSource.Entry]] = [
            [entry("../f")], [entry("/f")], [entry("")], [entry("a//b")], [entry("./a")], [entry("a/..")],
            [entry("a\0b")],
            [entry("d/f")],
            [entry("l", .link, target: "/tmp"), entry("l/f")],
            [entry("b"), entry("a", size: 0)], [entry("a"), entry("a", size: 0)],
            [entry("f", size: -1)], [entry("f", size: 2)], [entry("f", size: nil)], [entry("f", target: "x")],
            [entry("l", .link), entry("x")], [entry("l", .link, target: ""), entry("x")], [entry("f", mode: 0o10000)],
            [entry("a", size: .max), entry("b", size: .max)],
        ]
        for list in bad {
            #expect(throws: LaunchError.self, "\(list)") { try SnapshotUnpacker.checked(list, bytes: 1, .none) }
        }
    }

    @Test func `a list of pieces that promises too much is refused before anything is fetched`() throws {
        let piece = Piece(of: [1, 2, 3])
        func packed(_ pieces: [Piece], header: Int = 3, format: Int = 1) -> PackedSource {
            PackedSource(format: format, header: header, pieces: pieces)
        }
        let limits = SourceLimits(bytes: 10 << 20)
        try packed([piece]).check(limits)
        let large = (0..<20).map { _ in Piece(digest: piece.digest, size: Piece.largest) }
        for wrong in [
            packed(large), packed([piece], format: 2), packed([piece], header: 4), packed([piece], header: -1),
            packed([]),
            packed([Piece(digest: "../../../etc/passwd", size: 3)]), packed([Piece(digest: piece.digest, size: 0)]),
            packed([Piece(digest: piece.digest, size: Piece.largest + 1)]),
        ] {
            #expect(throws: LaunchError.self, "\(wrong)") { try wrong.check(limits) }
        }
    }

    /// A store in memory that can fail.
    private actor Memory: BlobStore {
        var pieces: [Piece: [UInt8]] = [:]
        var callsLeft: Int
        private(set) var received = 0

        init(callsLeft: Int = .max) { self.callsLeft = callsLeft }

        func allow(_ calls: Int) { callsLeft = calls }
        func put(_ bytes: [UInt8], at piece: Piece) { pieces[piece] = bytes }

        func missing(_ pieces: [Piece], of total: Int64) throws(LaunchError) -> [Piece] {
            pieces.filter { self.pieces[$0] == nil }
        }

        func add(_ added: [[UInt8]]) throws(LaunchError) {
            guard callsLeft > 0 else { throw LaunchError(.unavailable, "the line is cut.") }
            callsLeft -= 1
            for bytes in added {
                pieces[Piece(of: bytes)] = bytes
                received += bytes.count
            }
        }

        func bytes(of piece: Piece) throws(LaunchError) -> [UInt8] { pieces[piece] ?? [] }
    }

    @Test func `sending again after an interruption sends only the rest, and each piece once`() async throws {
        let blob = (0..<40).map { [UInt8](repeating: UInt8($0 % 30), count: 500_000) }
        let pieces = blob.map { Piece(of: $0) }
        let store = Memory(callsLeft: 2)
        await #expect(throws: LaunchError.self) {
            try await BlobSender(to: store).send(pieces) { blob[$0] }
        }
        let first = await store.received
        #expect(first == 8 * 500_000)
        await store.allow(.max)
        let sent = try await BlobSender(to: store).send(pieces) { blob[$0] }
        #expect(sent == (30 - 8) * 500_000)
        #expect(try await BlobSender(to: store).send(pieces) { blob[$0] } == 0)
    }

    @Test func `bytes that changed since they were named are not sent`() async throws {
        let store = Memory()
        await #expect(throws: LaunchError.self) {
            try await BlobSender(to: store).send([Piece(of: [1])]) { _ in [2] }
        }
        #expect(await store.received == 0)
    }

    @Test func `other bytes than those of the name are never used`() async throws {
        let store = Memory()
        let piece = Piece(of: [1, 2, 3])
        for wrong: [UInt8] in [[1, 2, 4], [1, 2], [], [1, 2, 3, 4]] {
            await store.put(wrong, at: piece)
            await #expect(throws: LaunchError.self) { try await store.verified(piece) }
        }
        await store.put([1, 2, 3], at: piece)
        #expect(try await store.verified(piece) == [1, 2, 3])
    }
}
