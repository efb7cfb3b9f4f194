internal import LaunchPluginKit

/// The image that a recipe makes of a base image: its settings, and the copies with absolute targets. Pure.
struct AppendPlan {
    /// A copy with its texts expanded.
    struct Copy: Hashable {
        /// Paths and patterns in the source, normalized; empty for the whole source.
        var sources: [String]
        /// The path in the image without a leading slash; empty for the root.
        var target: String
        /// Whether the target was written as a folder.
        var isFolder: Bool
        var recipe: AppendRecipe.Copy
        var step: Int
    }

    private(set) var settings: ImageSettings
    private(set) var copies: [Copy] = []
    /// The folders that are known to exist: working directories of the base image and of the recipe.
    private(set) var folders: Set<String>
    private let recipe: AppendRecipe
    private var variables: DockerfileVariables?
    private let buildArguments: [String: String]
    private var hasCommand = false

    init(
        _ recipe: AppendRecipe, on base: ImageSettings, buildArguments: [String: String]
    ) throws(BackendError) {
        self.recipe = recipe
        self.buildArguments = buildArguments
        settings = base
        folders = ["", LayerPath.normalized(base.workdir) ?? ""]
        variables = recipe.escape.map {
            DockerfileVariables(environment: base.environment, given: buildArguments, escape: $0)
        }
        for (index, step) in recipe.steps.enumerated() {
            do throws(DockerfileVariables.Failure) {
                try take(step.action, index)
            } catch {
                throw recipe.error(error.why, at: step, hint: error.hint)
            }
        }
    }

    /// Adds a label that no step can set.
    mutating func label(_ name: String, _ value: String) { settings.labels[name] = value }

    /// Lets the image find the packages that have a layer of their own.
    mutating func addPackages() {
        settings.prepend("/\(InstalledPackages.folder)", to: "PYTHONPATH")
        settings.prepend(
            "/\(InstalledPackages.commands)", to: "PATH",
            usual: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    }

    private mutating func expanded(_ text: String) throws(DockerfileVariables.Failure) -> String {
        guard variables != nil else { return text }
        return try variables?.expand(text) ?? text
    }

    private mutating func take(_ action: AppendRecipe.Action, _ index: Int) throws(DockerfileVariables.Failure) {
        switch action {
        case .argument(let text): try declare(text)
        case .environment(let pairs):
            // All values of one instruction see the environment before it.
            for (name, value) in try expanded(pairs) {
                settings.setEnvironment(name, value)
                variables?.set(name, to: value)
            }
        case .labels(let pairs):
            for (name, value) in try expanded(pairs) { settings.labels[name] = value }
        case .workdir(let text):
            let path = try expanded(text)
            guard let folder = LayerPath.normalized(path.hasPrefix("/") ? path : "\(settings.workdir)/\(path)") else {
                throw .init(why: "WORKDIR '\(path)' leads above the root")
            }
            settings.workdir = "/\(folder)"
            folders.insert(folder)
        case .user(let text): settings.user = try expanded(text)
        case .entryPoint(let words):
            settings.entryPoint = settings.list(words)
            // As docker does: the command of the base image is made for another entry point.
            if !hasCommand { settings.command = nil }
        case .command(let words):
            settings.command = settings.list(words)
            hasCommand = true
        case .copy(let copy): try take(copy, index)
        }
    }

    private mutating func expanded(
        _ pairs: [(String, String)]
    ) throws(DockerfileVariables.Failure) -> [(String, String)] {
        var result: [(String, String)] = []
        for (name, value) in pairs { result.append((try expanded(name), try expanded(value))) }
        return result
    }

    private mutating func declare(_ text: String) throws(DockerfileVariables.Failure) {
        guard let escape = recipe.escape else { return }
        for word in ShellWords(escape: escape).all(of: text) {
            if !word.contains("="), buildArguments[word] == nil, let value = recipe.globals[word] {
                variables?.set(word, to: value)
            } else {
                try variables?.declare(word)
            }
        }
        // A variable of the environment precedes an argument of the same name.
        for (name, value) in settings.environment { variables?.set(name, to: value) }
    }

    private mutating func take(_ copy: AppendRecipe.Copy, _ index: Int) throws(DockerfileVariables.Failure) {
        var sources: [String] = []
        for text in copy.sources {
            let path = try expanded(text)
            guard let source = LayerPath.normalized(path) else {
                throw .init(
                    why: "'\(path)' leads out of the source folder",
                    hint: "Name a path in the source, or submit a folder that contains it.")
            }
            guard !source.contains(where: { $0 == "[" || $0 == "\\" }) else {
                throw .init(
                    why: "the pattern '\(path)' has '[' or '\\', and the builder 'append' knows only '*' and '?'")
            }
            sources.append(source)
        }
        let text = try expanded(copy.target)
        guard let target = LayerPath.normalized(text.hasPrefix("/") ? text : "\(settings.workdir)/\(text)") else {
            throw .init(why: "'\(text)' leads above the root")
        }
        let isFolder = text.hasSuffix("/") || text == "." || text.hasSuffix("/.") || folders.contains(target)
        guard isFolder || sources.count == 1 else {
            throw .init(
                why: "several sources need a folder as their target, and '\(text)' has no '/' at its end",
                hint: "Write '\(text)/'.")
        }
        copies.append(Copy(sources: sources, target: target, isFolder: isFolder, recipe: copy, step: index))
    }
}
