internal import LaunchPluginKit

extension Rule {
    /// The algorithm or image.
    static let algorithm = [
        Rule("algorithm-choice", source: Source.api("AlgorithmSpecification, AlgorithmName")) { request in
            guard let algorithm = request.algorithm, algorithm.objectValue != nil else { return [] }
            switch (algorithm["AlgorithmName"] != nil, algorithm["TrainingImage"] != nil) {
            case (true, true):
                return [
                    .error(
                        "AlgorithmSpecification.AlgorithmName", "it cannot be given together with TrainingImage",
                        hint: "Leave one of them out.")
                ]
            case (false, false) where !request.isServerless:
                return [
                    .error("AlgorithmSpecification", "it needs TrainingImage or AlgorithmName, and neither is given")
                ]
            default: return []
            }
        },
        Rule("algorithm-isolation", source: Source.guide("mkt-algo-model-internet-free")) { request in
            .when(
                request.algorithm?["AlgorithmName"].text != nil
                    && request.document["EnableNetworkIsolation"]?.boolValue != true,
                .warning(
                    "EnableNetworkIsolation", "it is not true, and algorithms of AWS Marketplace run only in isolation",
                    hint: "Your own algorithms do not need it."))
        },
    ]

    /// The metric definitions that are applied to the log.
    static let metrics = [
        Rule("metric-regex", source: Source.guide("define-train-metrics")) { request in
            metricDefinitions(of: request).flatMap { path, value -> [Problem] in
                guard let regex = value["Regex"]?.stringValue, !regex.isEmpty else { return [] }
                let groups = RegexGroups(in: regex)
                if !groups.isBalanced {
                    return [.error("\(path).Regex", "the brackets in \(Shown.quoted(regex)) do not match each other")]
                }
                return .when(
                    groups.capturing == 0,
                    .warning(
                        "\(path).Regex", "\(Shown.quoted(regex)) has no group for the value",
                        hint: "Put the number in brackets: loss=([0-9.]+)."))
            }
        },
        Rule("metric-name", source: Source.api("MetricDefinition, Name")) { request in
            let definitions = metricDefinitions(of: request)
            return TrainingRequest.repeated(definitions.map { $1["Name"].text }).map { index, name in
                .warning(
                    "\(definitions[index].path).Name", "\(Shown.quoted(name)) is also the name of an earlier metric")
            }
        },
    ]

    private static func metricDefinitions(of request: TrainingRequest) -> [(path: String, value: JSONValue)] {
        TrainingRequest.items(of: request.algorithm?["MetricDefinitions"]).map {
            ("AlgorithmSpecification.MetricDefinitions[\($0.index)]", $0.value)
        }
    }
}

/// The groups of a regular expression in any dialect, found by its brackets alone.
struct RegexGroups {
    /// Groups that capture.
    private(set) var capturing = 0
    /// Whether every bracket has a counterpart.
    let isBalanced: Bool

    init(in pattern: String) {
        var rest = Substring(pattern)
        var open = 0
        var isSound = true
        while let character = rest.popFirst() {
            switch character {
            case "\\":
                if rest.popFirst() == nil { isSound = false }
            case "[":
                // A bracket directly after the opening one, or after its '^', is a member of the class.
                if rest.first == "^" { rest.removeFirst() }
                if rest.first == "]" { rest.removeFirst() }
                var isClosed = false
                while let member = rest.popFirst(), !isClosed {
                    if member == "\\" { _ = rest.popFirst() }
                    if member == "]" { isClosed = true; break }
                }
                if !isClosed { isSound = false }
            case "(":
                open += 1
                let isNamed =
                    rest.hasPrefix("?P<") || (rest.hasPrefix("?<") && !rest.hasPrefix("?<=") && !rest.hasPrefix("?<!"))
                if rest.first != "?" || isNamed { capturing += 1 }
            case ")":
                open -= 1
                if open < 0 { isSound = false }
            default: break
            }
        }
        // Brackets between \Q and \E are plain text. The service checks a pattern that contains \Q.
        isBalanced = (isSound && open == 0) || pattern.contains(#"\Q"#)
    }
}
