import LaunchContainerEngine
import Testing

@Suite("Times of the engine")
struct EngineTimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-23T22:09:14.247419773Z", 1_795_471_754_247_419_773),
            ("2026-11-24T00:09:14.25+02:00", 1_795_471_754_250_000_000),
            ("2000-02-29T23:59:59-00:30", 951_870_599_000_000_000),
            ("2026-11-23T22:09:14.2474197731234Z", 1_795_471_754_247_419_773),
        ] as [(String, Int64)])
    func `RFC 3339 to nanoseconds`(_ text: String, _ nanoseconds: Int64) {
        #expect(EngineTime(text)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "0001-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-23T22:09:14", "2026-11-23T22:09:14.Z",
        "9999-01-01T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T22:09:14Zx", "２０２６-11-23T22:09:14Z",
    ])
    func `Other texts are nil, also the engine's value for never`(_ text: String) {
        #expect(EngineTime(text) == nil)
    }

    @Test
    func `A time for the engine has nine decimal digits`() {
        #expect(EngineTime(nanoseconds: 1_795_471_754_000_000_773).description == "1795471754.000000773")
    }
}
