/// Reads the single response of a connection.
struct ResponseReader {
    /// How many bytes are read before the response is changed, and the pause that ends the reading earlier. The rest is
    /// forwarded unchanged.
    private static let (most, pause) = (4 << 20, 0.3)

    private let connection: Int32
    private let isHead: Bool
    private var buffer: [UInt8] = []
    private var isChunked = false
    private var left: Int64?
    private var hasEnded = false
    /// The `Content-Length` of the head.
    private(set) var announced: Int64?

    init(_ connection: Int32, isHead: Bool) {
        self.connection = connection
        self.isHead = isHead
    }

    /// The response; nil without one.
    mutating func next() -> ProxiedAnswer? {
        guard let first = line()?.split(separator: " ", maxSplits: 2), first.count >= 2, let status = Int(first[1])
        else { return nil }
        var headers: [(name: String, value: String)] = []
        while let line = line(), !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            let (name, value) = (String(parts[0]), String(parts[1].drop { $0 == " " }))
            switch name.lowercased() {
            case "content-length": announced = Int64(value)
            case "transfer-encoding": isChunked = value.lowercased() == "chunked"
            case "connection", "keep-alive": break
            default: headers.append((name, value))
            }
        }
        left = isHead || status == 204 || status == 304 ? 0 : isChunked ? nil : announced
        hasEnded = left == 0
        var body: [UInt8] = []
        while !hasEnded, body.count < Self.most, let piece = piece(waiting: Self.pause) { body += piece }
        return ProxiedAnswer(status: status, headers: headers, body: body, goesOn: !hasEnded)
    }

    /// The next bytes of an incomplete response; nil at its end, and after the other connection has ended.
    mutating func more(unless other: Int32) -> [UInt8]? {
        while !hasEnded {
            if let piece = piece(waiting: 0.2) { return piece }
            if !hasEnded, Socket.hasEnded(other) { return nil }
        }
        return nil
    }

    /// Some bytes of the body; nil at its end, and if none arrive in the given time.
    private mutating func piece(waiting seconds: Double) -> [UInt8]? {
        if isChunked {
            if left == nil || left == 0 {
                guard !buffer.isEmpty || Socket.hasBytes(connection, within: seconds) else { return nil }
                guard let size = line().flatMap({ Int64($0, radix: 16) }), size > 0 else {
                    hasEnded = true
                    return nil
                }
                left = size
            }
            guard let piece = take(waiting: seconds) else { return nil }
            if left == 0 { _ = line() }
            return piece
        }
        guard let piece = take(waiting: seconds) else { return nil }
        if left == 0 { hasEnded = true }
        return piece
    }

    private mutating func take(waiting seconds: Double) -> [UInt8]? {
        if buffer.isEmpty {
            guard Socket.hasBytes(connection, within: seconds) else { return nil }
            buffer = Socket.receive(connection)
            if buffer.isEmpty {
                hasEnded = true
                return nil
            }
        }
        let piece = buffer.prefix(Int(clamping: left ?? .max))
        buffer.removeFirst(piece.count)
        if let before = left { left = before - Int64(piece.count) }
        return Array(piece)
    }

    private mutating func line() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[..<end]
                let text = String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
                buffer.removeFirst(end + 1)
                return text
            }
            let bytes = Socket.receive(connection)
            guard !bytes.isEmpty else {
                hasEnded = true
                return nil
            }
            buffer += bytes
        }
    }
}
