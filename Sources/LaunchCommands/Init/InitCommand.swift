internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// `launch init`
enum InitCommand {
    private struct Result: Encodable {
        var way: String
        /// The file that was written; nil if the text is only printed.
        var path: String?
        var text: String
        var entryPoint: [String]
        var packages: String?
        var baseImage: String
    }

    private static let defaultBase = "python:3.12-slim"

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "init", summary: "Write a Dockerfile for a folder with training code, or print keys that need none",
            discussion: """
                The program to run is that of wandb-job.json, else train.py, main.py, run.py or train.sh, else the only \
                script. Packages come from requirements.txt, requirements.frozen.txt or pyproject.toml. An existing \
                Dockerfile is never changed. Nothing of the folder is executed.
                """,
            examples: [
                Example("Write train/Dockerfile", "launch init train"),
                Example("Show it first", "launch init . --print"),
                Example("With another base image and program", "launch init . -b repo/torch:2.4 -E 'python3 -m train'"),
                Example("Keys of launch-config.yaml for images without a Dockerfile", "launch init . --for append"),
                Example("Keys of a queue whose runs read their code as input", "launch init . --for channel"),
            ],
            options: [
                Option(
                    "for", value: "WAY", help: "What to make. Keys are printed, only a Dockerfile is written.",
                    default: SourceSetup.Way.dockerfile.rawValue,
                    values: .oneOf(SourceSetup.Way.allCases.map(\.rawValue))),
                Option("base-image", "b", value: "IMAGE", help: "The base image.", default: defaultBase),
                Option(
                    "entry-point", "E", value: "COMMAND", help: "The program to run: words, or a JSON list."),
                Option(flag: "print", help: "Print the Dockerfile, and write nothing."),
            ],
            arguments: [
                Argument("folder", help: "The folder with the code.", required: false, values: .directories)
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let folder = arguments.string("folder") ?? "."
            let way = arguments.string("for").flatMap(SourceSetup.Way.init(rawValue:)) ?? .dockerfile
            let base = try base(arguments)
            let profile = try SourceProfile(of: folder, command: try arguments.words("entry-point"))
            let setup = SourceSetup(profile: profile, base: base)
            let text = setup.text(way)
            var path: String?
            if way == .dockerfile, !arguments.flag("print") { path = try write(text, to: folder) }
            if context.wantsJSON {
                try context.printJSON(
                    Result(
                        way: way.rawValue, path: path, text: text, entryPoint: profile.command,
                        packages: profile.packages?.rawValue, baseImage: setup.base.description))
                return .ok
            }
            try terminal.out(path ?? String(text.dropLast()))
            terminal.err("entry point: \(profile.command.joined(separator: " ")) (from \(profile.origin))")
            if let lack = setup.lack(way) { terminal.tell(.warning, "\(lack)") }
            if let next = next(way, path, folder) { terminal.err("next: \(next)") }
            return .ok
        }
    }

    private static func base(_ arguments: ParsedArguments) throws -> ImageReference {
        let text = arguments.string("base-image") ?? defaultBase
        do throws(ImageReference.Invalid) {
            return try ImageReference(parsing: text)
        } catch {
            throw arguments.usageError("--base-image: \(error.description)")
        }
    }

    private static func next(_ way: SourceSetup.Way, _ path: String?, _ folder: String) -> String? {
        let shown = folder.wholeMatch(of: /[\w.\/-]+/) == nil ? "DIR" : folder
        return switch way {
        case .dockerfile: path == nil ? nil : "launch plan -q QUEUE --source \(shown)"
        case .append: "put this into launch-config.yaml, then launch plan -q QUEUE --source \(shown)"
        case .channel: "put this into the queue's file, then launch plan -q QUEUE --image IMAGE --source \(shown)"
        }
    }

    /// Writes the Dockerfile if the folder has none.
    private static func write(_ text: String, to folder: String) throws(LaunchError) -> String {
        if let present = try? DockerfileChoice.find(in: folder) { throw exists("\(folder)/\(present)") }
        let path = folder == "." ? "Dockerfile" : "\(folder)/Dockerfile"
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
        } catch let error as CocoaError where error.code == .fileWriteFileExists {
            throw exists(path)
        } catch {
            throw LaunchError(
                .unavailable, "'\(path)' cannot be written: \(error)", hint: "launch init DIR --print prints it.")
        }
        return path
    }

    private static func exists(_ path: String) -> LaunchError {
        LaunchError(
            .invalid, "'\(path)' exists and is used as it is.",
            hint: "launch init DIR --print shows what this command would write.")
    }
}
