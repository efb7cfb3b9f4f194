import Foundation
import Synchronization

/// Reads the arguments and environments of all processes again and again, looking for texts that must not be there.
public final class ProcessWatch: Sendable {
    /// What was seen.
    public struct Seen: Sendable {
        /// The places of a text, with what stands around it.
        public var found: Set<String> = []
        /// How often all processes were looked at.
        public var scans = 0
        /// Whether a build was among them.
        public var sawBuild = false
    }

    private struct State {
        var seen = Seen()
        var isOver = false
    }

    private let state = Mutex(State())
    private let done = DispatchSemaphore(value: 0)

    /// Begins to look for `texts`, as they are and in base64.
    public init(for texts: [String]) {
        let needles = texts.flatMap { [$0, Data($0.utf8).base64EncodedString()] }.map { Data($0.utf8) }
        Thread.detachNewThread { [self] in
            while !state.withLock(\.isOver) {
                scan(needles)
                // Several watches at once must leave the processors to the programs that they watch.
                Thread.sleep(forTimeInterval: 0.05)
            }
            done.signal()
        }
    }

    /// Ends the watch.
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
