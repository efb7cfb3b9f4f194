internal import CLaunchYAML

/// The parser's events, one after another. All unsafe code that uses libyaml is in this file.
///
/// The pointers never leave the class. libyaml needs its parser and its input at a fixed address, so both are allocated
/// here and freed in `deinit`. Every text is copied before its event is deleted.
final class YAMLEvents {
    /// One event with its position.
    struct Event {
        enum Kind {
            case streamStart, streamEnd, documentStart, documentEnd, sequenceEnd, mappingEnd, nothing
            case alias(String)
            case scalar(String, plain: Bool, Decoration)
            case sequenceStart(Decoration)
            case mappingStart(Decoration)
        }

        package var kind: Kind
        var mark: Mark
    }

    /// The tag and the anchor before a value.
    struct Decoration {
        var anchor: String?
        var tag: String?
    }

    /// libyaml's report about a text that is not YAML.
    struct Fault: Error {
        var problem: String
        var context: String
        var mark: Mark
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// Starts to parse a text.
    init(_ text: String) {
        parser = .allocate(capacity: 1)
        input = .allocate(capacity: max(1, text.utf8.count))
        _ = input.initialize(from: text.utf8)
        // It fails only without free memory, as Swift's own allocations do.
        precondition(yaml_parser_initialize(parser) == 1, "libyaml has no memory")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, text.utf8.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event. Do not call this function again after `.streamEnd` or an error.
    func next() throws(Fault) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            throw Fault(
                problem: parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read",
                context: parser.pointee.context.map { String(cString: $0) } ?? "",
                mark: Self.mark(parser.pointee.problem_mark))
        }
        defer { yaml_event_delete(&event) }
        return Event(kind: Self.kind(event), mark: Self.mark(event.start_mark))
    }

    private static func kind(_ event: yaml_event_t) -> Event.Kind {
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let value = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return .scalar(
                value, plain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                Decoration(anchor: text(scalar.anchor), tag: text(scalar.tag)))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .sequenceStart(Decoration(anchor: text(start.anchor), tag: text(start.tag)))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(Decoration(anchor: text(start.anchor), tag: text(start.tag)))
        default: return .nothing
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private static func mark(_ mark: yaml_mark_t) -> Mark {
        Mark(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }
}
