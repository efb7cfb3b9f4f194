internal import Glibc

/// Which `launch-config.yaml` is used, and why.
public struct ConfigLocation: Sendable, Hashable {
    /// Where the path of the file comes from.
    public enum Origin: Sendable, Hashable {
        /// The option `-c`.
        case option
        /// The environment variable `LAUNCH_CONFIG`.
        case variable
        /// The default path of this program.
        case standard
        /// The default path of W&B.
        case wandb
        /// No file exists, and the defaults apply.
        case none
    }

    /// The path of the file; nil if no file is used.
    public let path: String?
    /// Where the path comes from.
    public let origin: Origin

    /// Finds the file: `explicit`, else `$LAUNCH_CONFIG`, else `launch/launch-config.yaml` below `$XDG_CONFIG_HOME`
    /// (`~/.config`), else `~/.config/wandb/launch-config.yaml`.
    ///
    /// A path from the option or the variable is used even if the file does not exist; `read()` then reports that.
    public init(explicit: String?, variables: [String: String]) {
        if let explicit {
            (path, origin) = (explicit, .option)
            return
        }
        if let named = variables["LAUNCH_CONFIG"], !named.isEmpty {
            (path, origin) = (named, .variable)
            return
        }
        for (candidate, origin) in Self.standardPlaces(variables) where access(candidate, F_OK) == 0 {
            (path, self.origin) = (candidate, origin)
            return
        }
        (path, origin) = (nil, .none)
    }

    /// Whether the configuration comes from standard input.
    public var isStandardInput: Bool { path == StandardInput.path }

    /// The default paths, in the order in which they are tried.
    public static func standardPlaces(_ variables: [String: String]) -> [(path: String, origin: Origin)] {
        var places: [(path: String, origin: Origin)] = []
        let home = variables["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        // By the XDG specification, a path that is not absolute is ignored.
        let xdg = variables["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        if let folder = xdg ?? home.map({ "\($0)/.config" }) {
            places.append(("\(folder)/launch/launch-config.yaml", .standard))
        }
        if let home { places.append(("\(home)/.config/wandb/launch-config.yaml", .wandb)) }
        return places
    }

    /// Reads the file; nil if no file is used.
    /// - Throws: `LaunchError` of kind `.configuration`: a named file that is missing, or a file that cannot be read or
    ///   is not YAML.
    package func read() throws(LaunchError) -> Document? {
        guard let path else { return nil }
        let hint: String? =
            switch origin {
            case .option: "The path comes from -c."
            case .variable: "The path comes from the variable LAUNCH_CONFIG."
            default: nil
            }
        return try Document(reading: path, kind: .configuration, hint: hint)
    }
}
