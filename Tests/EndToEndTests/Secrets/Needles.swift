import Foundation

/// Texts that must not be found, in the forms in which programs repeat them.
struct Needles {
    let forms: [(name: String, bytes: Data)]

    init(_ secrets: [String]) {
        forms = secrets.flatMap { secret -> [(String, Data)] in
            let url = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
            let json = secret.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            let texts = [
                secret, url, json, json.replacing("/", with: "\\/"), Data(secret.utf8).base64EncodedString(),
                // The part of a text that remains visible if it is cut.
                String(secret.prefix(16)), String(secret.suffix(16)),
            ]
            return Set(texts).filter { $0.utf8.count >= 8 }.map { (secret, Data($0.utf8)) }
        }
    }

    /// The secrets that are in the text.
    func found(in data: Data) -> Set<String> {
        Set(forms.filter { data.firstRange(of: $0.bytes) != nil }.map(\.name))
    }

    func found(in text: String) -> Set<String> { found(in: Data(text.utf8)) }

    /// The files below a folder that contain one, except those whose path begins with one of `planted`.
    func files(below folder: String, but planted: [String]) -> [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
            guard !planted.contains(where: { name.hasPrefix($0) }),
                let type = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.type]
                    as? FileAttributeType, type == .typeRegular,
                let data = FileManager.default.contents(atPath: "\(folder)/\(name)")
            else { continue }
            let here = self.found(in: data)
            if !here.isEmpty { found[name] = here }
        }
        return found
    }
}
