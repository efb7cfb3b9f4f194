internal import LaunchSubprocess

/// The program buildah and its storage on this machine.
struct BuildahSetup: Sendable, Hashable, CustomStringConvertible {
    /// The absolute path of the program.
    var program: String
    var version: BuildahVersion
    /// The folder of all drivers' storage, which only this user can read.
    var folder: String
    var driver: BuildahDriver
    /// The options of the driver.
    var storage: [String]
    /// The option `isolation`.
    var isolation: String

    /// The options before the command. Each driver has a folder of its own, because one cannot read the layers of
    /// another.
    var globals: [String] {
        ["--root", "\(folder)/\(driver.rawValue)", "--runroot", "\(folder)/\(driver.rawValue)-run"] + storage
            + ["--short-name-alias-conf", "\(folder)/aliases.conf"]
    }

    var description: String { "buildah \(version) (storage \(driver.rawValue), isolation \(isolation))" }

    /// The variables of the program. The registries' logins of this user are not among them: a build gets a file.
    func environment(setting: [String: String] = [:]) -> Subprocess.Environment {
        .allowed(Subprocess.AllowedVariables(names: Subprocess.AllowedVariables.network), setting: setting)
    }
}

/// A version of buildah, without its last number.
struct BuildahVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    var major: Int
    var minor: Int

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Parses `buildah version 1.28.2 (image-spec 1.1.0, runtime-spec 1.0.2)`.
    init?(parsing text: String) {
        guard let match = text.firstMatch(of: /^buildah version ([0-9]{1,6})\.([0-9]{1,6})/),
            let major = Int(match.1), let minor = Int(match.2)
        else { return nil }
        self.init(major: major, minor: minor)
    }

    static func < (left: BuildahVersion, right: BuildahVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    var description: String { "\(major).\(minor)" }
}
