import Foundation
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchPluginKit
@testable import LaunchStore

/// Which reason a run has, from what the store and the agents show about it.
@Suite struct RunExplanationTests {
    typealias Facts = RunExplanation.Facts
    typealias Process = RunExplanation.Facts.Process

    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    private static func facts(_ state: RunState, _ change: (inout Facts) -> Void = { _ in }) -> Facts {
        let run = RunSummary(
            id: RunID(rawValue: "abc12345") ?? .random(), sequence: 7, queue: "q", resource: "mock", author: "ada",
            priority: .medium,
            project: "p", state: state, submittedAt: now)
        var facts = Facts(run, now: now)
        facts.agents = [Process(pid: 11)]
        facts.owner = state == .queued ? nil : Process(pid: 11)
        change(&facts)
        return facts
    }

    private static let ahead = RunExplanation.RunsAhead(count: 3, isAtLeast: false, first: RunID(rawValue: "first123"))

    struct Line: Sendable, CustomTestStringConvertible {
        var testDescription: String { code }
        var code: String
        var facts: Facts
        /// The clause of lists, and a part of the sentence and of what happens next.
        var line: String?
        var sentence: String
        var next: String?

        init(_ code: String, _ facts: Facts, _ line: String?, _ sentence: String, _ next: String?) {
            (self.code, self.facts, self.line, self.sentence, self.next) = (code, facts, line, sentence, next)
        }
    }

