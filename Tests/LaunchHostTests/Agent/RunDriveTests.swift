import Foundation
import Testing

@testable import LaunchAgent
@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchStore

/// The reducer of a drive: every event in every step.
@Suite struct RunDriveTests {
    private static let now = Date(timeIntervalSince1970: 1_000)
    private static let stays = RunDrive.Conditions(now: now, isLeaving: false)
    private static let leaves = RunDrive.Conditions(now: now, isLeaving: true)
    private static let claimed = RunRecord.sample(.claimed)
    private static let resolved = RunRecord.sample(.preparing, resolved: true)
    private static let imaged = RunRecord.sample(.preparing, resolved: true, image: true)
    private static let submitting = RunRecord.sample(.submitting, resolved: true, image: true, request: true)
    private static let started = RunRecord.sample(.starting, resolved: true, image: true, request: true, handle: true)
    private static var stopping: RunRecord {
        var run = submitting
        run.stopRequestedAt = Timestamp(now)
        run.stopRequestedBy = "ada@host"
        return run
    }

    /// A drive in a step: begun first, so that it knows whether the backend may have the run.
    private static func drive(
        _ run: RunRecord, _ step: RunDrive.Step, mayRequeue: Bool = true, isOtherRunner: Bool = false,
        isContradicted: Bool = false
    ) -> RunDrive {
        var drive = RunDrive(run, mayRequeue: mayRequeue, isOtherRunner: isOtherRunner, isContradicted: isContradicted)
        _ = drive.begin()
        drive.step = step
        return drive
    }

    // MARK: every event in every step

    /// One step of each kind.
    private static let steps: [RunDrive.Step] = [
        .beginning, .checkingRules, .inStage, .finding(.damage("x")), .lookingAfterCancel, .storing, .pausing,
        .resting, .ending, .releasing, .givingUp(StoreError(.corrupt, "x")), .endingAfterError, .over(.released),
    ]

    /// One event of each kind.
    private static let events: [RunDrive.Event] = [
        .begun(submitting), .looked(submitting), .permitted, .resolved(RunRecord.job, .none),
        .imaged(RunRecord.pinned, decision: "d"),
        .rendered(RunRecord.sent), .submitted(RunRecord.place), .found(RunRecord.place), .unanswered("x"),
        .stored(submitting), .reread(submitting), .failed(BackendError(.denied, "x"), mayBeThere: false),
        .refused(Cause(.invalidRequest, "x")), .storeFailed(StoreError(.corrupt, "x")),
    ]

    /// The events that each step answers.
    private static let answered: [String: Set<String>] = [
        "beginning": ["begun"], "checkingRules": ["permitted", "failed", "refused"],
        "inStage": ["resolved", "imaged", "rendered", "submitted", "failed", "refused"],
        "finding": ["found", "unanswered"], "lookingAfterCancel": ["looked"], "storing": ["stored"],
        "pausing": ["stored"], "resting": ["reread"], "ending": ["stored"], "releasing": ["stored"],
        "givingUp": ["reread"], "endingAfterError": ["stored"], "over": [],
    ]

    private static func name(_ value: Any) -> String { String("\(value)".prefix { $0.isLetter }) }

    @Test func `an event that does not fit the step changes nothing`() {
        for run in [Self.claimed, Self.resolved, Self.imaged, Self.submitting] {
            for step in Self.steps {
                for event in Self.events {
                    let before = Self.drive(run, step)
                    var drive = before
                    let effects = drive.receive(event, Self.stays)
                    let (stepName, eventName) = (Self.name(step), Self.name(event))
                    let fits =
                        Self.answered[stepName]?.contains(eventName) == true
                        || eventName == "storeFailed" && stepName != "over"
                    if fits {
                        #expect(!effects.isEmpty || drive.end != nil, "\(stepName) \(eventName)")
                    } else {
                        #expect(effects.isEmpty && drive.step == before.step, "\(stepName) \(eventName)")
                    }
                }
            }
        }
        #expect(Set(Self.steps.map(Self.name)) == Set(Self.answered.keys))
        #expect(Set(Self.events.map(Self.name)).isSuperset(of: Self.answered.values.joined()))
    }

