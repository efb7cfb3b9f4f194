/// Why other users of the machine can tamper with a path, and how to repair it.
public struct OwnershipProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence: what was found, and at which path.
    public let description: String
    /// One sentence with the command that repairs it.
    public let remedy: String

    init(_ description: String, remedy: String) {
        self.description = description
        self.remedy = remedy
    }
}
