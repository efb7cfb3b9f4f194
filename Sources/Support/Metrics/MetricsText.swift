/// The formats in which monitors read metrics.
public enum MetricsFormat: Sendable, Hashable, CaseIterable {
    /// OpenMetrics 1.0.
    case openMetrics
    /// The text format 0.0.4 of Prometheus, which its tools and the textfile collector of node_exporter read.
    case prometheus

    /// The format for the value of a request's header `Accept`; nil if the request has none. A reader that does not name
    /// OpenMetrics gets the older format, which all of them read.
    public init(accept: String?) {
        self = accept?.lowercased().contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
    }

    /// The value of the header `Content-Type`.
    public var contentType: String {
        switch self {
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        }
    }
}

/// The text of families in one of the formats.
struct MetricsText {
    private let format: MetricsFormat
    private var text = ""

    init(_ format: MetricsFormat) { self.format = format }

    /// The whole text.
    var finished: String { format == .openMetrics ? text + "# EOF\n" : text }

    mutating func append(_ family: MetricFamily) {
        let description = family.description
        let series = family.sorted
        guard !series.isEmpty else { return }
        // OpenMetrics names the family, and Prometheus its samples.
        let name = format == .openMetrics ? description.name : description.sampleName
        text += "# HELP \(name) \(help(description.help))\n"
        text += "# TYPE \(name) \(description.kind.rawValue)\n"
        if format == .openMetrics, let unit = description.unit { text += "# UNIT \(name) \(unit)\n" }
        for (labels, values) in series {
            let pairs = Array(zip(description.labels, labels))
            if description.kind == .histogram {
                appendHistogram(description, pairs, values)
            } else {
                append(description.sampleName, pairs, Self.number(values.value))
            }
        }
    }

    private mutating func appendHistogram(
        _ description: MetricDescription, _ labels: [(String, String)], _ series: MetricFamily.Series
    ) {
        var count: UInt64 = 0
        for (bound, observed) in zip(description.bounds + [.infinity], series.buckets) {
            count += observed
            append("\(description.name)_bucket", labels + [("le", Self.number(bound))], String(count))
        }
        append("\(description.name)_sum", labels, Self.number(series.value))
        append("\(description.name)_count", labels, String(count))
    }

    private mutating func append(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{\(labels.map { "\($0.0)=\"\(Self.escaped($0.1, quotes: true))\"" }.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    private func help(_ text: String) -> String { Self.escaped(text, quotes: format == .openMetrics) }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A number as both formats write it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return "\(value)"
    }
}
