internal import Glibc
internal import LaunchOwnership

extension PluginContext {
    /// The private folder of a plugin, in the folder where launch keeps its state (`$LAUNCH_HOME`).
    ///
    /// It belongs to one role and type: a registry and a runner of the same type have two folders. All processes of
    /// this user that have the same state folder of launch share it, so its files must be written for several readers
    /// and writers.
    public struct StateFolder: Sendable {
        private let home: Result<LaunchHome, BackendError>
        /// The path in the home; empty for the home itself.
        private let name: String
        /// The file of the identity; nil for that of the home.
        private let identityFile: String?

        /// A folder at this absolute path, which is also its own home. For tests, and for a plugin outside launch. Only
        /// the plugin writes into it: its identity is in a file beside it, `PATH.id`.
        public init(path: String) {
            let home = LaunchHome(path: path)
            self.init(.success(home), "", identityFile: "\(home.path).id")
        }

        /// The folder of a plugin in the home for these variables.
        package init(_ role: Role, _ type: String, variables: [String: String]) {
            self.init(Self.home(variables), "plugins/\(role.rawValue)/\(type)")
        }

        private init(_ home: Result<LaunchHome, BackendError>, _ name: String, identityFile: String? = nil) {
            self.home = home
            self.name = name
            self.identityFile = identityFile
        }

        /// No folder: every use of it throws.
        static let none = StateFolder(
            .failure(
                BackendError(
                    .configuration, "This plugin was made without a state folder.",
                    hint: "In a test, give it one: PluginContext(state: .init(path: FOLDER)).")),
            "")

        private static func home(_ variables: [String: String]) -> Result<LaunchHome, BackendError> {
            Result { () throws(BackendError) in
                do throws(LaunchError) {
                    return try LaunchHome(variables: variables)
                } catch {
                    throw BackendError(.configuration, error.message, hint: error.hint)
                }
            }
        }

        /// A folder directly in the home. Its files were there before plugins had folders of their own, and a newer
        /// program must find them.
        package func inHome(_ name: String) -> StateFolder {
            StateFolder(home, name, identityFile: identityFile)
        }

        /// The absolute path. The folder may not exist yet.
        /// - Throws: `.configuration` if no variable names a folder for the state.
        public var path: String {
            get throws(BackendError) {
                let home = try home.get()
                return name.isEmpty ? home.path : "\(home.path)/\(name)"
            }
        }

        /// Makes the folder and its missing parents, for this user only (mode 0700), and returns its path. A folder
        /// that others can read or change is closed to them.
        /// - Throws: `.configuration` if that is not possible, or if another user owns the folder.
        public func make() throws(BackendError) -> String {
            let path = try path
            try Self.makeFolder(path)
            var facts = stat()
            guard Ownership.isOwn(path), stat(path, &facts) == 0 else {
                throw Self.fault("The state folder '\(path)' belongs to another user.")
            }
            if facts.st_mode & 0o077 != 0, chmod(path, 0o700) != 0 {
                throw Self.fault("The state folder '\(path)' is open to other users: \(Self.reason()).")
            }
            return path
        }

        /// A short text that is unique to this state folder of launch. Name and label what runs create at the backend
        /// with it, so that `sweep` removes nothing of another state folder. Nil while the state folder of launch does
        /// not exist or cannot be written to; `make` makes it.
        /// - Throws: `.configuration` if no variable names a folder for the state.
        public func identity() throws(BackendError) -> String? {
            try home.get().identity(in: identityFile)
        }

        private static func makeFolder(_ path: String) throws(BackendError) {
            var facts = stat()
            if stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { return }
            if mkdir(path, 0o700) == 0 { return }
            if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
                try makeFolder(String(path[..<slash]))
                if mkdir(path, 0o700) == 0 { return }
            }
            // Another process may have made it meanwhile.
            let reason = reason()
            if stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { return }
            throw fault("The state folder '\(path)' cannot be made: \(reason).")
        }

        private static func reason() -> String { String(cString: strerror(errno)) }

        private static func fault(_ message: String) -> BackendError {
            BackendError(.configuration, message, hint: "Set LAUNCH_HOME to a folder of your own.")
        }
    }
}
