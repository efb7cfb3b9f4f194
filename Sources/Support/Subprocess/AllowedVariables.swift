extension Subprocess {
    /// The variables that a child process gets. All others are withheld, because they may contain cloud credentials,
    /// passwords and build secrets.
    public struct AllowedVariables: Sendable, Hashable {
        /// Names that are passed to the child.
        public var names: Set<String>
        /// Prefixes of names that are passed to the child.
        public var prefixes: Set<String>
        /// Names that are never passed, even if a prefix matches.
        public var withheld: Set<String>

        /// The variables that every program needs to find files, programs and its language, and additional ones.
        public init(names: Set<String> = [], prefixes: Set<String> = [], withheld: Set<String> = []) {
            self.names = Self.base.union(names)
            self.prefixes = prefixes.union(["LC_"])
            self.withheld = withheld
        }

        private static let base: Set<String> = [
            "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR", "XDG_RUNTIME_DIR",
            "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "LD_LIBRARY_PATH",
        ]

        /// The variables for proxies and for trusted certificates.
        public static let network: Set<String> = [
            "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
            "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE",
        ]

        /// The part of `variables` that the child gets.
        public func filter(_ variables: [String: String]) -> [String: String] {
            variables.filter { name, _ in
                !withheld.contains(name) && (names.contains(name) || prefixes.contains { name.hasPrefix($0) })
            }
        }
    }
}

extension Subprocess.Environment {
    /// The allowed variables of this process, and the given settings.
    public static func allowed(
        _ allowed: Subprocess.AllowedVariables = .init(), setting: [String: String] = [:]
    ) -> Subprocess.Environment {
        .exact(allowed.filter(own()).merging(setting) { $1 })
    }
}
