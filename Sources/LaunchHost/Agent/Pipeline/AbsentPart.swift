/// A registry or a builder that the configuration does not name and whose default type this program does not list.
///
/// A run that needs it ends with an error that says so. A run without an image needs neither, so a program may list
/// none.
struct AbsentPart: Registry, Builder {
    let role: Role
    /// The default type of the role.
    let type: String

    private var refusal: BackendError {
        BackendError(
            .configuration,
            "The configuration has no \(role.rawValue), and this program does not have the default one (type: \(type)).",
            hint: "Add a block '\(role.rawValue):' to the configuration; 'plugins list --role \(role.rawValue)' lists "
                + "the types.")
    }

    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? { throw refusal }

    func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference { throw refusal }

    func access() async throws(BackendError) -> RegistryAccess { throw refusal }

    func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey { throw refusal }

    func build(
        _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage { throw refusal }

    var repository: String? { nil }
}
