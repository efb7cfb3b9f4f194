internal import LaunchAWS
internal import LaunchPluginKit

/// The translation of a `CreateTrainingJob` document into a `ContainerJob`. Pure.
struct Rehearsal {
    let document: TrainingDocument
    let options: RehearsalOptions
    let hosts: TrainingHosts
    /// The region of the job; nil if unknown.
    let region: String?
    private let image: PinnedImage
    private let role: AssumedRole?

    /// A rehearsal of a request.
    /// - Parameter region: The region of the job. Without one, the region of an image in ECR.
    /// - Throws: `invalid` if the request has no container, or if an option does not fit the request.
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
        self.region = region ?? ImageLocation(image).ecr?.region
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
        job.rehearsalPlan = try rehearsalPlan()
        return job
    }

    private func rehearsalPlan() throws(BackendError) -> RehearsalPlan {
        var named: [RehearsalPlan.Host] = []
        let config = TrainingConfigFiles(document: document, hosts: hosts, hasCheckpoints: hasCheckpoints)
        for group in hosts.groups {
            for host in group.hosts {
                named.append(.init(name: host, files: try config.files(of: host, in: group)))
            }
        }
        var inputs: [RehearsalPlan.Input] = []
        for channel in document.channels { inputs.append(input(channel)) }
        return RehearsalPlan(
            hosts: named.sorted { $0.name < $1.name }, isIsolated: document.isIsolated, folders: Self.folders,
            inputs: inputs, synced: synced, results: results,
            failure: .init(path: "/opt/ml/output/failure", limit: FailureReason.most), drill: options.drill,
            offersCredentials: options.wantsCredentials, role: role, isLenient: true)
    }

    /// Folders that always exist. `/opt/ml/code` is a convention of the training toolkit, so the image must provide it.
    private static let folders: [RehearsalPlan.Folder] = [
        .init(path: "/opt/ml/input", mode: 0o755), .init(path: TrainingConfigFiles.folder, mode: 0o755),
        .init(path: "/opt/ml/input/data", mode: 0o755), .init(path: "/opt/ml/model"), .init(path: "/opt/ml/output"),
        .init(path: "/opt/ml/output/data"),
    ]

    /// The variables that the service sets, and the request's own. The training toolkit in the image sets `SM_*`, and
    /// credentials are never passed as variables.
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
    /// Whether a finding applies to a rehearsed request. An image that only this machine has can be rehearsed, and the
    /// report mentions it. The account of the role does not matter, because no call uses the role.
    static func counts(_ finding: Finding) -> Bool { !["image-registry", RoleName.rule].contains(finding.rule) }

    /// The image that the request names.
    ///
    /// A document contains only the reference; the notes of a rendered request contain the whole value with the
    /// platform.
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
                .invalid, "TrainingImage '\(text)' names no digest, so it may be another image when the job runs.",
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
                "The request has no channel '\(stranger)' for \(options.channels[stranger] ?? ""): \(known).",
                hint: "Add the channel to InputDataConfig, or name an existing one.")
        }
        if options.wantsCredentials, document.isIsolated {
            throw BackendError(
                .invalid,
                "The request has EnableNetworkIsolation: SageMaker gives no credentials to such containers.",
                hint: "Remove the credentials or the isolation.")
        }
    }
}
