internal import Glibc
internal import LaunchPluginKit
internal import LaunchSubprocess
internal import Synchronization

/// The buildah of this machine: finds the program, and checks that this user can build with it.
final class BuildahMachine: Sendable {
    /// Where the storage is.
    private enum Place: Sendable {
        /// The option `root`.
        case given(PluginContext.StateFolder)
        /// A folder of the program's home.
        case home(PluginContext.StateFolder)
    }

    /// The oldest version that the tests have seen.
    static let oldest = BuildahVersion(major: 1, minor: 28)

    private let place: Place
    private let driver: BuildahDriver?
    private let isolation: String
    let cachedImages: Int
    private let path: String?
    private let isRoot: Bool
    private let log: Logger
    private let known = Mutex<BuildahSetup?>(nil)

    /// - Parameter isRoot: whether this process is root, which needs no user namespace.
    init(_ options: Options, _ context: PluginContext, isRoot: Bool = geteuid() == 0) throws(BackendError) {
        if let root = options.string("root") {
            guard root.hasPrefix("/") else {
                throw BackendError(
                    .invalid, "The builder's 'root' is '\(root)'; expected an absolute path.",
                    hint: "Write the whole path, for example /var/lib/launch/buildah.")
            }
            place = .given(PluginContext.StateFolder(path: root))
        } else {
            place = .home(context.state.inHome("plugins/builder/buildah"))
        }
        driver = options.string("storage_driver").flatMap { BuildahDriver(rawValue: $0) }
        isolation = options.string("isolation") ?? "chroot"
        cachedImages = Int(options.integer("cache_images") ?? 5)
        path = context.variables["PATH"]
        self.isRoot = isRoot
        log = context.log
    }

    /// What builds here. The result is kept; an error is looked for again with each call.
    func setup() async throws(BackendError) -> BuildahSetup {
        if let setup = known.withLock({ $0 }) { return setup }
        let setup = try await find()
        known.withLock { $0 = setup }
        return setup
    }

    private func find() async throws(BackendError) -> BuildahSetup {
        guard let program = Subprocess.findAll("buildah", path: path).first else {
            throw BackendError(
                .unavailable, "The program buildah is not on the PATH, and the builder is 'buildah'.",
                hint:
                    "Install the package buildah, version \(Self.oldest) or newer (Debian 12: apt-get install buildah "
                    + "uidmap), or use another builder.")
        }
        let version = try await version(of: program)
        let folder: String
        switch place {
        case .given(let state), .home(let state): folder = try state.make()
        }
        var setup = BuildahSetup(
            program: program, version: version, folder: folder, driver: .vfs, storage: [], isolation: isolation)
        if !isRoot { try await checkNamespace(setup) }
        let candidates = driver.map { [$0] } ?? BuildahDriver.allCases
        var failures: [String] = []
        for driver in candidates {
            guard let options = driver.options(path: path) else {
                failures.append("\(driver.rawValue): the program \(driver.rawValue) is not on the PATH")
                continue
            }
            setup.driver = driver
            setup.storage = options
            let result = try await run(setup, ["info"])
            if result.exit.isSuccess { return setup }
            failures.append("\(driver.rawValue): \(Self.reason(result))")
            log.debug("a storage driver of buildah does not work here", ["driver": driver.rawValue])
        }
        throw BackendError(
            .unavailable, "buildah cannot store layers in \(folder):\n\(failures.joined(separator: "\n"))",
            hint: driver == nil
                ? "Set the builder's 'root' to a folder on a local disk of this machine. docs/building.md has the "
                    + "rights that it needs in a container."
                : "Remove the builder's 'storage_driver', so that one is chosen that works here.")
    }

    private func version(of program: String) async throws(BackendError) -> BuildahVersion {
        let setup = BuildahSetup(
            program: program, version: Self.oldest, folder: "", driver: .vfs, storage: [], isolation: isolation)
        let result = try await run(setup, ["--version"], hasStorage: false)
        guard result.exit.isSuccess, let version = BuildahVersion(parsing: result.stdoutText) else {
            throw BackendError(
                .unavailable, "\(program) does not tell its version: \(Self.reason(result))",
                hint: "Check that it is buildah: 'buildah --version'.")
        }
        guard version >= Self.oldest else {
            throw BackendError(
                .unavailable, "\(program) is buildah \(version); expected \(Self.oldest) or newer.",
                hint: "Install a newer one, as Debian 12 and Ubuntu 24.04 have it, or use another builder.")
        }
        return version
    }

    /// Throws if an ordinary user cannot have the namespace in which files of an image get their owners.
    private func checkNamespace(_ setup: BuildahSetup) async throws(BackendError) {
        for tool in ["newuidmap", "newgidmap"] where Subprocess.findAll(tool, path: path).isEmpty {
            throw BackendError(
                .unavailable, "The program \(tool) is not on the PATH. buildah needs it to build without root.",
                hint: "Install the package uidmap (Debian, Ubuntu) or shadow-utils (Fedora, Amazon Linux).")
        }
        let result = try await run(
            setup, ["unshare", "cat", "/proc/self/uid_map", "/proc/self/gid_map"], hasStorage: false)
        guard result.exit.isSuccess else {
            throw BackendError(
                .unavailable,
                "This machine does not let this user make a user namespace, which buildah needs to build without root: "
                    + Self.reason(result),
                hint: "As root, allow it: sysctl user.max_user_namespaces must not be 0, nor "
                    + "kernel.unprivileged_userns_clone; AppArmor and seccomp must permit it. docs/building.md "
                    + "has the settings of a pod.")
        }
        guard Self.hasRanges(result.stdoutText) else {
            throw BackendError(
                .unavailable,
                "This user has no range of subordinate user and group IDs, so files of an image cannot have their owners: "
                    + Self.reason(result),
                hint: "As root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER. It adds lines to "
                    + "/etc/subuid and /etc/subgid. In a container, newuidmap and newgidmap also need file capabilities: "
                    + "docs/building.md has them.")
        }
    }

    /// Whether a namespace has more than the user's own ID: a second line in each of its two maps.
    static func hasRanges(_ maps: String) -> Bool {
        maps.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }.count >= 4
    }

    private func run(
        _ setup: BuildahSetup, _ arguments: [String], hasStorage: Bool = true
    ) async throws(BackendError) -> Subprocess.Result {
        do throws(SubprocessError) {
            return try await Subprocess.run(
                setup.program, (hasStorage ? setup.globals : []) + arguments, environment: setup.environment(),
                timeout: .seconds(60))
        } catch {
            throw BackendError(error, whileRunning: setup.program)
        }
    }

    private static func reason(_ result: Subprocess.Result) -> String {
        let words = result.stderrText.split(separator: "\n").suffix(3).joined(separator: "; ").prefix(600)
        if !words.isEmpty { return String(words) }
        return switch result.exit {
        case .code(let code): "it ended with exit code \(code)"
        case .signal(let signal): "it was ended by signal \(signal)"
        }
    }
}

extension BackendError {
    /// Maps the error of a program that did not run to its end.
    init(_ error: SubprocessError, whileRunning program: String) {
        switch error.code {
        case .cancelled: self.init(.cancelled, "The build was cancelled.")
        case .timedOut: self.init(.transient, "\(error.description).")
        default: self.init(.unavailable, "\(program) could not be run: \(error.description).")
        }
    }
}
