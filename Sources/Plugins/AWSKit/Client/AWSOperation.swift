/// An operation by name, with the facts that its caller knows.
public struct AWSOperation: Sendable, Hashable {
    /// AWS's name of the operation.
    public var name: String
    /// True if repeating the operation is safe. Otherwise it is repeated only if the service has refused it, or if
    /// the request cannot have reached the service.
    public var isRepeatable: Bool
    /// True if a reply without a body is a success.
    public var mayAnswerNothing: Bool
    /// True if requests are signed. Operations that exchange a web token for credentials are not.
    public var isSigned: Bool

    private init(_ name: String, _ isRepeatable: Bool, _ mayAnswerNothing: Bool, _ isSigned: Bool) {
        self.name = name
        self.isRepeatable = isRepeatable
        self.mayAnswerNothing = mayAnswerNothing
        self.isSigned = isSigned
    }

    /// A read-only operation.
    public static func read(_ name: String, isSigned: Bool = true) -> AWSOperation {
        AWSOperation(name, true, false, isSigned)
    }

    /// A changing operation; `repeatable` if repeating it has no further effect.
    public static func write(_ name: String, repeatable: Bool = false, mayAnswerNothing: Bool = false) -> AWSOperation {
        AWSOperation(name, repeatable, mayAnswerNothing, true)
    }
}
