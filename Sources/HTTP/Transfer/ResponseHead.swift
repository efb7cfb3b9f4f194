/// Status and header fields of an answer.
struct ResponseHead: Sendable {
    var status: Int
    var headers: HTTPHeaders
}

/// Makes the head of the final answer from the lines that libcurl hands over, one by one.
struct HeadParser {
    /// The most bytes of header fields that are taken, over all heads of one transfer.
    private static let limit = 512 << 10

    private var head: ResponseHead?
    private var complete = false
    private var size = 0

    /// Takes one line with its line end; false refuses the answer. A new status line starts over: after an interim
    /// answer, or after a redirect. Lines after the blank one are trailers and are left out.
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

    /// The head once it is complete and no interim answer.
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