    // MARK: the sequence of the stages

    @Test func `each stage begins after its step back to the store, and a stop is looked for between them`() {
        let next: [(RunRecord, RunDrive.Effect)] = [
            (Self.claimed, .resolve), (Self.resolved, .makeImage(RunRecord.job)),
            (Self.imaged, .render(RunRecord.job, RunRecord.pinned)), (Self.submitting, .submit(RunRecord.sent)),
            // A requeued run was claimed again: the queue's present rules apply first.
            (.sample(.claimed, resolved: true), .checkRules),
            (.sample(.claimed, resolved: true, image: true), .checkRules),
            (.sample(.claimed, resolved: true, image: true, request: true), .checkRules),
        ]
        for (run, effect) in next {
            var drive = Self.drive(run, .storing)
            #expect(drive.receive(.stored(run), Self.stays) == [effect])
            var begun = Self.drive(run, .beginning)
            #expect(begun.receive(.begun(run), Self.stays) == [effect])
        }
        let results: [(RunDrive.Event, RunDrive.Write)] = [
            (
                .resolved(RunRecord.job, .none),
                .admit(.preparing, RunChanges(resolved: RunRecord.job), .none, mayReturn: true)
            ),
            (
                .imaged(RunRecord.pinned, decision: "d"),
                .keep(RunChanges(image: RunRecord.pinned, imageDecision: "d"))
            ),
            (.rendered(RunRecord.sent), .move(.submitting, nil, RunChanges(request: RunRecord.sent))),
            (.submitted(RunRecord.place), .move(.starting, nil, RunChanges(handle: RunRecord.place))),
        ]
        for (event, write) in results {
            var drive = Self.drive(Self.claimed, .inStage)
            #expect(drive.receive(event, Self.stays) == [.write(write)])
            #expect(drive.step == .storing)
        }
    }

    @Test func `a requeued run marks its stage again after the rules permit it`() {
        let next: [(RunRecord, RunDrive.Effect)] = [
            (.sample(.claimed, resolved: true), .write(.move(.preparing, nil, RunChanges()))),
            (.sample(.claimed, resolved: true, image: true), .render(RunRecord.job, RunRecord.pinned)),
            (
                .sample(.claimed, resolved: true, image: true, request: true),
                .write(.move(.submitting, nil, RunChanges()))
            ),
        ]
        for (run, effect) in next {
            var drive = Self.drive(run, .checkingRules)
            #expect(drive.receive(.permitted, Self.stays) == [effect])
        }
    }

    @Test func `a program that leaves releases the run between two stages`() {
        var drive = Self.drive(Self.imaged, .storing)
        #expect(drive.receive(.stored(Self.imaged), Self.leaves) == [.write(.release)])
        #expect(drive.receive(.stored(Self.imaged), Self.leaves).isEmpty)
        #expect(drive.end == .released)
    }

    @Test func `a run that its claim already marked as worked on begins without a write, unless a stop was requested`()
    {
        let stages: [(RunRecord, RunDrive.Effect)] = [
            (Self.claimed, .resolve), (.sample(.claimed, resolved: true), .checkRules),
            (.sample(.claimed, resolved: true, image: true), .checkRules),
        ]
        for (run, effect) in stages {
            var marked = run
            marked.isWorkedOn = true
            var drive = RunDrive(marked, mayRequeue: true)
            #expect(drive.begin() == [effect])
            marked.stopRequestedAt = Timestamp(Self.now)
            var stopped = RunDrive(marked, mayRequeue: true)
            #expect(stopped.begin() == [.beginWork(isSuspect: false)])
            var unmarked = RunDrive(run, mayRequeue: true)
            #expect(unmarked.begin() == [.beginWork(isSuspect: false)])
        }
        // A run that another stage of its owner left behind, or that crashed an owner, does not.
        for var run in [Self.resolved, Self.claimed] {
            run.isWorkedOn = true
            if run.state == .claimed { run.crashes = 1 }
            var drive = RunDrive(run, mayRequeue: true)
            #expect(drive.begin() == [.beginWork(isSuspect: run.crashes > 0)])
        }
    }

