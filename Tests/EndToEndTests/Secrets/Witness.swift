import Foundation
import Synchronization

/// Searches for planted secrets in everything that the program produces: its output, its files, and the command lines
/// and environments of the processes that it starts.
final class Witness: Sendable {
    private struct State {
        var plants: [Plant] = []
        var found: Set<String> = []
        var isDone = false
    }

    private let state = Mutex(State())

    /// Adds secrets. Earlier output was searched without them, so add them first.
    func expect(_ plants: [Plant]) {
        state.withLock { $0.plants += plants }
    }

    /// The secrets that were found, with their places. A test expects none.
    var findings: [String] { state.withLock { $0.found.sorted() } }

    private var spellings: [(place: String, bytes: Data)] {
        state.withLock(\.plants).flatMap { plant in plant.spellings.map { (plant.place, $0) } }
    }

    /// Searches output.
    func hears(_ data: Data, from source: String) {
        for (place, bytes) in spellings where data.range(of: bytes) != nil { note("\(place): \(source)") }
    }

    func hears(_ answer: Answer, to words: [String]) {
        let command = words.prefix(4).joined(separator: " ")
        hears(answer.bytes, from: "standard output of \(command)")
        hears(Data(answer.errors.utf8), from: "standard error of \(command)")
    }

    /// Searches all files below a folder, except those in which the test itself placed secrets.
    func reads(_ folder: String, except planted: Set<String>) {
        let spellings = spellings
        for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? []
        where !planted.contains(name) {
            // A name can contain a secret too.
            let content = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
            for (place, bytes) in spellings
            where content.range(of: bytes) != nil || Data(name.utf8).range(of: bytes) != nil {
                note("\(place): the file \(name)")
            }
        }
    }

    /// Searches all processes repeatedly, as another user of the machine could, while `body` runs.
    func watching<T>(_ body: () async throws -> T) async throws -> T {
        let thread = Thread { [self] in
            while !state.withLock(\.isDone) { lookAtProcesses() }
        }
        thread.start()
        defer { state.withLock { $0.isDone = true } }
        return try await body()
    }

    private func lookAtProcesses() {
        let spellings = spellings
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] where Int(name) != nil {
            let commandLine = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
            for (place, bytes) in spellings where commandLine.range(of: bytes) != nil {
                note("\(place): the command line of a process: \(Self.words(commandLine))")
            }
            // The test gives the program its variables, and a process has its parent's variables until it executes
            // another program.
            guard !isOurs(name) else { continue }
            let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ") ?? Data()
            for (place, bytes) in spellings where environment.range(of: bytes) != nil {
                guard !isOurs(name) else { continue }
                note("\(place): the environment of a child: \(Self.words(commandLine))")
            }
        }
    }

    /// Whether the process is the program itself, the shell that becomes it, or these tests.
    private func isOurs(_ process: String) -> Bool {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe") else {
            return true
        }
        if path.hasSuffix("/launch") || path.hasSuffix(".xctest") || path.contains("swiftpm-testing-helper") {
            return true
        }
        let commandLine = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
        return commandLine.range(of: Data("errors=$1; shift; exec".utf8)) != nil
    }

    private static func words(_ commandLine: Data) -> String {
        String(decoding: commandLine.prefix(80), as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
    }

    private func note(_ finding: String) {
        state.withLock { _ = $0.found.insert(finding) }
    }
}
