internal import LaunchBlobs

/// The code of a run with a code channel: read from the source store, and uploaded to where the job reads it.
///
/// The upload belongs to the render step, after the request is validated and before it is stored: nothing is uploaded for
/// a request that is refused, and a stored request names only complete code.
struct CodeStage {
    let environment: any Environment
    /// An existing folder for small files.
    let scratch: String

    /// The files of the job's code; nil for a job without a code channel.
    /// - Throws: `BackendError` if they cannot be fetched or read.
    static func code(of job: ResolvedJob, _ contexts: any ContextProvider) async throws(BackendError) -> CodeFolder? {
        guard job.source.channel != nil else { return nil }
        guard let code = try await contexts.code(of: job.source, fetching: true) else {
            throw BackendError(.notFound, "The code of the run no longer exists: \(job.source.origin).")
        }
        return code
    }

    /// The options of a rehearsal that reads the same files from this machine.
    /// - Throws: `invalid` if the submitter names other data for the channel.
    static func options(
        _ options: RehearsalOptions?, reading code: CodeFolder
    ) throws(BackendError) -> RehearsalOptions {
        var options = options ?? RehearsalOptions()
        if let other = options.channels[CodeChannel.name], other != code.folder {
            throw BackendError(
                .invalid, "The channel \(CodeChannel.name) is the run's code, so \(other) cannot take its place.",
                hint: "Leave --channel \(CodeChannel.name)=… out; --code names the folder.")
        }
        options.channels[CodeChannel.name] = code.folder
        return options
    }

    /// The object store of a place of code.
    /// - Throws: `configuration` if the environment has none, and what the environment throws.
    static func objects(
        in environment: any Environment, at root: String
    ) async throws(BackendError) -> any ObjectStore {
        guard let environment = environment as? any ObjectStoring,
            environment.objectSchemes.contains(where: { root.hasPrefix("\($0)://") })
        else {
            throw BackendError(
                .configuration, "The environment of the configuration has no object store for code at \(root).",
                hint: "Change the place, or the type of the environment in launch-config.yaml.")
        }
        return try await environment.objectStore()
    }

    /// Uploads the code of a request unless it is there. Returns what was done, for people.
    func upload(
        _ code: CodeFolder, of job: ResolvedJob, for request: RunRequest, runner: any Runner,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(BackendError) -> String {
        guard let place = (runner as? any CodeCarrying)?.codePlace(of: request), place.digest == code.digest else {
            throw BackendError(.internalFault, "The request does not name the place of the run's code.")
        }
        let objects = try await Self.objects(in: environment, at: place.root)
        let upload = CodeUpload(objects, to: place, scratch: scratch)
        do throws(BackendError) {
            // Versions of one folder of one submitter share most files.
            let origin = "\(job.project)\n\(job.author)\n\(job.source.codeOrigin)"
            return try await upload.run(code, origin: origin, progress: progress).summary
        } catch {
            var error = error
            error.message = "The code of the run cannot be uploaded to \(place.root). \(error.message)"
            if error.category == .denied {
                error.hint =
                    "Let the agent list, read and write objects there; 'launch plan' shows the permissions."
            }
            throw error
        }
    }
}

extension Source {
    /// What stays equal over the versions of one folder or repository.
    fileprivate var codeOrigin: String {
        if case .git(let git) = self { return git.url }
        return origin
    }
}
