internal import LaunchLocalContainers
internal import FoundationEssentials
internal import LaunchPluginKit

/// Inputs that a manifest lists.
///
/// A manifest is data, and its author may not be the user who started the job. So it names objects. It may name files
/// of this machine only if it is a local file itself, and only files in its own folder.
extension InputResolver {
    /// The most bytes of a manifest, which is read into memory.
    private static let manifestLimit = 64 << 20

    func manifest(
        _ text: String, _ input: RehearsalPlan.Input
    ) async throws(BackendError) -> ([InputFile], InputFile) {
        let file = try await document(text, input, budget: budget(input))
        let wrong = { (why: String) in BackendError(.invalid, "The manifest \(text) for \(input.name) \(why).") }
        guard let items = try? JSONDecoder().decode(JSONValue.self, from: Data(try content(of: file, text))).arrayValue,
            let prefix = items.first?["prefix"]?.stringValue
        else { throw wrong("is not a JSON array whose first item is {\"prefix\": URI}") }
        let store = try await objects.store(for: prefix)
        var wanted: [StoredObject] = []
        for item in items.dropFirst() {
            guard let rest = item.stringValue else { throw wrong("has an item that is not text") }
            guard let object = try await store.object(prefix + rest) else {
                throw BackendError(.notFound, "The manifest \(text) names \(prefix + rest), which does not exist.")
            }
            wanted.append(object)
        }
        let paths = Self.paths(wanted.map(\.uri), under: prefix)
        return (try await fetch(zip(wanted, paths).map { ($0, $1) }, input), file)
    }

    func augmented(
        _ text: String, _ attributes: [String], _ input: RehearsalPlan.Input
    ) async throws(BackendError) -> [[PipePiece]] {
        let budget = budget(input)
        let manifest = try await document(text, input, budget: budget)
        // Only a line feed ends a line. JSON texts may contain Unicode's other line breaks.
        let lines = try content(of: manifest, text).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var records: [[PipePiece]] = []
        for (number, line) in lines.enumerated() where line.contains(where: { !Self.blanks.contains($0) }) {
            let place = "Line \(number + 1) of the manifest \(text)"
            guard let line = String(validating: line, as: UTF8.self), let record = try? JSONValue(parsing: line) else {
                throw BackendError(.invalid, "\(place) is not a JSON object.")
            }
            var pieces: [PipePiece] = []
            for attribute in attributes {
                guard let value = record[attribute] else {
                    throw BackendError(.invalid, "\(place) has no '\(attribute)'.")
                }
                guard attribute.hasSuffix("-ref"), let reference = value.stringValue else {
                    let bytes = value.stringValue ?? (try? JSON.canonical(value)) ?? ""
                    pieces.append(.bytes(Array(bytes.utf8)))
                    continue
                }
                let file = try await document(reference, input, budget: budget)
                try check(file, reference, from: manifest, text, place)
                pieces.append(.file(file.local, size: file.size))
            }
            records.append(pieces)
        }
        return records
    }

    private static let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")]

    /// Refuses a file of this machine that a manifest must not name.
    private func check(
        _ file: InputFile, _ reference: String, from manifest: InputFile, _ text: String, _ place: String
    ) throws(BackendError) {
        guard case .path = try DataLocation(reference) else { return }
        let folder = manifest.local.prefix(upTo: manifest.local.lastIndex(of: "/") ?? manifest.local.endIndex)
        if case .path = try DataLocation(text), file.local.hasPrefix("\(folder)/") { return }
        throw BackendError(
            .invalid, "\(place) refers to the file \(reference), which is not in the manifest's own folder.",
            hint: "Refer to an object's URI, or put the file beside a local manifest.")
    }

    private func budget(_ input: RehearsalPlan.Input) -> WriteBudget {
        cache.budget("The input \(input.name)")
    }

    private func content(of file: InputFile, _ text: String) throws(BackendError) -> [UInt8] {
        let reader = try FileReader(file.local)
        var content: [UInt8] = []
        while case let bytes = try reader.read(1 << 20), !bytes.isEmpty {
            content += bytes
            guard content.count <= Self.manifestLimit else {
                throw BackendError(
                    .invalid, "The manifest \(text) is larger than \(Self.manifestLimit >> 20) MiB, which is the limit."
                )
            }
        }
        return content
    }
}