    @Test func `a run that the backend has is passed on without a write`() {
        var drive = RunDrive(Self.started, mayRequeue: true)
        #expect(drive.begin().isEmpty)
        #expect(drive.end == .submitted(Self.started))
    }

    @Test func `a run that ended three owners is set aside, in every stage`() {
        for var run in [Self.claimed, Self.resolved, Self.submitting, Self.started] {
            run.crashes = Store.mostCrashes
            var drive = RunDrive(run, mayRequeue: true)
            let effects = drive.begin()
            guard case .write(.move(.failed, let cause?, _)) = effects.last else {
                Issue.record("\(effects)")
                continue
            }
            #expect(cause.code == .internalFault)
            #expect(cause.message.contains("The backend may have it") == (run.state == .submitting))
        }
    }

    // MARK: runs that an earlier owner may have left in the backend

    @Test func `a stop looks the run up before it ends the run`() {
        var drive = Self.drive(Self.submitting, .beginning)
        #expect(drive.receive(.begun(Self.stopping), Self.stays) == [.find(RunRecord.sent)])
        var found = drive
        #expect(
            found.receive(.found(RunRecord.place), Self.stays)
                == [.write(.move(.starting, nil, RunChanges(handle: RunRecord.place)))])
        var absent = drive
        let cause = Cause(.userStop, "Stopped before it was submitted, as ada@host asked.")
        #expect(absent.receive(.found(nil), Self.stays) == [.write(.move(.stopped, cause, RunChanges()))])
        guard case .write(.pause(let note?)) = drive.receive(.unanswered("no route"), Self.stays).first else {
            Issue.record("no pause")
            return
        }
        #expect(note.contains("no route"))
        #expect(drive.receive(.stored(Self.submitting), Self.stays) == [.rest(.seconds(5))])
    }

    @Test func `while it is unknown whether the backend has the run, it is asked again at growing intervals`() {
        var drive = Self.drive(Self.submitting, .inStage)
        var waits: [Duration] = []
        for number in 0..<6 {
            if number > 0 {
                #expect(drive.receive(.reread(Self.submitting), Self.stays) == [.beginWork(isSuspect: false)])
                #expect(drive.receive(.begun(Self.submitting), Self.stays) == [.submit(RunRecord.sent)])
            }
            let lost = RunDrive.Event.failed(BackendError(.transient, "lost"), mayBeThere: true)
            #expect(drive.receive(lost, Self.stays) == [.find(RunRecord.sent)])
            guard case .write(.pause(let note)) = drive.receive(.unanswered("?"), Self.stays).first else {
                Issue.record("no pause")
                return
            }
            // One event says so, not one per call.
            #expect((note != nil) == (number == 0))
            if case .rest(let wait) = drive.receive(.stored(Self.submitting), Self.stays).first { waits.append(wait) }
        }
        #expect(waits == [5, 10, 20, 40, 60, 60].map { .seconds($0) })
        #expect(drive.receive(.reread(Self.submitting), Self.leaves) == [.beginWork(isSuspect: false)])
    }

    @Test(arguments: BackendError.Category.all)
    func `an error of a submit has the effect in the table`(_ category: BackendError.Category) {
        let error = BackendError(category, "it failed", retryAfter: .seconds(7))
        let back = RunDrive.Effect.write(
            .requeue(
                Cause(
                    [.capacity: .capacity, .quota: .quota, .unavailable: .unavailable][category] ?? .submit, "it failed"
                ),
                notBefore: Self.now.addingTimeInterval(7)))
        let end = RunDrive.Effect.write(
            .move(.failed, Cause(category == .unavailable ? .unavailable : .submit, "it failed"), RunChanges()))
        for mayRequeue in [true, false] {
            var drive = Self.drive(Self.submitting, .inStage, mayRequeue: mayRequeue)
            // The previous owner may have sent it, so it is looked up after every error.
            #expect(drive.receive(.failed(error, mayBeThere: false), Self.stays) == [.find(RunRecord.sent)])
            let effect = drive.receive(.found(nil), Self.stays).last
            switch category.disposition(in: .submit) {
            case .yield:
                #expect(effect == .look)
                var stopped = drive
                #expect(drive.receive(.looked(Self.submitting), Self.stays) == [.write(.release)])
                guard case .write(.move(.stopped, _, _)) = stopped.receive(.looked(Self.stopping), Self.stays).first
                else {
                    Issue.record("not stopped")
                    return
                }
            case .fail: #expect(effect == end, "\(category)")
            default: #expect(effect == (mayRequeue ? back : end), "\(category)")
            }
        }
    }

    @Test(arguments: BackendError.Category.all)
    func `an error before the submit fails the run with its stage's cause, or requeues it`(
        _ category: BackendError.Category
    ) {
        var built = Self.resolved
        built.resolved?.source = .code(Source.Code(snapshot: "s", origin: "o", dockerfile: "Dockerfile"))
        let imageCode: Cause.Code = category == .invalid ? .invalidRequest : .image
        for (run, code) in [(Self.resolved, Cause.Code.image), (built, .build), (Self.imaged, imageCode)] {
            var drive = Self.drive(run, .inStage)
            let effect = drive.receive(.failed(BackendError(category, "x"), mayBeThere: false), Self.stays).last
            switch (category.disposition(in: .prepare), effect) {
            case (.yield, .look), (.requeue, .write(.requeue)), (.requeueAndHold, .write(.requeue)): break
            case (.fail, .write(.move(.failed, let cause?, _))): #expect(cause == Cause(code, "x"))
            default: Issue.record("\(category): \(String(describing: effect))")
            }
        }
    }

    @Test(arguments: [nil, Duration.seconds(Int64.max), .seconds(-5)])
    func `neither a tampered number of attempts nor a server's wait ends the program`(asked: Duration?) {
        var run = Self.imaged
        run.attempts = .max
        var drive = Self.drive(run, .inStage)
        let error = BackendError(.throttled, "x", retryAfter: asked)
        let effect = drive.receive(.failed(error, mayBeThere: false), Self.stays).last
        guard case .write(.requeue(_, let time)) = effect else {
            Issue.record("\(String(describing: effect))")
            return
        }
        #expect((0...86_400).contains(time.timeIntervalSince(Self.now)))
    }

    @Test(arguments: [BackendError.Category.unauthenticated, .configuration, .capacity])
    func `an error of all runs ends the drive with a hold, and the run waits only shortly`(
        _ category: BackendError.Category
    ) {
        var run = Self.imaged
        run.attempts = 20
        var drive = Self.drive(run, .inStage)
        let error = BackendError(category, "x")
        let effect = drive.receive(.failed(error, mayBeThere: false), Self.stays).last
        var queued = run
        queued.state = .queued
        _ = drive.receive(.stored(queued), Self.stays)
        guard case .write(.requeue(_, let time)) = effect else {
            Issue.record("\(String(describing: effect))")
            return
        }
        #expect(time.timeIntervalSince(Self.now) == (category == .capacity ? 300 : 5))
        #expect(drive.end == (category == .capacity ? .over(queued) : .held(queued, error)))
    }

    @Test func `a registry that refuses the image of one run does not hold the queue`() {
        var drive = Self.drive(Self.resolved, .inStage)
        _ = drive.receive(.failed(BackendError(.unauthenticated, "x"), mayBeThere: false), Self.stays)
        var queued = Self.resolved
        queued.state = .queued
        _ = drive.receive(.stored(queued), Self.stays)
        #expect(drive.end == .over(queued))
    }

    @Test func `an error of the configuration that only this run has fails it, and another one holds the queue`() {
        let error = BackendError(.configuration, "x", hint: "y")
        let fails = [RunDrive.Effect.write(.move(.failed, Cause(.invalidRequest, "x y"), RunChanges()))]
        for run in [Self.resolved, Self.imaged] {
            var own = Self.drive(run, .inStage, isContradicted: true)
            #expect(own.receive(.failed(error, mayBeThere: false), Self.stays) == fails)
            var rehearsal = Self.drive(run, .inStage, isOtherRunner: true)
            #expect(rehearsal.receive(.failed(error, mayBeThere: false), Self.stays) == fails)
            var other = Self.drive(run, .inStage)
            _ = other.receive(.failed(error, mayBeThere: false), Self.stays)
            var queued = run
            queued.state = .queued
            _ = other.receive(.stored(queued), Self.stays)
            #expect(other.end == .held(queued, error))
        }
    }

    @Test func `rejected credentials of another runner than the queue's requeue the run, and do not hold the queue`() {
        var drive = Self.drive(Self.imaged, .inStage, isOtherRunner: true)
        let error = BackendError(.unauthenticated, "x")
        guard case .write(.requeue) = drive.receive(.failed(error, mayBeThere: false), Self.stays).last else {
            Issue.record("the run is not requeued")
            return
        }
        var queued = Self.imaged
        queued.state = .queued
        _ = drive.receive(.stored(queued), Self.stays)
        #expect(drive.end == .over(queued))
    }

    @Test func `a run that cannot be continued is looked up first if the backend may have it`() {
        let cause = Cause(.invalidRequest, "no such runner")
        var early = Self.drive(Self.imaged, .inStage)
        #expect(early.receive(.refused(cause), Self.stays) == [.write(.move(.failed, cause, RunChanges()))])
        var late = Self.drive(Self.submitting, .inStage)
        #expect(late.receive(.refused(cause), Self.stays) == [.find(RunRecord.sent)])
        guard case .write(.pause) = late.receive(.unanswered("?"), Self.stays).first else {
            Issue.record("not asked again")
            return
        }
    }

    @Test(arguments: [true, false])
    func `a stop during a submit does not end the run while it is unknown whether the backend has it`(
        _ mayRequeue: Bool
    ) {
        var drive = Self.drive(Self.submitting, .inStage, mayRequeue: mayRequeue)
        let cancelled = RunDrive.Event.failed(BackendError(.cancelled, "x"), mayBeThere: true)
        #expect(drive.receive(cancelled, Self.stays) == [.find(RunRecord.sent)])
        guard case .write(.pause) = drive.receive(.unanswered("?"), Self.stays).first else {
            Issue.record("\(drive.step)")
            return
        }
    }

    @Test func `a run that has waited as long as its queue allows fails`() {
        var run = Self.submitting
        run.resolved?.retry = RetryRules(waitSeconds: 100)
        for (since, isOver) in [(899.0, true), (901, false)] {
            run.waitingSince = Timestamp(Date(timeIntervalSince1970: since))
            var drive = Self.drive(run, .inStage)
            _ = drive.receive(.failed(BackendError(.capacity, "none left"), mayBeThere: false), Self.stays)
            switch drive.receive(.found(nil), Self.stays).last {
            case .write(.move(.failed, let cause?, _)):
                #expect(isOver && cause.code == .capacity && cause.message.contains("'retry.wait'"))
            case .write(.requeue): #expect(!isOver)
            case let other: Issue.record("\(String(describing: other))")
            }
        }
    }

    // MARK: errors of the store

    @Test func `a stale token ends the drive in every step`() {
        for step in Self.steps where Self.name(step) != "over" {
            for conditions in [Self.stays, Self.leaves] {
                var drive = Self.drive(Self.submitting, step)
                let effects = drive.receive(.storeFailed(StoreError(.stale, "x")), conditions)
                #expect(effects.allSatisfy { Self.name($0) == "log" } && drive.end == .dropped, "\(step)")
            }
        }
    }

    @Test func `a busy store is awaited; a store that refuses the run ends it`() {
        for code in [StoreError.Code.busy, .full, .inputOutput] {
            var drive = Self.drive(Self.submitting, .storing)
            #expect(drive.receive(.storeFailed(StoreError(code, "x")), Self.stays).last == .rest(.seconds(5)))
            var leaving = Self.drive(Self.submitting, .storing)
            _ = leaving.receive(.storeFailed(StoreError(code, "x")), Self.leaves)
            #expect(leaving.end == .dropped)
        }
        var drive = Self.drive(Self.submitting, .storing)
        #expect(drive.receive(.storeFailed(StoreError(.refused, "no")), Self.stays).last == .reread)
        var ended = drive
        #expect(ended.receive(.reread(.sample(.stopped)), Self.stays).isEmpty && ended.end == .dropped)
        guard case .write(.move(.failed, _, _)) = drive.receive(.reread(Self.submitting), Self.stays).first else {
            Issue.record("not ended")
            return
        }
    }
}
