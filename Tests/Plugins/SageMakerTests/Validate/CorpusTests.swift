import LaunchHost
import Testing

@testable import LaunchSageMaker

struct CorpusTests {
    let validator = RequestValidator()

    @Test func `the corpus has the required size`() throws {
        #expect(try Corpus.valid().count >= 50)
        #expect(try Corpus.refused().reduce(0) { $0 + $1.cases.count } >= 150)
    }

    @Test func `no valid request has an error`() throws {
        for request in try Corpus.valid() {
            let findings = validator.findings(in: try Corpus.document(of: request.change))
            let errors = findings.filter { $0.severity == .error }
            #expect(errors.isEmpty, "\(request.name): \(errors)")
            let unknown = findings.filter { $0.rule == "enum" || $0.rule == "unknown-member" }
            #expect(unknown.isEmpty == !(request.unknown ?? false), "\(request.name): \(findings)")
        }
    }

    @Test func `every invalid request has exactly the error of its rule at its path`() throws {
        for group in try Corpus.refused() {
            for (index, request) in group.cases.enumerated() {
                let name = "\(group.rule) \(index): \(request.at)"
                let findings = validator.findings(in: try Corpus.document(of: request.change))
                let errors = findings.filter { $0.severity == .error }
                #expect(errors.map(\.path.description) == request.at, "\(name): \(errors)")
                for error in errors {
                    #expect(error.rule == group.rule, "\(name): \(error)")
                    #expect(error.source?.contains(group.source) ?? false, "\(name): \(error.source ?? "no source")")
                    #expect(!error.message.isEmpty)
                }
            }
        }
    }

    /// Rules that only warn. The corpus contains a rejected request for every other rule.
    static let warnings: Set<String> = [
        "algorithm-isolation", "attribute-names", "image-region", "instance-count", "instance-group-name",
        "manifest-object", "metric-name",
        "plain-secret", "private-registry-login", "role-partition", "spot-algorithm-wait", "spot-checkpoint",
        "volume-size-ignored",
    ]

    @Test func `every rule is in the corpus, and each has a unique name`() throws {
        let names = Rule.all.map(\.name)
        #expect(Set(names).count == names.count)
        let refused = Set(try Corpus.refused().map(\.rule))
        #expect(Set(names).subtracting(refused) == Self.warnings)
    }
}
