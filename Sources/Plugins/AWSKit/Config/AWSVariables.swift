/// The environment variables that AWS's tools read. A closure holds them, so that printing shows none.
public struct AWSVariables: Sendable {
    private let read: @Sendable () -> [String: String]

    public init(_ variables: [String: String]) {
        read = { variables }
    }

    /// All variables, for callers that search by pattern.
    var all: [String: String] { read() }

    /// The value if it is set and not empty.
    public subscript(name: String) -> String? {
        read()[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// True if the value is `true`, in upper or lower case.
    func flag(_ name: String) -> Bool { self[name]?.lowercased() == "true" }
}
