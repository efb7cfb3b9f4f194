/// Sizes for display.
package enum Megabytes {
    /// In MB, with one decimal below 10.
    package static func text(_ bytes: Int64) -> String {
        let tenths = (bytes + 50_000) / 100_000
        return tenths >= 100 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}
