internal import LaunchHost

/// Says everything that is wrong with a `CreateTrainingJob` request before anybody sends it: pure, offline, all at once.
///
/// First the service's own model is held against the document, then the rules between fields that the model cannot
/// express (`Rule.all`). What may only be newer than the model is a warning.
struct RequestValidator: Sendable {
    /// What a request must look like.
    let model: ServiceModel
    /// The region that the request is for; nil where it is not known, and nothing is said of regions.
    let region: String?

    init(model: ServiceModel = .bundled, region: String? = nil) {
        self.model = model
        self.region = region
    }

    /// All findings, in the order of their paths. Each names its rule and the rule's source.
    func findings(in document: JSONValue) -> [Finding] {
        var checks = ModelChecks(model)
        checks.check(document)
        // A misspelt member is one mistake: the rules between fields see it under its right name.
        let meant = checks.misspellings.isEmpty ? document : Misspelling.corrected(document, checks.misspellings)
        var findings = checks.findings
        let request = TrainingRequest(meant, region: region)
        for rule in Rule.all {
            for problem in rule.check(request) {
                findings.append(
                    Finding(
                        problem.severity, at: problem.path, problem.message, hint: problem.hint, source: rule.source,
                        rule: rule.name))
            }
        }
        guard findings.count > 1 else { return findings }
        return findings.map { ($0.path.description, $0) }.sorted { ($0.0, $0.1.rule ?? "") < ($1.0, $1.1.rule ?? "") }
            .map(\.1)
    }
}
