import Foundation
import LaunchHost
import Synchronization

extension BatchStub {
    func submit(_ input: JSONValue, _ region: String) throws(StubError) -> JSONValue {
        let (name, queue, reference) = (
            try text(input, "jobName"), try text(input, "jobQueue"), try text(input, "jobDefinition")
        )
        guard name.count <= 128, name.allSatisfy({ $0.isLetter || $0.isNumber || "-_".contains($0) }) else {
            throw Self.refused("Job name should match valid pattern.")
        }
        let id = UUID().uuidString.lowercased()
        let now = time.now
        let size = input["arrayProperties"]?["size"]?.integerValue.map { Int($0) }
        let most = Int(input["retryStrategy"]?["attempts"]?.integerValue ?? 1)
        let (choice, found, knowsQueue) = state.withLock { state in
            (state.choice, Self.definition(reference, in: state), state.queues.contains(Self.name(of: queue)))
        }
        guard knowsQueue else { throw Self.refused("Job Queue \(queue) does not exist") }
        guard let found, !inactiveDefinitions.contains("\(found.name):\(found.revision)") else {
            throw Self.refused("JobDefinition \(reference) does not exist")
        }
        let image = found.document["containerProperties"]?["image"]?.stringValue ?? ""
        func job(_ id: String, life: BatchLife, size: Int?, index: Int?) -> StubBatchJob {
            StubBatchJob(
                id: id, name: name, queue: Self.name(of: queue), request: input, image: image,
                definition: "\(found.name):\(found.revision)", created: now, arraySize: size, index: index, life: life,
                mostAttempts: most)
        }
        var made = [job(id, life: .usual, size: size, index: nil)]
        for index in 0..<(size ?? 0) { made.append(job("\(id):\(index)", life: .usual, size: nil, index: index)) }
        // The choice may write logs, so it is made outside of the lock.
        let living = made.map { one in
            one.arraySize == nil ? job(one.id, life: choice(one, input), size: nil, index: one.index) : one
        }
        state.withLock { state in
            for one in living { state.jobs[one.id] = one }
            state.order.append(id)
        }
        return .object([
            "jobId": .string(id), "jobName": .string(name), "jobArn": .string(arn("job/\(id)", region)),
        ])
    }

    func describe(_ input: JSONValue, _ region: String) throws(StubError) -> JSONValue {
        let ids = (input["jobs"]?.arrayValue ?? []).compactMap(\.stringValue)
        guard ids.count <= 100 else { throw Self.refused("The number of jobs must be at most 100.") }
        let jobs = ids.compactMap { id in state.withLock { $0.jobs[id] } }
        return .object(["jobs": .array(jobs.map { detail($0, region) })])
    }

    func list(_ input: JSONValue) throws(StubError) -> JSONValue {
        let queue = try text(input, "jobQueue")
        let wanted = input["filters"]?.arrayValue?.first { $0["name"]?.stringValue == "JOB_NAME" }?["values"]?
            .arrayValue?.first?.stringValue?.lowercased()
        let (lag, size) = state.withLock { ($0.listLag, $0.pageSize) }
        let now = time.now
        let found = jobs.reversed().filter { job in
            job.queue == Self.name(of: queue) && job.created.addingTimeInterval(lag) <= now
                && (wanted.map { job.name.lowercased() == $0 } ?? (status(job).status == "RUNNING"))
        }
        let start = input["nextToken"]?.stringValue.flatMap { Int($0) } ?? 0
        let page = found.dropFirst(start).prefix(size)
        var answer: [String: JSONValue] = [
            "jobSummaryList": .array(
                page.map { job in
                    .object([
                        "jobId": .string(job.id), "jobName": .string(job.name),
                        "createdAt": .integer(Self.milliseconds(job.created)),
                        "status": .string(status(job).status),
                    ])
                })
        ]
        if start + page.count < found.count { answer["nextToken"] = .string("\(start + page.count)") }
        return .object(answer)
    }

    func terminate(_ input: JSONValue) throws(StubError) -> JSONValue {
        let (id, reason) = (try text(input, "jobId"), try text(input, "reason"))
        let now = time.now
        let isKnown = state.withLock { state in
            guard state.jobs[id] != nil else { return false }
            for key in state.jobs.keys where key == id || key.hasPrefix("\(id):") {
                guard let job = state.jobs[key], job.terminated == nil, job.moment(at: now).ended == nil else {
                    continue
                }
                state.jobs[key]?.terminated = (now, reason)
            }
            return true
        }
        guard isKnown else { throw Self.refused("Job \(id) not found.") }
        return .object([:])
    }

    // MARK: definitions

    func register(_ input: JSONValue, _ region: String) throws(StubError) -> JSONValue {
        let name = try text(input, "jobDefinitionName")
        guard input["containerProperties"]?["image"]?.stringValue?.isEmpty == false else {
            throw Self.refused("Container image is required.")
        }
        let revision = state.withLock { state in
            state.definitions[name, default: []].append(input)
            return state.definitions[name]?.count ?? 0
        }
        return .object([
            "jobDefinitionName": .string(name), "revision": .integer(Int64(revision)),
            "jobDefinitionArn": .string(arn("job-definition/\(name):\(revision)", region)),
        ])
    }

    func deregister(_ input: JSONValue) throws(StubError) -> JSONValue {
        let reference = try text(input, "jobDefinition")
        let isKnown = state.withLock { state in
            guard let found = Self.definition(reference, in: state), reference.contains(":") else { return false }
            state.inactive.insert("\(found.name):\(found.revision)")
            return true
        }
        guard isKnown else { throw Self.refused("Job Definition \(reference) does not exist") }
        return .object([:])
    }

