internal import Glibc

/// Checks the arguments and the variables of this process as bytes. Swift replaces bytes that are not UTF-8 in a
/// `String`, so another file or value would be used than the given one.
enum ProcessText {
    /// Variables that name files or values for this program. Other variables are ignored or passed to child processes.
    private static let names: Set<String> = ["HOME", "TMPDIR"]
    private static let prefixes: Set = ["LAUNCH_", "DOCKER_", "XDG_"]

    /// Why this process cannot start; nil if it can.
    /// - Parameter read: The beginnings of the names of variables that the plugins read.
    static func fault(reading read: Set<String>) -> String? {
        fault(words: words(CommandLine.unsafeArgv), variables: words(environ), reading: read)
    }

    /// - Parameters:
    ///   - words: The command line with the program's name.
    ///   - variables: `NAME=value`.
    ///   - read: The beginnings of the names of variables that the plugins read.
    static func fault(words: [[UInt8]], variables: [[UInt8]], reading read: Set<String> = []) -> String? {
        let prefixes = prefixes.union(read)
        for (number, word) in words.enumerated().dropFirst() where String(validating: word, as: UTF8.self) == nil {
            return "argument \(number) is not UTF-8: '\(shown(word))'"
        }
        for variable in variables where String(validating: variable, as: UTF8.self) == nil {
            let name = String(decoding: variable.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
            if names.contains(name) || prefixes.contains(where: { name.hasPrefix($0) }) {
                // The value may be a secret.
                return "the value of the variable \(name) is not UTF-8"
            }
        }
        return nil
    }

    private static func shown(_ word: [UInt8]) -> String {
        word.map { byte in
            guard byte >= 0x80 else { return String(UnicodeScalar(byte)) }
            return "\\x\(String(byte, radix: 16))"
        }.joined()
    }

    /// The C strings of a nil-terminated list.
    private static func words(_ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var next = list
        while let word = next.pointee {
            words.append(UnsafeBufferPointer(start: word, count: strlen(word)).map { UInt8(bitPattern: $0) })
            next += 1
        }
        return words
    }
}
