internal import Foundation
internal import LaunchPluginKit

/// What a second start of the test program has to do. It is a file, and a variable has its path.
struct ProcessOrder: Codable, Sendable {
    /// The task of the process.
    enum Task: Codable, Sendable, Equatable {
        /// Runs all cases, and writes `report.json`.
        case kit
        /// Makes one call of a runner, and writes `answer.json`.
        case call(SecondCall)
    }

    static let variable = "LAUNCH_CONFORMANCE_ORDER"

    /// The plugin, because one test may call the kit for several.
    var subject: String
    var task: Task
    /// The folder of the results.
    var folder: String

    /// The order of this process; nil if it is an ordinary test.
    static let current: ProcessOrder? = {
        guard let path = ProcessInfo.processInfo.environment[variable],
            let data = FileManager.default.contents(atPath: path)
        else { return nil }
        return try? JSON.decode(ProcessOrder.self, from: data)
    }()

    func answer(_ value: some Encodable, _ name: String) throws {
        try JSON.canonicalData(value).write(to: URL(filePath: "\(folder)/\(name)"), options: .atomic)
    }
}

/// One call that a second process makes.
struct SecondCall: Codable, Sendable, Equatable {
    enum Kind: Codable, Equatable {
        case submit(RunRequest)
        case find(RunRequest)
        /// Renders the job a day later, in another time zone and with another language.
        case render(RunnableJob)
    }

    var kind: Kind
    var runID: RunID
    /// The fixture's text for the second process.
    var configuration: String
}

/// What the call returned.
struct SecondAnswer: Codable, Sendable {
    var handle: RunHandle?
    var request: RunRequest?
    /// Whether the clock of the process could be shifted.
    var isLater = false
    var fault: String?
}