    static let lines = [
        // The first condition counts: a paused queue of which nothing else is true either.
        Line(
            "queue-paused",
            facts(.queued) {
                ($0.isPaused, $0.pausedBy, $0.pausedAt, $0.agents, $0.ahead) = (true, "ada", now, [], ahead)
            }, "queue 'q' is paused by ada; 'launch queue resume q' resumes it", "paused by ada since \(now).",
            "'launch queue resume q'"),
        Line(
            "no-agent", facts(.queued) { ($0.agents, $0.ahead) = ([], ahead) },
            "no agent serves queue 'q'; 'launch agent -q q' starts one", "No agent serves queue 'q'.",
            "'launch agent -q q' starts an agent"),
        Line(
            "agent-suspended", facts(.queued) { $0.agents = [Process(pid: 11, isSuspended: true)] },
            "the agent of queue 'q' is suspended; 'kill -CONT 11' resumes it", "process 11, is suspended.",
            "'kill -CONT 11'"),
        Line(
            "back-off",
            facts(.queued) {
                $0.run.notBefore = Timestamp(milliseconds: now.milliseconds + 1000)
                $0.run.cause = "No quota."
                $0.ahead = ahead
            }, "it is tried again at 2027-01-15T08:00:01.000Z: No quota.", "The last try did not succeed",
            "at 2027-01-15T08:00:01.000Z."),
        Line(
            "behind-others",
            facts(.queued) {
                $0.run.notBefore = now
                $0.ahead = ahead
                $0.agents = [Process(pid: 11, isFull: true)]
            }, "3 runs of queue 'q' before it", "3 runs of queue 'q' are claimed before it.",
            "Run first123 is claimed next."),
        Line(
            "behind-others",
            facts(.queued) { $0.ahead = RunExplanation.RunsAhead(count: 100, isAtLeast: true, first: nil) },
            "at least 100 runs of queue 'q' before it", "At least 100 runs of queue 'q' are", nil),
        Line(
            "submitter-limit",
            facts(.queued) { ($0.limits, $0.heldOfAuthor, $0.ahead) = (QueueLimits(perSubmitter: 2), 2, ahead) },
            "ada is at the limit of 2 runs of queue 'q'", "hold 2 runs of ada from queue 'q'",
            "when one of these runs ends."),
        Line(
            "queue-limit",
            facts(.queued) {
                ($0.limits, $0.held) = (QueueLimits(queue: 2), 2)
                $0.agents = [Process(pid: 11, isFull: true)]
            }, "queue 'q' is at its limit of 2 runs", "hold 2 runs of queue 'q', which is its limit.",
            "when one of these runs ends."),
        Line(
            "queue-limit", facts(.queued) { ($0.limits, $0.held, $0.ahead) = (QueueLimits(queue: 2), 2, ahead) },
            "queue 'q' is at its limit of 2 runs; 3 runs before it",
            "which is its limit. 3 runs are claimed before it.",
            "when one of these runs ends."),
        Line(
            "instance-limit",
            facts(.queued) {
                ($0.lack, $0.holders, $0.ahead) = (
                    RunDemand.Lack(type: "ml.p4d.24xlarge", most: 1, used: 1, needed: 1), [$0.run.id], ahead
                )
                ($0.limits, $0.held) = (QueueLimits(queue: 2), 2)
            }, "limit of ml.p4d.24xlarge: 1 of 1 in use by abc12345",
            "It needs 1 instance of ml.p4d.24xlarge, and 1 of the 1 that queue 'q' permits are in use by abc12345.",
            "when enough of these instances are free."),
        Line(
            "instance-limit",
            facts(.queued) {
                $0.lack = RunDemand.Lack(type: "g5", most: 8, used: 6, needed: 4)
                $0.holders = ["first123", "second12", "third123", "fourth12"].compactMap(RunID.init(rawValue:))
            }, "limit of g5: 6 of 8 in use by first123, second12, third123 and others, and it needs 4",
            "It needs 4 instances of g5, and 6 of the 8", "has the number."),
        Line(
            "behind-others",
            facts(.queued) {
                $0.ahead = RunExplanation.RunsAhead(count: 1, isAtLeast: false, first: ahead.first, others: 2)
            }, "1 run of queue 'q' before it, in turns with 2 other submitters",
            "is claimed before it. Its submitter takes turns with 2 other submitters.", "Run first123"),
        Line(
            "behind-others",
            facts(.queued) {
                $0.ahead = RunExplanation.RunsAhead(count: 0, isAtLeast: false, first: ahead.first, others: 1)
            }, "it takes turns with 1 other submitter of queue 'q'", "and another run is next.", "Run first123"),
        // A run of a lower priority that has waited for hours.
        Line(
            "behind-others",
            facts(.queued) { $0.ahead = RunExplanation.RunsAhead(count: 0, isAtLeast: false, first: ahead.first) },
            "1 run of queue 'q' before it", "1 run of queue 'q' is claimed before it.", "Run first123"),
        Line(
            "next",
            facts(.queued) { $0.ahead = RunExplanation.RunsAhead(count: 5, isAtLeast: false, first: $0.run.id) }, nil,
            "It is the next run", "within 5 seconds."),
        Line(
            "agents-full", facts(.queued) { ($0.agents, $0.held) = ([Process(pid: 11, isFull: true)], 2) },
            "the agents of queue 'q' hold 2 runs, up to their 'max_jobs'", "hold 2 runs, up to their 'max_jobs'.",
            "when one of these runs ends."),
        Line(
            "next", facts(.queued) { $0.agents.append(Process(pid: 12, isFull: true)) }, nil,
            "It is the next run of queue 'q', and an agent has room for it.", "within 5 seconds."),
        Line("preparing", facts(.claimed), nil, "An agent has claimed it", "Its request is made"),
        Line("preparing", facts(.preparing), nil, "An agent looks for its image.", "Its request is made"),
        Line(
            "preparing", facts(.submitting) { $0.run.backendStatus = "busy" }, nil, "The backend says: busy.",
            "The backend starts it."),
        Line(
            "building", facts(.building) { $0.buildStep = BuildStep(number: 4, count: 9) }, "step 4 of 9",
            "An agent builds its image: step 4 of 9.", "Its request is made"),
        Line("building", facts(.building), nil, "An agent builds its image.", "Its request is made"),
        Line(
            "starting", facts(.starting) { $0.run.backendStatus = "Pending: no capacity" },
            "the backend says: Pending: no capacity", "has not started it. The backend says: Pending: no capacity.",
            "The backend starts its container."),
        Line("running", facts(.running) { $0.run.backendStatus = "Training" }, nil, "It runs.", "Its results"),
        Line(
            "stopping",
            facts(.running) {
                ($0.run.stopRequestedAt, $0.run.stopRequestedBy, $0.run.stopGraceSeconds) = (now, "ada@desk", 60)
            }, "stop requested by ada@desk", "A stop was requested by ada@desk at \(now).", "SIGKILL after 60 s."),
        Line(
            "no-owner", facts(.running) { $0.owner = nil }, "no process holds it; the next agent takes it over",
            "its agent has ended.", "within seconds."),
        Line(
            "no-owner", facts(.running) { ($0.owner, $0.agents) = (nil, []) },
            "no process holds it; no agent serves queue 'q'; 'launch agent -q q' starts one", "its agent has ended.",
            "'launch agent -q q'"),
        Line(
            "no-owner", facts(.running) { ($0.owner, $0.run.queue) = (nil, nil) },
            "no process holds it; the next agent of a queue for mock takes it over", "its agent has ended.",
            "agent of a queue for mock"),
        Line(
            "owner-suspended", facts(.running) { $0.owner = Process(pid: 11, isSuspended: true) },
            "the agent that holds it is suspended; 'kill -CONT 11' resumes it", "process 11, is suspended.",
            "'kill -CONT 11'"),
        Line(
            "ended",
            facts(.failed) { ($0.run.cause, $0.run.endedAt, $0.agents, $0.isPaused) = ("Exit code 1.", now, [], true) },
            "Exit code 1.", "It has ended: failed at \(now).", nil),
    ]

