import FoundationEssentials

import LaunchHost
@testable import LaunchAgent
@testable import LaunchCommands
@testable import LaunchStore

extension FuzzTarget {
    /// Single values of the command line, and records of the store.
    static let values = [fieldPath, setting, quantity, names, records, archivedLines, traceParent]

    private static let traceParent = FuzzTarget.text("trace-parent", maxLength: 1024) { text in
        guard let parent = TraceParent(text) else { return }
        expect(parent.description.utf8.count == 55, "a written header has 55 characters: \(parent)")
        expect(TraceParent(parent.description) == parent, "a written header is read as itself: \(parent)")
    }

    private static let fieldPath = FuzzTarget.text("field-path") { text in
        guard let path = FieldPath(parsing: text), !path.steps.isEmpty else { return }
        expect(FieldPath(parsing: path.description) == path, "a printed path is the same path: \(path)")
    }

    /// `PATH=VALUE` of `--set`, set in a template and read again.
    private static let setting = FuzzTarget.text("setting", dictionary: "yaml") { text in
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let path = FieldPath(parsing: String(parts[0])), !path.steps.isEmpty,
            let value = try? TypedText.value(of: String(parts[1]))
        else { return }
        for start in [JSONValue.object([:]), .object(["Tags": .array([.object(["Key": .string("a")])])])] {
            var template = start
            do throws(JSONValue.PathError) {
                try template.set(value, at: path.steps[...])
            } catch {
                expect(!error.message.isEmpty, "an error has a message")
                continue
            }
            expect(template.value(at: path) == value, "the value is where it was set")
            template.remove(at: path.steps[...])
        }
    }

    private static let quantity = FuzzTarget.text("quantity", maxLength: 256) { text in
        if let seconds = Quantity.seconds(text) { expect(seconds >= 0 && seconds <= 1e12, "a length of time") }
        if let bytes = Quantity.bytes(text) { expect(bytes >= 0, "a size") }
        if let stamp = try? JSON.decode(Timestamp.self, from: Data((canonical(text) ?? "").utf8)) {
            let printed = canonical(stamp) ?? ""
            // A year over 9999 is written as the last moment of 9999.
            let again = (try? JSON.decode(Timestamp.self, from: Data(printed.utf8))).flatMap { canonical($0) }
            expect(again == printed, "a printed time is the same time: \(printed)")
        }
        if let drill = try? Document(text: text, name: "value", kind: .invalid) { _ = drill.jsonValue }
        _ = Scalar.value(ofPlain: text)
    }

    private static let names = FuzzTarget.text("names", maxLength: 512) { text in
        if let id = RunID(rawValue: text) { expect((1...32).contains(id.rawValue.utf8.count), "an ID is short") }
        if let name = JobNaming.name(from: text) {
            expect((try? Names.check(name, of: "job")) != nil, "a name made from a text is a name: \(name)")
        }
        if let reference = try? JobReference(parsing: text) {
            let again = try? JobReference(parsing: reference.description)
            expect(again?.description == reference.description, "a printed reference is the same: \(reference)")
        }
        let visible = Wording.visible(text)
        expect(!visible.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }, "messages have no controls")
        expect(Wording.shortened(text).count <= max(100, text.count), "a shortened text is not longer")
    }

    /// JSON values in the store, which an older or newer program may have written.
    private static let records = FuzzTarget.text("records", dictionary: "json", maxLength: 8192) { text in
        if let value = try? JSONValue(parsing: text) {
            let first = canonical(value)
            let second = first.flatMap { try? JSONValue(parsing: $0) }.flatMap { canonical($0) }
            expect(first == second, "canonical JSON reads as itself")
        }
        let data = Data(text.utf8)
        roundTrip(RunHandle.self, data)
        roundTrip(LaunchSpec.self, data)
        roundTrip(ResolvedJob.self, data)
        roundTrip(RunRequest.self, data)
        roundTrip(Observation.self, data)
        roundTrip(Outcome.self, data)
        roundTrip(RehearsalOptions.self, data)
        roundTrip(RehearsalRecord.self, data)
        roundTrip([TemplateVariable].self, data)
        roundTrip([FieldPath].self, data)
    }

    /// A decoded value is encoded and decoded again as the same JSON.
    private static func roundTrip<Value: Codable>(_ type: Value.Type, _ data: Data) {
        guard let value = try? JSON.decode(type, from: data), let text = canonical(value) else { return }
        guard let again = try? JSON.decode(type, from: Data(text.utf8)) else {
            return expect(false, "what \(type) writes, it reads: \(text)")
        }
        expect(canonical(again) == text, "\(type) reads what it writes as the same value: \(text)")
    }

    /// Lines of a log in the shared store, which another machine has written.
    private static let archivedLines = FuzzTarget.text("archived-lines", maxLength: 1024) { text in
        let lines = ArchivedLine.parse(lines: text, after: 0)
        expect(lines.count <= text.utf8.count { $0 == 10 } + 1, "each line is one line")
        for (index, line) in lines.enumerated() {
            expect(line.cursor == LogCursor(rawValue: String(index + 1)), "lines are numbered")
            var bytes: [UInt8] = []
            ArchivedLine.append(line, to: &bytes)
            let again = ArchivedLine.parse(lines: String(decoding: bytes, as: UTF8.self), after: index)
            // Passwords in URLs are masked.
            let written = SecretMask.shared.mask(line.text)
            expect(again.first?.text == written || written.isEmpty, "a written line has the same text")
        }
    }
}
