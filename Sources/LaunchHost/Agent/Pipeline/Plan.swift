/// The results of all stages up to validate, without a submit.
public struct Plan: Sendable, Hashable, Codable {
    /// The result of the resolve stage.
    public var job: ResolvedJob
    /// How the run would get its image.
    public var image: ImageDecision
    /// The request that would be sent. If the digest of the image is not known yet, a placeholder digest is in its
    /// place.
    public var request: RunRequest
    /// The findings of the validate stage.
    public var findings: [Finding]
    /// The code of a job with a code channel, as far as it is known.
    public var code: JobCode?
    /// The estimated cost, if the runner knows it.
    public var cost: CostEstimate?
    /// The permissions that a cloud must grant for it.
    public var permissions: [Permission]

    /// Whether the plan has no errors.
    public var isValid: Bool { !findings.contains { $0.severity == .error } }

    /// Creates the plan of a job with a known image decision.
    /// - Parameters:
    ///   - imageOfSource: an example name for an image of source whose destination is not known yet.
    ///   - parts: the other parts of the configuration, for their permissions.
    ///   - facts: the result of the runner's `facts`; empty if no service was called.
    ///   - limits: those of the queue, for a run that can never start; nil if it has none.
    ///   - code: the files of a job with a code channel; nil if they are not known yet.
    /// - Throws: `BackendError` if no request can be rendered.
    package init(
        _ job: ResolvedJob, image: ImageDecision, runner: any Runner, imageOfSource: String? = nil,
        parts: [any Sendable] = [], facts: [String: String] = [:], limits: QueueLimits? = nil,
        code folder: CodeFolder? = nil
    ) throws(BackendError) {
        self.job = job
        self.image = image
        code = folder?.summary
        request = try RenderStage.request(
            for: job, image: image.image ?? Self.standIn(for: job, image, imageOfSource), runner: runner,
            facts: facts, code: code)
        request.rehearsal = job.rehearsal
        if let folder, runner is RehearsalRunner {
            request.rehearsal = try CodeStage.options(request.rehearsal, reading: folder)
        }
        findings = ValidateStage.findings(in: request, runner: runner)
        findings += limits?.refusals(of: runner.demand(of: job)) ?? []
        if image.way == .missing {
            let name = job.source.imageName ?? job.source.origin
            findings.append(
                Finding(
                    .error, at: FieldPath(), "the image \(name) does not exist in its registry",
                    hint: ImageStage.missing))
        }
        cost = (runner as? any Pricing)?.cost(of: request)
        let needing = ([runner] + parts).compactMap { $0 as? any Permitted }
        permissions = needing.flatMap { [request] in $0.permissions(for: request) }
        switch (image.way, job.source.ofImage) {
        // Before a look-up, a source may have to be built.
        case (.build, _), (.unresolved, .code), (.unresolved, .git):
            permissions += needing.flatMap { $0.permissionsToPush() }
        default: break
        }
    }

    /// A placeholder for an unknown image: its name, which satisfies every rule for image names.
    private static func standIn(
        for job: ResolvedJob, _ decision: ImageDecision, _ imageOfSource: String?
    ) -> PinnedImage {
        if job.source == .noImage { return .noImage }
        let name = decision.destination ?? job.source.imageName ?? imageOfSource ?? "image-of-\(job.runID)"
        if case .algorithm = job.source.ofImage { return PinnedImage(unpinned: name) }
        return PinnedImage(reference: name, digest: .unknown, name: name)
    }

    /// The findings as diagnostics, with the positions of the queue's own values in its file.
    /// - Parameters:
    ///   - document: the queue's file, `spelt(like:)` the runner's plugin; nil if there is none.
    ///   - origins: the origins of the job's values, from the resolve stage.
    ///   - submitted: the positions of the submitter's values in their files.
    package func diagnostics(
        in document: Document? = nil, origins: Origins, submitted: SubmittedValues
    ) -> [Diagnostic] {
        let positions = FindingPositions(plan: self, document: document, origins: origins, submitted: submitted)
        return findings.map { positions.diagnostic(for: $0) }
    }
}

extension Source {
    fileprivate var imageName: String? {
        switch ofImage {
        case .image(let name), .algorithm(let name): name
        case .code, .git, .template, .noImage: nil
        }
    }
}

extension Digest {
    /// A placeholder for an unknown digest; no content has this digest.
    static let unknown = Digest(unchecked: "sha256:" + String(repeating: "0", count: 64))
}