    @Test(arguments: lines) func `facts have one reason:`(_ line: Line) {
        let explanation = RunExplanation(line.facts)
        #expect(explanation.code == line.code)
        #expect(explanation.line == line.line)
        #expect(explanation.sentence.contains(line.sentence), "\(explanation.sentence)")
        #expect(explanation.sentence.hasSuffix("."))
        if let next = line.next {
            #expect(explanation.next?.contains(next) == true, "\(explanation.next ?? "nil")")
            #expect(explanation.next?.hasSuffix(".") == true)
        } else {
            #expect(explanation.next == nil)
        }
        #expect((explanation.nextAt != nil) == (line.code == "back-off"))
    }

    @Test(arguments: [
        ("build | #7 [2/3] RUN a\nbuild | #8 [3/3] RUN b\nbuild | #8 0.3 text 4/5\n", 3, 3),
        ("build | #7 [stage-1 4/9] COPY . .", 4, 9), ("build | Step 2/5 : RUN x", 2, 5),
        ("build | STEP 2/5: RUN x", 2, 5),
    ])
    func `the last step of a build's log is found`(log: String, number: Int, count: Int) {
        #expect(BuildStep(lastIn: log) == BuildStep(number: number, count: count))
    }

    @Test(arguments: ["", "build | #1 [internal] load", "build | [9/4] x", "build | [0/4] x", "1/2"])
    func `a log without a step has none`(log: String) {
        #expect(BuildStep(lastIn: log) == nil)
    }

    @Test func `a list counts few runs before each, and an explanation all of them`() async throws {
        let sandbox = try Sandbox()
        let store = try await sandbox.storeWithQueue()
        let agent = try await store.becomeOwner(kind: "agent", queues: ["q"])
        var ids: [RunID] = []
        for _ in 0..<102 { ids.append(try await store.submit(.sample()).id) }
        let last = try await store.run(#require(ids.last))
        #expect(try await store.explain(last).waits == "101 runs of queue 'q' before it")
        let listed = try await store.explain(try await store.summaries(RunFilter(limit: 2)))
        #expect(listed.map(\.run.id) == [ids[101], ids[100]])
        #expect(Set(listed.map(\.line)) == ["at least 100 runs of queue 'q' before it"])
        if case .behind(_, let ahead) = listed[0].reason { #expect(ahead.first == ids[0]) } else { Issue.record() }
        _ = agent
    }
}
