/// The decision of the image stage for one source: from what is known of the source, the next step. Pure.
///
/// `plan` and the agent use the same decision. A plan makes only the steps that change nothing.
struct ImageChoice: Sendable {
    /// The next step, or the end.
    enum Step: Sendable, Hashable {
        /// The image is decided.
        case decided(ImageDecision)
        /// Look up a prebuilt image: sets `lookup`.
        case lookUp(ImageReference)
        /// Make a prebuilt image available that the registry does not have: sets `fetched`.
        case fetch(ImageReference)
        /// Read the context of the source, and compute its key and destination: sets `build`.
        case readSource(isFetching: Bool)
        /// Look up an image that may be built already: sets `built`.
        case lookUpBuilt(ImageReference)
        /// Build the image: sets `made`.
        case build(Build)
    }

    /// The result of looking up a prebuilt image.
    enum Lookup: Sendable, Hashable {
        case found(PinnedImage)
        /// The registry does not have the image.
        case missing(isFetchable: Bool)
        /// The registry denies the look-up. The backend may nevertheless be able to pull the image.
        case denied(BackendError, unpinned: PinnedImage?)
    }

    /// The build of a source.
    struct Build: Sendable, Hashable {
        var source: BuildSource
        var key: ContentKey
        var destination: ImageReference
        /// Why an existing image with the key is not used.
        var rebuildReason: String?
        /// Which of several builders would build it, and why; nil if there is only one.
        var choice: String?
    }

    let source: Source
    /// Whether nothing may be changed.
    var isPlan = false
    /// Whether no service may be called.
    var isOffline = false
    /// Whether an image that cannot be pinned to a digest is refused.
    var demandsPin = false

    // What is known.
    var lookup: Lookup?
    var fetched = Known<PinnedImage>.unknown
    var build = Known<Build>.unknown
    var built = Known<PinnedImage>.unknown
    var made: PinnedImage?

    init(source: Source, isPlan: Bool = false, isOffline: Bool = false, demandsPin: Bool = false) {
        self.source = source
        self.isPlan = isPlan
        self.isOffline = isOffline
        self.demandsPin = demandsPin
    }

    /// The next step.
    /// - Throws: `BackendError` if the run gets no image.
    func next() throws(BackendError) -> Step {
        switch source {
        case .algorithm(let name):
            // The backend has the algorithm, so nothing is looked up.
            return .decided(
                ImageDecision(
                    .algorithm, "none; the queue names the algorithm \(name)", image: PinnedImage(unpinned: name)))
        case .noImage:
            return .decided(ImageDecision(.noImage, "none; the runner needs none", image: .noImage))
        case .template:
            // The resolve stage has replaced this kind of source.
            throw BackendError(.internalFault, "The source of the run is not resolved.")
        case .image(let text): return try prebuilt(text)
        case .code, .git: return try ofSource()
        }
    }

    // MARK: prebuilt images

    private func prebuilt(_ text: String) throws(BackendError) -> Step {
        let reference: ImageReference
        do {
            reference = try ImageReference(parsing: text)
        } catch {
            throw BackendError(.invalid, error.description)
        }
        guard !isOffline else {
            return .decided(
                ImageDecision(.unresolved, "prebuilt; \(text) is looked up when the network may be used"))
        }
        switch lookup {
        case nil: return .lookUp(reference)
        case .found(let image):
            return .decided(ImageDecision(.prebuilt, "prebuilt; pinned to its digest", image: image))
        case .denied(let denial, let image):
            return .decided(try unpinned(image, reference, denial))
        case .missing(let isFetchable) where isPlan:
            return .decided(
                isFetchable
                    ? ImageDecision(.unresolved, "prebuilt; \(text) is not in the registry and would be fetched first")
                    : ImageDecision(.missing, "prebuilt; \(text) is not in the registry"))
        case .missing:
            switch fetched {
            case .unknown: return .fetch(reference)
            case .present(let image):
                return .decided(
                    ImageDecision(.prebuilt, "prebuilt; fetched and pinned to its digest", image: image))
            case .absent:
                throw BackendError(
                    .notFound, "The image \(text) does not exist where the registry looks.", hint: ImageStage.missing)
            }
        }
    }

    /// An image whose look-up the registry denies.
    private func unpinned(
        _ image: PinnedImage?, _ reference: ImageReference, _ denial: BackendError
    ) throws(BackendError) -> ImageDecision {
        guard let image else { throw denial }
        if image.digest != nil {
            return ImageDecision(
                .prebuilt, "prebuilt; named by its digest, and not looked up: its registry denies that", image: image)
        }
        guard !demandsPin else {
            throw BackendError(
                .denied,
                "The image \(reference) cannot be pinned to a digest, and the queue demands that. \(denial.message)",
                hint: "Name it by its digest, \(reference.name)@sha256:…; or the queue's owner can add "
                    + "'allow_unpinned: true' to the queue's file.")
        }
        return ImageDecision(
            .unpinned, "prebuilt; sent as it is given, not pinned to a digest: its registry denies the look-up",
            image: image)
    }

    // MARK: images of source

    private func ofSource() throws(BackendError) -> Step {
        switch build {
        case .unknown: return .readSource(isFetching: !isPlan)
        case .absent where isPlan:
            return .decided(ImageDecision(.unresolved, "source; it is fetched when the run starts"))
        case .absent: throw BackendError(.notFound, "The source of the run no longer exists: \(source.origin).")
        case .present(let build): return next(for: build)
        }
    }

    private func next(for build: Build) -> Step {
        func decided(_ way: ImageDecision.Way, _ words: String, _ image: PinnedImage? = nil) -> Step {
            .decided(
                ImageDecision(way, "source; \(words)", key: build.key, destination: build.destination, image: image))
        }
        let how = build.choice.map { " \($0)" } ?? ""
        if isOffline { return decided(.unresolved, "would be \(build.destination), looked up when online") }
        if let made {
            let why = build.rebuildReason.map { ", for this run alone, because \($0)" } ?? ""
            return decided(.build, "built as \(build.destination)\(why)", made)
        }
        if let reason = build.rebuildReason {
            guard isPlan else { return .build(build) }
            return decided(
                .build,
                "would be built\(how) for this run alone, under a tag of its own, because \(reason)")
        }
        switch built {
        case .unknown: return .lookUpBuilt(build.destination)
        case .present(let image): return decided(.cached, "already built as \(build.destination)", image)
        case .absent: return isPlan ? decided(.build, "would be built as \(build.destination)\(how)") : .build(build)
        }
    }
}

/// The answer to a question that may not have been asked.
enum Known<Value: Sendable & Hashable>: Sendable, Hashable {
    case unknown
    case absent
    case present(Value)

    /// An answer; nil means that the value does not exist.
    init(_ answer: Value?) {
        self = answer.map { .present($0) } ?? .absent
    }
}
