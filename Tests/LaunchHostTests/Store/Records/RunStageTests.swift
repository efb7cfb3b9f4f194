import Foundation
import Testing

@testable import LaunchPluginKit
@testable import LaunchStore

extension RunRecord {
    static let job = ResolvedJob(
        runID: .example, runName: "n", project: "p", entity: "e", author: "a", resource: "mock",
        source: .image("busybox"))
    static let pinned = PinnedImage(unpinned: "busybox")
    static let sent = RunRequest(runner: "mock", document: .object([:]))
    static let place = RunHandle(runner: "mock", runID: .example)

    /// A run with these values of its stages.
    static func sample(
        _ state: RunState = .claimed, resolved: Bool = false, image: Bool = false, request: Bool = false,
        handle: Bool = false, queue: String? = "q"
    ) -> RunRecord {
        var run = RunRecord(
            id: .example, sequence: 1, queue: queue, resource: "mock", name: "n", project: "p", author: "a",
            priority: .medium, state: state, spec: .sample(queue: queue), fencingToken: 1, attempts: 0,
            submittedAt: Timestamp(Date(timeIntervalSince1970: 0)), crashes: 0)
        run.resolved = resolved ? job : nil
        run.image = image ? pinned : nil
        run.request = request ? sent : nil
        run.handle = handle ? place : nil
        return run
    }
}

@Suite struct RunStageTests {
    @Test func `an archived record has its fencing token under the older name`() throws {
        let record = RunRecord.sample(.claimed)
        let document = try JSONValue(encoding: record)
        #expect(document["claimToken"] == .integer(1))
        #expect(document["fencingToken"] == nil)
        #expect(try document.decode(RunRecord.self) == record)
    }

    @Test func `each stored value leads to the next stage`() {
        let (job, image, request, handle) = (RunRecord.job, RunRecord.pinned, RunRecord.sent, RunRecord.place)
        #expect(RunRecord.sample(.claimed).stage == .unresolved)
        for state in [RunState.claimed, .preparing, .building] {
            #expect(RunRecord.sample(state, resolved: true).stage == .resolved(job))
            #expect(RunRecord.sample(state, resolved: true, image: true).stage == .imaged(job, image))
            #expect(RunRecord.sample(state, resolved: true, image: true, request: true).stage == .rendered(request))
        }
        #expect(RunRecord.sample(.submitting, request: true).stage == .submitting(request))
        for state in [RunState.starting, .running, .stopping] {
            #expect(RunRecord.sample(state, request: true, handle: true).stage == .submitted(handle, request))
            #expect(RunRecord.sample(state, handle: true).stage == .submitted(handle, nil))
        }
    }

    @Test(arguments: RunState.allCases) func `every combination of state and values has one stage`(_ state: RunState) {
        for bits in 0..<32 {
            var run = RunRecord.sample(
                state, resolved: bits & 1 != 0, image: bits & 2 != 0, request: bits & 4 != 0, handle: bits & 8 != 0)
            run.damage = bits & 16 != 0 ? "The column cannot be read." : nil
            let isWhole = (bits & 1 != 0 || bits & 6 == 0) && (bits & 2 != 0 || bits & 4 == 0)
            switch run.stage {
            case .ended: #expect(state.isTerminal)
            case .submitted: #expect(!state.isTerminal && run.handle != nil)
            case .queued: #expect(state == .queued && run.damage == nil)
            case .unresolved: #expect(state == .claimed && bits == 0)
            case .resolved: #expect(bits == 1 && state.mayBecome(.building))
            case .imaged: #expect(bits == 3 && state.mayBecome(.building))
            case .rendered: #expect(bits == 7 && state.mayBecome(.building))
            case .submitting: #expect(state == .submitting && run.request != nil && run.damage == nil)
            case .damaged(let why, let request):
                #expect(run.handle == nil && !why.isEmpty && request == run.request)
                #expect(run.damage != nil || !isWhole || bits == 0 || !state.mayBecome(.building), "\(bits) \(why)")
            }
        }
    }

    @Test func `an impossible combination is damage, and the missing value is named`() {
        func why(_ run: RunRecord) -> String {
            if case .damaged(let why, _) = run.stage { why } else { "\(run.stage)" }
        }
        #expect(why(.sample(.running, resolved: true, image: true, request: true)).hasSuffix("has no handle."))
        #expect(why(.sample(.submitting, resolved: true, image: true)).hasSuffix("has no request."))
        #expect(why(.sample(.preparing)).hasSuffix("has no resolved job."))
        #expect(why(.sample(.claimed, image: true)).hasSuffix("has no resolved job."))
        #expect(why(.sample(.claimed, resolved: true, request: true)).hasSuffix("has no image."))
    }
}
