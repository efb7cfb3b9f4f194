public import LaunchPluginKit

/// How the kit makes calls from a second process, as another agent does that takes over.
///
/// The kit starts the test program again. There, the test function runs until it calls the kit, which then makes a
/// runner with this function and calls it once. What the test function does before must work in two processes at the
/// same time.
public struct SecondProcess: Sendable {
    /// A text for the function: what a second process needs to find the same backend, such as a folder or an address.
    public var configuration: String
    /// Makes a runner for the same backend. Called in the second process.
    public var makeRunner: @Sendable (_ configuration: String) async throws -> any Runner

    public init(
        configuration: String, makeRunner: @escaping @Sendable (_ configuration: String) async throws -> any Runner
    ) {
        self.configuration = configuration
        self.makeRunner = makeRunner
    }
}
