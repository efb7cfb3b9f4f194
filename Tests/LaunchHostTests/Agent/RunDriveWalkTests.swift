import Foundation
import TestSupport
import Testing

@testable import LaunchAgent
@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchStore

/// Random walks of the reducer over a store and a backend that fail at random, with owners that end at any point.
@Suite struct RunDriveWalkTests {
    /// A store with one run, and a backend. They answer effects, and check each against the stored state.
    private struct World {
        var random: SeededRandom
        var stored: RunRecord
        var backendHasRun = false
        var isLeaving = false
        var hasNewOwner = false
        /// Whether the backend said, after the last unclear submit, that it does not have the run.
        var isKnownAbsent = true
        var submits = 0
        var faults: [String] = []

        mutating func fault(_ text: String) { faults.append("\(text), stored: \(stored.state)") }

        /// A random fault of the store, or nil. Only a stale token is permanent.
        private mutating func storeFault() -> RunDrive.Event? {
            if hasNewOwner { return .storeFailed(StoreError(.stale, "x")) }
            guard random.oneIn(15) else { return nil }
            let codes: [StoreError.Code] = [.busy, .full, .inputOutput, .corrupt]
            return .storeFailed(StoreError(codes.randomElement(using: &random) ?? .busy, "x"))
        }

        private mutating func stageFault() -> RunDrive.Event? {
            guard random.oneIn(4) else { return nil }
            if random.oneIn(6) { return .refused(Cause(.invalidRequest, "x")) }
            return .failed(error(), mayBeThere: false)
        }

        private mutating func error() -> BackendError {
            BackendError(BackendError.Category.all.randomElement(using: &random) ?? .transient, "x")
        }

        mutating func answer(_ effect: RunDrive.Effect) -> RunDrive.Event? {
            if random.oneIn(25), stored.stopRequestedAt == nil {
                stored.stopRequestedAt = Timestamp(Date(timeIntervalSince1970: 5))
            }
            if random.oneIn(60) { isLeaving = true }
            if random.oneIn(80) { hasNewOwner = true }
            switch effect {
            case .log: return nil
            case .beginWork: return storeFault() ?? .begun(stored)
            case .look: return storeFault() ?? .looked(stored)
            case .rest, .reread: return storeFault() ?? .reread(stored)
            case .checkRules: return storeFault() ?? stageFault() ?? .permitted
            case .resolve:
                if stored.state != .claimed { fault("resolves late") }
                return stageFault() ?? .resolved(RunRecord.job, .none)
            case .makeImage(let job):
                if stored.resolved != job || ![.preparing, .building].contains(stored.state) { fault("image early") }
                return stageFault() ?? .imaged(RunRecord.pinned, decision: "d")
            case .render(let job, let image):
                if stored.resolved != job || stored.image != image { fault("renders early") }
                return stageFault() ?? .rendered(RunRecord.sent)
            case .submit(let request):
                submits += 1
                if stored.state != .submitting || stored.request != request { fault("submits before the write") }
                return submit()
            case .find:
                if random.oneIn(3) { return .unanswered("?") }
                if !backendHasRun { isKnownAbsent = true }
                return .found(backendHasRun ? RunRecord.place : nil)
            case .write(let write): return storeFault() ?? self.write(write)
            }
        }

        private mutating func submit() -> RunDrive.Event {
            guard !random.oneIn(2) else {
                backendHasRun = true
                isKnownAbsent = false
                return .submitted(RunRecord.place)
            }
            let error = error()
            if !error.category.isRefusal {
                isKnownAbsent = false
                // The answer was lost, or the call.
                backendHasRun = backendHasRun || random.oneIn(2)
            }
            return .failed(error, mayBeThere: !error.category.isRefusal)
        }

