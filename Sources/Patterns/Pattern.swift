internal import CPCRE2
internal import Glibc

/// A regular expression, by PCRE2, whose search in a line ends in any case: a pattern that goes back and forth without
/// end costs milliseconds, never hours.
///
/// Not Swift's `Regex`, which has no limit. Every unsafe part of the library's use stands in this file.
public final class Pattern {
    /// Why a text is no regular expression, in the library's words, with the place.
    public struct Wrong: Error, CustomStringConvertible {
        /// The words.
        public let description: String
    }

    /// What a search came to.
    public enum Search: Sendable, Equatable {
        /// The text of the first group in the last match; nil where there is no match, or the group took no part in it.
        case ended(String?)
        /// It was given up.
        case tookTooLong
    }

    // Pointers, because the library keeps its values behind them; owned by this value alone.
    private let code: OpaquePointer
    private let matchData: OpaquePointer
    private let context: OpaquePointer

    /// How many groups capture.
    public let groups: Int

    /// Compiles a pattern.
    public init(_ pattern: String) throws(Wrong) {
        var number: Int32 = 0
        var place = 0
        let options =
            PCRE2_UTF | PCRE2_UCP | UInt32(PCRE2_NEVER_BACKSLASH_C) | UInt32(PCRE2_USE_OFFSET_LIMIT)
        let bytes = Array(pattern.utf8)
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &number, &place, nil) else {
            throw Wrong(description: "\(Self.words(number)), at byte \(place)")
        }
        guard let matchData = pcre2_match_data_create_from_pattern_8(code, nil),
            let context = pcre2_match_context_create_8(nil)
        else {
            // It fails only where there is no memory left, as Swift's own allocations do.
            fatalError("PCRE2 has no memory")
        }
        pcre2_set_match_limit_8(context, Self.steps)
        pcre2_set_depth_limit_8(context, Self.steps)
        pcre2_set_heap_limit_8(context, Self.kibibytes)
        var count: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &count)
        self.code = code
        self.matchData = matchData
        self.context = context
        groups = Int(count)
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_match_data_free_8(matchData)
        pcre2_code_free_8(code)
    }

    /// The most steps from one place of a line: twice what going back over the longest line takes, which has 64 KiB.
    private static let steps: UInt32 = 150_000
    private static let kibibytes: UInt32 = 20 << 10
    /// The library counts its steps anew at each place where a match may begin. So it is asked for few places at a time,
    /// with a look at the clock in between.
    private static let places = 64
    /// Nanoseconds of work on a line. Of the processor's time: on a busy machine a thread may wait that long for its turn.
    private static let most: Int64 = 20_000_000

    private static func worked() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Searches a line for all matches, one behind the other.
    public func lastGroup(in line: String) -> Search {
        var line = line
        return line.withUTF8 { bytes in
            // An empty line has no address, and the library asks for one.
            guard let base = bytes.baseAddress else { return withUnsafeTemporaryByte { search($0, 0) } }
            return search(base, bytes.count)
        }
    }

    private func withUnsafeTemporaryByte<T>(_ body: (UnsafePointer<UInt8>) -> T) -> T {
        withUnsafePointer(to: UInt8(0), body)
    }

    private func search(_ line: UnsafePointer<UInt8>, _ count: Int) -> Search {
        let end = Self.worked() + Self.most
        var last: String?
        var start = 0
        while start <= count {
            let limit = start + Self.places
            pcre2_set_offset_limit_8(context, limit)
            // A text of Swift's is always valid UTF-8, so the library need not look.
            let result = pcre2_match_8(code, line, count, start, PCRE2_NO_UTF_CHECK, matchData, context)
            if result == PCRE2_ERROR_NOMATCH {
                start = Self.character(atOrBehind: limit + 1, line, count)
            } else if result > 0 {
                guard let places = pcre2_get_ovector_pointer_8(matchData) else { return .ended(last) }
                last = result > 1 ? Self.text(line, places[2], places[3]) : nil
                // A match of nothing, or one that \K begins behind its end, is left behind by a character.
                start =
                    places[1] > max(start, places[0])
                    ? places[1] : Self.character(atOrBehind: max(start, places[1]) + 1, line, count)
            } else {
                return .tookTooLong
            }
            if start <= count, Self.worked() > end { return .tookTooLong }
        }
        return .ended(last)
    }

    private static func text(_ line: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> String? {
        guard from != launch_pcre2_unset(), from <= to else { return nil }
        return String(decoding: UnsafeBufferPointer(start: line + from, count: to - from), as: UTF8.self)
    }

    /// The first place from there on that is not amid a character.
    private static func character(atOrBehind place: Int, _ line: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var place = place
        while place < count, line[place] & 0xC0 == 0x80 { place += 1 }
        return place
    }

    private static func words(_ number: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pcre2_get_error_message_8(number, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(Int(count)), as: UTF8.self) : "error \(number)"
    }
}
