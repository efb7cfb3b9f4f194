internal import CLaunchXML

// libxml2 and not FoundationXML: both parse a page of 1,000 keys in 2.3 ms, but FoundationXML made the stripped program
// 51 MB larger and its start 5 MB heavier (measured on Debian 12, Swift 6.3).

/// Reads complete XML documents with libxml2's reader. Uses no network, files or external entities. Depth and size
/// are limited.
public enum XMLDocument {
    /// The largest depth of elements.
    static let maxDepth = 64
    /// The largest number of elements: a listing of 1,000 keys has about 10,000.
    static let maxElements = 200_000

    /// libxml2 must be initialised on one thread.
    private static let isReady: Bool = {
        xmlInitParser()
        return true
    }()

    /// The root element; nil if the bytes are not a complete well-formed document within the limits.
    public static func parse(_ bytes: some Sequence<UInt8>) -> XMLElement? {
        var bytes = Array(bytes)
        guard Self.isReady, let count = Int32(exactly: bytes.count), count > 0 else { return nil }
        let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue)
        return bytes.withUnsafeMutableBytes { buffer -> XMLElement? in
            let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            guard let reader = xmlReaderForMemory(start, count, nil, nil, options) else { return nil }
            defer { xmlFreeTextReader(reader) }
            return read(reader)
        }
    }

    private static func read(_ reader: xmlTextReaderPtr) -> XMLElement? {
        // The open elements, outermost first. The first one is a placeholder that holds the root.
        var open = [XMLElement("")]
        var elements = 0
        var state = xmlTextReaderRead(reader)
        while state == 1 {
            switch UInt32(bitPattern: xmlTextReaderNodeType(reader)) {
            case XML_READER_TYPE_ELEMENT.rawValue:
                elements += 1
                guard elements <= maxElements, open.count <= maxDepth else { return nil }
                open.append(XMLElement(string(xmlTextReaderConstLocalName(reader))))
                if xmlTextReaderIsEmptyElement(reader) == 1 { close(&open) }
            case XML_READER_TYPE_END_ELEMENT.rawValue:
                close(&open)
            case XML_READER_TYPE_TEXT.rawValue, XML_READER_TYPE_CDATA.rawValue,
                XML_READER_TYPE_SIGNIFICANT_WHITESPACE.rawValue, XML_READER_TYPE_WHITESPACE.rawValue:
                open[open.count - 1].text += string(xmlTextReaderConstValue(reader))
            case XML_READER_TYPE_DOCUMENT_TYPE.rawValue:
                // AWS sends no document type, and entities can make small documents large.
                return nil
            default: break
            }
            state = xmlTextReaderRead(reader)
        }
        guard state == 0, open.count == 1 else { return nil }
        return open[0].children.first
    }

    private static func close(_ open: inout [XMLElement]) {
        guard open.count > 1, let ended = open.popLast() else { return }
        open[open.count - 1].children.append(ended)
    }

    private static func string(_ text: UnsafePointer<xmlChar>?) -> String {
        text.map { String(cString: $0) } ?? ""
    }
}
