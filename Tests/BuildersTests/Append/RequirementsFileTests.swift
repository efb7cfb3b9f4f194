import LaunchHost
import LaunchOCIRegistry
import TestSupport
import Testing

@testable import LaunchBuilders

struct RequirementsFileTests {
    private static func read(_ files: [String: String]) throws -> RequirementsFile {
        try RequirementsFile("requirements.txt") { (name: String) throws(BackendError) -> [UInt8]? in
            files[name].map { Array($0.utf8) }
        }
    }

    private static func read(_ text: String) throws -> RequirementsFile { try read(["requirements.txt": text]) }

    @Test
    func `names, versions, markers, hashes and https indexes are written in one form, on the lines of the source`()
        throws
    {
        let hash = String(repeating: "a", count: 64)
        let file = try Self.read(
            """
            \u{FEFF}# packages of the team: café
            torch == 2.4.*  # the version of the image

            transformers[torch, vision]>=4.40,<5 ; python_version >= "3.9" and sys_platform == 'linux'
            six==1.16.0 \\
                --hash=sha256:\(hash) \\
                --hash=sha256:\(hash)
            --index-url https://download.example.com/whl/cpu
            --extra-index-url=https://example.com/simple
            -f https://example.com/wheels.html
            --only-binary :all:
            --pre
            numpy\r
            """)
        #expect(
            file.copies == [
                .init(
                    path: "requirements.txt",
                    lines: [
                        "", "torch == 2.4.*", "",
                        "transformers[torch, vision]>=4.40,<5 ; python_version >= \"3.9\" and sys_platform == 'linux'",
                        "six==1.16.0 --hash=sha256:\(hash) --hash=sha256:\(hash)", "", "",
                        "--index-url https://download.example.com/whl/cpu",
                        "--extra-index-url https://example.com/simple", "--find-links https://example.com/wheels.html",
                        "", "--pre", "numpy",
                    ])
            ])
    }

    @Test func `files of the source are read with -r and -c, each once`() throws {
        let file = try Self.read([
            "requirements.txt": "-r sub/base.txt\n-c limits.txt\n", "sub/base.txt": "-c ../limits.txt\none\n",
            "limits.txt": "two<3\n",
        ])
        #expect(file.copies.map(\.path) == ["requirements.txt", "limits.txt", "sub/base.txt"])
        #expect(file.copies.last?.lines == ["-c ../limits.txt", "one"])
        #expect(!file.isEmpty)
        #expect(try Self.read("# nothing\n\n--pre\n").isEmpty)
    }

    @Test func `a comment and an empty line change nothing of what is installed`() throws {
        #expect(try Self.read("one\n# two\n\nthree # four").text == Self.read("one\nthree\n").text)
        #expect(try Self.read("one\nthree").text != Self.read("one\ntwo").text)
    }

    @Test(
        arguments: [
            ("-e .", "executing its code"), ("--editable=./lib", "executing its code"),
            ("./lib", "an address or a path"),
            (".", "an address or a path"), ("git+https://example.com/x.git", "an address or a path"),
            ("x @ https://example.com/x.whl", "an address or a path"), ("/etc/x.whl", "an address or a path"),
            ("file:///x.tar.gz", "an address or a path"), ("--no-binary :all:", "from its source"),
            ("--trusted-host example.com", "an option"), ("--config-settings a=b", "an option"), ("-q", "an option"),
            ("x --global-option=--evil", "may have only --hash"), ("x --hash=md5:00", "may have only --hash"),
            ("--index-url http://169.254.169.254/", "https://"), ("-f wheels", "https://"),
            ("-f https://example.com/${TOKEN}", "has a variable"), ("x==${VERSION}", "has a variable"),
            ("-r /etc/passwd", "names no file"), ("-r https://example.com/r.txt", "names no file"),
            ("-r ../../secret.txt", "not in the source"), ("-c missing.txt", "'missing.txt' is not in the source"),
            ("naïve", "no name or version has"), ("x y", "not the name"), ("x;`id`", "not the name"),
            ("-i https://a b", "https://"),
            ("--pre x", "has a value"),
        ])
    func `what executes code, reads this machine or hides the content is refused with its line`(
        line: String, words: String
    ) throws {
        let error = #expect(throws: BackendError.self) { try Self.read("fine\n\n\(line)\n") }
        #expect(error?.category == .invalid)
        #expect(error?.message.hasPrefix("requirements.txt:3: ") == true, "\(String(describing: error))")
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        #expect(error?.hint != nil)
    }

    @Test func `a line that goes on is one line`() {
        let lines = RequirementsLine.all(of: "a==1 \\\n  --x\n# c \\\nb\\\n")
        #expect(lines.map(\.text) == ["a==1   --x", "b"])
        #expect(lines.map(\.number) == [1, 4])
    }

    @Test func `commands get the Python of the image`() {
        func command(_ text: String) -> String? {
            InstalledPackages.command(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
        }
        let code = "# -*- coding: utf-8 -*-\nimport sys\n"
        #expect(command("#!/usr/bin/python3.11\n\(code)") == "#!/usr/bin/env python3\n\(code)")
        #expect(
            command("#!/bin/sh\n'''exec' \"/a folder/python\" \"$0\" \"$@\"\n' '''\n\(code)")
                == "#!/usr/bin/env python3\n\(code)")
        #expect(command("#!/bin/sh\necho python\n") == nil)
        #expect(command("\u{7F}ELF") == nil)
        #expect(command("") == nil)
    }

    @Test func `the record of a package has neither commands nor notes, and one order`() {
        let record = InstalledPackages.record(
            """
            x/__init__.py,sha256=a,1
            ../../bin/x,sha256=b,2
            x-1.dist-info/INSTALLER,sha256=c,4
            x-1.dist-info/direct_url.json,sha256=c,4
            x-1.dist-info/RECORD,,
            a.py,sha256=d,3
            x/__pycache__/__init__.pyc,,

            """)
        #expect(
            String(decoding: record, as: UTF8.self)
                == "a.py,sha256=d,3\nx-1.dist-info/RECORD,,\nx/__init__.py,sha256=a,1\n")
    }

    @Test func `the platform has all names that fitting wheels can have`() throws {
        let python = try #require(TargetPython(parsing: "3.12.4"))
        let tags = WheelPlatform(python, try #require(ImagePlatform(parsing: "linux/amd64"))).tags
        #expect(tags.first == "manylinux_2_28_x86_64" && tags.last == "linux_x86_64")
        for tag in ["manylinux2014_x86_64", "manylinux1_x86_64", "manylinux_2_17_x86_64"] {
            #expect(tags.contains(tag), "\(tag)")
        }
        let arm = WheelPlatform(python, try #require(ImagePlatform(parsing: "linux/arm64"))).tags
        #expect(arm.contains("manylinux2014_aarch64") && !arm.contains("manylinux1_aarch64"))
        #expect(python.text == "3.12")
        for text in ["2.7", "3", "3.x", "33.1", "3.123", "python3.12", ""] {
            #expect(TargetPython(parsing: text) == nil, "\(text)")
        }
    }
}
