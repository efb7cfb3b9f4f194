/// Reads the requests of one connection, one after another.
struct RequestReader {
    private let connection: Int32
    private let readsBodies: Bool
    private var buffer: [UInt8] = []
    private var start = 0

    init(_ connection: Int32, readsBodies: Bool) {
        self.readsBodies = readsBodies
        self.connection = connection
    }

    /// The next complete request; nil at the end of the connection, and for an invalid request.
    mutating func next() -> TestRequest? {
        guard let first = line()?.split(separator: " "), first.count == 3 else { return nil }
        var headers: [(name: String, value: String)] = []
        while true {
            guard let line = line() else { return nil }
            if line.isEmpty { break }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            headers.append((String(parts[0]), String(parts[1].drop { $0 == " " })))
        }
        let value = { (name: String) in headers.first { $0.name.lowercased() == name }?.value }
        var body: [UInt8] = []
        if !readsBodies {
            // The body stays unread.
        } else if value("transfer-encoding") == "chunked" {
            while true {
                guard let size = line().flatMap({ Int($0, radix: 16) }), let chunk = bytes(size), line() != nil
                else { return nil }
                if chunk.isEmpty { break }
                body += chunk
            }
        } else if let length = value("content-length").flatMap({ Int($0) }) {
            guard let bytes = bytes(length) else { return nil }
            body = bytes
        }
        return TestRequest(method: String(first[0]), target: String(first[1]), headers: headers, body: body)
    }

    private mutating func more() -> Bool {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        let bytes = Socket.receive(connection)
        buffer += bytes
        return !bytes.isEmpty
    }

    private mutating func line() -> String? {
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[start..<end]
                start = end + 1
                return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            }
            guard more() else { return nil }
        }
    }

    private mutating func bytes(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while true {
            let part = buffer[start...].prefix(count - bytes.count)
            bytes += part
            start += part.count
            if bytes.count == count { return bytes }
            guard more() else { return nil }
        }
    }
}
