/// A message of NOTIFY to a connection that listens.
public struct PQNotification: Sendable, Hashable {
    public let channel: String
    /// At most 8,000 bytes, by the server's limit.
    public let payload: String
    /// The ID of the server process of the connection that sent it.
    public let sender: Int32
}
