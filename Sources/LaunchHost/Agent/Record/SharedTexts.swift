internal import FoundationEssentials

/// The texts of runs on this machine and in a shared store.
extension Store {
    /// Runs the build of an image, and copies its log to a shared store about once a second. Errors of the copy do not
    /// fail the build.
    func sharing<T: Sendable>(
        _ buildLog: BuildLog?, of run: RunRecord, _ clock: HostClock, _ body: () async throws -> T
    ) async throws -> T {
        guard isShared, let buildLog else { return try await body() }
        let copying = Task { await copy(buildLog, of: run, clock) }
        let result: Result<T, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        copying.cancel()
        await copying.value
        return try result.get()
    }

    /// Copies the log of a build until the task is cancelled, and then what is left of it. The last lines are written by
    /// a task that is not cancelled.
    private func copy(_ buildLog: BuildLog, of run: RunRecord, _ clock: HostClock) async {
        var progress = TextProgress(
            source: UUID().uuidString, place: "on \(HostName.current), in \(home.buildLog(of: run.id))")
        while true {
            let isLast = Task.isCancelled
            progress.append(buildLog.take())
            let now = progress
            let written = await Task { () async throws(StoreError) -> TextProgress in
                var progress = now
                if progress.isUnknown { progress.resume(after: try await end(of: .build, of: run.id)) }
                while let part = progress.part {
                    do throws(StoreError) {
                        try await add(
                            part.data, to: .build, of: run.id, upTo: part.end, replaces: part.replaces,
                            isNotice: part.isNotice, token: run.fencingToken)
                        progress.partIsWritten()
                    } catch {
                        guard error.code == .refused, !part.isNotice else { throw error }
                        progress.partIsRefused(because: error.message)
                    }
                }
                return progress
            }.result
            switch written {
            case .success(let next): progress = next
            // The write may be committed nevertheless.
            case .failure: progress.partHasFailed()
            }
            if isLast || progress.isFull { return }
            try? await clock.sleep(.seconds(1))
        }
    }

    /// Puts a file of a run into a shared store, if it exists and is not larger than a text may be.
    /// - Throws: `StoreError` if the store does not accept it now.
    func share(_ path: String, as text: RunText, of run: RunRecord) async throws(StoreError) {
        guard isShared, let data = FileManager.default.contents(atPath: path), data.count <= RunText.limit else {
            return
        }
        let number = try await end(of: text, of: run.id).map { $0.number + 1 } ?? 0
        try await add(
            String(decoding: data, as: UTF8.self), to: text, of: run.id,
            upTo: TextEnd(number: number, source: ""), replaces: true, token: run.fencingToken)
    }

    /// The log of the image's build; nil if nothing was built.
    /// - Throws: `StoreError` if the store cannot be read.
    package func buildLog(of run: RunID) async throws(StoreError) -> String? {
        if let data = FileManager.default.contents(atPath: home.buildLog(of: run)), !data.isEmpty {
            return String(decoding: data, as: UTF8.self)
        }
        guard isShared, let text = try await whole(.build, of: run), !text.isEmpty else { return nil }
        return text
    }

    /// The step of the image's build that its log names last; nil if there is none.
    /// - Throws: `StoreError` if the store cannot be read.
    package func buildStep(of run: RunRecord) async throws(StoreError) -> BuildStep? {
        if let step = home.buildStep(of: run) { return step }
        guard isShared, run.state == .building, let end = try await end(of: .build, of: run.id) else { return nil }
        let last = try await parts(of: .build, of: run.id, from: max(0, end.number - 15))
        return BuildStep(lastIn: last.map(\.data).joined())
    }

    /// The record of a rehearsal; nil if the run was not a rehearsal, or has not ended.
    /// - Throws: `StoreError` if the store cannot be read.
    package func rehearsal(of run: RunID) async throws(StoreError) -> RehearsalRecord? {
        if let record = RehearsalRecord(in: home.folder(of: run)) { return record }
        guard isShared, let text = try await whole(.rehearsal, of: run) else { return nil }
        return RehearsalRecord(json: text)
    }
}
