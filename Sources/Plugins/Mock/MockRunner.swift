internal import FoundationEssentials
internal import LaunchPluginKit

/// A simulated backend: for demonstrations, for tests of the host, and to show how failures look.
struct MockRunner: Rehearsable {
    let backend: MockBackend
    let now: @Sendable () -> Date

    static let pace = Capabilities.Pace(shortest: .milliseconds(20), longest: .milliseconds(200))

    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        var members: [String: JSONValue] = [
            "image": .string(job.image.reference),
            "arguments": .array(job.job.arguments.map { .string($0) }),
            "environment": .object(job.job.environment.mapValues { .string($0) }),
            "template": job.job.template,
        ]
        members["entry_point"] = job.job.entryPoint.map { .array($0.map { .string($0) }) }
        return RunRequest(runner: MockPlugins.type, document: .object(members))
    }

    func demand(of job: ResolvedJob) -> [InstanceDemand] { MockTemplate(job.template).demand }

    func validate(_ request: RunRequest) -> [Finding] {
        guard let limit = template(request).timeLimit, limit < 1 else { return [] }
        return [Finding(.error, at: FieldPath([.member("time_limit")]), "must be 1 second or more, not \(limit)")]
    }

    func prepare(
        for request: RunRequest, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) {
        let template = template(request)
        if template.prepareFor > 0 {
            progress(BuildProgress(.pull, "mock image"))
            do {
                try await Task.sleep(for: .seconds(template.prepareFor))
            } catch {
                throw BackendError(.cancelled, "The mock's preparation was cancelled.")
            }
        }
        if let category = template.prepareError {
            throw BackendError(category, "The mock is configured to fail its preparation.")
        }
    }

    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        let template = template(request)
        switch template.submit {
        case .ok:
            break
        case .failOnce, .failAlways:
            let attempt = try backend.countAttempt(runID)
            if attempt == 1 || template.submit == .failAlways {
                throw BackendError(
                    template.submitError, "The mock is configured to fail this submit (attempt \(attempt)).")
            }
        case .loseAnswer:
            _ = try add(request, as: runID)
            if try backend.countAttempt(runID) == 1 {
                throw BackendError(.transient, "The mock is configured to lose its reply; the run exists.")
            }
        case .block:
            do {
                try await Task.sleep(for: .seconds(86_400))
            } catch {
                throw BackendError(.cancelled, "The mock is configured never to reply.")
            }
        }
        return try add(request, as: runID)
    }

    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        try backend.run(runID).map { _ in handle(runID) }
    }

    func reach() async throws(BackendError) { _ = try backend.run(.random()) }

    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        var observations: [Observation] = []
        for handle in handles { observations.append(try observe(handle.runID)) }
        return observations
    }

    func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        let reader = MockLog(
            runner: self, runID: handle.runID, position: cursor.flatMap { Int($0.rawValue) } ?? 0, follow: follow)
        return LogStream { { () async throws(BackendError) -> [LogLine]? in try await reader.next() } }
    }

    func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        guard var run = try backend.run(handle.runID), life(run).end == nil else { return }
        let (ordered, seconds) = (now(), (grace ?? .seconds(10)) / .seconds(1))
        if let stopped = run.stoppedAt {
            // Another order may bring the end forward, and never delays it.
            let end = stopped.addingTimeInterval(run.graceSeconds ?? 0)
            guard ordered.addingTimeInterval(seconds) < end else { return }
            run.graceSeconds = ordered.timeIntervalSince(stopped) + seconds
        } else {
            run.stoppedAt = ordered
            run.graceSeconds = seconds
        }
        try backend.replace(run, as: handle.runID)
    }

    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError) -> Outcome
    {
        Outcome(metrics: template(request).metrics, cost: template(request).cost)
    }

    func release(_ handle: RunHandle) async throws(BackendError) {
        backend.remove(handle.runID)
    }

    func rehearsal(
        of request: RunRequest, with options: RehearsalOptions
    ) throws(BackendError) -> ContainerJob {
        let image = request.document["image"]?.stringValue ?? ""
        // A plan may come before the image is resolved. Then zeros replace the digest.
        let named = image.firstRange(of: "sha256:").flatMap { Digest(rawValue: String(image[$0.lowerBound...])) }
        guard let digest = named ?? Digest(rawValue: "sha256:" + String(repeating: "0", count: 64)) else {
            throw BackendError(.internalFault, "The mock's request does not name an image.")
        }
        return ContainerJob(
            image: PinnedImage(reference: image, digest: digest, name: image),
            entryPoint: request.document["entry_point"]?.arrayValue?.compactMap(\.stringValue),
            arguments: request.document["arguments"]?.arrayValue?.compactMap(\.stringValue),
            environment: request.document["environment"]?.objectValue?.compactMapValues(\.stringValue) ?? [:],
            network: "none", timeLimitSeconds: template(request).timeLimit.map { Int($0) })
    }

    func report(on rehearsal: EndedRehearsal) -> RehearsalReport {
        RehearsalReport(
            reproduced: ["Image, command, arguments and environment are those of the request."],
            notSimulated: ["The mock's timing: when a run starts and how it ends."])
    }

    // MARK: course of a run

    private func add(_ request: RunRequest, as runID: RunID) throws(BackendError) -> RunHandle {
        let run = try backend.add(MockBackend.Run(request: request.document, startedAt: now()), as: runID)
        guard run.request == request.document else {
            throw BackendError(.conflict, "The mock has another run with the ID \(runID).")
        }
        return handle(runID)
    }

    private func handle(_ runID: RunID) -> RunHandle { RunHandle(runner: MockPlugins.type, runID: runID) }

    private func template(_ request: RunRequest) -> MockTemplate {
        MockTemplate(request.document["template"] ?? .object([:]))
    }

    /// The course of a run at the present time: when it started, and when and how it ended.
    func life(_ run: MockBackend.Run) -> (begin: Date, end: Date?, cause: Cause?) {
        let template = MockTemplate(run.request["template"] ?? .object([:]))
        let begin = run.startedAt.addingTimeInterval(template.startAfter)
        let natural = template.until.map(Self.appearance) ?? begin.addingTimeInterval(template.runFor)
        if let stopped = run.stoppedAt {
            let forced = stopped.addingTimeInterval(template.ignoresStop ? run.graceSeconds ?? 0 : 0)
            if forced < natural {
                let code = template.ignoresStop ? 137 : 143
                guard forced <= now() else { return (begin, nil, nil) }
                return (begin, forced, Cause(.exit, "It ended with exit code \(code).", exitCode: code))
            }
        }
        guard natural <= now() else { return (begin, nil, nil) }
        if template.outOfMemory {
            return (begin, natural, Cause(.outOfMemory, "It used more memory than its limit.", exitCode: 137))
        }
        return (
            begin, natural,
            Cause(.exit, "It ended with exit code \(template.exitCode).", exitCode: template.exitCode)
        )
    }

    /// The modification time of the file. In the distant future while the file does not exist.
    private static func appearance(of path: String) -> Date {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.modificationDate] as? Date ?? .distantFuture
    }

    func observe(_ id: RunID) throws(BackendError) -> Observation {
        guard let run = try backend.run(id) else {
            return Observation(runID: id, phase: .missing, backendStatus: "Unknown")
        }
        let life = life(run)
        if let end = life.end, let cause = life.cause {
            return Observation(
                runID: id, phase: cause.exitCode == 0 ? .succeeded : .failed, cause: cause, backendStatus: "Ended",
                startedAt: life.begin, endedAt: end)
        }
        guard life.begin <= now() else {
            return Observation(runID: id, phase: .starting, backendStatus: "Starting")
        }
        let limit = MockTemplate(run.request["template"] ?? .object([:])).timeLimit
        return Observation(
            runID: id, phase: run.stoppedAt == nil ? .running : .stopping,
            backendStatus: run.stoppedAt == nil ? "Running" : "Stopping", startedAt: life.begin,
            deadline: limit.map { life.begin.addingTimeInterval($0) })
    }
}
