import TestSupport
import Testing

@testable import LaunchOCIRegistry

struct UploadPlanTests {
    private static let cut = OCIError(.unreachable, "no answer")

    @Test func `a blob of any size is sent in one request`() {
        var plan = UploadPlan(size: 100 << 20)
        #expect(plan.step == .begin)
        plan.take(.begun)
        #expect(plan.step == .sendAll)
        plan.take(.stored)
        #expect(plan.step == .done)
    }

    @Test func `after a cut, the plan looks for the blob and asks what the upload has`() {
        var plan = UploadPlan(size: 100, piece: 30, isBegun: true)
        for event in [UploadPlan.Event.cut(Self.cut), .found(false), .holds(50)] { plan.take(event) }
        #expect(plan.step == .send(50..<80))
        plan.take(.accepted(80))
        #expect(plan.step == .send(80..<100))
        plan.take(.accepted(nil))
        #expect(plan.step == .finish)
        plan.take(.stored)
        #expect(plan.step == .done)
    }

    @Test func `a blob that was stored before the cut is not sent again`() {
        var plan = UploadPlan(size: 100, isBegun: true)
        plan.take(.cut(Self.cut))
        #expect(plan.step == .look)
        plan.take(.found(true))
        #expect(plan.step == .done)
    }

    @Test func `a registry that keeps nothing of a cut request gets the blob in pieces`() {
        var plan = UploadPlan(size: 100, piece: 30, isBegun: true)
        for event in [UploadPlan.Event.cut(Self.cut), .found(false), .lost, .begun] { plan.take(event) }
        #expect(plan.step == .send(0..<30))
    }

    @Test func `a registry that discards pieces gets the whole blob again, and no more pieces`() {
        var plan = UploadPlan(size: 100, piece: 30, isBegun: true)
        for event in [UploadPlan.Event.cut(Self.cut), .found(false), .lost, .begun, .accepted(30)] { plan.take(event) }
        #expect(plan.step == .send(30..<60))
        plan.take(.accepted(30))
        #expect(plan.step == .begin)
        plan.take(.begun)
        #expect(plan.step == .sendAll)
        for event in [UploadPlan.Event.cut(Self.cut), .found(false), .holds(40), .begun] { plan.take(event) }
        #expect(plan.step == .sendAll)
    }

    @Test func `a failure that no retry changes ends the upload`() {
        var plan = UploadPlan(size: 100, isBegun: true)
        let error = OCIError(.denied, "no")
        plan.take(.cut(error))
        #expect(plan.step == .failed(error))
    }

    /// A registry in which any request may be cut. The plan ends, and "done" means that the registry has all bytes.
    @Test(arguments: 0..<400 as Range<UInt64>)
    func `random faults end in a stored blob or in an error, after a bounded number of requests`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let size = Int64.random(in: 0...200, using: &random)
        let badness = Int.random(in: 0...70, using: &random)
        let keepsPieces = Bool.random(using: &random)
        var plan = UploadPlan(size: size, piece: Int64.random(in: 1...50, using: &random))
        var upload: Int64?
        var isStored = false
        var steps = 0
        while true {
            if plan.step == .done || { if case .failed = plan.step { true } else { false } }() { break }
            steps += 1
            #expect(steps < 5000)
            guard steps < 5000 else { return }
            let fails = Int.random(in: 0..<100, using: &random) < badness
            let takesEffect = !fails || Bool.random(using: &random)
            let event: UploadPlan.Event
            switch plan.step {
            case .begin:
                if takesEffect { upload = 0 }
                event = .begun
            case .sendAll where upload == nil, .send where upload == nil, .finish where upload == nil: event = .lost
            case .sendAll:
                if takesEffect { (isStored, upload) = (true, nil) } else { upload = upload.map { _ in size / 2 } }
                event = .stored
            case .send(let range):
                #expect(range.lowerBound == upload && !range.isEmpty && range.upperBound <= size)
                if takesEffect, keepsPieces || range.lowerBound == 0 { upload = range.upperBound }
                event = .accepted(upload)
            case .finish:
                #expect(upload == size)
                if takesEffect { (isStored, upload) = (true, nil) }
                event = .stored
            case .look: event = .found(isStored)
            case .ask:
                event = upload.map { .holds($0) } ?? .lost
                // Some registries forget an upload after a cut.
                if Int.random(in: 0..<4, using: &random) == 0 { upload = nil }
            case .done, .failed: return
            }
            plan.take(fails ? .cut(Self.cut) : event)
        }
        #expect(plan.step != .done || isStored)
        #expect(badness > 0 || !keepsPieces || plan.step == .done)
    }
}
