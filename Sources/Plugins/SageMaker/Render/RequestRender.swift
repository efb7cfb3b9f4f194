internal import FoundationEssentials
internal import LaunchAWS
internal import LaunchCrypto
internal import LaunchPluginKit

/// Renders a job with its template to the body of `CreateTrainingJob`. Pure.
struct RequestRender {
    /// The region of the job, if known.
    let region: String?
    /// The account of a role that is given by name, if known.
    let account: String?

    /// The request of a job's first attempt.
    /// - Throws: `invalid` if the template is not a mapping.
    func request(_ runnable: RunnableJob) throws(BackendError) -> RunRequest {
        let job = runnable.job
        guard case .object(var document) = job.template else {
            throw BackendError(.invalid, "The queue's template must be a mapping, and it is \(job.template.kindName).")
        }
        var notes = RequestNotes()
        notes.image = runnable.image
        let splits = document.removeValue(forKey: QueueTemplate.longEnvironment)?.stringValue == "split"
        let types = (document.removeValue(forKey: QueueTemplate.instanceTypes)?.arrayValue ?? [])
            .compactMap(\.stringValue)

        RehearsalRole.take(from: &document, into: &notes)
        let code = CodeInput(runnable, takingFrom: &document, &notes)
        // A queue's keys of W&B are removed when the queue is created; a submitter's come with --resource-args.
        for key in QueueTemplate.wandbKeys where document.removeValue(forKey: key) != nil {
            notes.addFinding(
                .warning, at: FieldPath([.member(key)]),
                "it is left out, as W&B Launch does: SageMaker takes no such key")
        }
        if let given = document["TrainingJobName"]?.stringValue, !given.isEmpty {
            notes.givenName = given
        } else {
            let name = TrainingJobName(project: job.project, runID: job.runID)
            document["TrainingJobName"] = .string(name.description)
        }
        document["RoleArn"] = document["RoleArn"].map { role(as: $0, &notes) }
        document["AlgorithmSpecification"] = algorithm(document["AlgorithmSpecification"], runnable, &notes)
        code?.add(to: &document, &notes)
        Self.chooseFirst(of: types, in: &document, &notes)
        document["HyperParameters"] = Hyperparameters(document["HyperParameters"], job).value
        let environment = try ContainerEnvironment(document["Environment"], job, splits: splits)
        document["Environment"] = environment.value
        if let count = environment.piecesLeftOut {
            notes.addFinding(
                .warning, at: FieldPath([.member("HyperParameters")]),
                "\(ContainerEnvironment.runConfig), their copy in Environment, is left out: it would take \(count) more of the "
                    + "\(ContainerEnvironment.most) variables that SageMaker allows",
                hint: "HyperParameters hold all of it: read /opt/ml/input/config/hyperparameters.json.")
        }
        document["Tags"] = RunTags.merged(document["Tags"], job)
        return RunTags.fingerprinted(
            RunRequest(runner: SageMakerRunner.type, document: .object(document.filter { $0.value != .null })),
            notes: notes)
    }

    // MARK: Parts

    /// The ARN of a role that is given by name. The image does not determine the account: it may be in any account.
    private func role(as value: JSONValue, _ notes: inout RequestNotes) -> JSONValue {
        guard let name = RoleName(value) else { return value }
        if account == nil {
            notes.addFinding(
                .warning, at: FieldPath([.member("RoleArn")]),
                "the account of the role \(Wording.quoted(name.path)) is not known offline; the agent asks STS for its own",
                hint: RoleName.hint, rule: RoleName.rule, isSettledLater: true)
        }
        let partition = region.flatMap { Partition.of(region: $0)?.id } ?? "aws"
        return .string(name.arn(partition: partition, account: account))
    }

    private func algorithm(
        _ given: JSONValue?, _ runnable: RunnableJob, _ notes: inout RequestNotes
    ) -> JSONValue {
        guard given == nil || given == .null || given?.objectValue != nil else { return given ?? .null }
        var members = given?.objectValue ?? [:]
        let place = FieldPath([.member("AlgorithmSpecification")])
        if case .algorithm = runnable.job.source {
            // A TrainingImage in addition is an error of the queue, which the checks report.
        } else if members["AlgorithmName"] != nil, members["AlgorithmName"] != .null {
            notes.addFinding(
                .error, at: place.appending("AlgorithmName"),
                "the queue names an algorithm, and the run gives the image \(runnable.image.name) as well",
                hint: "Leave the run's image out. Where the queue allows it, --set "
                    + "AlgorithmSpecification.AlgorithmName=null removes the algorithm.")
            members["TrainingImage"] = nil
        } else {
            let image = runnable.image.reference
            if let other = members["TrainingImage"]?.stringValue, other != image,
                (try? ImageReference(parsing: other))?.description != runnable.image.name
            {
                notes.addFinding(
                    .warning, at: place.appending("TrainingImage"),
                    "the queue's image \(other) is replaced by the run's, \(runnable.image.name)",
                    hint: "Without --image, --source, --git or --job the run has the queue's image.")
            }
            members["TrainingImage"] = .string(image)
            if runnable.image.digest == nil {
                notes.addFinding(
                    .warning, at: place.appending("TrainingImage"),
                    "\(image) is not pinned to a digest, because its registry denies the look-up: its tag may name another "
                        + "image when the job starts", hint: "Name the image by its digest.", rule: "image-unpinned")
            }
        }
        if members["TrainingInputMode"] == nil { members["TrainingInputMode"] = .string("File") }
        if let entryPoint = runnable.job.entryPoint {
            members["ContainerEntrypoint"] = .array(entryPoint.map { .string($0) })
        }
        if !runnable.job.arguments.isEmpty {
            members["ContainerArguments"] = .array(runnable.job.arguments.map { .string($0) })
        }
        return .object(members)
    }

    /// Notes all instance types to try in order, and writes the first one into the document.
    private static func chooseFirst(
        of types: [String], in document: inout [String: JSONValue], _ notes: inout RequestNotes
    ) {
        guard !types.isEmpty, case .object(var resources) = document["ResourceConfig"] ?? .object([:]) else { return }
        let own = resources["InstanceType"]?.stringValue
        let others = types.enumerated().filter { $0.element != own }
        notes.instanceTypes = (own.map { [$0] } ?? []) + others.map(\.element)
        notes.typePlaces = (own == nil ? [] : [nil]) + others.map(\.offset)
        resources["InstanceType"] = .string(notes.instanceTypes[0])
        document["ResourceConfig"] = .object(resources)
    }
}
