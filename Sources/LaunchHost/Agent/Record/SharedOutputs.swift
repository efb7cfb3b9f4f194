internal import LaunchConcurrency
internal import LaunchFiles

/// Copies the small outputs of an ended run to a shared store, so that people on other machines get them.
struct SharedOutputs: Sendable {
    let store: Store
    let log: Logger

    /// Names all files of the outputs in the store, and copies the smallest ones up to the store's limit of one run. A
    /// repeated call begins again.
    /// - Returns: which outputs are only on this machine, in a sentence; nil if none.
    /// - Throws: `StoreError` if the store does not accept it now. Other errors must not delay the end of the run.
    func copy(
        _ outputs: [Outcome.Output], of record: RunRecord, in folder: String
    ) async throws(StoreError) -> String? {
        guard store.isShared, !outputs.isEmpty else { return nil }
        do throws(StoreError) {
            return try await copied(outputs, of: record, in: folder)
        } catch {
            guard !error.isTemporary else { throw error }
            log.warning(
                "the outputs of a run are not in the store",
                ["run": record.id.rawValue, "error": error.description])
            return "The outputs are only on \(HostName.current), in \(folder): \(error.message)"
        }
    }

    private func copied(
        _ outputs: [Outcome.Output], of record: RunRecord, in folder: String
    ) async throws(StoreError) -> String? {
        let (found, areAll) = await withBlockingWork { RunFiles.list(outputs, in: folder) }
        guard !found.isEmpty else { return nil }
        let host = HostName.current
        let files = found.enumerated().map { number, file in
            SharedOutput(number: Int64(number), file: file.file, size: file.size, host: host, path: file.path)
        }
        try await store.nameOutputs(files, of: record.id, token: record.fencingToken)
        let limit = try await store.outputLimit()
        var rest = limit
        var kept = 0
        var why = "the store keeps up to \(limit / 1_000_000) MB of the outputs of one run"
        // The smallest first: figures and metrics reach people, whatever the size of a model beside them.
        for file in files.sorted(by: { ($0.size, $0.number) < ($1.size, $1.number) }) {
            guard file.size <= rest else { break }
            do throws(StoreError) {
                guard try await copy(file, of: record) else { continue }
            } catch {
                guard error.code == .refused else { throw error }
                why = error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
                break
            }
            rest -= file.size
            kept += 1
        }
        if kept == files.count, areAll { return nil }
        let count = areAll ? "\(files.count)" : "more than \(files.count)"
        return
            "\(kept) of \(count) files of the outputs are in the store; the others are only on \(host), in \(folder): "
            + "\(why)."
    }

    /// Returns false if the file cannot be read.
    private func copy(_ file: SharedOutput, of record: RunRecord) async throws(StoreError) -> Bool {
        var (part, position): (Int64, Int64) = (0, 0)
        repeat {
            let at = position
            let bytes = await withBlockingWork {
                try? FileSystem.File(reading: file.path).bytes(SharedOutput.part, at: at)
            }
            position += Int64(bytes?.count ?? 0)
            guard let bytes, position == file.size || bytes.count == SharedOutput.part else { return false }
            try await store.addOutput(
                bytes, part: part, isLast: position >= file.size, to: file, of: record.id, token: record.fencingToken)
            part += 1
        } while position < file.size
        return true
    }
}
