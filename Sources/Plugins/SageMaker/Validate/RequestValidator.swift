internal import LaunchPluginKit

/// Reports all errors of a `CreateTrainingJob` request before it is sent. Pure and offline.
///
/// First the document is checked against the service's model, then against the rules between fields that the model
/// cannot express (`Rule.all`). A value that may be newer than the model is only a warning.
struct RequestValidator: Sendable {
    /// The model of the request.
    let model: ServiceModel
    /// The region of the request; nil if unknown, and then rules about regions are skipped.
    let region: String?

    init(model: ServiceModel = .bundled, region: String? = nil) {
        self.model = model
        self.region = region
    }

    /// All findings, in the order of their paths. Each names its rule and the rule's source.
    func findings(in document: JSONValue) -> [Finding] {
        var checks = ModelChecks(model)
        checks.check(document)
        // A misspelt member is reported once: the rules between fields see it under its correct name.
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