    func definitions(_ input: JSONValue, _ region: String) -> JSONValue {
        let name = input["jobDefinitionName"]?.stringValue
        let exact = input["jobDefinitions"]?.arrayValue?.compactMap(\.stringValue)
        let status = input["status"]?.stringValue
        let all = state.withLock { state -> [(name: String, revision: Int, document: JSONValue)] in
            if let exact { return exact.compactMap { Self.definition($0, in: state) } }
            return (state.definitions[name ?? ""] ?? []).enumerated().map { (name ?? "", $0.offset + 1, $0.element) }
        }
        let inactive = inactiveDefinitions
        let matching = all.filter { one in
            status == nil || (status == "INACTIVE") == inactive.contains("\(one.name):\(one.revision)")
        }
        let start = input["nextToken"]?.stringValue.flatMap { Int($0) } ?? 0
        let found = matching.dropFirst(start).prefix(state.withLock(\.pageSize))
        var answer: [String: JSONValue] = [
            "jobDefinitions": .array(
                found.map { one in
                    var document = one.document.objectValue ?? [:]
                    document["revision"] = .integer(Int64(one.revision))
                    let isInactive = inactive.contains("\(one.name):\(one.revision)")
                    document["status"] = .string(isInactive ? "INACTIVE" : "ACTIVE")
                    document["jobDefinitionArn"] = .string(arn("job-definition/\(one.name):\(one.revision)", region))
                    return .object(document)
                })
        ]
        if start + found.count < matching.count { answer["nextToken"] = .string("\(start + found.count)") }
        return .object(answer)
    }

    static func definition(
        _ reference: String, in state: State
    ) -> (name: String, revision: Int, document: JSONValue)? {
        let parts = name(of: reference).split(separator: ":").map(String.init)
        guard let name = parts.first, let all = state.definitions[name] else { return nil }
        let revision = parts.count == 2 ? Int(parts[1]) ?? 0 : all.count
        guard (1...max(1, all.count)).contains(revision), !all.isEmpty else { return nil }
        return (name, revision, all[revision - 1])
    }

    /// The name in a name or an ARN.
    static func name(of reference: String) -> String {
        reference.hasPrefix("arn:") ? String(reference.split(separator: "/").last ?? "") : reference
    }

    // MARK: the state of a job

    func status(_ job: StubBatchJob) -> StubBatchJob.Moment {
        guard let size = job.arraySize else { return job.moment(at: time.now) }
        let children = (0..<size).compactMap { index in
            state.withLock { $0.jobs["\(job.id):\(index)"] }?.moment(at: time.now)
        }
        // The parent is PENDING while its children run.
        guard children.allSatisfy({ $0.ended != nil }) else { return .init(status: "PENDING") }
        let isGood = children.allSatisfy { $0.status == "SUCCEEDED" }
        return .init(
            status: isGood ? "SUCCEEDED" : "FAILED", reason: isGood ? nil : "Array Child Job failed",
            ended: children.compactMap(\.ended).max())
    }

    private func detail(_ job: StubBatchJob, _ region: String) -> JSONValue {
        let moment = status(job)
        func seen(_ one: StubBatchJob.Started) -> JSONValue {
            var container: [String: JSONValue] = [:]
            if one.attempt.exitCode != nil { container["logStreamName"] = .string(job.stream(one.number)) }
            if one.end != nil {
                container["exitCode"] = (one.isKilled ? 143 : one.attempt.exitCode).map { .integer(Int64($0)) }
                container["reason"] = one.attempt.reason.map { .string($0) }
            }
            return .object(container)
        }
        var container = moment.attempts.last.map { seen($0) }?.objectValue ?? [:]
        container["image"] = .string(job.image)
        container["environment"] = job.request["containerOverrides"]?["environment"] ?? .array([])
        var detail: [String: JSONValue] = [
            "jobId": .string(job.id), "jobName": .string(job.name), "jobArn": .string(arn("job/\(job.id)", region)),
            "jobQueue": .string(arn("job-queue/\(job.queue)", region)), "status": .string(moment.status),
            "jobDefinition": .string(arn("job-definition/\(job.definition)", region)),
            "createdAt": .integer(Self.milliseconds(job.created)), "container": .object(container),
            "tags": job.request["tags"] ?? .object([:]),
            "retryStrategy": .object(["attempts": .integer(Int64(job.mostAttempts))]),
            "isTerminated": .bool(job.terminated != nil), "isCancelled": .bool(false),
            // While an attempt runs, only `container` has it.
            "attempts": .array(
                moment.attempts.filter { $0.end != nil }.map { one in
                    .object([
                        "container": seen(one), "startedAt": .integer(Self.milliseconds(one.begin)),
                        "stoppedAt": .integer(Self.milliseconds(one.end ?? one.begin)),
                        "statusReason": .string(one.attempt.statusReason),
                    ])
                }),
        ]
        detail["statusReason"] = moment.reason.map { .string($0) }
        detail["startedAt"] = moment.attempts.last.map { .integer(Self.milliseconds($0.begin)) }
        detail["stoppedAt"] = moment.ended.map { .integer(Self.milliseconds($0)) }
        if let size = job.arraySize {
            var counts: [String: Int64] = [:]
            for index in 0..<size {
                guard let child = state.withLock({ $0.jobs["\(job.id):\(index)"] }) else { continue }
                counts[status(child).status, default: 0] += 1
            }
            detail["arrayProperties"] = .object([
                "size": .integer(Int64(size)), "statusSummary": .object(counts.mapValues { .integer($0) }),
            ])
        } else if let index = job.index {
            detail["arrayProperties"] = .object(["index": .integer(Int64(index))])
        }
        return .object(detail)
    }

    func arn(_ resource: String, _ region: String) -> String { "arn:aws:batch:\(region):\(accountID):\(resource)" }
    static func milliseconds(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded()) }
}
