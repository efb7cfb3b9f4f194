import Foundation
import Synchronization

/// Scans the arguments and environments of all processes repeatedly for texts that must not occur there.
public final class ProcessWatch: Sendable {
    /// The results of a watch.
    public struct Seen: Sendable {
        /// The places of a text, with its context.
        public var found: Set<String> = []
        /// The number of scans.
        public var scans = 0
        /// Whether a build was seen.
        public var sawBuild = false
    }

    private struct State {
        var seen = Seen()
        var isOver = false
    }

    private let state = Mutex(State())
    private let done = DispatchSemaphore(value: 0)

    /// Starts to search for `texts`, plain and in base64.
    public init(for texts: [String]) {
        let needles = texts.flatMap { [$0, Data($0.utf8).base64EncodedString()] }.map { Data($0.utf8) }
        Thread.detachNewThread { [self] in
            while !state.withLock(\.isOver) {
                scan(needles)
                // The pause leaves processor time to the watched programs.
                Thread.sleep(forTimeInterval: 0.05)
            }
            done.signal()
        }
    }

    /// Ends the watch and returns its results.
    public func stop() -> Seen {
        state.withLock { $0.isOver = true }
        done.wait()
        return state.withLock(\.seen)
    }

    private func scan(_ needles: [Data]) {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for process in processes where process.allSatisfy(\.isNumber) {
            for file in ["cmdline", "environ"] {
                let data = FileManager.default.contents(atPath: "/proc/\(process)/\(file)") ?? Data()
                let isBuild = file == "cmdline" && data.range(of: Data("--iidfile".utf8)) != nil
                let isFound = needles.contains { data.range(of: $0) != nil }
                guard isBuild || isFound else { continue }
                state.withLock { state in
                    if isBuild { state.seen.sawBuild = true }
                    if isFound {
                        state.seen.found.insert("\(file): \(String(decoding: data.prefix(200), as: UTF8.self))")
                    }
                }
            }
        }
        state.withLock { $0.seen.scans += 1 }
    }
}
