internal import Foundation
internal import LaunchPluginKit
internal import LaunchSubprocess
internal import Synchronization

/// This test program, to start again for one test.
struct TestProgram: Sendable {
    let path: String

    /// Nil if this process is not a program of swift-testing.
    static let current: TestProgram? = {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            CommandLine.arguments.contains("--testing-library") || path.hasSuffix(".xctest")
        else { return nil }
        return TestProgram(path: path)
    }()

    /// Carries out an order in a new process, and returns when the process has ended.
    /// - Parameters:
    ///   - silence: how long the process may print no line.
    func run(
        _ order: ProcessOrder, test: TestPlace, silence: Duration, line: @escaping @Sendable (String) -> Void
    ) async throws -> Subprocess.Result {
        let file = "\(order.folder)/order.json"
        do {
            try JSON.canonicalData(order).write(to: URL(filePath: file))
        } catch {
            throw FixtureFault("\(file) cannot be written: \(error)")
        }
        let heard = LastLine()
        return try await withThrowingTaskGroup(of: Subprocess.Result?.self) { group in
            group.addTask {
                try await Subprocess.run(
                    path, ["--testing-library", "swift-testing", "--filter", test.filter],
                    environment: .inherited(setting: [ProcessOrder.variable: file]),
                    stdout: .lines { text in
                        heard.note()
                        line(text)
                    })
            }
            group.addTask {
                while heard.silence < silence { try await Task.sleep(for: .seconds(1)) }
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else { throw Silence() }
            return result
        }
    }

    /// When the process printed last.
    private final class LastLine: Sendable {
        private let time = Mutex(ContinuousClock.now)

        func note() { time.withLock { $0 = .now } }
        var silence: Duration { ContinuousClock.now - time.withLock(\.self) }
    }

    /// The process printed nothing for too long, and was ended.
    struct Silence: Error {}
}

/// Runs the cases, in this process or in one of their own.
/// - Parameters:
///   - test: the test function that calls the kit.
///   - second: makes a call in a process that was started for it.
///   - body: the cases.
func runKit(
    _ subject: String, _ role: CheckedRole, _ settings: KitSettings, test: TestPlace,
    second: @escaping @Sendable (SecondCall) async throws -> SecondAnswer = { _ in SecondAnswer() },
    _ body: @Sendable (Kit) async -> Void
) async -> Report {
    if let order = ProcessOrder.current {
        guard order.subject == "\(subject), \(test.file)" else {
            return Report(subject, role: role, isElsewhere: true)
        }
        switch order.task {
        case .call(let call):
            await answer(call, order, second)
            return Report(subject, role: role, isElsewhere: true)
        case .kit:
            var settings = settings
            settings.progress = { QuietOutput.line("\(Mark.progress)\($0)") }
            let kit = Kit(subject, role, settings, isAlone: true) { try? order.answer($0, "report.json") }
            await body(kit)
            kit.finish()
            QuietOutput.line("\(Mark.progress)\(Mark.end)")
            return kit.report
        }
    }
    guard settings.process == .own, let program = TestProgram.current else {
        let kit = Kit(subject, role, settings, isAlone: false)
        await body(kit)
        kit.finish()
        return kit.report
    }
    return await inOwnProcess(program, subject, role, settings, test: test)
}

private enum Mark {
    static let progress = "launch-conformance: "
    static let end = "complete"
}

/// Lines on standard output that arrive at once. `print` collects them if the output is a pipe.
private enum QuietOutput {
    static func line(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
    }
}

private func answer(
    _ call: SecondCall, _ order: ProcessOrder, _ second: @Sendable (SecondCall) async throws -> SecondAnswer
) async {
    var answer = SecondAnswer()
    do {
        answer = try await second(call)
    } catch {
        answer.fault = "\(error)"
    }
    try? order.answer(answer, "answer.json")
}

private func inOwnProcess(
    _ program: TestProgram, _ subject: String, _ role: CheckedRole, _ settings: KitSettings, test: TestPlace
) async -> Report {
    let started = Mutex("")
    let isComplete = Mutex(false)
    var fault: String
    var report = Report(subject, role: role)
    do {
        let folder = try OrderFolder()
        let order = ProcessOrder(subject: "\(subject), \(test.file)", task: .kit, folder: folder.path)
        do {
            let result = try await program.run(order, test: test, silence: settings.limit + .seconds(120)) { line in
                guard let mark = line.firstRange(of: Mark.progress) else { return }
                let words = String(line[mark.upperBound...])
                if words == Mark.end { return isComplete.withLock { $0 = true } }
                if words.hasPrefix("start ") { started.withLock { $0 = String(words.dropFirst(6)) } }
                settings.progress?(words)
            }
            fault = "the process of the kit ended with \(result.exit). \(result.stderrText.suffix(500))"
        } catch is TestProgram.Silence {
            fault = "the process of the kit printed nothing for \(settings.limit + .seconds(120)) and was ended"
        }
        if let data = FileManager.default.contents(atPath: "\(folder.path)/report.json") {
            report = try JSON.decode(Report.self, from: data)
        }
    } catch {
        fault = "\(error)"
    }
    if isComplete.withLock(\.self) { return report }
    let name = started.withLock(\.self)
    if name == Kit.firstRun {
        report.add(.observeSuccess, .failed("the first run, before the cases, did not end: \(fault)"))
        return report
    }
    guard let rule = Rule.all.first(where: { $0.name == name }) else {
        report.add(
            .kitStarts,
            .fixtureError(
                "the test program, started again with --filter '\(test.filter)', did not reach the kit: \(fault). Call 'run' in "
                    + "the test function itself, or set the fixture's 'settings.process' to '.shared'."))
        return report
    }
    report.add(rule, .failed("the case did not end: \(fault)"))
    return report
}

/// The folder of one order. It is removed with the last reference.
final class OrderFolder: Sendable {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "conformance-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
