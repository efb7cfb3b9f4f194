internal import Synchronization

/// Which calls of the plugin are under way, and which one threw last. A case that hangs is reported with these names.
final class CallRecorder: Sendable {
    private struct State {
        var open: [UInt64: String] = [:]
        var last: UInt64 = 0
        var thrown: (call: String, words: String)?
    }

    private let state = Mutex(State())

    /// Calls the plugin.
    func track<T>(_ call: String, _ body: () async throws -> T) async throws -> T {
        let ticket = state.withLock { state in
            state.last += 1
            state.open[state.last] = call
            return state.last
        }
        defer { state.withLock { $0.open[ticket] = nil } }
        do {
            return try await body()
        } catch {
            state.withLock { $0.thrown = (call, "\(error)") }
            throw error
        }
    }

    /// The calls that have not returned, each once.
    var open: String {
        let names = Set(state.withLock { Array($0.open.values) }).sorted()
        return names.isEmpty
            ? "no call of the plugin is open" : "'" + names.joined(separator: "', '") + "' did not return"
    }

    /// The call that threw this error; nil if none did.
    func call(of error: any Error) -> String? {
        state.withLock { state in state.thrown.flatMap { $0.words == "\(error)" ? $0.call : nil } }
    }
}
