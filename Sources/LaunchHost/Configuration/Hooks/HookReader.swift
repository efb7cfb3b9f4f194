/// Reads `hooks` of `launch-config.yaml`: checks what the kinds of the fields do not say.
struct HookReader {
    private static let most = 50
    private(set) var hooks: [HookSettings] = []
    /// Whether the hooks are those of a queue's file.
    private let isOfQueue: Bool

    init(isOfQueue: Bool = false) { self.isOfQueue = isOfQueue }

    /// The hooks of a queue's file. Their problems are recorded.
    static func hooks(ofQueue entry: ConfigNode.Entry?, _ decoder: inout SchemaDecoder) -> [HookSettings] {
        guard let entry, !entry.value.isNull else { return [] }
        let field = Field("hooks", .list(.object(HookSettings.fieldsOfQueue)), help: "")
        let options = decoder.decode(ConfigNode(.mapping([entry])), fields: [field], in: .top)
        var reader = HookReader(isOfQueue: true)
        reader.read(options.values["hooks"]?.arrayValue ?? [], decoder.document, &decoder)
        return reader.hooks
    }

    private var names: Set<String> = []

    /// Records the problems of the decoded blocks at their positions.
    mutating func read(_ values: [JSONValue], _ document: Document?, _ decoder: inout SchemaDecoder) {
        let root = FieldPath().appending("hooks")
        for (index, value) in values.prefix(Self.most).enumerated() {
            read(Options(value.objectValue ?? [:]), at: root.appending(index: index), document, &decoder)
        }
        guard values.count > Self.most else { return }
        decoder.note("\"hooks\" has more than \(Self.most) items", at: document?.mark(at: root), path: root)
    }

    private mutating func read(
        _ options: Options, at path: FieldPath, _ document: Document?, _ decoder: inout SchemaDecoder
    ) {
        let before = decoder.diagnostics.count
        func note(_ key: String, _ message: String, _ hint: String?) {
            let place = path.appending(key)
            decoder.note(message, hint: hint, at: document?.mark(at: place), path: place)
        }
        // A missing key has its own error.
        guard let name = options.string("name"), let words = options.strings("on") else { return }
        if name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]{0,63}/) == nil {
            note(
                "name", "\(Wording.quoted(name)) cannot be the name of a hook",
                "use 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or a digit")
        } else if !names.insert(name).inserted {
            note("name", "two hooks have the name \(Wording.quoted(name))", "the store identifies a hook by its name")
        }
        if words.isEmpty { note("on", "\"on\" is empty, so the hook reports nothing", "write on: [failed]") }
        var triggers: Set<HookSettings.Trigger> = []
        for word in words {
            if let trigger = Self.trigger(word) {
                triggers.insert(trigger)
            } else {
                note(
                    "on", "\(Wording.quoted(word)) is not an event that a hook can report",
                    "known: failed, stopped, succeeded, no-agent, waiting > DURATION such as waiting > 2h, and budget > AMOUNT CURRENCY such as budget > 500 USD"
                )
            }
        }
        var target: HookSettings.Target?
        switch (options.strings("run"), options.string("url")) {
        case (let program?, nil):
            if program.first?.isEmpty != false { note("run", "\"run\" names no program", "write run: [PROGRAM]") }
            if options.string("secret") != nil {
                note("secret", "\"secret\" is for a url, and the hook runs a program", "remove it")
            }
            target = .program(program)
        case (nil, let url?):
            if isOfQueue, HookAddress.parts(of: url)?.scheme == "http" {
                note("url", "the address of a queue's hook must be https", "write https://HOST/PATH")
            } else if let fault = HookAddress.fault(of: url) {
                note("url", fault.message, fault.hint)
            }
            target = .url(Secret(url))
        case (nil, nil):
            note(
                "name", "the hook \(Wording.quoted(name)) has \(isOfQueue ? "no" : "neither \"run\" nor") \"url\"",
                isOfQueue ? "add url: https://HOST/PATH" : "add one of them")
        case (_?, _?):
            note("url", "the hook \(Wording.quoted(name)) has both \"run\" and \"url\"", "make two hooks of it")
        }
        let secret = options.string("secret").flatMap { SecretReference($0) }
        if options.string("secret") != nil, secret == nil {
            note("secret", "\"secret\" must say where the key is, not what it is", "write env:VARIABLE or file:PATH")
        }
        guard decoder.diagnostics.count == before, let target else { return }
        var hook = HookSettings(
            name: name, triggers: triggers, target: target, secret: secret,
            format: options.string("format").flatMap(HookSettings.Format.init(rawValue:)) ?? .json,
            queues: options.strings("queues"))
        hook.isOfQueue = isOfQueue
        hooks.append(hook)
    }

    /// The trigger of a word; nil for an unknown one.
    static func trigger(_ word: String) -> HookSettings.Trigger? {
        switch word {
        case "failed": return .end(.failed)
        case "stopped": return .end(.stopped)
        case "succeeded": return .end(.succeeded)
        case "no-agent": return .noAgent
        default: break
        }
        if let budget = budget(word) { return .budget(budget) }
        guard let match = word.wholeMatch(of: /waiting\ *>\ *([0-9][0-9a-z. ]*)/),
            let seconds = Quantity.seconds(String(match.1)), seconds >= 1, seconds <= 366 * 86_400
        else { return nil }
        return .waiting(Int64(seconds))
    }

    /// The amount of `budget > 500 USD`, with at most two decimals.
    private static func budget(_ word: String) -> Money? {
        guard let match = word.wholeMatch(of: /budget\ *>\ *([0-9]{1,9})(?:\.([0-9]{1,2}))?\ *([A-Z]{3})/),
            let units = Int64(match.1), let cents = Int64((match.2 ?? "0") + (match.2?.count == 1 ? "0" : ""))
        else { return nil }
        let millionths = units * 1_000_000 + cents * 10_000
        return millionths > 0 ? Money(millionths: millionths, String(match.3)) : nil
    }
}
