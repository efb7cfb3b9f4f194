import LaunchHost
import Testing

@testable import LaunchAgent

/// Each way of the image stage's decision. A plan and a run differ only where a run would change something.
@Suite struct ImageChoiceTests {
    private static let name = "registry.example.com/team/train:1"
    private static let folder = Source.code(Source.Code(snapshot: "s", origin: "here", dockerfile: "Dockerfile"))
    private static let denial = BackendError(.denied, "The registry denies it.")

    private let digest: Digest
    private let reference: ImageReference
    private let destination: ImageReference
    private let key: ContentKey

    init() throws {
        digest = try #require(Digest(rawValue: "sha256:\(String(repeating: "a", count: 64))"))
        reference = try ImageReference(parsing: Self.name)
        destination = try ImageReference(parsing: "registry.example.com/built:launch-0")
        key = ContentKey(hex: String(repeating: "0", count: 64))
    }

    private var pinned: PinnedImage {
        PinnedImage(reference: "\(Self.name)@\(digest.rawValue)", digest: digest, name: Self.name)
    }

    private func build(_ reason: String? = nil) -> ImageChoice.Build {
        ImageChoice.Build(
            source: BuildSource(context: "/c", digest: "d", dockerfile: "Dockerfile", project: "p", queue: nil),
            key: key, destination: destination, rebuildReason: reason)
    }

    private func step(
        _ source: Source, isPlan: Bool = false, isOffline: Bool = false, demandsPin: Bool = false,
        _ know: (inout ImageChoice) -> Void = { _ in }
    ) throws -> ImageChoice.Step {
        var choice = ImageChoice(source: source, isPlan: isPlan, isOffline: isOffline, demandsPin: demandsPin)
        know(&choice)
        return try choice.next()
    }

    private func decision(_ step: ImageChoice.Step) throws -> ImageDecision {
        guard case .decided(let decision) = step else {
            throw BackendError(.internalFault, "The image is not decided: \(step).")
        }
        return decision
    }

    private func refusal(_ body: () throws -> ImageChoice.Step) throws -> BackendError {
        try #require(throws: BackendError.self) { _ = try body() }
    }

    // MARK: sources without a look-up

    @Test(arguments: [true, false])
    func `an algorithm needs no image`(isPlan: Bool) throws {
        let decision = try decision(step(.algorithm("xgboost"), isPlan: isPlan))
        #expect(decision.way == .algorithm && decision.image == PinnedImage(unpinned: "xgboost"))
    }

    @Test(arguments: [true, false])
    func `a run of a runner that needs no image has none`(isPlan: Bool) throws {
        let decision = try decision(step(.noImage, isPlan: isPlan))
        #expect(decision.way == .noImage && decision.image == .noImage && decision.image?.exists == false)
    }

    @Test(arguments: [true, false])
    func `a source that is not resolved and a malformed name are refused`(isPlan: Bool) throws {
        #expect(try refusal { try step(.template, isPlan: isPlan) }.category == .internalFault)
        #expect(try refusal { try step(.image("A B"), isPlan: isPlan) }.category == .invalid)
    }

    // MARK: prebuilt images

    @Test(arguments: [true, false])
    func `a prebuilt image is looked up first`(isPlan: Bool) throws {
        #expect(try step(.image(Self.name), isPlan: isPlan) == .lookUp(reference))
        let found = try step(.image(Self.name), isPlan: isPlan) { $0.lookup = .found(pinned) }
        let decision = try decision(found)
        #expect(decision.way == .prebuilt && decision.image == pinned)
    }

    @Test func `offline nothing is looked up`() throws {
        let image = try decision(step(.image(Self.name), isPlan: true, isOffline: true))
        #expect(image.way == .unresolved && image.image == nil)
        let source = try decision(
            step(Self.folder, isPlan: true, isOffline: true) { $0.build = .present(build()) })
        #expect(source.way == .unresolved && source.key == key && source.destination == destination.description)
    }

