import LaunchContainerEngine
import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalContainers

@Suite("Extreme positions in a log") struct ExtremeLogPositionTests {
    @Test
    func `A cursor with any numbers is a position or an error`() {
        for since in ExtremeNumbers.text {
            for lines in ["0", "1", "9223372036854775807", "-1", "x"] {
                do throws(BackendError) {
                    var (position, skipped) = try LogPosition.reading(LogCursor(rawValue: "\(since)/\(lines)"))
                    #expect(skipped >= 0)
                    position.advance(openSince: nil)
                    position.count(
                        EngineLogLine(stream: .stdout, time: EngineTime(nanoseconds: .max - 1), text: "x"))
                    position.advance(openSince: nil)
                    position.restart()
                    _ = position.since?.description
                } catch {
                    #expect(error.category == .invalid)
                }
            }
        }
    }

    @Test
    func `Any text for an engine's time gives a time or nil`() {
        for text in ExtremeNumbers.text {
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
