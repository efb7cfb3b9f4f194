import Foundation
import LaunchSystemLibraries
import Testing

@Suite struct SystemLibraryTests {
    /// Whether a library is loaded, according to /proc/self/maps, independent of the code under test.
    private static func loaded(_ prefix: String) throws -> Bool {
        // `String(contentsOfFile:)` reads only one page of a file whose size is 0.
        guard let file = FileHandle(forReadingAtPath: "/proc/self/maps") else { return false }
        var maps = Data()
        while let part = try file.read(upToCount: 65_536), !part.isEmpty { maps += part }
        return String(decoding: maps, as: UTF8.self).contains("/\(prefix).so")
    }

    @Test func `every library has a version and a package`() throws {
        let libraries = SystemLibrary.all
        let names = Set(libraries.map(\.name))
        #expect(
            names.isSuperset(of: [
                "libcurl", "libcrypto", "SQLite", "libyaml", "PCRE2", "libmicrohttpd", "libarchive", "libxml2", "glibc",
                "zlib", "libpq",
            ]))
        #expect(names.count == libraries.count)
        for library in libraries {
            #expect(library.version.contains(/[0-9]+\.[0-9]+/), "\(library)")
            #expect(!library.package.isEmpty)
        }
    }

    @Test func `what is loaded is listed`() throws {
        for (file, name) in [
            ("libcurl", "libcurl"), ("libsqlite3", "SQLite"), ("libxml2", "libxml2"), ("libarchive", "libarchive"),
            ("libpq", "libpq"),
        ]
        where try Self.loaded(file) {
            #expect(SystemLibrary.all.contains { $0.name == name })
        }
        #expect(try Self.loaded("libc"))
    }

    /// Compares with Debian's package manager, if there is one.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/var/lib/dpkg/status")))
    func `Debian agrees`() throws {
        let status = try String(contentsOfFile: "/var/lib/dpkg/status", encoding: .utf8)
        for (package, name) in [
            ("libcurl4", "libcurl"), ("libsqlite3-0", "SQLite"), ("libyaml-0-2", "libyaml"), ("libpcre2-8-0", "PCRE2"),
            ("libmicrohttpd12", "libmicrohttpd"), ("libarchive13", "libarchive"), ("libc6", "glibc"),
            ("libpq5", "libpq"),
        ] {
            guard let start = status.firstRange(of: "Package: \(package)\n") else { continue }
            let version = status[start.upperBound...].firstMatch(of: /Version: (?:[0-9]+:)?([0-9]+\.[0-9]+)/)?.1
            let told = SystemLibrary.all.first { $0.name == name }?.version
            #expect(told?.hasPrefix(version.map(String.init) ?? "-") == true, "\(name): \(told ?? "-")")
        }
    }
}
