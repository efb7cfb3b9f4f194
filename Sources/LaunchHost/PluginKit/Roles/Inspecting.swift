/// A part that can check, by calls that change nothing, what the runs of the queues need.
package protocol Inspecting: Sendable {
    /// The checks for these needs. Equal names are one check.
    func inspections(of needs: InspectedNeeds) -> [Inspection]
}

/// What the runs of the queues need.
package struct InspectedNeeds: Sendable {
    /// A request for each queue of the part's type; all queues for the environment. A value that only a submit provides
    /// is `*`.
    package var requests: [RunRequest]
    /// The permissions of the agent for all queues.
    package var permissions: [Permission]
    /// The registry in which the runner looks up images; nil for the environment.
    package var registry: (any Registry)?
    /// The image of a request whose queue names none, which does not exist.
    package var standIn: String?

    package init(requests: [RunRequest], permissions: [Permission]) {
        (self.requests, self.permissions) = (requests, permissions)
    }
}

/// A part that calls services with the credentials and the region of the environment. If these fail, all its checks fail
/// for the same reason.
package protocol EnvironmentBound: Sendable {
    /// Whether it does so in this configuration.
    var isBoundToEnvironment: Bool { get }
}

/// One check of a part.
package struct Inspection: Sendable {
    /// What a check found if nothing is certain to fail.
    package struct Found: Sendable {
        package var detail: String
        /// What the user can do; nil if there is nothing to do.
        package var hint: String?
        /// Whether runs may fail.
        package var isWarning: Bool

        package static func ok(_ detail: String) -> Found { Found(detail: detail, hint: nil, isWarning: false) }
        package static func warning(_ detail: String, hint: String?) -> Found {
            Found(detail: detail, hint: hint, isWarning: true)
        }
    }

    /// What is checked: `bucket models`.
    package var name: String
    /// Throws what runs would fail with.
    package var run: @Sendable () async throws(BackendError) -> Found

    package init(_ name: String, run: @escaping @Sendable () async throws(BackendError) -> Found) {
        (self.name, self.run) = (name, run)
    }
}
