internal import LaunchPluginKit

/// What builders share of their options: a declaration, and checks before a build starts.
enum BuilderOptions {
    /// The option of all builders that push.
    static let destination = Field(
        "destination", .string, example: "team/train",
        help:
            "Repository that images are pushed to; without it, one named after the project. With a host and without a "
            + "'registry', it selects the registry.")

    /// Throws if the option `destination` is not the name of a repository.
    static func check(destination: String) throws(BackendError) {
        let reference: ImageReference
        do {
            reference = try ImageReference(parsing: destination)
        } catch {
            throw BackendError(.invalid, "The builder's 'destination': \(error.description)")
        }
        // Without a slash a host with its port looks like a name with a tag.
        let looksLikeHost = reference.repository.contains(".") || reference.repository == "localhost"
        if reference.host == nil, reference.digest == nil, looksLikeHost,
            let port = reference.tag, port.allSatisfy(\.isNumber)
        {
            throw BackendError(
                .invalid, "The builder's 'destination' is '\(destination)', which names no repository.",
                hint: "Write the repository after the registry: 'destination: \(destination)/NAME'.")
        }
        guard reference.tag == nil, reference.digest == nil else {
            throw BackendError(
                .invalid, "The builder's 'destination' is '\(destination)', which has a tag or a digest.",
                hint: "Write 'destination: \(reference.name)': each image gets a tag made from its content.")
        }
    }

    /// Throws if the name of a build argument is not one that `ARG` can declare.
    static func check(buildArguments: [String: String]) throws(BackendError) {
        for name in buildArguments.keys.sorted() where name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil {
            throw BackendError(
                .invalid, "The build argument '\(name)' is not a valid name for ARG: letters, digits and '_'.")
        }
    }
}
