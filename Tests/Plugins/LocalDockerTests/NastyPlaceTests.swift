import ContainerEngine
import LaunchHost
import TestSupport
import Testing

@testable import LocalDocker

@Suite("nasty places in a log") struct NastyPlaceTests {
    @Test("a cursor of any numbers is a place to read on from, or an error")
    func cursors() {
        for since in NastyNumbers.text {
            for lines in ["0", "1", "9223372036854775807", "-1", "x"] {
                do throws(BackendError) {
                    var (place, skipped) = try LogPlace.reading(LogCursor(rawValue: "\(since)/\(lines)"))
                    #expect(skipped >= 0)
                    place.advance(openSince: nil)
                    place.count(
                        EngineLogLine(stream: .stdout, time: EngineTime(nanoseconds: .max - 1), text: "x"))
                    place.advance(openSince: nil)
                    place.restart()
                    _ = place.since?.description
                } catch {
                    #expect(error.category == .invalid)
                }
            }
        }
    }

    @Test("an engine's times of any form are a moment or none")
    func times() {
        for text in NastyNumbers.text {
            for form in [
                "\(text)", "2026-01-01T00:00:00.\(text)Z", "\(text)-12-31T23:59:60+23:59",
                "2261-12-31T23:59:60-\(text)",
            ] {
                if let time = EngineTime(form) { _ = (time.description, time.date) }
            }
        }
        #expect(EngineTime("2261-12-31T23:59:60.999999999-23:59") != nil)
    }
}
