internal import FoundationEssentials

/// A message in the formats of programs that show text.
extension HookMessage {
    /// The sizes that a program takes as one message.
    private enum Limit {
        /// In characters of UTF-16. Slack splits a longer text into several messages, and cuts one of 40,000.
        static let slack = 4_000
        /// In bytes. ntfy makes a file of a longer message.
        static let ntfy = 4_096
        /// In bytes. Teams refuses a request of 28 KB, and has counted two bytes for each character.
        static let teams = 12_000
    }

    /// The bytes of the message and their type.
    /// - Throws: an error if a value has no JSON form; no metric does not.
    package func body(as format: HookSettings.Format) throws -> (bytes: [UInt8], type: String) {
        switch format {
        case .json: (Array(try JSON.canonicalData(self)), "application/json")
        case .slack:
            (
                Array(
                    try JSON.canonicalData(["text": try fitting(Limit.slack, \.utf16.count) { Self.escaped($0.page) }])),
                "application/json"
            )
        case .teams:
            (
                Array(try fitting(Limit.teams, \.utf8.count) { String(decoding: try $0.card, as: UTF8.self) }.utf8),
                "application/json; charset=utf-8"
            )
        case .ntfy: (Array(try fitting(Limit.ntfy, \.utf8.count, \.page).utf8), "text/plain; charset=utf-8")
        }
    }

    /// The written message, without the first lines of the log, and then without the end of its text, as far as it is
    /// too large.
    private func fitting(
        _ limit: Int, _ size: (String) -> Int, _ write: (HookMessage) throws -> String
    ) throws -> String {
        var message = self
        while true {
            let written = try write(message)
            if size(written) <= limit || message.text.count < 16 { return written }
            if !message.log.isEmpty {
                message.log.removeFirst()
            } else if message.billed != nil {
                message.run?.facts = []
            } else {
                message.text = message.text.prefix(message.text.count * 7 / 8) + "…"
            }
        }
    }

    /// The billed time, if the backend reports one.
    private var billed: String? { run?.facts.first { $0.name == "billed" }.map { "billed: \($0.value)" } }

    /// The text with the billed time and the log.
    private var page: String {
        let lines = [text] + (billed.map { [$0] } ?? [])
        // A line of the log must not end the block.
        let quoted = log.map { $0.replacing("```", with: "'''") }
        return lines.joined(separator: "\n") + (log.isEmpty ? "" : "\n```\n\(quoted.joined(separator: "\n"))\n```")
    }

    /// An adaptive card in a message of Teams.
    private var card: [UInt8] {
        get throws {
            let parts = [text, billed, log.isEmpty ? nil : log.joined(separator: "\n\n")].compactMap(\.self)
            let blocks = parts.map { part in
                JSONValue.object(["type": .string("TextBlock"), "text": .string(part), "wrap": .bool(true)])
            }
            let content: [String: JSONValue] = [
                "type": .string("AdaptiveCard"), "version": .string("1.4"), "body": .array(blocks),
            ]
            let attachment: [String: JSONValue] = [
                "contentType": .string("application/vnd.microsoft.card.adaptive"), "content": .object(content),
            ]
            return Array(
                try JSON.canonicalData(
                    JSONValue.object(["type": .string("message"), "attachments": .array([.object(attachment)])])))
        }
    }

    /// Slack reads <, > and & as the beginning of its own syntax.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
