import Foundation
import Testing

/// No code decides by the text that another part wrote for people. Such a text may be reworded, and then the decision
/// changes without an error. A code, a field path or a case of an enumeration carries the decision instead.
@Suite("Prose")
struct ProseTests {
    /// The files that may compare texts, and why.
    private static let allowed: [String: String] = [
        // Texts of foreign programs, which report some reasons only there.
        "EngineError+Reason.swift": "the phrases of container engines",
        "EngineClient+Images.swift": "a registry's refusal in an engine's text",
        "EngineClient+Push.swift": "a registry's refusal in an engine's text",
        "CommandSession.swift": "a refusal in the output of docker's client",
        "EngineCommand.swift": "the version in the output of docker and podman",
        "ImageWork+Build.swift": "the output of a build",
        "GitFailure.swift": "the output of git",
        "ErrorKinds.swift": "SageMaker's text for a job that does not exist",
        "AWSError.swift": "whether a service's text repeats its code",
        "Refusal.swift": "SageMaker's texts for a refused request",
        "MissingPermission.swift": "IAM's text for a refused request",
        "JobObservation.swift": "the reasons of Batch and ECS, which have no codes",
        "TrainingService.swift": "SageMaker's text for a job that has ended",
        "TrainingEnd.swift": "the prefixes of SageMaker's FailureReason",
        "SlurmCommands.swift": "messages of Slurm's commands, which have no codes",
        "SlurmRunner.swift": "messages of Slurm's commands, which have no codes",
        "PQError+Connect.swift": "libpq's texts for a failed connection, which has no code",
        // Not texts for people.
        "SecretLine.swift": "the words of a key's name",
        "ValueDecoder.swift": "the allowed words of a choice",
        "ContainerMountText.swift": "the options of a mount",
        "ContainerJobChecks.swift": "the path of an output",
        "UnknownType.swift": "the names of instance types",
        // The message is the identity of a step: a stored event has no other.
        "Store+Story.swift": "events of steps that are stored already",
        "WatchedRun.swift": "events of steps that are stored already",
    ]

    private static let names = "(?:[a-z]*[mM]essage|hint|description|summary|words|reason|sentence|output)"
    private static let equalNames = "(?:[a-z]*[mM]essage|hint|summary|sentence)"
    /// Code that examines a text for people. Tests for nil, for an empty text and for a final full stop are allowed: they
    /// do not depend on the words.
    private static let patterns = [
        #"\b\#(names)\??\.(?:contains|hasPrefix|hasSuffix|starts|firstRange|firstMatch|wholeMatch|matches)\b(?!\("\."\))"#,
        #"\b\#(names)\??\.lowercased\(\)"#,
        #"\b\#(equalNames) *[!=]=(?! *(?:nil\b|""))"#,
        #"[^=!<>][!=]= *[$a-z][\w]*(?:\??\.\w+)*\??\.\#(equalNames)\b"#,
    ]

    @Test
    func `No code examines the text of a message, except of foreign programs`() throws {
        var found: [String] = []
        var used: Set<String> = []
        let root = Repository.root.appending(path: "Sources")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".swift") }
        for path in paths.sorted() {
            let name = String(path.split(separator: "/").last ?? "")
            let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
            for (number, line) in SwiftCode.lines(text).enumerated() where Self.examinesProse(line) {
                if Self.allowed[name] == nil {
                    found.append("Sources/\(path):\(number + 1): \(line.drop { $0 == " " })")
                } else {
                    used.insert(name)
                }
            }
        }
        #expect(paths.count > 500)
        #expect(found == [], "Decide by a code, a field path or a case, which the writer of the text sets.")
        #expect(used == Set(Self.allowed.keys), "Remove the unused entries from the list.")
    }

    @Test(arguments: [
        ("if step.message.hasPrefix(channel.name) {", true), ("finding.message.contains(image)", true),
        ("error.message.lowercased().contains(\"no such\")", true), ("guard error.hint == Self.hint else", true),
        ("where: { $0.message == note.message }", true), ("if waits != run.cause?.message {", true),
        ("let words = error.message.lowercased()", true), ("reason?.firstMatch(of: /x/)", true),
        ("says(errorMessage.starts(with: \"x\"))", true),
        ("if error.hint == nil {", false), ("message.hasSuffix(\".\")", false), ("message.isEmpty", false),
        ("if message != \"\" {", false), ("path.description", false), ("error.code == .notFound", false),
        ("self.message = message", false), ("reason == EAGAIN", false), ("name != image.description", false),
        ("names.contains(name)", false),
    ])
    func `A decision by a text is found, and other code is not`(line: String, expected: Bool) {
        #expect(Self.examinesProse(line) == expected)
    }

    private static func examinesProse(_ line: String) -> Bool {
        patterns.contains { line.range(of: $0, options: .regularExpression) != nil }
    }
}
