public import LaunchPluginKit

/// The facts about a Dockerfile that the host needs: the images that it is built from.
///
/// Parses only the grammar that is needed for that. The builder checks the rest.
public struct Dockerfile: Sendable, Hashable {
    /// An image that a Dockerfile uses.
    public struct Base: Sendable, Hashable {
        /// The image.
        public var reference: ImageReference
        /// The line of its first use, from 1.
        public var line: Int

        public init(reference: ImageReference, line: Int) {
            self.reference = reference
            self.line = line
        }
    }

    /// The maximum number of images in one Dockerfile, because each is looked up in its registry.
    static let maxBases = 100

    /// The images that it uses, without duplicates, in the order of their first use: from `FROM`, `COPY --from` and
    /// `RUN --mount=from`. Stages of the Dockerfile and `scratch` are not included.
    public let bases: [Base]
    /// A secret that a step requests.
    struct SecretRequest: Sendable, Hashable {
        /// Its ID; nil if only the builder can determine it.
        var id: String?
        /// The line of the step, from 1.
        var line: Int
    }

    /// The secrets that `RUN --mount=type=secret` requests, in order.
    let secrets: [SecretRequest]
    /// The files that `ADD` downloads without a checksum or a commit, in order. Their content may change while the
    /// Dockerfile stays the same.
    let remoteFiles: [RemoteFile]
    /// The line of the first instruction with a here-document, from 1; nil without one.
    let hereDocumentLine: Int?
    /// The names of the stages, in order; nil for one without a name.
    public let stages: [String?]
    /// The image of the frontend in `# syntax=`.
    public let syntax: String?

    /// Parses a Dockerfile.
    /// - Parameters:
    ///   - file: the name of the file in errors.
    ///   - buildArguments: values for the `ARG`s above the first `FROM`.
    ///   - platform: `os/architecture`, for `TARGETARCH` and the like.
    /// - Throws: `.invalid` with file and line if there is no `FROM`, or if a base image cannot be determined.
    public init(
        parsing text: String, file: String, buildArguments: [String: String] = [:], platform: String = "linux/amd64"
    ) throws(LaunchError) {
        guard !text.utf8.contains(0) else {
            throw DockerfileLines.error("the Dockerfile has a NUL byte, so it is not text", file: file, line: 1)
        }
        let lines = try DockerfileLines(text, file: file)
        var reader = BaseReader(
            file: file, escape: lines.escape,
            variables: DockerfileVariables(given: buildArguments, platform: platform, escape: lines.escape))
        reader.names = Self.stageNames(lines.instructions, escape: lines.escape)
        for instruction in lines.instructions {
            do {
                try reader.take(instruction)
            } catch {
                throw DockerfileLines.error(
                    error.why, file: file, line: instruction.line, sourceLine: instruction.sourceLine,
                    hint: error.hint)
            }
        }
        guard !reader.stages.isEmpty else {
            throw DockerfileLines.error(
                "there is no FROM in the Dockerfile", file: file, line: max(1, lines.instructions.last?.line ?? 1),
                hint: "The first instruction names the image to begin with: 'FROM python:3.12-slim', or 'FROM scratch'."
            )
        }
        bases = reader.bases
        secrets = reader.secrets
        remoteFiles = RemoteFile.all(in: lines.instructions, escape: lines.escape, buildArguments: buildArguments)
        stages = reader.stages
        syntax = lines.syntax
        hereDocumentLine = lines.hereDocumentLine
    }

    /// The names of all stages, including later ones, because `COPY --from` may name a later stage.
    private static func stageNames(_ instructions: [DockerfileInstruction], escape: Character) -> Set<String> {
        var names: Set<String> = []
        for instruction in instructions where instruction.name == "FROM" {
            let words = ShellWords(escape: escape).all(of: instruction.rest)
            if words.count == 3 { names.insert(words[2].lowercased()) }
        }
        return names
    }
}

/// Collects the base images from the instructions.
private struct BaseReader {
    let file: String
    let escape: Character
    var variables: DockerfileVariables
    /// The names of all stages.
    var names: Set<String> = []
    /// The stages so far.
    var stages: [String?] = []
    /// The names of the stages so far.
    private var known: Set<String> = []
    private var taken: Set<ImageReference> = []
    var bases: [Dockerfile.Base] = []
    var secrets: [Dockerfile.SecretRequest] = []

    init(file: String, escape: Character, variables: DockerfileVariables) {
        self.file = file
        self.escape = escape
        self.variables = variables
    }

