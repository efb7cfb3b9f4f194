extension PostgresSettings {
    /// A password file is one line.
    private static let mostBytes = 64 << 10

    /// The password for a new connection; nil if libpq finds it itself.
    /// - Parameter environment: the environment of the configuration, for a password that it makes or knows.
    /// - Throws: `LaunchError` of kind `.configuration` for a variable or a file without a password, and the environment's
    ///   error.
    package func password(
        _ variables: [String: String], environment: (any Environment)?
    ) async throws(LaunchError) -> Secret? {
        switch password {
        case .standard: return nil
        case .variable(let name):
            guard let text = variables[name], !text.isEmpty else {
                throw LaunchError(
                    .configuration,
                    "The password of the store is in the environment variable \(name), which is not set.",
                    hint: "Set \(name), or change store.password in launch-config.yaml.")
            }
            return Secret(text)
        case .file(let path): return try Self.password(inFile: path)
        case .secret(let scheme, let name):
            return try await ask(environment) { source async throws(BackendError) in
                try await source.databasePassword(in: scheme, named: name)
            }
        case .made(let method):
            guard let login else {
                throw LaunchError(
                    .configuration, "The store has auth: \(method), and no host or no user.",
                    hint: "Add both to store in launch-config.yaml.")
            }
            return try await ask(environment) { source async throws(BackendError) in
                try await source.databasePassword(by: method, for: login)
            }
        }
    }

    private func ask(
        _ environment: (any Environment)?,
        _ body: (any DatabaseLogins) async throws(BackendError) -> Secret
    ) async throws(LaunchError) -> Secret {
        guard let source = environment as? any DatabaseLogins else {
            throw LaunchError(
                .configuration, "The environment of the configuration has no passwords of databases.",
                hint: "Change store.auth or store.password in launch-config.yaml, or the type of the environment.")
        }
        do throws(BackendError) {
            return try await body(source)
        } catch {
            throw LaunchError(error)
        }
    }

    private static func password(inFile path: String) throws(LaunchError) -> Secret {
        let bytes: [UInt8]
        do throws(SmallFile.Fault) {
            bytes = try SmallFile.bytes(of: path, limit: mostBytes)
        } catch {
            throw LaunchError(
                .configuration, "The password of the store cannot be read from '\(path)': \(error.message).",
                hint: "Make the file readable for this user, or change store.password in launch-config.yaml.")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard bytes.count <= mostBytes, !line.isEmpty, !line.contains(where: { $0.isNewline }), !line.utf8.contains(0)
        else {
            throw LaunchError(
                .configuration, "The file '\(path)' does not consist of one line with the password of the store.",
                hint: "Write only the password into it.")
        }
        return Secret(line)
    }
}
