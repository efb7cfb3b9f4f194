/// What a plugin knows about mistakes in `launch-config.yaml` that concern its backend.
///
/// The reader of the configuration adds these hints to its errors, so it has no knowledge of a backend.
public struct ConfigHints: Sendable {
    /// What to write instead of a key that W&B Launch has and this program does not: by key of the plugin's block, or,
    /// for a runner, also of the top level. A hint is a clause without a full stop.
    public var keys: [String: String]
    /// What to write instead of a type that W&B Launch has and this program does not, by type.
    public var types: [String: String]
    /// For a registry: the addresses that belong to its type. Nil if any registry may have its addresses.
    public var address: Address?

    public init(keys: [String: String] = [:], types: [String: String] = [:], address: Address? = nil) {
        self.keys = keys
        self.types = types
        self.address = address
    }

    /// The addresses of one type of registry. In the block of another type, such an address is an error, and the hint
    /// names the right type.
    public struct Address: Sendable {
        /// The key that has the address: `uri`.
        public var key: String
        /// A regular expression for the JSON Schema of the configuration. It matches the addresses, and perhaps other
        /// text that no type of registry accepts.
        public var pattern: String
        /// The address as the key of this type expects it, from any of its forms; nil for an address of another type.
        public var value: @Sendable (String) -> String?

        public init(key: String, pattern: String, value: @escaping @Sendable (String) -> String?) {
            self.key = key
            self.pattern = pattern
            self.value = value
        }
    }
}
