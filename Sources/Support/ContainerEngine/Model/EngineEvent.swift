/// An event of a container.
public struct EngineEvent: Sendable, Hashable, Decodable {
    /// The event: `start`, `die`, `oom`, `kill`, `destroy`, …
    public var action: String
    /// The container's ID.
    public var id: String
    /// The container's labels, and details such as `exitCode`.
    public var attributes: [String: String]

    private enum CodingKeys: String, CodingKey {
        case action = "Action"
        case actor = "Actor"
    }

    private struct Actor: Decodable {
        var id: String?
        var attributes: [String: String]?
        private enum CodingKeys: String, CodingKey {
            case id = "ID"
            case attributes = "Attributes"
        }
    }

    /// Decodes a line of the event stream.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        action = try container.decodeIfPresent(String.self, forKey: .action) ?? ""
        let actor = try container.decodeIfPresent(Actor.self, forKey: .actor)
        id = actor?.id ?? ""
        attributes = actor?.attributes ?? [:]
    }
}
