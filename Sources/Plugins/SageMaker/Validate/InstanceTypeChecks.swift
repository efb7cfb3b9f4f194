internal import LaunchPluginKit

/// Checks a request with each of its `instance_types`, because any of them may be the one that is sent.
struct InstanceTypeChecks {
    let validator: RequestValidator
    let notes: RequestNotes

    /// The findings of the request, followed by the additional ones of each further type. A finding about a type of the
    /// list has the type's position in the list as its path.
    func findings(in document: JSONValue) -> [Finding] {
        let findings = validator.findings(in: document)
        guard !notes.instanceTypes.isEmpty else { return findings }
        let present = document["ResourceConfig"]?["InstanceType"]?.stringValue
        let places = zip(notes.instanceTypes, notes.typePlaces ?? [])
        var seen = Set([present].compactMap(\.self))
        let others = places.filter { seen.insert($0.0).inserted }
            .map { (type: $0, place: $1, findings: validator.findings(in: Self.with($0, document))) }
        let place = places.first { $0.0 == present }?.1
        // A volume size is useful if at least one of the types needs it.
        let isInVain = others.allSatisfy { $0.findings.contains(where: Self.isUnusedSize) }
        let known = Set(findings)
        return findings.filter { isInVain || !Self.isUnusedSize($0) }
            .map { $0.path == Self.instanceType ? moved($0, to: place) : $0 }
            + others.flatMap { other in
                other.findings.filter { !known.contains($0) && !Self.isUnusedSize($0) }
                    .map { told($0, of: other.type, at: other.place) }
            }
    }

    private static func isUnusedSize(_ finding: Finding) -> Bool { finding.rule == "volume-size-ignored" }

    private static let instanceType = FieldPath([.member("ResourceConfig"), .member("InstanceType")])

    /// The document with another instance type.
    static func with(_ type: String, _ document: JSONValue) -> JSONValue {
        guard case .object(var members) = document else { return document }
        var resources = members["ResourceConfig"]?.objectValue ?? [:]
        resources["InstanceType"] = .string(type)
        members["ResourceConfig"] = .object(resources)
        return .object(members)
    }

    private func moved(_ finding: Finding, to place: Int?) -> Finding {
        var finding = finding
        if let place { finding.path = FieldPath([.member(QueueTemplate.instanceTypes), .item(place)]) }
        return finding
    }

    private func told(_ finding: Finding, of type: String, at place: Int?) -> Finding {
        var told = moved(finding, to: place)
        if finding.path != Self.instanceType {
            told.message = "on \(type), \(finding.path): \(finding.message)"
        }
        return told
    }
}