    mutating func take(_ instruction: DockerfileInstruction) throws(DockerfileVariables.Failure) {
        switch instruction.name {
        case "FROM": try takeStage(instruction)
        case "ARG" where stages.isEmpty: try variables.declare(instruction.rest)
        case _ where stages.isEmpty:
            throw .init(
                why: "\(instruction.name) comes before the first FROM, where only ARG may be",
                hint: "Begin with 'FROM' and the image to build on.")
        case "COPY":
            for flag in instruction.flags where flag.hasPrefix("--from=") {
                try takeSource(String(flag.dropFirst("--from=".count)), of: "COPY --from", line: instruction.line)
            }
        case "RUN":
            for flag in instruction.flags where flag.hasPrefix("--mount=") {
                takeSecret(flag.dropFirst("--mount=".count), line: instruction.line)
                for part in flag.dropFirst("--mount=".count).split(separator: ",") where part.hasPrefix("from=") {
                    try takeSource(String(part.dropFirst("from=".count)), of: "RUN --mount", line: instruction.line)
                }
            }
        default: break
        }
    }

    /// Parses `type=secret,id=pip`. Without an ID, the last part of the target is the ID.
    private mutating func takeSecret(_ mount: Substring, line: Int) {
        var values: [String: String] = [:]
        for part in mount.split(separator: ",") {
            let pair = part.filter { $0 != "\"" && $0 != "'" }.split(separator: "=", maxSplits: 1)
            if let name = pair.first { values[name.lowercased()] = pair.count == 2 ? String(pair[1]) : "" }
        }
        guard let type = values["type"], type.lowercased() == "secret" || type.contains("$") else { return }
        let target = values["target"] ?? values["dst"] ?? values["destination"]
        let id = values["id"] ?? target.flatMap { $0.split(separator: "/").last.map(String.init) }
        // The builder expands variables and escapes.
        let isPlain = id?.wholeMatch(of: /[A-Za-z0-9_.-]+/) != nil
        secrets.append(Dockerfile.SecretRequest(id: isPlain ? id : nil, line: line))
    }

    private mutating func takeStage(_ instruction: DockerfileInstruction) throws(DockerfileVariables.Failure) {
        let words = ShellWords(escape: escape).all(of: instruction.rest)
        guard words.count == 1 || words.count == 3 && words[1].lowercased() == "as" else {
            throw .init(
                why: "FROM takes an image, or an image, AS and a name; found '\(instruction.rest)'")
        }
        let image = try variables.expand(words[0])
        let missing = variables.missing(in: words[0]).first
        let hint = missing.map {
            "Give it a default with 'ARG \($0)=…' above the first FROM, or set it in the builder's build_args."
        }
        guard !image.isEmpty else {
            let cause = missing.map { "; the build argument \($0) has no value here" } ?? ""
            throw .init(why: "the image of FROM is empty once '\(words[0])' is expanded\(cause)", hint: hint)
        }
        if !known.contains(image.lowercased()), image != "scratch" {
            do throws(DockerfileVariables.Failure) {
                try add(image, line: instruction.line)
            } catch {
                let cause = missing.map { "; the build argument \($0) has no value here" } ?? ""
                throw .init(why: error.why + cause, hint: error.hint ?? hint)
            }
        }
        let name = words.count == 3 ? words[2].lowercased() : nil
        stages.append(name)
        if let name { known.insert(name) }
    }

    private mutating func takeSource(
        _ source: String, of place: String, line: Int
    ) throws(DockerfileVariables.Failure) {
        guard !source.contains("$") else {
            throw .init(
                why: "\(place) does not expand variables, and '\(source)' has one",
                hint: "Name a stage for it: 'FROM \(source) AS parts', then use 'parts'.")
        }
        // A number is the index of a stage. The builder checks whether it exists.
        guard Int(source) == nil, !names.contains(source.lowercased()), source != "scratch", !source.isEmpty else {
            return
        }
        try add(source, line: line)
    }

    private mutating func add(_ image: String, line: Int) throws(DockerfileVariables.Failure) {
        let reference: ImageReference
        do {
            reference = try ImageReference(parsing: image)
        } catch {
            throw .init(why: String(error.description.dropLast(error.description.hasSuffix(".") ? 1 : 0)))
        }
        guard taken.insert(reference).inserted else { return }
        guard bases.count < Dockerfile.maxBases else {
            throw .init(
                why: "the Dockerfile uses more than \(Dockerfile.maxBases) images, which is the limit")
        }
        bases.append(Dockerfile.Base(reference: reference, line: line))
    }
}
