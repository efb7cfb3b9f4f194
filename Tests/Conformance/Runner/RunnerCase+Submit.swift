internal import Foundation
internal import LaunchPluginKit

// The request, `submit` and `find`.
extension RunnerCase {
    func renderIsPure() async throws {
        let id = RunID.random()
        let job = try job(.exit(0), id)
        let runner = try await runner()
        let first = try await runner.render(job)
        for other in [runner, try await self.runner()] {
            let again = try await other.render(job)
            try require(try JSON.canonicalData(first) == JSON.canonicalData(again), "two renderings differ")
        }
    }

    func renderIgnoresSurroundings() async throws {
        try demandSecondProcess()
        let id = RunID.random()
        let job = try job(.exit(0), id)
        let here = try await runner().render(job)
        let there = try await second(.render(job), id)
        guard let rendered = there.request else { throw FixtureFault("the second process rendered nothing") }
        let (first, second) = (try JSON.canonical(here), try JSON.canonical(rendered))
        try require(first == second, "here it is \(first), and in another process a day later \(second)")
        if !there.isLater { throw NotChecked(why: "the clock of a process cannot be shifted on this system") }
    }

    func validateIsPure() async throws {
        let runner = try await runner()
        let request = try await runner.render(try job(.exit(0), RunID.random()))
        let first = runner.validate(request)
        for other in [runner, try await self.runner()] {
            let again = other.validate(request)
            try require(first == again, "the findings are \(first) and then \(again)")
        }
    }

    func validJobIsAccepted() async throws {
        let runner = try await runner()
        let errors = runner.validate(try await runner.render(try job(.exit(0), RunID.random())))
            .filter { $0.severity == .error }
        try require(errors.isEmpty, "\(errors)")
    }

    func findNothing() async throws {
        let runner = try await runner()
        let (request, id) = try await request(.exit(0), runner)
        let found = try await runner.find(request, as: id)
        try require(found == nil, "it found \(String(describing: found))")
    }

    func preparing() async throws {
        let runner = try await runner()
        let (request, id) = try await request(.exit(0), runner)
        for _ in 0..<2 { try await runner.prepare(for: request) }
        let found = try await runner.find(request, as: id)
        try require(found == nil, "'find' returned \(String(describing: found)) before the submit")
        let count = try await count(id)
        try require(count == 0, "the backend holds \(count) runs before the submit")
        let end = try await end(of: try await runner.submit(request, as: id), with: runner)
        try require(end.phase == .succeeded, "it ended as \(end.phase)")
    }

    func submitOnce() async throws {
        var runners: [CheckedRunner] = []
        for _ in 0..<4 { runners.append(try await runner()) }
        let (request, id) = try await request(.silent, runners[0])
        let handles = try await withThrowingTaskGroup(of: RunHandle.self) { group in
            for number in 0..<32 {
                let runner = runners[number % runners.count]
                group.addTask { try await runner.submit(request, as: id) }
            }
            return try await group.reduce(into: Set<RunHandle>()) { $0.insert($1) }
        }
        let again = try await runner().submit(request, as: id)
        try require(handles == [again], "there are \(handles.union([again]).count) different handles")
        try await requireOne(id)
    }

    func submitConflict() async throws {
        let (runner, request, handle) = try await submitted(.runs(seconds: 600))
        let id = handle.runID
        let other = try await runner.render(try job(.silent, id))
        if other == request { throw FixtureFault("the jobs for 'runs' and 'silent' have the same request") }
        for runner in [runner, try await self.runner()] {
            let taken: RunHandle
            do {
                taken = try await runner.submit(other, as: id)
            } catch let error as BackendError {
                try require(error.category == .conflict, "the error is of category '\(error.category)': \(error)")
                continue
            }
            throw Broken("'submit' of another request returned \(taken)")
        }
        try await requireOne(id)
    }

    func submitLostAnswer() async throws {
        try await demand(.loseSubmitAnswer)
        let runner = try await runner()
        let (request, id) = try await request(.silent, runner)
        let first = try await with(.loseSubmitAnswer) { () -> RunHandle? in
            do {
                return try await runner.submit(request, as: id)
            } catch let error as BackendError {
                let isOpen = ![.denied, .invalid, .configuration, .quota, .capacity].contains(error.category)
                try require(isOpen, "the error claims that nothing was started (\(error.category)): \(error)")
                return nil
            }
        }
        guard try await count(id) > 0 else {
            throw FixtureFault("the wire lost the submit itself, and not its answer")
        }
        let found = try await self.runner().find(request, as: id)
        try require(found != nil, "'find' returns nil, and the backend has the run")
        let again = try await self.runner().submit(request, as: id)
        try require(again == found, "'find' returns \(String(describing: found)), and 'submit' \(again)")
        try require(first == nil || first == again, "the handles differ: \(String(describing: first)) and \(again)")
        try await requireOne(id)
    }

    func submitSecondProcess() async throws {
        try demandSecondProcess()
        let (_, request, handle) = try await submitted(.silent)
        let other = try await second(.submit(request), handle.runID)
        try await requireOne(handle.runID)
        try require(other.handle == handle, "the handles are \(handle) and \(String(describing: other.handle))")
    }

    func submitTwoProcesses() async throws {
        try demandSecondProcess()
        let runner = try await runner()
        let (request, id) = try await request(.silent, runner)
        let handles = try await withThrowingTaskGroup(of: RunHandle?.self) { group in
            for _ in 0..<2 { group.addTask { try await self.second(.submit(request), id).handle } }
            group.addTask { try await runner.submit(request, as: id) }
            return try await group.reduce(into: Set<RunHandle?>()) { $0.insert($1) }
        }
        try await requireOne(id)
        try require(handles.count == 1, "there are \(handles.count) different handles")
    }

    func submitRefused(_ fault: WireFault) async throws {
        try await demand(fault)
        let runner = try await runner()
        let (request, id) = try await request(.silent, runner)
        try await with(fault) {
            let taken: RunHandle
            do {
                taken = try await runner.submit(request, as: id)
            } catch let error as BackendError {
                let isRepeated = [.callAgainThenRequeue, .requeue].contains(error.category.disposition(in: .submit))
                try require(isRepeated, "the category '\(error.category)' fails the run for good: \(error)")
                return
            }
            throw Broken("'submit' returned \(taken)")
        }
        let count = try await count(id)
        try require(count == 0, "the backend holds \(count) runs after the refusal")
        _ = try await runner.submit(request, as: id)
        try await requireOne(id)
    }

    func findSecondProcess() async throws {
        try demandSecondProcess()
        let (_, request, handle) = try await submitted(.silent)
        let found = try await second(.find(request), handle.runID).handle
        try require(found == handle, "'find' returned \(String(describing: found)) instead of \(handle)")
    }

    func findUnreachable() async throws {
        try await demand(.unreachable)
        let (runner, request, handle) = try await submitted(.silent)
        try await with(.unreachable) {
            let found: RunHandle?
            do {
                found = try await runner.find(request, as: handle.runID)
            } catch is BackendError {
                return
            }
            // A plugin may know the run without the backend.
            try require(found == handle, "'find' returned \(String(describing: found))")
        }
    }

    func requireOne(_ id: RunID) async throws {
        let count = try await count(id)
        try require(count == 1, "the backend holds \(count) runs with the ID")
    }
}
