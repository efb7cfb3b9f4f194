internal import LaunchPluginKit

/// The image of a source without a Dockerfile, from the options of the builder.
struct PlainImage: Sendable {
    let recipe: AppendRecipe

    /// A source without one of these has no Dockerfile. Another name was given by a user, so the file is missing.
    static let dockerfileNames: Set = ["Dockerfile", "Dockerfile.wandb", ""]

    /// The options that have a meaning only with `base_image`.
    private static let dependent = [
        "workdir", "entrypoint", "command", "env", "labels", "user", "requirements", "python",
    ]

    /// The image of the options; nil without `base_image`.
    init?(_ options: Options) throws(BackendError) {
        guard let name = options.string("base_image") else {
            if let key = Self.dependent.first(where: { options.values[$0] != nil }) {
                throw BackendError(
                    .invalid, "builder.\(key) is given without builder.base_image.",
                    hint:
                        "Name the base image of sources without a Dockerfile, or remove '\(key)': a Dockerfile has its own."
                )
            }
            return nil
        }
        let base: ImageReference
        do {
            base = try ImageReference(parsing: name)
        } catch {
            throw BackendError(.invalid, "builder.base_image: \(error.description)")
        }
        let workdir = options.string("workdir") ?? "/app"
        guard workdir.hasPrefix("/"), let folder = LayerPath.normalized(workdir), !folder.isEmpty else {
            throw BackendError(
                .invalid, "builder.workdir is '\(workdir)'; expected an absolute path of a folder below '/'.",
                hint: "Write workdir: /app.")
        }
        if let why = LayerPath.refusal(of: folder) { throw BackendError(.invalid, "builder.workdir: \(why).") }
        let environment = options.stringMap("env") ?? [:]
        if let name = environment.keys.sorted().first(where: { $0.isEmpty || $0.contains("=") || $0.contains("\0") }) {
            throw BackendError(.invalid, "builder.env has the name '\(name)', which no environment variable can have.")
        }
        var steps: [AppendRecipe.Step] = []
        func add(_ action: AppendRecipe.Action) { steps.append(AppendRecipe.Step(action, line: nil)) }
        if !environment.isEmpty { add(.environment(environment.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })) }
        let labels = options.stringMap("labels") ?? [:]
        if !labels.isEmpty { add(.labels(labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })) }
        add(.workdir("/\(folder)"))
        add(.copy(AppendRecipe.Copy(sources: ["."], target: "./")))
        if let user = options.string("user") { add(.user(user)) }
        if let words = options.strings("entrypoint") { add(.entryPoint(.words(words))) }
        if let words = options.strings("command") { add(.command(.words(words))) }
        let values = options.values.filter { Self.dependent.contains($0.key) }
        let text: String
        do {
            text = String(decoding: try JSON.canonicalData(JSONValue.object(values)), as: UTF8.self)
        } catch {
            throw BackendError(.invalid, "The builder's options have no JSON form: \(error).")
        }
        recipe = AppendRecipe(
            base: base, place: "builder.base_image", escape: nil, steps: steps,
            requirements: try RequirementsOption.of(options), text: text)
    }
}
