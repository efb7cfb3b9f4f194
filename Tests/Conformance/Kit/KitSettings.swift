/// How the kit runs the cases of one plugin, the same for all roles.
public struct KitSettings: Sendable {
    /// The process in which the cases run.
    public enum ProcessChoice: Sendable, Hashable {
        /// A process of their own: the test program, started again for this test only. A plugin that hangs or crashes
        /// then ends this process and no other test, and what a case leaves in the process can be seen. The test
        /// function runs twice: until it calls the kit in the first process, and completely in the second.
        case own
        /// The process of the test. Other tests open and close descriptors in it at the same time, so processes,
        /// descriptors and sockets are not checked.
        case shared
    }

    /// The process in which the cases run.
    public var process: ProcessChoice
    /// The longest time of one case. A longer one counts as hung.
    public var limit: Duration
    /// The folders in which the plugin keeps its files. No case may leave a file in them.
    public var folders: [String]
    /// How many connections the plugin's clients may keep open for later calls.
    public var idleConnections: Int
    /// The names of the rules to check; nil is all of them. A name that is not a rule of the role is an error.
    public var only: Set<String>?
    /// What this fixture can never offer, with the reason for the users of the plugin: "Only files lie between the runner
    /// and its processes." Rules that need it are skipped with this reason, and are not listed as not checked.
    public var without: [Ability: String]
    /// Gets a line when a case starts, and one when it ends.
    public var progress: (@Sendable (String) -> Void)?

    public init(
        process: ProcessChoice = .shared, limit: Duration = .seconds(600), folders: [String] = [],
        idleConnections: Int = 0, without: [Ability: String] = [:],
        progress: (@Sendable (String) -> Void)? = nil
    ) {
        self.process = process
        self.limit = limit
        self.folders = folders
        self.idleConnections = idleConnections
        self.without = without
        self.progress = progress
    }
}
