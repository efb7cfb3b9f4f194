import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport

@testable import LaunchBatch

/// An account of the stub with a fast clock, which the stub and its clients share.
struct BatchAccount: Sendable {
    static let digest = "sha256:" + String(repeating: "0", count: 64)
    static let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train"

    let stub: AWSStub
    let clock: FastClock
    /// What another process needs for a runner of the same stub.
    let access: StubAccess
    private let environment: AWSEnvironment
    private let home: TemporaryDirectory

    /// - Parameter wire: makes the URL of the clients from that of the stub, such as the one of a proxy.
    init(factor: Double = 10, through wire: (AWSStub) throws -> String = { $0.url }) throws {
        let clock = FastClock(factor: factor)
        self.clock = clock
        stub = try AWSStub(now: { clock.now })
        stub.keys.life = 1_000_000
        home = try TemporaryDirectory()
        access = StubAccess(to: stub, clock: clock, wire: try wire(stub))
        environment = try access.environment(home: home.path)
    }

    /// A new runner, as after a restart of the program.
    func runner() -> BatchRunner { Self.runner(environment) }

    /// A runner of another process, which has no files of this one.
    static func runner(_ access: StubAccess) throws -> BatchRunner { runner(try access.environment()) }

    private static func runner(_ environment: AWSEnvironment) -> BatchRunner {
        BatchRunner(environment, logGroup: JobLogs.defaultGroup, log: .silent)
    }

    /// A job with the given template, as JSON.
    static func job(
        _ template: String = #"{"job_queue": "training", "resources": {"VCPU": 1, "MEMORY": 2048}}"#,
        id: RunID = .random(), pinned: Bool = true, _ change: (inout ResolvedJob) -> Void = { _ in }
    ) throws -> RunnableJob {
        var members = try JSONValue(parsing: template).objectValue ?? [:]
        // The host fills in the defaults of a template.
        members["platform"] = members["platform"] ?? .string("EC2")
        var job = ResolvedJob(
            runID: id, runName: id.rawValue, project: "kit", entity: "me", author: "me", queue: "q",
            resource: BatchRunner.type, source: .image(image), template: .object(members))
        change(&job)
        guard pinned, let digest = Digest(rawValue: digest) else {
            return RunnableJob(job: job, image: PinnedImage(unpinned: "\(image):v1"))
        }
        return RunnableJob(
            job: job, image: PinnedImage(reference: "\(image)@\(digest)", digest: digest, name: "\(image):v1"))
    }

    /// Observes the run until it has ended.
    func end(of handle: RunHandle) async throws -> Observation {
        for _ in 0..<2000 {
            if let last = try await runner().observe([handle]).first, last.endedAt != nil || last.phase == .missing {
                return last
            }
            try await clock.host.sleep(.seconds(1))
        }
        throw BackendError(.internalFault, "the job does not end")
    }
}
