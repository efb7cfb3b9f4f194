import Foundation
import LaunchHost
import Testing

@testable import LaunchSageMaker

/// The duration of the validation of one request. It is not part of the tests, because a slow machine is not an error.
///
///     LAUNCH_BENCH=1 swift test --filter ValidatorBench
///
/// A debug build takes about ten times as long as the program.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["LAUNCH_BENCH"] != nil))
struct ValidatorBench {
    @Test func `time of one validation`() throws {
        let validator = RequestValidator()
        for base in ["plain", "full", "spot", "groups"] {
            try report(base, validator, Corpus.document(of: Corpus.Change(base: base)))
        }
        let large = Corpus.Change(
            base: "full",
            set: [
                "Environment": .object(["entries": .integer(100)]),
                "HyperParameters": .object(["entries": .integer(100)]),
                "Tags": .object([
                    "items": .integer(50), "of": .object(["Key": .string("key-#"), "Value": .string("v #")]),
                ]),
            ])
        try report("full, with every map and list at its most", validator, Corpus.document(of: large))
    }

    private func report(_ name: String, _ validator: RequestValidator, _ document: JSONValue) throws {
        _ = validator.findings(in: document)
        let rounds = 500
        let time = ContinuousClock().measure {
            for _ in 0..<rounds { _ = validator.findings(in: document) }
        }
        print("validation, \(name): \(time / rounds)")
    }
}
