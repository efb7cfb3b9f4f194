import FoundationEssentials

@testable import LaunchContainerEngine

extension FuzzTarget {
    /// Responses of a container engine.
    static let engine = [logFrames, engineAnswers]

    /// The first byte selects frames or none, the second the size of the chunks.
    private static let logFrames = FuzzTarget("log-frames", maxLength: 70_000) { bytes in
        guard bytes.count > 2 else { return }
        let framed = bytes[0] & 1 == 0
        let size = Int(bytes[1]) + 1
        let body = Array(bytes[2...])
        let whole = lines(body, framed: framed, size: max(1, body.count))
        let pieces = lines(body, framed: framed, size: size)
        expect(whole?.count == pieces?.count, "chunks do not change the lines")
        expect(whole == pieces, "chunks do not change the lines")
        for line in whole ?? [] {
            expect(line.text.utf8.count <= 65_536, "a line is at most 64 KiB")
            expect(!line.text.utf8.contains(UInt8(ascii: "\n")), "a line has no break in it")
        }
    }

    /// The lines of a body in chunks of the given size; nil if it is rejected.
    private static func lines(_ body: [UInt8], framed: Bool, size: Int) -> [EngineLogLine]? {
        var frames = LogFrames(framed: framed)
        var lines: [EngineLogLine] = []
        var start = 0
        while start < body.count {
            let end = min(body.count, start + size)
            guard let more = try? frames.feed(Array(body[start..<end])) else { return nil }
            lines += more
            _ = frames.openSince?.description
            start = end
        }
        return lines + frames.finish()
    }

    private static let engineAnswers = FuzzTarget("engine-json", dictionary: "json", maxLength: 8192) { bytes in
        let data = Data(bytes)
        let decoder = JSONDecoder()
        if let container = try? decoder.decode(ContainerInfo.self, from: data) { _ = container.createdAt?.date }
        _ = try? decoder.decode([ContainerSummary].self, from: data)
        if let image = try? decoder.decode(ImageInfo.self, from: data) { _ = image.id }
        if let event = try? decoder.decode(EngineEvent.self, from: data) { _ = event }
        _ = try? decoder.decode(EngineInfo.self, from: data)
        _ = try? decoder.decode(EngineVersion.self, from: data)
        let text = String(decoding: bytes, as: UTF8.self)
        if let time = EngineTime(text) { expect(!time.description.hasPrefix("-") || time.nanoseconds < 0, "a time") }
        if let version = APIVersion(text) { expect(APIVersion(version.description) == version, "a printed version") }
        if let address = try? EngineAddress(parsing: text) {
            expect((try? EngineAddress(parsing: address.description)) == address, "a printed address is the same")
        }
        expect(documents(bytes, size: 7) == documents(bytes, size: 1 << 20), "chunks do not change the documents")
    }

    private static func documents(_ bytes: [UInt8], size: Int) -> [[UInt8]] {
        var lines = JSONLines()
        var found: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + size)
            guard (try? lines.feed(Array(bytes[start..<end]))) != nil else { return found }
            while let next = lines.next() { found.append(next) }
            start = end
        }
        return found + [lines.finish()].compactMap(\.self)
    }
}
