/// Durations and sizes as users write them: `90s`, `1h30m`, `512m`, `8GiB`.
public enum Quantity {
    /// The seconds of `90`, `90s`, `10m`, `.5h`, `1h30m` or `500ms`; nil if the text has another format or the value is
    /// too large.
    public static func seconds(_ text: String) -> Double? {
        var seconds = 0.0
        if let match = text.wholeMatch(of: /[0-9]+(?:\.[0-9]+)?|\.[0-9]+/) {
            guard let number = Double(match.0) else { return nil }
            seconds = number
        } else {
            var rest = Substring(text)
            repeat {
                guard let match = rest.prefixMatch(of: /([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*(ms|[smhd])/),
                    let number = Double(match.1)
                else { return nil }
                seconds += number * factor(match.2)
                rest = rest[match.range.upperBound...]
            } while !rest.isEmpty
        }
        // The bound is far below the largest `Duration`.
        return seconds <= 1e12 ? seconds : nil
    }

    private static func factor(_ unit: Substring) -> Double {
        switch unit {
        case "ms": 0.001
        case "m": 60
        case "h": 3600
        case "d": 86400
        default: 1
        }
    }

    /// The bytes of `1024`, `512m`, `8g`, `.5g`, `1.5GiB`, `100kb` or `1P` (powers of 1024); nil if the text has
    /// another format or the value does not fit 64 bits.
    public static func bytes(_ text: String) -> Int64? {
        let pattern = /([0-9]*)(?:\.([0-9]+))?\s*(?:([kmgtpeKMGTPE])(?:[iI]?[bB])?|[bB])?/
        guard let match = text.wholeMatch(of: pattern), !match.1.isEmpty || match.2 != nil,
            let whole = match.1.isEmpty ? 0 : Int64(match.1)
        else { return nil }
        let factor: Int64 =
            switch match.3.map({ $0.lowercased() }) {
            case "k": 1 << 10
            case "m": 1 << 20
            case "g": 1 << 30
            case "t": 1 << 40
            case "p": 1 << 50
            case "e": 1 << 60
            default: 1
            }
        let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        guard let digits = match.2, let fraction = Double("0.\(digits)") else { return product }
        let (sum, overflowed) = product.addingReportingOverflow(Int64((fraction * Double(factor)).rounded(.down)))
        return overflowed ? nil : sum
    }

    /// A number without a final `.0`.
    package static func text(_ number: Double) -> String {
        Int64(exactly: number).map { String($0) } ?? String(number)
    }
}
