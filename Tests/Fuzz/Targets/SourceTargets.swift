import FoundationEssentials
import LaunchHost
@testable import LaunchBuilders
@testable import LaunchSnapshots

extension FuzzTarget {
    /// The input from a source: ignore rules, Dockerfiles, requirements, git, and the lists of a source from another
    /// machine.
    static let sources = [dockerIgnore, dockerfile, requirements, shellWords, git, packedSource]

    /// Rules, a zero byte, and a path.
    private static let dockerIgnore = FuzzTarget.text("dockerignore", dictionary: "dockerignore") { text in
        let (rules, path) = halves(of: text)
        do throws(LaunchError) {
            let ignore = try DockerIgnore(parsing: rules, file: ".dockerignore")
            let excluded = ignore.excludes(path)
            expect(ignore.excludes(path) == excluded, "the same answer twice")
            _ = ignore.mayTakeBack(inside: path)
        } catch {
            expect(error.kind == .invalid && !error.diagnostics.isEmpty, "a refusal says why")
            _ = DiagnosticRenderer().render(error.diagnostics)
        }
    }

    private static let dockerfile = FuzzTarget.text("dockerfile", dictionary: "dockerfile") { text in
        do throws(LaunchError) {
            let file = try Dockerfile(
                parsing: text, file: "Dockerfile", buildArguments: ["TAG": "1", "EMPTY": ""], platform: "linux/arm64/v8"
            )
            expect(!file.stages.isEmpty, "a Dockerfile has a stage")
            for base in file.bases {
                let again = try? ImageReference(parsing: base.reference.description)
                expect(again == base.reference, "a base is a valid reference: \(base.reference)")
            }
        } catch {
            expect(error.kind == .invalid, "a wrong Dockerfile is invalid")
            _ = DiagnosticRenderer().render(error.diagnostics)
        }
    }

    private static let requirements = FuzzTarget.text("requirements") { text in
        let options = ["--index-url https://", "--extra-index-url https://", "--find-links https://", "-r ", "-c "]
        let flags = ["--no-index", "--pre", "--prefer-binary", "--require-hashes"]
        do throws(BackendError) {
            let file = try RequirementsFile("r.txt") { _ throws(BackendError) in Array(text.utf8) }
            for line in file.copies.flatMap(\.lines) where !line.isEmpty {
                expect(line.utf8.allSatisfy { (32..<127).contains($0) }, "a line for pip is printable: \(line)")
                expect(!line.contains("${"), "a line for pip has no variable: \(line)")
                guard line.hasPrefix("-") else {
                    expect(!line.contains("/") && !line.contains("@"), "a package is a name: \(line)")
                    continue
                }
                expect(
                    flags.contains(line) || options.contains { line.hasPrefix($0) },
                    "an option for pip is harmless: \(line)")
            }
        } catch {
            expect(error.category == .invalid, "a wrong file is invalid")
        }
    }

    private static let shellWords = FuzzTarget.text("shell-words") { text in
        for escape in ["\\", "`"] as [Character] {
            let words = ShellWords(escape: escape)
            let all = words.all(of: text)
            expect(all.allSatisfy { !$0.isEmpty }, "no word is empty")
            // Words keep their quotes, so joining does not change their ends. No combining mark follows a line break.
            let again = words.all(of: all.joined(separator: "\n"))
            if all.last?.last != escape { expect(again == all, "joined words are the same words") }
            for word in all { _ = words.unquoted(word) }
        }
    }

    private static let git = FuzzTarget.text("git", dictionary: "git") { text in
        do throws(LaunchError) {
            let address = try GitAddress(text)
            expect(!address.text.hasPrefix("-"), "an address is not an option")
        } catch {
            expect(error.kind == .invalid, "a wrong address is invalid")
        }
        let (output, version) = halves(of: text)
        let references = GitReferences(parsing: output)
        if let commit = try? references.commit(of: version.isEmpty ? nil : version, in: "address") {
            expect(GitReferences.isCommit(commit), "a version is a commit: \(commit)")
        }
    }

    /// The list of the pieces, a zero byte, and the list of the files.
    private static let packedSource = FuzzTarget.text("packed-source", dictionary: "json", maxLength: 8192) { text in
        let (pieces, files) = halves(of: text)
        let limits = SourceLimits()
        if let packed = try? JSON.decode(PackedSource.self, from: Data(pieces.utf8)), (try? packed.check(limits)) != nil
        {
            expect(packed.total >= Int64(packed.header), "the header is a part of the pieces")
        }
        guard let listed = try? JSON.decode([PackedSource.Entry].self, from: Data(files.utf8)) else { return }
        let bytes = listed.reduce(Int64(0)) { $0.addingReportingOverflow($1.size ?? 0).partialValue }
        guard let entries = try? SnapshotUnpacker.checked(listed, bytes: bytes, limits) else { return }
        for entry in entries {
            let parts = entry.path.split(separator: "/", omittingEmptySubsequences: false)
            expect(!parts.contains { ["", ".", ".."].contains($0) }, "a file stays in its folder: \(entry.path)")
            expect(entry.size >= 0, "a size is not negative")
        }
    }
}
