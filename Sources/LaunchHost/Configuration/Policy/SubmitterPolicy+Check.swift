extension SubmitterPolicy {
    /// The values of a spec that the policy does not allow, each with the key that would allow it.
    /// - Parameters:
    ///   - submitted: the positions of the spec's values in the submitter's files.
    ///   - isLocked: whether the queue's file has `allow_overrides`, so that a missing key denies.
    ///   - realPath: returns a path of this machine with symbolic links resolved.
    package func refusals(
        of spec: LaunchSpec, _ submitted: SubmittedValues = .none, isLocked: Bool,
        realPath: (String) -> String = RealPath.of
    ) -> [Diagnostic] {
        let otherwise: Allowance = isLocked ? .only([]) : .any
        var refusals: [Diagnostic] = []
        func refuse(
            _ value: SubmittedValues.Value, _ message: String, add line: String, _ allowed: Allowance? = nil
        ) {
            let known = allowed.map { "It allows: \($0.summary). " } ?? ""
            let hint = "\(known)The queue's owner can add '\(line)' to the queue's file."
            refusals.append(submitted.diagnostic(message, hint: hint, about: value))
        }
        refuseSource(spec.source, otherwise, realPath, refuse)
        if spec.rehearse || spec.rehearsal != nil, !(rehearse ?? !isLocked) {
            refuse(
                .key("rehearse"), "the queue does not let a submitter rehearse a run", add: "allow_rehearse: true")
        }
        if spec.rehearsal?.wantsCredentials == true, credentials != true {
            refuse(
                .key("with_credentials"), "the queue gives no credentials to a rehearsal",
                add: "allow_credentials: true")
        }
        let allowed = folders ?? otherwise
        for (what, path, value) in spec.rehearsal?.places ?? []
        where !allowed.allows({ Self.isWithin(path, $0, realPath) }) {
            refuse(
                value,
                "the queue does not let a submitter use the folder \(Wording.shortened(path)) for \(what)",
                add: "allow_folders: [\(Self.yaml(path))]", allowed)
        }
        for (what, own, value, key, allowance, standard) in [
            ("the project", "project", spec.project, "allow_projects", projects, LaunchSpec.defaultProject),
            ("the run's name", "name", spec.name, "allow_names", names, nil),
            ("the entity", "entity", spec.entity, "allow_entities", entities, spec.author),
        ] {
            guard let value, value != standard else { continue }
            let allowed = allowance ?? otherwise
            guard !allowed.allows({ Wildcards.matches(value, $0) }) else { continue }
            refuse(
                .key(own),
                "the queue does not let a submitter choose \(what) \(Wording.quoted(value))",
                add: "\(key): [\(Self.yaml(value))]", allowed)
        }
        if let most = maxPriority ?? (isLocked ? .medium : nil), spec.priority < most {
            refuse(
                .key("priority"),
                "the queue does not let a submitter ask for priority \(spec.priority.rawValue); at most \(most.rawValue)",
                add: "max_priority: \(spec.priority.rawValue)")
        }
        return refusals
    }

    private func refuseSource(
        _ source: Source, _ otherwise: Allowance, _ realPath: (String) -> String,
        _ refuse: (_ value: SubmittedValues.Value, _ message: String, _ line: String, _ allowed: Allowance?) -> Void
    ) {
        if let channel = source.channel {
            if code == false {
                refuse(
                    .key("code"), "the queue does not let a submitter run code beside an image", "allow_code: true", nil
                )
            }
            // Code changes what an image does, so both must be allowed. The resolve stage checks the template's image.
            if let image = channel.image { refuseSource(.image(image), otherwise, realPath, refuse) }
        }
        switch source {
        case .template, .algorithm, .noImage:
            // The queue's owner chose what the template names. The resolve stage checks a submitter's changes to it.
            return
        case .image(let text):
            let allowed = images ?? otherwise
            guard allowed != .any else { return }
            guard let reference = try? ImageReference(parsing: text) else {
                return refuse(
                    .key("image"),
                    "the queue does not allow the image \(Wording.quoted(text)), which is not an image reference",
                    "allow_sources: {images: [...]}", allowed)
            }
            let image = CanonicalImage(reference)
            guard !image.mayBeID else {
                return refuse(
                    .key("image"),
                    "the queue does not allow the image \(Wording.quoted(text)), which an engine may take for the ID of another "
                        + "image; write it with a tag", "allow_sources: {images: any}", allowed)
            }
            guard !allowed.allows({ (try? ImagePattern($0))?.matches(image) ?? false }) else { return }
            refuse(
                .key("image"),
                "the queue does not allow the image \(image)",
                "allow_sources: {images: [\(Self.yaml(([image.host] + image.path).joined(separator: "/")))]}", allowed)
        case .git(let git):
            let allowed = self.git ?? otherwise
            guard allowed != .any else { return }
            let shown = Wording.shortened(GitAddress.masked(git.url))
            do throws(GitLocation.Invalid) {
                let location = try GitLocation(git.url)
                guard !allowed.allows({ (try? GitPattern($0))?.matches(location, realPath: realPath) ?? false }) else {
                    return
                }
                refuse(
                    .key("git"),
                    "the queue does not allow the repository \(shown)",
                    "allow_sources: {git: [\(Self.yaml(GitAddress.masked(git.url)))]}", allowed)
            } catch {
                refuse(
                    .key("git"),
                    "the queue does not allow the repository \(shown): \(error.why)", "allow_sources: {git: [...]}",
                    allowed)
            }
        case .code(let code):
            let allowed = sourceFolders ?? otherwise
            guard !allowed.allows({ Self.isWithin(code.origin, $0, realPath) }) else { return }
            refuse(
                .key("source"),
                "the queue does not let a submitter \(code.channel == nil ? "build" : "run") the folder \(Wording.shortened(code.origin))",
                "allow_sources: {folders: [\(Self.yaml(code.origin))]}", allowed)
        }
    }

    /// Whether a path is inside an allowed folder after links are resolved.
    private static func isWithin(_ path: String, _ folder: String, _ realPath: (String) -> String) -> Bool {
        path.hasPrefix("/") && RealPath.isWithin(realPath(path), realPath(folder))
    }

    /// A text as an item of a YAML list.
    private static func yaml(_ text: String) -> String {
        let isPlain = text.wholeMatch(of: /[A-Za-z0-9\/][A-Za-z0-9_.\/-]*/) != nil
        return isPlain ? text : (try? JSON.canonical(JSONValue.string(text))) ?? text
    }
}
