internal import LaunchPluginKit

/// How an image is made from a base image and a source: the instructions of a Dockerfile that need no execution.
struct AppendRecipe: Sendable {
    /// The words of an entry point or a command.
    enum Words: Sendable, Hashable {
        case words([String])
        /// A line for the shell of the image.
        case shell(String)
    }

    /// A copy of files of the source.
    struct Copy: Sendable, Hashable {
        /// Paths and patterns in the source.
        var sources: [String]
        /// The path in the image. A folder, if it ends with a slash.
        var target: String
        /// The owner of the files.
        var user: UInt32 = 0
        var group: UInt32 = 0
        /// The mode of files and folders; nil for that of the source.
        var mode: UInt16?
        /// Whether it is an `ADD`, which would unpack an archive.
        var isAdd = false
    }

    /// What a step does. Texts are not expanded yet.
    enum Action: Sendable {
        case argument(String)
        case environment([(String, String)])
        case labels([(String, String)])
        case workdir(String)
        case user(String)
        case entryPoint(Words)
        case command(Words)
        case copy(Copy)
    }

    struct Step: Sendable {
        var action: Action
        /// The line in the Dockerfile, from 1; nil for a step of the configuration.
        var line: Int?

        init(_ action: Action, line: Int?) {
            self.action = action
            self.line = line
        }
    }

    /// The base image.
    var base: ImageReference
    /// Where the base image is named: `Dockerfile:1`, or the key of the configuration.
    var place: String
    /// The escape character of the Dockerfile; nil if the texts of the steps are literal.
    var escape: Character?
    var steps: [Step]
    /// The values of the `ARG`s above `FROM`.
    var globals: [String: String] = [:]
    /// The name of the Dockerfile.
    var file = ""
    /// The packages of the source; nil for a Dockerfile, which has none, and if they are off.
    var requirements: RequirementsOption?
    /// What the steps were made from, for the key of the image: a Dockerfile, or options.
    var text = ""

    /// An error at a step.
    func error(_ message: String, at step: Step, hint: String? = nil) -> BackendError {
        let place = step.line.map { "\(file):\($0): " } ?? ""
        return BackendError(.invalid, "\(place)\(message).", hint: hint)
    }
}
