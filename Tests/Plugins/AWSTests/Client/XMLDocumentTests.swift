import LaunchAWS
import Testing

@Suite struct XMLDocumentTests {
    @Test func `elements, text and entities are parsed`() throws {
        let root = try #require(
            XMLDocument.parse(
                "<?xml version=\"1.0\"?><a xmlns=\"urn:x\"><b>1 &amp; <![CDATA[<2>]]></b><b/><c><d>é</d></c></a>".utf8))
        #expect(root.name == "a")
        #expect(root.all("b").map(\.text) == ["1 & <2>", ""])
        #expect(root["c"]?.text("d") == "é")
    }

    @Test(arguments: [
        "", "  ", "<a>", "<a></b>", "text", "<a/><b/>", "{\"a\": 1}", "<!DOCTYPE html><html><br></html>",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a>&unknown;</a>",
        String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100),
    ])
    func `malformed documents are nil`(_ text: String) {
        #expect(XMLDocument.parse(text.utf8) == nil)
    }
}