    @Test func `a plan reports the action of a run for a missing image`() throws {
        func planned(_ isFetchable: Bool) throws -> ImageDecision {
            try decision(
                step(.image(Self.name), isPlan: true) { $0.lookup = .missing(isFetchable: isFetchable) })
        }
        #expect(try planned(true).way == .unresolved)
        #expect(try planned(false).way == .missing)
    }

    @Test(arguments: [true, false])
    func `a run fetches a missing image and fails without it`(isFetchable: Bool) throws {
        func run(_ fetched: Known<PinnedImage>) throws -> ImageChoice.Step {
            try step(.image(Self.name)) {
                $0.lookup = .missing(isFetchable: isFetchable)
                $0.fetched = fetched
            }
        }
        #expect(try run(.unknown) == .fetch(reference))
        #expect(try decision(run(.present(pinned))).way == .prebuilt)
        let error = try refusal { try run(.absent) }
        #expect(error.category == .notFound && error.hint == ImageStage.missing)
    }

    @Test(arguments: [true, false])
    func `a denied look-up leaves the image unpinned, unless the queue demands a digest`(isPlan: Bool) throws {
        func denied(_ image: PinnedImage?, demandsPin: Bool = false) throws -> ImageChoice.Step {
            try step(.image(Self.name), isPlan: isPlan, demandsPin: demandsPin) {
                $0.lookup = .denied(Self.denial, unpinned: image)
            }
        }
        #expect(try refusal { try denied(nil) } == Self.denial)
        let open = PinnedImage(unpinned: Self.name)
        #expect(try decision(denied(open)).way == .unpinned)
        let error = try refusal { try denied(open, demandsPin: true) }
        #expect(error.category == .denied && error.message.contains("the queue demands that"))
        #expect(try decision(denied(pinned, demandsPin: true)).way == .prebuilt)
    }

    // MARK: images of source

    @Test func `only a run fetches the context of a source`() throws {
        #expect(try step(Self.folder, isPlan: true) == .readSource(isFetching: false))
        #expect(try step(Self.folder) == .readSource(isFetching: true))
        #expect(try decision(step(Self.folder, isPlan: true) { $0.build = .absent }).way == .unresolved)
        #expect(try refusal { try step(Self.folder) { $0.build = .absent } }.category == .notFound)
    }

    @Test(arguments: [true, false])
    func `an image that is built already is used`(isPlan: Bool) throws {
        func known(_ built: Known<PinnedImage>) throws -> ImageChoice.Step {
            try step(Self.folder, isPlan: isPlan) {
                $0.build = .present(build())
                $0.built = built
            }
        }
        #expect(try known(.unknown) == .lookUpBuilt(destination))
        let decision = try decision(known(.present(pinned)))
        #expect(decision.way == .cached && decision.image == pinned && decision.key == key)
    }

    @Test func `a new key is built, and a plan says so`() throws {
        func known(isPlan: Bool) throws -> ImageChoice.Step {
            try step(Self.folder, isPlan: isPlan) {
                $0.build = .present(build())
                $0.built = .absent
            }
        }
        #expect(try known(isPlan: false) == .build(build()))
        let planned = try decision(known(isPlan: true))
        #expect(planned.way == .build && planned.image == nil && planned.summary.contains("would be built as"))
    }

    @Test func `with a reason to rebuild, no existing image is looked up`() throws {
        func known(isPlan: Bool) throws -> ImageChoice.Step {
            try step(Self.folder, isPlan: isPlan) { $0.build = .present(build("it has no cache")) }
        }
        #expect(try known(isPlan: false) == .build(build("it has no cache")))
        #expect(try decision(known(isPlan: true)).summary.contains("for this run alone"))
    }

    @Test(arguments: [nil, "it has no cache"])
    func `the decision about a built image is the built image`(reason: String?) throws {
        let made = try decision(
            step(Self.folder) {
                $0.build = .present(build(reason))
                $0.made = pinned
            })
        #expect(made.way == .build && made.image == pinned && made.destination == destination.description)
        #expect(made.summary.contains("because") == (reason != nil))
    }
}
