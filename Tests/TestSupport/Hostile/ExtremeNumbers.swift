/// Numbers at which conversions and sums fail: the bounds of the integer types and their neighbours, numbers that no
/// integer type can represent, and texts that look like numbers.
public enum ExtremeNumbers {
    /// In the notation of JSON.
    public static let json = [
        "0", "-0", "-1", "1", "255", "256", "2147483647", "2147483648", "-2147483649", "4294967296",
        "9007199254740993", "253402300799", "253402300800", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
        "1e15", "1e18", "1e19", "-1e19", "1e300", "-1e300", "1e-300", "0.5", "-0.5", "1.7976931348623157e308",
    ]

    /// In the notation of texts: headers, XML, cursors and labels. Includes numbers that JSON does not have.
    public static let text =
        json + [
            "", " ", "nan", "NaN", "inf", "-inf", "Infinity", "1e400", "-1e400", "+1", "0x7fffffffffffffff", "1_000",
            "１２",
            "99999999999999999999999999999999999999999999", "9223372036854775807.5", "-", ".", "1e", "\u{0}1",
        ]
}
