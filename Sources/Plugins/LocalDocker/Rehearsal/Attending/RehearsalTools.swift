internal import ContainerEngine
internal import FoundationEssentials
internal import LaunchHost

/// What every job with surroundings is attended with.
struct RehearsalTools: Sendable {
    let connection: EngineConnection
    let images: ImagePulls
    let environment: (any Environment)?
    let variables: [String: String]
    let log: Logger

    var objects: Objects { Objects(environment: environment) }

    func home() throws(BackendError) -> LaunchHome {
        do {
            return try LaunchHome(variables: variables)
        } catch {
            throw BackendError(.configuration, error.message, hint: error.hint)
        }
    }

    func folder(of runID: RunID) throws(BackendError) -> RehearsalFolder {
        RehearsalFolder(home: try home(), runID: runID)
    }

    func cache() throws(BackendError) -> ObjectCache {
        ObjectCache(folder: "\(try home().path)/cache/objects")
    }

    static func now() -> Timestamp { Timestamp(Date()) }

    /// Everything that can be said against a job before anything is made for it.
    /// - Throws: `configuration` where the environment does not have what the job needs.
    func check(_ surroundings: ContainerJob.Surroundings) throws(BackendError) {
        var places: [String] = surroundings.synced.compactMap(\.place) + surroundings.results.compactMap(\.destination)
        for input in surroundings.inputs {
            switch input.source {
            case .none, .folder: break
            case .objects(let text), .manifest(let text), .augmentedManifest(let text, _): places.append(text)
            }
        }
        for place in places {
            if case .uri(let uri) = try Place(place), !objects.reaches(uri) { throw Objects.unreachable(uri) }
        }
        if surroundings.offersCredentials, !(environment is any CredentialsOffering) {
            throw BackendError(
                .configuration, "The environment of this configuration has no credentials for containers.",
                hint: "Use environment 'aws' in launch-config.yaml, or do without credentials.")
        }
    }
}
