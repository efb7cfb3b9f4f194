/// What a network is made from.
public struct NetworkSpec: Sendable, Encodable {
    /// Its name.
    public var name: String
    /// Whether containers in it reach nothing but each other.
    public var isInternal: Bool
    /// The labels.
    public var labels: [String: String]
    /// Its addresses and the machine's own among them; nil lets the engine choose.
    public var addresses: Addresses?

    /// Addresses of a network.
    public struct Addresses: Sendable, Hashable, Codable {
        /// All of them: `169.254.170.0/28`.
        public var subnet: String
        /// The machine's; nil lets the engine choose.
        public var gateway: String?

        /// Addresses from their parts.
        public init(subnet: String, gateway: String? = nil) {
            self.subnet = subnet
            self.gateway = gateway
        }

        private enum CodingKeys: String, CodingKey {
            case subnet = "Subnet"
            case gateway = "Gateway"
        }
    }

    /// A network from its parts.
    public init(
        name: String, isInternal: Bool = false, labels: [String: String] = [:], addresses: Addresses? = nil
    ) {
        self.name = name
        self.isInternal = isInternal
        self.labels = labels
        self.addresses = addresses
    }

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case checksName = "CheckDuplicate"
        case driver = "Driver"
        case isInternal = "Internal"
        case labels = "Labels"
        case management = "IPAM"
    }

    private enum ManagementKeys: String, CodingKey { case config = "Config" }

    /// Writes the body of the engine's call.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        // Older engines allow two networks of one name unless they are asked to look.
        try container.encode(true, forKey: .checksName)
        try container.encode("bridge", forKey: .driver)
        try container.encode(isInternal, forKey: .isInternal)
        try container.encode(labels, forKey: .labels)
        guard let addresses else { return }
        var management = container.nestedContainer(keyedBy: ManagementKeys.self, forKey: .management)
        try management.encode([addresses], forKey: .config)
    }
}
