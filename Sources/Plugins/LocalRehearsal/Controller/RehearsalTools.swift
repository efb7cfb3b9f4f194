package import LaunchLocalContainers
internal import FoundationEssentials
internal import LaunchContainerEngine
package import LaunchPluginKit

/// The services that every rehearsal controller uses.
package struct RehearsalTools: Sendable {
    let engine: EngineTools
    let environment: (any Environment)?
    /// The folder of all rehearsals.
    package static let folder = "rehearsals"

    package init(engine: EngineTools, environment: (any Environment)?) {
        self.engine = engine
        self.environment = environment
    }

    var log: Logger { engine.log }
    var limits: TransferLimits { engine.limits }
    var objects: Objects { Objects(environment: environment) }

    func folder(of runID: RunID) throws(BackendError) -> RehearsalFolder {
        RehearsalFolder(try engine.folder(Self.folder), cache: try engine.folder("cache"), runID: runID)
    }

    func cache() throws(BackendError) -> ObjectCache {
        ObjectCache(folder: try engine.folder("cache/objects"), limits: limits)
    }

    func now() -> Timestamp { Timestamp(engine.clock.now()) }

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