        private mutating func write(_ write: RunDrive.Write) -> RunDrive.Event {
            if stored.state.isTerminal || stored.state == .queued { fault("writes \(write) after the end") }
            switch write {
            case .move(let state, let cause, let changes):
                if !stored.state.mayBecome(state) || state == .queued { fault("moves to \(state)") }
                if state.isTerminal { end(cause?.message ?? "") }
                stored.state = state
                stored.cause = cause
                keep(changes)
            case .admit(let state, let changes, _, let mayReturn):
                if !stored.state.mayBecome(state) || state.isTerminal { fault("admits to \(state)") }
                if mayReturn, random.oneIn(4) {
                    stored.state = .queued
                } else {
                    stored.state = state
                    keep(changes)
                }
            case .keep(let changes): keep(changes)
            case .requeue(let cause, _):
                if !stored.state.mayBecome(.queued) { fault("requeues") }
                end(cause.message)
                stored.state = .queued
            case .pause, .release: break
            }
            return .stored(stored)
        }

        private mutating func keep(_ changes: RunChanges) {
            stored.resolved = changes.resolved ?? stored.resolved
            stored.image = changes.image ?? stored.image
            stored.request = changes.request ?? stored.request
            stored.handle = changes.handle ?? stored.handle
        }

        /// The message of an ended run says if the backend may have the run.
        private mutating func end(_ message: String) {
            guard stored.handle == nil, !isKnownAbsent else { return }
            let isSaid = message.contains("have the run; look there") || message.contains("The backend may have it")
            // Exception: the store, not the backend, refuses the run.
            if !isSaid, !message.contains("The program cannot continue the run") { fault("ends: \(message)") }
        }
    }

    @Test(arguments: [true, false])
    func `no walk has an effect before its write, or one after the end`(_ mayRequeue: Bool) {
        var ends: [String: Int] = [:]
        for seed in UInt64(0)..<2_000 {
            var world = World(
                random: SeededRandom(seed: seed), stored: .sample(.claimed, queue: mayRequeue ? "q" : nil))
            var owners = 0
            life: while true {
                owners += 1
                var drive = RunDrive(world.stored, mayRequeue: mayRequeue)
                var effects = drive.begin()[...]
                var steps = 0
                while let effect = effects.popFirst() {
                    steps += 1
                    // The owner ends before the effect, and the next one adopts the run.
                    if world.random.oneIn(30), owners < 5 {
                        world.stored.fencingToken += 1
                        world.stored.crashes = min(world.stored.crashes + 1, Store.mostCrashes)
                        world.hasNewOwner = false
                        world.isLeaving = false
                        continue life
                    }
                    if drive.run.fencingToken != world.stored.fencingToken { world.fault("an old token") }
                    guard let event = world.answer(effect) else { continue }
                    effects += drive.receive(
                        event,
                        RunDrive.Conditions(
                            now: Date(timeIntervalSince1970: Double(steps)), isLeaving: world.isLeaving))
                    if drive.end != nil, effects.contains(where: { if case .log = $0 { false } else { true } }) {
                        world.fault("an effect after the end")
                    }
                    if steps > 5_000 {
                        world.fault("no end")
                        break
                    }
                }
                #expect(drive.end != nil, "seed \(seed): stuck in \(drive.step)")
                check(drive.end, world, seed)
                ends["\(drive.end.map { "\($0)".prefix { $0.isLetter } } ?? "-") \(world.stored.state)", default: 0] +=
                    1
                break
            }
            #expect(world.faults.isEmpty, "seed \(seed): \(world.faults)")
        }
        // The walks reach every kind of end.
        let expected = ["submitted starting", "over failed", "over stopped", "released claimed", "dropped submitting"]
        for end in expected + (mayRequeue ? ["over queued", "held queued"] : []) {
            #expect(ends[end] != nil, "\(end): \(ends)")
        }
    }

    private func check(_ end: RunDrive.End?, _ world: World, _ seed: UInt64) {
        switch end {
        case .submitted(let run): #expect(run.handle != nil && world.stored.handle != nil, "seed \(seed)")
        case .over(let run): #expect(run.state.isTerminal || run.state == .queued, "seed \(seed): \(run.state)")
        case .held(let run, let error):
            #expect(run.state == .queued, "seed \(seed)")
            #expect([.unauthenticated, .configuration].contains(error.category), "seed \(seed)")
        case .released: #expect(!world.stored.state.isTerminal, "seed \(seed)")
        case .dropped, nil: break
        }
    }
}
