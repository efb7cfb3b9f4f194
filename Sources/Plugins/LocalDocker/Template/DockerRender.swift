internal import LaunchLocalContainers
internal import LaunchPluginKit

/// Translates a resolved job with its template into a container job. Pure.
struct DockerRender {
    /// Seconds between SIGTERM and SIGKILL if the template does not set them.
    let graceSeconds: Int

    /// - Throws: `invalid` if a value of the template does not have its declared kind.
    func containerJob(_ runnable: RunnableJob) throws(BackendError) -> ContainerJob {
        let job = runnable.job
        let options = try decoded(job.template)
        var request = ContainerJob(image: runnable.image)
        request.entryPoint = job.entryPoint ?? Self.entryPoint(options)
        request.arguments = job.arguments.isEmpty ? options.strings("args") : job.arguments
        let own = try Self.ownEnvironment(job)
        request.environment = (options.stringMap("env") ?? [:])
            .merging(job.environment) { $1 }
            .filter { !ResolvedJob.launchVariableNames.contains($0.key) }
            .merging(own) { $1 }
        request.workingDirectory = options.string("workdir")
        request.user = options.string("user")
        request.resources = ContainerJob.Resources(
            cpus: options.number("cpus"), memoryBytes: options.integer("memory"),
            sharedMemoryBytes: options.integer("shm_size"),
            gpus: options.string("gpus") == "all" ? -1 : options.integer("gpus").map { Int(clamping: $0) })
        request.mounts = (options.strings("volumes") ?? []).map(ContainerJob.Mount.init(text:))
        request.network = options.string("network")
        request.timeLimitSeconds = options.number("time_limit").map(Self.wholeSeconds)
        request.stopGraceSeconds = options.number("stop_grace").map(Self.wholeSeconds) ?? graceSeconds
        request.outputs = options.strings("outputs") ?? []
        request.outputBytesLimit = options.integer(TransferLimits.outputKey)
        request.metrics = options.stringMap("metrics") ?? [:]
        request.hardening = Self.hardening(options)
        try Self.add(runnable.code, of: job, to: &request)
        if job.isShared == true { request.hardening = (request.hardening ?? .init()).filled(from: .shared) }
        return request
    }

    /// Adds a run's code: the command starts in a copy of the folder, as on a backend that downloads it.
    private static func add(
        _ code: JobCode?, of job: ResolvedJob, to request: inout ContainerJob
    ) throws(BackendError) {
        guard let code else { return }
        guard let command = request.entryPoint, !command.isEmpty else {
            throw BackendError(
                .invalid, "The run has code and no command, and the image's own entry point does not know the code.",
                hint: "Give the command that runs in the folder: --entry-point 'python3 train.py'.")
        }
        let installs = job.source.channel?.installsRequirements == true
        if installs, !code.hasRequirements {
            throw BackendError(
                .invalid, "--code-requirements is given, and the code has no requirements.txt.",
                hint: "Leave the option out, or add the file.")
        }
        if installs, request.network == "none" {
            throw BackendError(
                .invalid,
                "The queue's 'network: none' leaves the container without a network, and requirements.txt is "
                    + "installed from one.",
                hint: "Leave --code-requirements out, and use an image that has the packages.")
        }
        request.entryPoint = CodeChannel.start(command, of: code, installs: installs)
        request.codeDigest = code.digest ?? String(repeating: "0", count: 64)
    }

    private func decoded(_ template: JSONValue) throws(BackendError) -> Options {
        guard case .object(let values) = template else {
            throw BackendError(.invalid, "The queue's template must be a mapping, and it is \(template.kindName).")
        }
        for field in DockerTemplate.fields {
            guard let value = values[field.name], value != .null else { continue }
            guard field.kind.fits(value) else {
                throw BackendError(
                    .invalid, "The template's '\(field.name)' cannot be \(value.kindName). \(field.help)")
            }
        }
        return Options(values.filter { $0.value != .null })
    }

    /// Nil if the template has none of these keys.
    private static func hardening(_ options: Options) -> ContainerJob.Hardening? {
        let hardening = ContainerJob.Hardening(
            processes: options.integer("pids_limit"), dropped: options.strings("cap_drop"),
            added: options.strings("cap_add"), noNewPrivileges: options.values["no_new_privileges"]?.boolValue,
            readOnlyRoot: options.values["read_only"]?.boolValue, writable: options.strings("writable"),
            limits: options.values["ulimits"]?.objectValue?.compactMapValues { value in
                value.stringValue ?? value.integerValue.map { String($0) }
            },
            storageBytes: options.integer("storage_size"))
        return hardening == .init() ? nil : hardening
    }

    private static func entryPoint(_ options: Options) -> [String]? {
        options.strings("entry_point") ?? options.string("entry_point").map { [$0] }
    }

    /// The variables about the run that every container gets. The template and overrides cannot replace them.
    private static func ownEnvironment(_ job: ResolvedJob) throws(BackendError) -> [String: String] {
        var environment = try job.launchVariables()
        let config = environment.removeValue(forKey: "LAUNCH_RUN_CONFIG") ?? "{}"
        return environment.merging(variables("LAUNCH_RUN_CONFIG", config)) { $1 }
    }

    /// The variable, or `NAME_0`, `NAME_1` and so on if its text is longer than the kernel accepts. The container
    /// joins the pieces without a separator, as on SageMaker.
    static func variables(_ name: String, _ text: String) -> [String: String] {
        guard name.utf8.count + 1 + text.utf8.count > StartLimits.text else { return [name: text] }
        var pieces: [String.UnicodeScalarView] = [.init()]
        var size = 0
        for scalar in text.unicodeScalars {
            let more = UTF8.width(scalar)
            if size + more > StartLimits.piece {
                pieces.append(.init())
                size = 0
            }
            pieces[pieces.count - 1].append(scalar)
            size += more
        }
        return Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ("\(name)_\($0)", String($1)) })
    }

    /// Rounds up, so that a limit above 0 never becomes 0.
    static func wholeSeconds(_ seconds: Double) -> Int {
        seconds.isFinite ? Int(exactly: seconds.rounded(.up)) ?? Int.max : Int.max
    }
}

extension Field.Kind {
    /// Whether a decoded value has this kind. The host's decoder has already checked more; this guards direct
    /// callers.
    func fits(_ value: JSONValue) -> Bool {
        switch self {
        case .string, .secret, .file: value.stringValue != nil
        case .choice(let choices): value.stringValue.map(choices.contains) ?? false
        case .integer(let range): value.integerValue.map(range.contains) ?? false
        case .number(let range): value.doubleValue.map(range.contains) ?? false
        case .boolean: value.boolValue != nil
        case .duration: value.doubleValue.map { $0 >= 0 && $0.isFinite } ?? false
        case .bytes: value.integerValue.map { $0 >= 0 } ?? false
        case .list(let item): value.arrayValue?.allSatisfy(item.fits) ?? false
        case .map(let item): value.objectValue?.values.allSatisfy(item.fits) ?? false
        case .object: value.objectValue != nil
        case .either(let kinds): kinds.contains { $0.fits(value) }
        case .any: true
        }
    }
}
