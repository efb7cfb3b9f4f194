internal import LaunchPluginKit

extension RunnerConformance {
    func logsInOrder() async throws {
        try await withEndedRun(.lines(500)) { runner, handle in
            let lines = try await read(runner.logs(handle, from: nil, follow: false))
            try expectNumbered(lines.map(\.text), 1...500)
        }
    }

    func logsResume() async throws {
        try await withEndedRun(.lines(200)) { runner, handle in
            let all = try await read(runner.logs(handle, from: nil, follow: false))
            try expectNumbered(all.map(\.text), 1...200)
            for position in [0, 1, 99, 198] {
                let rest = try await read(
                    try await fixture.makeRunner().logs(handle, from: all[position].cursor, follow: false))
                try expectNumbered(rest.map(\.text), (position + 2)...200)
            }
            let none = try await read(runner.logs(handle, from: all[199].cursor, follow: false))
            try require(none.isEmpty, "\(none.count) more lines followed the last one")
        }
    }

    func logsFollow() async throws {
        try await withRun(.lines(100)) { runner, request, id in
            let handle = try await runner.submit(request, as: id)
            let lines = try await within(fixture.limit, "following the log") {
                try await read(runner.logs(handle, from: nil, follow: true))
            }
            try expectNumbered(lines.map(\.text), 1...100)
        }
    }

    func logsLongLine() async throws {
        let size = 1 << 20
        try await withEndedRun(.longLine(size)) { runner, handle in
            let lines = try await read(runner.logs(handle, from: nil, follow: false))
            let total = lines.reduce(0) { $0 + $1.text.utf8.count }
            try require(total == size, "\(total) of \(size) bytes were read")
            try require(lines.dropLast().allSatisfy(\.continues), "a piece before the last is not marked as continued")
            try require(lines.last?.continues == false, "the last piece is marked as continued")
            try require(lines.allSatisfy { $0.text.utf8.count <= 65_536 }, "a piece is larger than 64 KiB")
        }
    }

    func logsInvalidText() async throws {
        try await withEndedRun(.invalidText) { runner, handle in
            let texts = try await read(runner.logs(handle, from: nil, follow: false)).map(\.text)
            try require(texts.first == "before" && texts.last == "after" && texts.count == 3, "it read \(texts)")
        }
    }

    private func read(_ stream: LogStream) async throws -> [LogLine] {
        var lines: [LogLine] = []
        for try await batch in stream { lines += batch }
        return lines
    }

    private func expectNumbered(_ texts: [String], _ range: ClosedRange<Int>) throws {
        let expected = range.map { "line \($0)" }
        guard texts != expected else { return }
        let first = zip(texts, expected).first { $0 != $1 }
        throw Broken(
            "\(texts.count) lines instead of \(expected.count)"
                + (first.map { "; found '\($0.0)' instead of '\($0.1)'" } ?? ""))
    }
}
