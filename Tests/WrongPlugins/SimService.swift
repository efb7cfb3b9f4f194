internal import Foundation
internal import Glibc
public import LaunchPluginKit

/// A small service that runs jobs, in a folder: several processes use it at the same time, and its clock is faster than
/// this machine's. It enforces nothing that a plugin must do.
public struct SimService: Codable, Sendable {
    public let folder: String
    /// In seconds since 1970: a date is stored in whole seconds.
    let start: Double
    let rate: Double

    public init(folder: String, rate: Double = 20) throws {
        self.folder = folder
        start = Date().timeIntervalSince1970
        self.rate = rate
        for name in ["runs", "plugin", "machines", "callers"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
    }

    /// The service for another process.
    public var configuration: String {
        get throws { try JSON.canonical(self) }
    }

    public init(configuration: String) throws {
        self = try JSON.decode(SimService.self, from: Data(configuration.utf8))
    }

    var now: Date { Date(timeIntervalSince1970: seconds) }

    /// The present time in seconds since 1970.
    var seconds: Double { start + (Date().timeIntervalSince1970 - start) * rate }

    /// One started run. Two may have the same run ID.
    struct Run: Codable, Sendable {
        var id: RunID
        var number: Int
        var request: JSONValue
        var created: Double
        var stopped: Double?
        var grace: Double = 0
    }

    /// Does one thing at a time, in all processes.
    func locked<T>(_ body: () throws -> T) throws -> T {
        let file = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SimFault(description: "no lock in \(folder)") }
        defer { close(file) }
        guard flock(file, LOCK_EX) == 0 else { throw SimFault(description: "the lock in \(folder) fails") }
        return try body()
    }

    /// All runs, oldest first.
    func runs() throws -> [Run] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/runs").compactMap { name in
            guard !name.hasPrefix("."), let data = FileManager.default.contents(atPath: "\(folder)/runs/\(name)") else {
                return nil
            }
            return try JSON.decode(Run.self, from: data)
        }.sorted { $0.number < $1.number }
    }

    func runs(_ id: RunID) throws -> [Run] { try runs().filter { $0.id == id } }

    public func count(_ id: RunID) throws -> Int { try runs(id).count }

    func create(_ id: RunID, _ request: JSONValue) throws -> Run {
        let run = Run(id: id, number: (try runs().last?.number ?? 0) + 1, request: request, created: seconds)
        try keep(run)
        _ = FileManager.default.createFile(atPath: "\(folder)/machines/\(id)", contents: nil)
        return run
    }

    /// What runs leave outside of the service until they are released.
    func machines() throws -> Set<String> {
        try Set(FileManager.default.contentsOfDirectory(atPath: "\(folder)/machines"))
    }

    func removeMachine(_ id: RunID) { unlink("\(folder)/machines/\(id)") }

    /// Waits until two processes are here for a run, or for half a minute.
    func rendezvous(_ id: RunID) async {
        let callers = "\(folder)/callers"
        _ = FileManager.default.createFile(atPath: "\(callers)/\(id)-\(getpid())", contents: nil)
        let limit = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < limit {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: callers)) ?? []
            if names.count(where: { $0.hasPrefix("\(id)-") }) > 1 { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    func keep(_ run: Run) throws {
        try JSON.canonicalData(run).write(to: URL(filePath: path(run)), options: .atomic)
    }

    func remove(_ run: Run) { unlink(path(run)) }

    private func path(_ run: Run) -> String { "\(folder)/runs/\(run.id)-\(run.number)" }

    // MARK: faults

    /// The fault of the wire, and when it began.
    struct Fault: Codable {
        var name: String
        var since: Double
    }

    var fault: Fault? {
        guard let data = FileManager.default.contents(atPath: "\(folder)/fault") else { return nil }
        return try? JSON.decode(Fault.self, from: data)
    }

    func set(_ fault: Fault?) throws {
        let path = "\(folder)/fault"
        if let fault {
            try JSON.canonicalData(fault).write(to: URL(filePath: path), options: .atomic)
        } else {
            unlink(path)
        }
    }

    /// True for one caller only.
    func takeLostAnswer() -> Bool { unlink("\(folder)/fault") == 0 }
}

struct SimFault: Error, CustomStringConvertible {
    let description: String
}
