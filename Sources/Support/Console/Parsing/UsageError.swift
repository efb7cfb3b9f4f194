/// An invalid command line. The message names the wrong word.
public struct UsageError: Error, Equatable, CustomStringConvertible {
    /// What was found and what was expected, in one sentence without a full stop.
    public let message: String
    /// The words of the command, such as `["launch", "queue", "create"]`. If empty, the program sets them.
    public let command: [String]

    /// A usage error. A command does not have to name itself.
    public init(_ message: String, command: [String] = []) {
        self.message = message
        self.command = command
    }

    /// The message, and a line that refers to the help.
    public var description: String {
        command.isEmpty ? message : "\(message)\nSee '\(command.joined(separator: " ")) --help'."
    }

    /// The same error; `path` becomes its command if it has none.
    func concerning(_ path: [String]) -> UsageError {
        command.isEmpty ? UsageError(message, command: path) : self
    }
}
