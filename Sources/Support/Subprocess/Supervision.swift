import Glibc
import LaunchConcurrency

/// Supervises one program from its start until it is reaped.
struct Supervision {
    private enum Event: Sendable {
        case exited, interrupted, timeIsUp, graceIsOver, fed
        case drained(OutputSink, isError: Bool)
    }

    /// How long the pipes may stay open after the program has ended.
    private static let grace = Duration.milliseconds(250)

    private let child: Child
    private let name: String
    private let timeout: Duration?
    private let teardown: [Subprocess.TeardownStep]

    init(_ child: Child, name: String, timeout: Duration?, teardown: [Subprocess.TeardownStep]) {
        self.child = child
        self.name = name
        self.timeout = timeout
        self.teardown = teardown
    }

    func run(
        stdin: Subprocess.Input, stdout: Subprocess.Output, stderr: Subprocess.Output
    ) async throws(SubprocessError) -> Subprocess.Result {
        let readers = [child.stdout, child.stderr].map { $0.map(PipeReader.init) }
        let outputs = [stdout, stderr]
        var sinks = outputs.map(OutputSink.init)
        var failure: SubprocessError?
        let child = child

        await withTaskGroup(of: Event.self) { group in
            group.addTask {
                await child.waitForExit() ? .exited : .interrupted
            }
            if let timeout {
                group.addTask {
                    try? await Task.sleep(for: timeout)
                    return .timeIsUp
                }
            }
            if case .bytes(let bytes) = stdin, let descriptor = child.stdin {
                group.addTask {
                    await PipeWriter.write(bytes, to: descriptor)
                    return .fed
                }
            }
            var open = 0
            for (index, reader) in readers.enumerated() {
                guard let reader else { continue }
                open += 1
                let sink = sinks[index]
                group.addTask {
                    var sink = sink
                    await reader.forEachPiece { await sink.take($0) }
                    if !Task.isCancelled { await sink.finish() }
                    return .drained(sink, isError: index == 1)
                }
            }
            var exited = false
            while !exited || open > 0, let event = await group.next() {
                switch event {
                case .exited:
                    exited = true
                    group.addTask {
                        try? await Task.sleep(for: Self.grace)
                        return .graceIsOver
                    }
                case .graceIsOver:
                    for reader in readers { reader?.finishSoon() }
                case .drained(let sink, let isError):
                    sinks[isError ? 1 : 0] = sink
                    open -= 1
                case .fed:
                    break
                case .timeIsUp where exited || Task.isCancelled:
                    break
                case .timeIsUp, .interrupted:
                    guard failure == nil, !exited else { break }
                    failure = Task.isCancelled ? cancelled : tooLate
                    exited = true
                    // Cancelled readers and callbacks end at once, so `open` drops to 0.
                    group.cancelAll()
                    await end()
                }
            }
            group.cancelAll()
        }
        let exit = child.reap()
        if let failure { throw failure }
        if Task.isCancelled { throw cancelled }
        return Subprocess.Result(
            exit: exit, stdout: sinks[0].collected, stderr: sinks[1].collected,
            isTruncated: sinks.contains(where: \.isTruncated))
    }

    private var cancelled: SubprocessError {
        SubprocessError(.cancelled, "\(name) was stopped: cancelled")
    }

    private var tooLate: SubprocessError {
        SubprocessError(.timedOut, "\(name) was stopped: it took longer than \(timeout ?? .zero)")
    }

    /// Takes the steps of the teardown until the program has ended, then kills the rest of its group.
    private func end() async {
        let child = child
        let teardown = teardown
        await withUncancelledTask {
            for step in teardown {
                child.signal(step.signal, toGroup: step.toGroup)
                if await Self.hasExited(child, within: step.wait) { break }
            }
            // The program is not reaped yet, so the kernel has not reused the number of its group.
            child.signal(SIGKILL, toGroup: true)
            _ = await child.waitForExit()
        }
    }

    private static func hasExited(_ child: Child, within limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await child.waitForExit() }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
