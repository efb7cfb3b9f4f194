/// An operation by name, and what its caller knows of it.
public struct AWSOperation: Sendable, Hashable {
    /// AWS's name of it.
    public var name: String
    /// Whether a second time does no harm. Where not, it is repeated only after an answer that says that it was refused,
    /// or when it cannot have reached the service.
    public var isRepeatable: Bool
    /// Whether an answer without a body is a good answer.
    public var mayAnswerNothing: Bool
    /// Whether it is signed; the operations that trade a web token for credentials are not.
    public var isSigned: Bool

    private init(_ name: String, _ isRepeatable: Bool, _ mayAnswerNothing: Bool, _ isSigned: Bool) {
        self.name = name
        self.isRepeatable = isRepeatable
        self.mayAnswerNothing = mayAnswerNothing
        self.isSigned = isSigned
    }

    /// One that only reads.
    public static func read(_ name: String, isSigned: Bool = true) -> AWSOperation {
        AWSOperation(name, true, false, isSigned)
    }

    /// One that changes something; `repeatable` where twice is the same as once.
    public static func write(_ name: String, repeatable: Bool = false, mayAnswerNothing: Bool = false) -> AWSOperation {
        AWSOperation(name, repeatable, mayAnswerNothing, true)
    }
}
