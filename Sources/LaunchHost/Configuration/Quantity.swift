/// Lengths of time and sizes as people write them: `90s`, `2h`, `512m`, `8GiB`.
public enum Quantity {
    /// The seconds of `90`, `90s`, `10m`, `1.5h` or `2d`; nil where the text is none of that or would overflow.
    public static func seconds(_ text: String) -> Double? {
        guard let match = text.wholeMatch(of: /([0-9]+(?:\.[0-9]+)?)\s*([smhd]?)/), let number = Double(match.1) else {
            return nil
        }
        let factor: Double =
            switch match.2 {
            case "m": 60
            case "h": 3600
            case "d": 86400
            default: 1
            }
        // What `Duration` can hold with room to spare; nobody waits longer.
        let seconds = number * factor
        return seconds <= 1e12 ? seconds : nil
    }

    /// The bytes of `1024`, `512m`, `8g`, `1.5GiB` or `100kb` (powers of 1024); nil where the text is none of that or
    /// does not fit 64 bits.
    public static func bytes(_ text: String) -> Int64? {
        let pattern = /([0-9]+)(?:\.([0-9]+))?\s*(?:([kmgtKMGT])(?:[iI]?[bB])?|[bB])?/
        guard let match = text.wholeMatch(of: pattern), let whole = Int64(match.1) else { return nil }
        let factor: Int64 =
            switch match.3.map({ $0.lowercased() }) {
            case "k": 1 << 10
            case "m": 1 << 20
            case "g": 1 << 30
            case "t": 1 << 40
            default: 1
            }
        let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        guard let digits = match.2, let fraction = Double("0.\(digits)") else { return product }
        let (sum, overflowed) = product.addingReportingOverflow(Int64((fraction * Double(factor)).rounded(.down)))
        return overflowed ? nil : sum
    }

    /// A number without a needless `.0`.
    static func text(_ number: Double) -> String {
        Int64(exactly: number).map { String($0) } ?? String(number)
    }
}
