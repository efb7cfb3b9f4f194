import LaunchConsole
import Testing

@Suite struct FormatTests {
    @Test(
        arguments: [
            (0, "0 B"), (-5, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1049, "1.0 kB"), (1050, "1.1 kB"),
            (12_345, "12.3 kB"), (99_960, "100 kB"), (123_456, "123 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"),
            (999_950, "1.0 MB"),
            (1_500_000_000, "1.5 GB"), (.max, "9.2 EB"), (.min, "0 B"),
        ] as [(Int64, String)])
    func `bytes`(count: Int64, expected: String) {
        #expect(Format.bytes(count) == expected)
    }

    @Test(
        arguments: [
            (.zero, "0s"), (.seconds(-3), "0s"), (.milliseconds(850), "850 ms"), (.milliseconds(1999), "1s"),
            (.seconds(65), "1m 05s"), (.seconds(7384), "2h 03m"), (.seconds(3 * 86400 + 4 * 3600 + 59), "3d 04h"),
        ] as [(Duration, String)])
    func `durations`(duration: Duration, expected: String) {
        #expect(Format.duration(duration) == expected)
    }

    @Test(
        arguments: [
            (0, "just now"), (12, "12 s ago"), (185, "3 m ago"), (7300, "2 h ago"), (500_000, "5 d ago"),
            (-185, "in 3 m"),
            (.min, "in 106751991167300 d"),
        ] as [(Int64, String)])
    func `relative`(seconds: Int64, expected: String) {
        #expect(Format.relative(ago: .seconds(seconds)) == expected)
    }
}
