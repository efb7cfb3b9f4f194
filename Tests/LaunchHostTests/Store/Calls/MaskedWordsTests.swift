import Foundation
import Testing

import LaunchHost
@testable import LaunchAgent

/// The texts in the store and in the files beside it contain no secret of this process.
@Suite struct MaskedWordsTests {
    let sandbox: Sandbox
    let store: Store
    let run: RunRecord
    let secret = "planted/\(UUID().uuidString)=="

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
        try await store.submit(.sample())
        run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
        _ = Secret(secret)
    }

    @Test func `each call that writes text masks it`() async throws {
        let (id, token) = (run.id, run.fencingToken)
        let cause = Cause(.submit, "The server said: \(secret)", exitCode: 3)
        try await store.note(id, token: token, "note \(secret)", cause: cause)
        try await store.transition(
            id, token: token, to: .submitting, cause: cause, message: "moved \(secret)",
            changes: RunChanges(
                imageDecision: "built with \(secret)", handle: RunHandle(runner: "mock", runID: id),
                backendStatus: "Failed \(secret)"))
        let past = PastAttempt(
            handle: RunHandle(runner: "mock", runID: id), cause: cause, backendStatus: "Gone \(secret)",
            startedAt: nil, endedAt: Timestamp(Date()))
        let request = RunRequest(runner: "mock", document: .object([:]))
        _ = try await store.beginAttempt(id, token: token, after: past, with: request, message: "again \(secret)")
        try await store.record(
            id, token: token,
            RunChanges(
                outcome: Outcome(
                    outputs: [.init(name: "model", path: "/results/model")], metrics: ["loss": 1],
                    warnings: ["lost \(secret)"], facts: [.init("said", "fact \(secret)")])))
        try await store.requeue(id, token: token, cause: cause)

        let record = try await store.run(id)
        #expect(record.cause == Cause(.submit, "The server said: <secret>", exitCode: 3))
        #expect(record.imageDecision == "built with <secret>")
        #expect(record.pastAttempts?.first?.backendStatus == "Gone <secret>")
        #expect(record.pastAttempts?.first?.handle == past.handle)
        #expect(record.outcome?.warnings == ["lost <secret>"] && record.outcome?.facts.first?.value == "fact <secret>")
        #expect(record.outcome?.outputs.first?.path == "/results/model" && record.outcome?.metrics == ["loss": 1])
        let messages = try await store.events(of: id).compactMap(\.message)
        #expect(messages.contains("note <secret>") && messages.contains("again <secret>"))
        try expectNoSecretOnDisk()
    }

    @Test func `a build's log and an archived log are masked`() async throws {
        let folder = sandbox.path + "/run"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let log = BuildLog(path: folder + "/build.log")
        log.append(BuildProgress(.build, "#7 0.3 \(secret)"))
        log.append(BuildProgress(.build, Data("\(secret)\n".utf8).base64EncodedString()))
        log.close()
        let lines = [LogLine(text: "key \(secret)", cursor: LogCursor(rawValue: "1"))]
        let archive = LogArchive(path: folder + "/log")
        try await archive.write(
            LogStream {
                let rest = Shared([lines])
                return { rest.with { $0.popLast() } }
            })
        func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
        #expect(try text(folder + "/build.log").hasPrefix("build | #7 0.3 <secret>\n"))
        #expect(try text(archive.path).hasSuffix("key <secret>\n"))
        try expectNoSecretOnDisk()
    }

    @Test func `each text of a document is masked, and the document stays valid`() throws {
        let document = JSONValue.object([
            "said": .array([.string("\\\(secret)\n"), .integer(1), .null]), "deep": .object(["a": .string(secret)]),
        ])
        let masked = document.masked(by: .shared)
        #expect(
            masked
                == .object([
                    "said": .array([.string("\\<secret>\n"), .integer(1), .null]),
                    "deep": .object(["a": .string("<secret>")]),
                ]))
        #expect(try JSONValue(parsing: JSON.canonical(masked)) == masked)
    }

    private func expectNoSecretOnDisk() throws {
        let forms = [secret, Data(secret.utf8).base64EncodedString(), secret.replacing("/", with: "\\/")]
        var count = 0
        for name in FileManager.default.enumerator(atPath: sandbox.path)?.compactMap({ $0 as? String }) ?? [] {
            guard let data = FileManager.default.contents(atPath: "\(sandbox.path)/\(name)") else { continue }
            count += 1
            for form in forms { #expect(data.firstRange(of: Data(form.utf8)) == nil, "\(name)") }
        }
        #expect(count > 0)
    }
}
