/// A builder that can tell before a build whether this machine can build.
package protocol BuilderChecking: Builder {
    /// What would build on this machine, in a few words, such as the program with its version. Builds nothing.
    /// - Throws: `BackendError` with what is missing, and what to do about it.
    func check() async throws(BackendError) -> String
}

/// A builder that leaves the work to one of several others.
package protocol BuilderChoosing: Builder {
    /// Which builder would build the source, and why, as a phrase that follows the name of an image: `with docker,
    /// because …`. Changes nothing; without a container engine it may look for one.
    func choice(for source: BuildSource) async throws(BackendError) -> String
}
