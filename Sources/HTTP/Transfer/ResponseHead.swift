/// Status and header fields of a response.
struct ResponseHead: Sendable {
    var status: Int
    var headers: HTTPHeaders
}

/// Parses the head of the final response from the lines that libcurl delivers one by one.
struct HeadParser {
    /// The limit for the header fields of all heads of one transfer, in bytes.
    private static let limit = 512 << 10

    private var head: ResponseHead?
    private var complete = false
    private var size = 0

    /// Parses one line with its line end. False rejects the response. A status line starts a new head, because interim
    /// responses and redirects come first. Lines after the blank line are trailers and are ignored.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
        size += line.count
        guard size <= Self.limit else { return false }
        let text = String(decoding: line, as: UTF8.self).trimmingSuffix(while: { $0.isNewline })
        if text.hasPrefix("HTTP/") {
            let status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
            guard let status, (100..<1000).contains(status) else { return false }
            head = ResponseHead(status: status, headers: [])
            complete = false
        } else if text.isEmpty {
            complete = true
        } else if !complete, let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].drop(while: \.isBlank).trimmingSuffix(while: \.isBlank)
            head?.headers.add(String(text[..<colon]), String(value))
        }
        return true
    }

    /// The head, if it is complete and not an interim response.
    var final: ResponseHead? {
        guard complete, let head, head.status >= 200 || head.status == 101 else { return nil }
        return head
    }
}

extension Character {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while drop: (Character) -> Bool) -> SubSequence {
        var end = endIndex
        while end > startIndex, drop(self[index(before: end)]) { end = index(before: end) }
        return self[startIndex..<end]
    }
}
