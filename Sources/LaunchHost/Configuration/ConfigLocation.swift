internal import Glibc

/// Which `launch-config.yaml` is used, and why that one.
public struct ConfigLocation: Sendable, Hashable {
    /// Who named the file.
    public enum Origin: Sendable, Hashable {
        /// `-c`.
        case option
        /// The variable `LAUNCH_CONFIG`.
        case variable
        /// The place of this program.
        case standard
        /// The place of W&B.
        case wandb
        /// Nobody: there is no file, and the defaults hold.
        case none
    }

    /// The file; nil where there is none.
    public let path: String?
    /// Who named it.
    public let origin: Origin

    /// Looks for the file: `explicit`, else `$LAUNCH_CONFIG`, else `launch/launch-config.yaml` below
    /// `$XDG_CONFIG_HOME` (`~/.config`), else `~/.config/wandb/launch-config.yaml`.
    ///
    /// A named file is taken whether it exists or not, so that `read()` can say that it does not.
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

    /// The places that are looked at where no file is named, in order.
    public static func standardPlaces(_ variables: [String: String]) -> [(path: String, origin: Origin)] {
        var places: [(path: String, origin: Origin)] = []
        let home = variables["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        // The XDG specification: a path that is not absolute is ignored.
        let xdg = variables["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        if let folder = xdg ?? home.map({ "\($0)/.config" }) {
            places.append(("\(folder)/launch/launch-config.yaml", .standard))
        }
        if let home { places.append(("\(home)/.config/wandb/launch-config.yaml", .wandb)) }
        return places
    }

    /// Reads the file; nil where there is none.
    /// - Throws: `LaunchError` of kind `.configuration`: a named file that is missing, a file that cannot be read or is
    ///   not YAML.
    public func read() throws(LaunchError) -> Document? {
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
