/// The environment variables that AWS's tools read. A closure holds them, so that printing shows none.
public struct AWSVariables: Sendable {
    private let read: @Sendable () -> [String: String]

    /// These variables.
    public init(_ variables: [String: String]) {
        read = { variables }
    }

    /// All of them, for whoever looks for names of a pattern.
    var all: [String: String] { read() }

    /// The value where it is set and not empty.
    public subscript(name: String) -> String? {
        read()[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether it says `true`, in any case of letters.
    func flag(_ name: String) -> Bool { self[name]?.lowercased() == "true" }
}
