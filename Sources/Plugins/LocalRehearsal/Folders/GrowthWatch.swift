internal import Glibc
internal import LaunchPluginKit

/// Ends another program's work on a file when the file exceeds a limit or would fill the disk.
struct GrowthWatch: Sendable {
    let file: String
    let folder: String
    let limit: Int64
    let tooLarge: BackendError
    let reserve: DiskReserve

    /// Runs `body`, and cancels it if the file grows too large. The file is then removed.
    func watch(_ body: @escaping @Sendable () async throws(BackendError) -> Void) async throws(BackendError) {
        let result = await withTaskGroup(of: Result<Void, BackendError>?.self) { group in
            group.addTask {
                do throws(BackendError) {
                    return .success(try await body())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { await excess().map { .failure($0) } }
            let first: Result<Void, BackendError>? = await group.next() ?? nil
            group.cancelAll()
            for await _ in group {}
            return first
        }
        do throws(BackendError) {
            guard let result else { throw BackendError(.cancelled, "The work on \(file) was cancelled.") }
            try result.get()
            // It may have grown after the last check.
            if size > limit { throw tooLarge }
        } catch {
            unlink(file)
            throw error
        }
    }

    private func excess() async -> BackendError? {
        while (try? await Task.sleep(for: .milliseconds(100))) != nil {
            if size > limit { return tooLarge }
            do throws(BackendError) {
                try reserve.check(writing: 0, to: folder)
            } catch {
                return error
            }
        }
        return nil
    }

    private var size: Int64 {
        var status = stat()
        return lstat(file, &status) == 0 ? Int64(status.st_size) : 0
    }
}
