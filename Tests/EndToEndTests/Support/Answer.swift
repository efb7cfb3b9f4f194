import Foundation
import Testing

/// The result of an execution of the program: its exit code and both outputs.
struct Answer: CustomStringConvertible {
    /// The exit code. If a signal ended the program, its negated number.
    let code: Int32
    let bytes: Data
    let errors: String

    var output: String { String(decoding: bytes, as: UTF8.self) }
    /// The output without its last line break.
    var word: String { output.trimmingCharacters(in: .whitespacesAndNewlines) }
    var lines: [String] { output.split(separator: "\n").map(String.init) }
    var description: String { "exit code \(code)\n\(output.suffix(4_000))\n--\n\(errors.suffix(4_000))" }

    /// The output decoded as one JSON document.
    func json<T: Decodable>(_ type: T.Type) throws -> T {
        try JSONDecoder().decode(type, from: bytes)
    }

    /// The number of errors: the lines that begin a message.
    var messages: Int { errors.split(separator: "\n").count { $0.hasPrefix("error:") } }
}

/// The members of a run's JSON that the tests read.
struct RunFacts: Decodable {
    struct Cause: Decodable {
        var code: String
        var message: String
        var exitCode: Int?
    }
    struct Image: Decodable {
        var reference: String
        var digest: String?
    }
    struct Output: Decodable {
        var name: String
        var path: String
    }
    var id: String
    var state: String
    var cause: Cause?
    var exitCode: Int?
    var attempts: Int
    var image: Image?
    var imageDecision: String?
    var outputs: [Output]
    var metrics: [String: Double]
    var warnings: [String]
}

/// The members of an event's JSON that the tests read.
struct EventFacts: Decodable {
    var sequence: Int
    var runID: String
    var state: String
    var message: String?
}
