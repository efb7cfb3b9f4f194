/// What a run would be, short of being submitted: the values of all stages up to validate.
public struct Plan: Sendable, Hashable, Codable {
    /// The resolve stage's value.
    public var job: ResolvedJob
    /// How the image would be had.
    public var image: ImageDecision
    /// The request that would be sent. Where the image is not known yet, its name stands where its digest will.
    public var request: RunRequest
    /// What validation has to say of it.
    public var findings: [Finding]
    /// What it may cost, where the runner can tell.
    public var cost: CostEstimate?
    /// What a cloud must permit for it.
    public var permissions: [Permission]

    /// Whether nothing stands in the way of submitting it.
    public var isValid: Bool { !findings.contains { $0.severity == .error } }

    /// The plan of a job whose image decision is known.
    /// - Parameters:
    ///   - imageOfSource: the name that stands for an image of source whose place is not known yet.
    ///   - parts: the other parts that take part in it, for what they have to be permitted.
    ///   - facts: what the runner's `facts` answered; empty where no service was asked.
    /// - Throws: `BackendError` where no request can be made at all.
    public init(
        _ job: ResolvedJob, image: ImageDecision, runner: any Runner, imageOfSource: String? = nil,
        parts: [any Sendable] = [], facts: [String: String] = [:]
    ) throws(BackendError) {
        self.job = job
        self.image = image
        request = try RenderStage.request(
            for: job, image: image.image ?? Self.standIn(for: job, image, imageOfSource), runner: runner,
            facts: facts)
        request.rehearsal = job.rehearsal
        findings = ValidateStage.findings(in: request, runner: runner)
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
    }

    /// What stands for an image that is not known yet: its name, which satisfies every rule for image names.
    private static func standIn(
        for job: ResolvedJob, _ decision: ImageDecision, _ imageOfSource: String?
    ) -> PinnedImage {
        let name = decision.destination ?? job.source.imageName ?? imageOfSource ?? "image-of-\(job.runID)"
        if case .algorithm = job.source { return PinnedImage(unpinned: name) }
        return PinnedImage(reference: name, digest: .unknown, name: name)
    }

    /// What is wrong with the request, as diagnostics; in a queue's file where the value is that file's own.
    ///
    /// The document's keys are found in whatever spelling the runner takes, where it is `spelt(like:)` it.
    /// - Parameter spec: what the plan was made of, to tell the submitter's values from the queue's.
    public func diagnostics(in document: Document? = nil, of spec: LaunchSpec? = nil) -> [Diagnostic] {
        let places = FindingPlaces(plan: self, document: document, overrides: spec?.overrides)
        return findings.map { places.diagnostic(for: $0) }
    }
}

extension Source {
    fileprivate var imageName: String? {
        switch self {
        case .image(let name), .algorithm(let name): name
        case .code, .git, .template: nil
        }
    }
}

extension Digest {
    /// Stands where a digest is not known yet; no content has it.
    static let unknown = Digest(unchecked: "sha256:" + String(repeating: "0", count: 64))
}
