/// Why a path is not safe from other users of the machine, and what to do about it.
public struct OwnershipProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence: what was found, at which path.
    public let description: String
    /// One sentence with the command that repairs it.
    public let remedy: String

    init(_ description: String, remedy: String) {
        self.description = description
        self.remedy = remedy
    }
}
