/// An environment that has passwords of databases, such as the one of a team's store.
package protocol DatabaseLogins: Environment {
    /// A password that the environment makes for one login, and that is valid for some minutes.
    /// - Parameter method: a name that the plugin declares in `DatabaseLoginKinds.methods`.
    func databasePassword(by method: String, for login: DatabaseLogin) async throws(BackendError) -> Secret

    /// A password that the environment's service of secrets keeps.
    /// - Parameters:
    ///   - scheme: a name that the plugin declares in `DatabaseLoginKinds.schemes`.
    ///   - name: the name of the secret.
    func databasePassword(in scheme: String, named name: String) async throws(BackendError) -> Secret
}

/// A login to a database at a server.
package struct DatabaseLogin: Sendable, Hashable {
    /// The name of the server, as its certificate has it.
    package var host: String
    package var port: Int
    package var user: String
    /// The region of the server; nil if the environment must find it.
    package var region: String?

    package init(host: String, port: Int, user: String, region: String? = nil) {
        self.host = host
        self.port = port
        self.user = user
        self.region = region
    }
}

/// The logins that an environment offers, by the names that `launch-config.yaml` has for them.
package struct DatabaseLoginKinds: Sendable {
    /// Values of `auth` in the block `store`.
    package var methods: [String] = []
    /// The beginning of a value of `password` in the block `store`, before the colon.
    package var schemes: [String] = []
    /// What is wrong with the name of a secret, as a clause; nil if it may exist.
    package var fault: @Sendable (_ scheme: String, _ name: String) -> String? = { _, _ in nil }

    package init() {}
}
