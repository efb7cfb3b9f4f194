internal import AWS
internal import LaunchHost

/// A `CreateTrainingJob` document as what its containers are on SageMaker: `ContainerJob` says it to whoever runs it. Pure.
struct Rehearsal {
    let document: TrainingDocument
    let options: RehearsalOptions
    let hosts: TrainingHosts
    /// The region of the job; nil where it is known nowhere.
    let region: String?
    private let image: PinnedImage
    private let role: AssumedRole?

    /// A rehearsal of a request.
    /// - Parameter region: where the job would run; else it is read off an image in ECR.
    /// - Throws: `invalid` where the request means no container, or an option does not go with it.
    init(_ request: RunRequest, options: RehearsalOptions, region: String?) throws(BackendError) {
        document = TrainingDocument(request.document)
        self.options = options
        guard document.value["ServerlessJobConfig"] == nil else {
            throw BackendError(
                .invalid, "A serverless job (ServerlessJobConfig) has no container, so it cannot be rehearsed.")
        }
        image = try Self.image(document, notes: request.notes)
        role = try RehearsalRole.role(of: request, options)
        hosts = try TrainingHosts(document)
        self.region = region ?? ImagePlace(image).ecr?.region
        try Self.check(options, against: document)
    }

    /// The container job.
    func containerJob() throws(BackendError) -> ContainerJob {
        let start = StartCommand(document)
        var job = ContainerJob(image: image, entryPoint: start.entryPoint, arguments: start.arguments)
        job.environment = environment
        job.resources = resources
        job.timeLimitSeconds = document.timeLimitSeconds
        job.stopGraceSeconds = options.graceSeconds ?? 120
        for (name, pattern) in document.metricDefinitions {
            job.metrics[name] = MetricExpression(pattern).pattern
        }
        job.surroundings = try surroundings()
        return job
    }

    private func surroundings() throws(BackendError) -> ContainerJob.Surroundings {
        var named: [ContainerJob.Surroundings.Host] = []
        let config = TrainingConfigFiles(document: document, hosts: hosts, hasCheckpoints: hasCheckpoints)
        for group in hosts.groups {
            for host in group.hosts {
                named.append(.init(name: host, files: try config.files(of: host, in: group)))
            }
        }
        var inputs: [ContainerJob.Surroundings.Input] = []
        for channel in document.channels { inputs.append(input(channel)) }
        return ContainerJob.Surroundings(
            hosts: named.sorted { $0.name < $1.name }, isIsolated: document.isIsolated, folders: Self.folders,
            inputs: inputs, synced: synced, results: results,
            failure: .init(path: "/opt/ml/output/failure", limit: FailureReason.most), drill: options.drill,
            offersCredentials: options.wantsCredentials, role: role, isLenient: true)
    }

    /// What is there whatever the request says. `/opt/ml/code` is a convention of the toolkit and the image's to have.
    private static let folders: [ContainerJob.Surroundings.Folder] = [
        .init(path: "/opt/ml/input", mode: 0o755), .init(path: TrainingConfigFiles.folder, mode: 0o755),
        .init(path: "/opt/ml/input/data", mode: 0o755), .init(path: "/opt/ml/model"), .init(path: "/opt/ml/output"),
        .init(path: "/opt/ml/output/data"),
    ]

    /// What the service sets, and the request's own; `SM_*` comes from the toolkit in the image, and credentials never
    /// stand here.
    private var environment: [String: String] {
        var environment = document.environment
        if let region, environment["AWS_REGION"] == nil { environment["AWS_REGION"] = region }
        environment["TRAINING_JOB_NAME"] = document.jobName
        environment["TRAINING_JOB_ARN"] = jobARN
        return environment
    }

    /// The job's ARN, in the account of its role.
    var jobARN: String {
        let role = document.roleARN.flatMap { ARN($0) }
        let region = region ?? "us-east-1"
        return ARN(
            partition: Partition.of(region: region)?.id ?? role?.partition ?? "aws", service: "sagemaker",
            region: region, account: role?.account ?? "000000000000", resource: "training-job/\(document.jobName)"
        ).description
    }
}

extension Rehearsal {
    /// Whether a finding counts for a request that is rehearsed: an image that only this machine has is no reason against
    /// that, and the report has it. The account of the role does not count either: no call uses the role.
    static func counts(_ finding: Finding) -> Bool { !["image-registry", RoleName.rule].contains(finding.rule) }

    /// The image that the request names.
    ///
    /// A document holds only its reference; the notes of a rendered one hold the whole value, with the platform.
    private static func image(_ document: TrainingDocument, notes: JSONValue?) throws(BackendError) -> PinnedImage {
        guard let text = document.image else {
            throw BackendError(
                .invalid,
                "The request has no AlgorithmSpecification.TrainingImage, and an algorithm of the service or the "
                    + "Marketplace has no image that runs elsewhere.",
                hint: "Rehearse a job with an image of your own.")
        }
        if let kept = notes.flatMap({ try? $0.decode(RequestNotes.self) })?.image, kept.reference == text {
            return kept
        }
        if let digest = Digest(rawValue: text) { return PinnedImage(reference: text, digest: digest, name: text) }
        let parsed: ImageReference
        do {
            parsed = try ImageReference(parsing: text)
        } catch {
            throw BackendError(.invalid, "TrainingImage: \(error)")
        }
        guard let digest = parsed.digest else {
            throw BackendError(
                .invalid, "TrainingImage '\(text)' names no digest, so it may be another image by the time it runs.",
                hint: "Name it by its digest.")
        }
        return PinnedImage(reference: text, digest: digest, name: text)
    }

    private static func check(
        _ options: RehearsalOptions, against document: TrainingDocument
    ) throws(BackendError) {
        let names = document.channels.map(\.name)
        if let wrong = names.first(where: { $0 == "." || $0 == ".." }) {
            throw BackendError(.invalid, "A channel cannot be called '\(wrong)': its name becomes that of a folder.")
        }
        let known = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
        if let stranger = options.channels.keys.sorted().first(where: { !names.contains($0) }) {
            throw BackendError(
                .invalid,
                "The request has no channel '\(stranger)' to put \(options.channels[stranger] ?? "") in: \(known).",
                hint: "Add the channel to InputDataConfig, or name one that is there.")
        }
        if options.wantsCredentials, document.isIsolated {
            throw BackendError(
                .invalid,
                "The request has EnableNetworkIsolation, and SageMaker gives containers without network no credentials.",
                hint: "Leave the credentials away, or the isolation.")
        }
    }
}
