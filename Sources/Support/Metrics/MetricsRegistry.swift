internal import Synchronization

/// The families of values that a process counts, and their text for a monitor.
///
/// A family has a fixed name and fixed labels. The number of its series has a limit, so that values from outside, such as
/// the names of queues, cannot fill the memory of this process and of the monitor.
public final class MetricsRegistry: Sendable {
    /// The value of each label of the series that counts what exceeds the limit of a family.
    public static let other = "other"
    /// The most series of a family without its own limit.
    public static let mostSeries = 300

    private let families = Mutex<[MetricFamily]>([])

    /// A registry without families.
    public init() {}

    /// Adds a total that only grows.
    /// - Parameters:
    ///   - name: without `_total`.
    ///   - mostSeries: the most series before the rest is counted as `other`.
    public func counter(
        _ name: String, _ help: String, labels: [String] = [], mostSeries: Int = mostSeries
    ) -> MetricCounter {
        MetricCounter(family: add(MetricDescription(name, .counter, help, labels: labels, mostSeries: mostSeries)))
    }

    /// Adds a value that rises and falls.
    /// - Parameter mostSeries: the most series before the rest is counted as `other`.
    public func gauge(
        _ name: String, _ help: String, labels: [String] = [], mostSeries: Int = mostSeries
    ) -> MetricGauge {
        MetricGauge(family: add(MetricDescription(name, .gauge, help, labels: labels, mostSeries: mostSeries)))
    }

    /// Adds observed values that are counted by their size.
    /// - Parameters:
    ///   - bounds: the upper bounds of the buckets, rising; infinity is added.
    ///   - mostSeries: the most series before the rest is counted as `other`.
    public func histogram(
        _ name: String, _ help: String, labels: [String] = [], bounds: [Double], mostSeries: Int = mostSeries
    ) -> MetricHistogram {
        MetricHistogram(
            family: add(
                MetricDescription(name, .histogram, help, labels: labels, mostSeries: mostSeries, bounds: bounds)))
    }

    /// The descriptions of all families, in the order in which they were added.
    public var descriptions: [MetricDescription] { families.withLock { $0.map(\.description) } }

    /// All values as text.
    public func text(_ format: MetricsFormat) -> String {
        var text = MetricsText(format)
        for family in families.withLock(\.self) { text.append(family) }
        return text.finished
    }

    private func add(_ description: MetricDescription) -> MetricFamily {
        let family = MetricFamily(description)
        families.withLock { $0.append(family) }
        return family
    }
}
