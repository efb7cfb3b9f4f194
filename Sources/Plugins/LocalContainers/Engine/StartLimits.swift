package import LaunchContainerEngine
package import LaunchPluginKit

/// The limits of a container's start.
///
/// The kernel refuses longer texts. The engine's reply then contains the text several times and may exceed the pipe
/// that it goes through: the engine blocks without end, and with it every call for the container.
package enum StartLimits {
    /// The most bytes of a path.
    static let path = 4_095
    /// The most bytes of one argument or variable.
    package static let text = (128 << 10) - 1
    /// The bytes of one variable of a longer value: `text` with room for the variable's name.
    package static let piece = 100 << 10
    /// The most bytes of all arguments and variables together. The kernel accepts a quarter of the stack, usually 2
    /// MiB, and the image adds its own variables.
    static let all = 1_900_000

    /// Refuses a container that cannot be started because of the texts in its image's configuration.
    package static func check(_ info: ContainerInfo) throws(BackendError) {
        for (what, text) in [
            ("program", info.program), ("user", info.user), ("working directory", info.workingDirectory),
        ] where text.utf8.count > path {
            throw BackendError(
                .invalid,
                "The container cannot be started. Its \(what) is a text of \(text.utf8.count) bytes, and \(path) is the limit.",
                hint: "Check the image's configuration.")
        }
        if let long = (info.arguments + info.environment).first(where: { $0.utf8.count > text }) {
            throw BackendError(
                .invalid,
                "The container cannot be started. An argument or a variable has \(long.utf8.count) bytes, and \(text) is the "
                    + "limit.", hint: "Put long texts into a file.")
        }
    }
}
