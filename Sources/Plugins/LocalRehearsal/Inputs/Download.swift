internal import LaunchPluginKit
internal import Synchronization

/// The download of one object to a file, within a budget. It is cancelled if more bytes arrive than the budget
/// allows.
final class Download: Sendable {
    private struct State {
        var task: Task<Result<StoredObject, BackendError>, Never>?
        var fault: BackendError?
    }

    private let state = Mutex(State())
    private let budget: WriteBudget
    private let progress: @Sendable (Int64) -> Void

    init(_ budget: WriteBudget, _ progress: @escaping @Sendable (Int64) -> Void) {
        self.budget = budget
        self.progress = progress
    }

    /// - Throws: the store's error, or the budget's.
    func run(_ uri: String, from store: any ObjectStore, to file: String) async throws(BackendError) -> StoredObject {
        let counter = Advance { [self] more in
            progress(more)
            count(more)
        }
        let task = Task { () -> Result<StoredObject, BackendError> in
            do throws(BackendError) {
                return .success(try await store.download(uri, to: file) { done, _ in counter.reach(done) })
            } catch {
                return .failure(error)
            }
        }
        state.withLock { $0.task = task }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        if let fault = state.withLock({ $0.fault }) { throw fault }
        return try result.get()
    }

    private func count(_ more: Int64) {
        do throws(BackendError) {
            try budget.take(more)
        } catch {
            let task = state.withLock { state in
                state.fault = state.fault ?? error
                return state.task
            }
            task?.cancel()
        }
    }
}
