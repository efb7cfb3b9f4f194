import Glibc
import LaunchOwnership

extension Subprocess.Environment {
    /// The variables as NAME=value. Names that are empty or contain "=" cannot be passed and are omitted.
    var variables: [String] {
        var all: [String: String]
        switch self {
        case .exact(let variables):
            all = variables
        case .inherited(let setting, let removing):
            all = Self.own()
            for name in removing { all[name] = nil }
            all.merge(setting) { $1 }
        }
        // The child searches the PATH too, and must not find programs in folders where another user can put them.
        if let path = all["PATH"] {
            all["PATH"] = path.split(separator: ":").filter { Ownership.isSafeProgramFolder(String($0)) }
                .joined(separator: ":")
        }
        return all.filter { !$0.key.isEmpty && !$0.key.contains("=") }.map { "\($0.key)=\($0.value)" }
    }

    static func own() -> [String: String] {
        var all: [String: String] = [:]
        // Read through the C library's pointer: each entry is a C string, and the list ends with nil.
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                all[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return all
    }
}
