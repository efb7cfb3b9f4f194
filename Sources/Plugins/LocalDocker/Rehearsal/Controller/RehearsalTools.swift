internal import ContainerEngine
internal import FoundationEssentials
internal import LaunchPluginKit

/// The services that every rehearsal controller uses.
struct RehearsalTools: Sendable {
    let connection: EngineConnection
    let images: ImagePulls
    let environment: (any Environment)?
    let variables: [String: String]
    let log: Logger
    var limits = TransferLimits()

    var objects: Objects { Objects(environment: environment) }

    func home() throws(BackendError) -> LaunchHome {
        do {
            return try LaunchHome(variables: variables)
        } catch {
            throw BackendError(.configuration, error.message, hint: error.hint)
        }
    }

    /// The label of the containers and networks of this home; nil without a home.
    var homeIdentity: String? { (try? home())?.identity() }

    func folder(of runID: RunID) throws(BackendError) -> RehearsalFolder {
        RehearsalFolder(home: try home(), runID: runID)
    }

    func cache() throws(BackendError) -> ObjectCache {
        ObjectCache(folder: "\(try home().path)/cache/objects", limits: limits)
    }

    static func now() -> Timestamp { Timestamp(Date()) }

    /// Everything that the job needs and the environment does not provide. Pure: it calls no service.
    func missing(for rehearsalPlan: RehearsalPlan) -> [BackendError] {
        var places: [String] = []
        for input in rehearsalPlan.inputs {
            switch input.source {
            case .none, .folder: break
            case .objects(let text), .manifest(let text), .augmentedManifest(let text, _): places.append(text)
            }
        }
        places += rehearsalPlan.synced.compactMap(\.place) + rehearsalPlan.results.compactMap(\.destination)
        var missing: [BackendError] = []
        for place in places {
            // The checks of the request report invalid locations.
            guard case .uri(let uri)? = try? DataLocation(place), !objects.reaches(uri) else { continue }
            let error = Objects.unreachable(uri)
            if !missing.contains(error) { missing.append(error) }
        }
        if rehearsalPlan.offersCredentials, !(environment is any CredentialsOffering) {
            missing.append(
                BackendError(
                    .configuration, "The environment of this configuration has no credentials for containers.",
                    hint: "Use environment 'aws' in launch-config.yaml, or rehearse without credentials."))
        }
        return missing
    }
}
