import FoundationEssentials

import LaunchHost
@testable import LaunchCommands

extension FuzzTarget {
    /// YAML and JSON files: configuration, queues, specs.
    static let documents = [yaml, configuration, queueFile, wandbImport, specFile, placeholders]

    private static let yaml = FuzzTarget("yaml", dictionary: "yaml") { bytes in
        guard let document = document(bytes) else { return }
        let value = document.jsonValue
        let canonical = canonical(value)
        expect(reads(canonical) == canonical, "canonical JSON reads as itself")
        for problem in document.problems { expectPlace(problem, in: document) }
        // JSON is YAML: if the reader accepts the text, it reads the same value.
        guard document.problems.isEmpty, let again = parsed(canonical ?? ""), again.problems.isEmpty else { return }
        expect(Self.canonical(again.jsonValue) == canonical, "JSON read as YAML is the same value")
    }

    private static let configuration = FuzzTarget("config", dictionary: "yaml") { bytes in
        guard let document = document(bytes) else { return }
        do throws(LaunchError) {
            let config = try LaunchConfig(document, catalog: fuzzCatalog)
            expect(config.maxJobs ?? 1 >= 0, "max_jobs is no negative number")
        } catch {
            expect(error.kind == .configuration, "a wrong configuration has its kind")
            expect(error.diagnostics.contains { $0.severity == .error }, "a refusal says why")
            for diagnostic in error.diagnostics { expectPlace(diagnostic, in: document) }
        }
    }

    /// What is imported is accepted, and an error says why.
    private static let wandbImport = FuzzTarget("wandb-import", dictionary: "yaml") { bytes in
        guard let document = document(bytes) else { return }
        imported(document) { () throws(LaunchError) in
            let text = try WandbImport(config: document, catalog: fuzzCatalog).text()
            guard let read = parsed(text) else { return expect(false, "an imported configuration is YAML: \(text)") }
            do throws(LaunchError) { _ = try LaunchConfig(read, catalog: fuzzCatalog) } catch {
                expect(false, "an imported configuration is accepted: \(text)")
            }
        }
        imported(document) { () throws(LaunchError) in
            let (file, target) = try WandbImport.queue(document, name: "q", resource: nil, catalog: fuzzCatalog)
            let text = try file.text()
            guard let read = parsed(text), let runner = fuzzCatalog.runner(target.resource) else {
                return expect(false, "an imported queue is YAML: \(text)")
            }
            do throws(LaunchError) { _ = try QueueFile(read, runner: runner) } catch {
                expect(false, "an imported queue is accepted: \(text)")
            }
        }
    }

    private static func imported(_ document: Document, _ body: () throws(LaunchError) -> Void) {
        do throws(LaunchError) { try body() } catch {
            expect(error.kind == .invalid, "a file that cannot be imported is invalid: \(error)")
            expect(error.diagnostics.contains { $0.severity == .error }, "a refusal says why")
            for diagnostic in error.diagnostics { expectPlace(diagnostic, in: document) }
        }
    }

    /// The first byte selects the runner.
    private static let queueFile = FuzzTarget("queue-file", dictionary: "yaml") { bytes in
        let runners = fuzzCatalog.runners
        guard let first = bytes.first, let document = document(Array(bytes.dropFirst())) else { return }
        let runner = runners[Int(first) % runners.count]
        do throws(LaunchError) {
            let file = try QueueFile(document, runner: runner)
            roundTrip(file, runner)
        } catch {
            expect(error.diagnostics.contains { $0.severity == .error }, "a refusal says why")
            for diagnostic in error.diagnostics { expectPlace(diagnostic, in: document) }
        }
    }

    /// An exported queue is a file of the same queue.
    private static func exported(_ queue: QueueDefinition, _ runner: RunnerPlugin) {
        guard let text = try? queue.exported, let document = parsed(text) else {
            return expect(false, "a queue can be exported")
        }
        guard let file = try? QueueFile(document, runner: runner),
            let again = try? QueueDefinition(name: "q", resource: runner.base.type, file: file, fileName: nil)
        else { return expect(false, "an exported queue is accepted: \(text)") }
        expect(again.means(theSameAs: queue), "an exported queue is the same queue: \(text)")
        expect((try? again.exported) == text, "it is exported as the same text: \(text)")
    }

    /// A queue, printed without the text of its file, is a file of the same queue.
    private static func roundTrip(_ file: QueueFile, _ runner: RunnerPlugin) {
        guard
            let queue = try? QueueDefinition(name: "q", resource: runner.base.type, file: file, fileName: nil)
        else { return expect(false, "a checked file makes a queue") }
        // The command accepts no file for another queue.
        if file.name ?? "q" == "q" { exported(queue, runner) }
        var bare = queue
        bare.fileText = nil
        guard let text = try? bare.text, let printed = parsed(text) else { return }
        guard let again = try? QueueFile(printed, runner: runner),
            let second = try? QueueDefinition(name: "q", resource: runner.base.type, file: again, fileName: nil)
        else { return expect(false, "a printed queue is accepted: \(text)") }
        expect(
            canonical(second.template) == canonical(queue.template), "a printed queue has the same template: \(text)")
    }

    private static let specFile = FuzzTarget("spec-file", dictionary: "yaml") { bytes in
        guard let document = document(bytes) else { return }
        do {
            _ = try SpecFile.options(of: document)
        } catch let error as LaunchError {
            expect(error.diagnostics.contains { $0.severity == .error }, "a refusal says why")
            for diagnostic in error.diagnostics { expectPlace(diagnostic, in: document) }
        } catch {
            expect(false, "a wrong spec is an error of launch: \(error)")
        }
    }

    private static let placeholders = FuzzTarget.text("placeholders") { text in
        let pieces = Placeholders.pieces(of: text)
        let length = pieces.reduce(0) { length, piece in
            switch piece {
            case .text(let text), .macro(let text), .variable(let text): length + text.utf8.count
            }
        }
        // A split between braces may split a broken character, which becomes three bytes.
        expect(length <= 3 * text.utf8.count, "pieces are no longer than the text")
        for (piece, next) in zip(pieces, pieces.dropFirst()) {
            if case .text = piece, case .text = next { expect(false, "neighbouring text is one piece") }
        }
    }

    // MARK: shared

    private static func document(_ bytes: [UInt8]) -> Document? {
        do throws(LaunchError) {
            return try Document(parsing: bytes, name: "file", kind: .configuration)
        } catch {
            expect(!error.message.isEmpty, "an error has a message")
            _ = DiagnosticRenderer().render(error.diagnostics)
            return nil
        }
    }

    private static func parsed(_ text: String) -> Document? {
        try? Document(text: text, name: "again", kind: .configuration)
    }

    static func canonical(_ value: some Encodable) -> String? { try? JSON.canonical(value) }

    private static func reads(_ text: String?) -> String? {
        text.flatMap { try? JSONValue(parsing: $0) }.flatMap { canonical($0) }
    }

    private static func expectPlace(_ diagnostic: Diagnostic, in document: Document) {
        let lines = document.text.utf8.count + 1
        if let line = diagnostic.line { expect((1...lines).contains(line), "a line of the file: \(line)") }
        expect(!diagnostic.message.isEmpty, "a diagnostic has a message")
        _ = DiagnosticRenderer().render(diagnostic)
    }
}
