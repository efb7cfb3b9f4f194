import Foundation

/// The memory of this process.
enum Memory {
    /// The peak so far, in kB.
    static var peak: Int { value("VmHWM") }
    /// The present use, in kB.
    static var now: Int { value("VmRSS") }

    private static func value(_ name: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
    }
}

/// Prints the measured values as one line of JSON.
func report(_ values: KeyValuePairs<String, Double>) {
    let members = values.map { "\"\($0.key)\":\(($0.value * 1000).rounded() / 1000)" }
    print("{\(members.joined(separator: ","))}")
}

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}
