/// A command line that cannot be carried out: one message that names the word at fault.
public struct UsageError: Error, Equatable, CustomStringConvertible {
    /// What was found and what was expected, in one sentence without a full stop.
    public let message: String
    /// The words of the command it concerns, such as `["launch", "queue", "create"]`; empty where unknown, and then
    /// the program fills it in.
    public let command: [String]

    /// A usage error. A command throws it without saying which command it is.
    public init(_ message: String, command: [String] = []) {
        self.message = message
        self.command = command
    }

    /// The message, and the line that says where to read on.
    public var description: String {
        command.isEmpty ? message : "\(message)\nSee '\(command.joined(separator: " ")) --help'."
    }

    /// The same error, with the command filled in unless it is known already.
    func concerning(_ path: [String]) -> UsageError {
        command.isEmpty ? UsageError(message, command: path) : self
    }
}
