/// The parameters of a network.
public struct NetworkSpec: Sendable, Encodable {
    /// Its name.
    public var name: String
    /// Whether containers in it can reach only each other.
    public var isInternal: Bool
    /// The labels.
    public var labels: [String: String]
    /// Its address range and gateway; nil lets the engine choose.
    public var addresses: Addresses?

    /// The address range of a network.
    public struct Addresses: Sendable, Hashable, Codable {
        /// The range, such as `169.254.170.0/28`.
        public var subnet: String
        /// The machine's address in the range; nil lets the engine choose.
        public var gateway: String?

        public init(subnet: String, gateway: String? = nil) {
            self.subnet = subnet
            self.gateway = gateway
        }

        private enum CodingKeys: String, CodingKey {
            case subnet = "Subnet"
            case gateway = "Gateway"
        }
    }

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

    /// Encodes the body of the engine's call.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        // Older engines allow two networks with one name unless the request forbids it.
        try container.encode(true, forKey: .checksName)
        try container.encode("bridge", forKey: .driver)
        try container.encode(isInternal, forKey: .isInternal)
        try container.encode(labels, forKey: .labels)
        guard let addresses else { return }
        var management = container.nestedContainer(keyedBy: ManagementKeys.self, forKey: .management)
        try management.encode([addresses], forKey: .config)
    }
}
