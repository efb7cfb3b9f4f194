internal import Synchronization

/// The values of one family by the values of its labels.
final class MetricFamily: Sendable {
    /// One value, or one histogram.
    struct Series: Sendable, Equatable {
        /// The value; the sum of a histogram.
        var value = 0.0
        /// The observations in each bucket, and in the one above all bounds.
        var buckets: [UInt64] = []
    }

    let description: MetricDescription
    private let series: Mutex<[[String]: Series]>

    init(_ description: MetricDescription) {
        self.description = description
        // A family without labels has one series, which exists from the beginning: a total that is absent and one that
        // is 0 are not the same for a reader.
        let first: [[String]: Series] =
            description.labels.isEmpty ? [[]: Self.empty(description)] : [:]
        series = Mutex(first)
    }

    /// Changes the series with these values of the labels. A missing value is empty, and a surplus one has no effect.
    func change(_ labels: [String], _ body: (inout Series) -> Void) {
        let key = (0..<description.labels.count).map { $0 < labels.count ? labels[$0] : "" }
        series.withLock { all in
            let known = all[key] != nil || all.count < description.mostSeries
            body(&all[known ? key : key.map { _ in MetricsRegistry.other }, default: Self.empty(description)])
        }
    }

    /// Replaces all series.
    func replace(_ values: [(labels: [String], value: Double)]) {
        let fresh = MetricFamily(description)
        for (labels, value) in values { fresh.change(labels) { $0.value = value } }
        let made = fresh.series.withLock(\.self)
        series.withLock { $0 = made }
    }

    /// The series in the order of their labels.
    var sorted: [(labels: [String], series: Series)] {
        series.withLock(\.self).sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
    }

    private static func empty(_ description: MetricDescription) -> Series {
        Series(buckets: description.kind == .histogram ? Array(repeating: 0, count: description.bounds.count + 1) : [])
    }
}
