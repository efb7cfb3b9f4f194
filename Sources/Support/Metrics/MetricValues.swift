/// A total that only grows, for each set of labels.
public struct MetricCounter: Sendable {
    let family: MetricFamily

    /// Adds to the total. A negative amount, or one that is not a number, has no effect.
    /// - Parameter labels: the values of the labels, in the order of the description.
    public func add(_ amount: Double = 1, _ labels: String...) {
        guard amount >= 0, amount.isFinite else { return }
        family.change(labels) { $0.value += amount }
    }

    /// Replaces the total by one that is counted elsewhere, such as by the kernel. A smaller one has no effect.
    public func record(total: Double, _ labels: String...) {
        family.change(labels) { if total > $0.value { $0.value = total } }
    }
}

/// A value that rises and falls, for each set of labels.
public struct MetricGauge: Sendable {
    let family: MetricFamily

    /// Sets the value.
    /// - Parameter labels: the values of the labels, in the order of the description.
    public func set(_ value: Double, _ labels: String...) { family.change(labels) { $0.value = value } }

    /// Sets all values. Those that are not in the list no longer exist.
    public func replace(_ values: [(labels: [String], value: Double)]) { family.replace(values) }
}

/// Observed values, counted by their size, for each set of labels.
public struct MetricHistogram: Sendable {
    let family: MetricFamily

    /// Counts a value. One that is negative or not a number has no effect.
    /// - Parameter labels: the values of the labels, in the order of the description.
    public func observe(_ value: Double, _ labels: String...) { observe(value, labels) }

    /// Counts a duration, in seconds.
    public func observe(_ duration: Duration, _ labels: String...) { observe(duration / .seconds(1), labels) }

    private func observe(_ value: Double, _ labels: [String]) {
        guard value >= 0, value.isFinite else { return }
        let bounds = family.description.bounds
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        family.change(labels) { series in
            series.value += value
            series.buckets[bucket] += 1
        }
    }
}
