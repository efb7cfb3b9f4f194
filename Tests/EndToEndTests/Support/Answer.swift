import Foundation
import Testing

/// What a run of the program left: its exit code and both outputs.
struct Answer: CustomStringConvertible {
    /// The exit code; minus the signal's number where a signal ended it.
    let code: Int32
    let bytes: Data
    let errors: String

    var output: String { String(decoding: bytes, as: UTF8.self) }
    /// The output without the line break at its end.
    var word: String { output.trimmingCharacters(in: .whitespacesAndNewlines) }
    var lines: [String] { output.split(separator: "\n").map(String.init) }
    var description: String { "exit code \(code)\n\(output.suffix(4_000))\n--\n\(errors.suffix(4_000))" }

    /// The one JSON document that the output is.
    func json<T: Decodable>(_ type: T.Type) throws -> T {
        try JSONDecoder().decode(type, from: bytes)
    }

    /// How many errors it tells of: the lines that begin a message.
    var messages: Int { errors.split(separator: "\n").count { $0.hasPrefix("error:") } }
}

/// What the tests read of a run's JSON.
struct RunFacts: Decodable {
    struct Cause: Decodable {
        var code: String
        var message: String
        var exitCode: Int?
    }
    struct Image: Decodable {
        var reference: String
        var digest: String
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

/// What the tests read of an event's JSON.
struct EventFacts: Decodable {
    var sequence: Int
    var runID: String
    var state: String
    var message: String?
}
