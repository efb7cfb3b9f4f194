import LaunchPluginKit
import Testing

@testable import LaunchLocalDocker

/// Options of `docker run` in a template of W&B.
@Suite struct DockerOptionsTests {
    @Test(arguments: [
        ("env", "[\"A=b=c\", \"B=\"]", "env", "{\"A\": \"b=c\", \"B\": \"\"}"),
        ("e", "\"A=1\"", "env", "{\"A\": \"1\"}"),
        ("volume", "\"/a:/b:ro\"", "volumes", "[\"/a:/b:ro\"]"), ("v", "[\"/a:/b\"]", "volumes", "[\"/a:/b\"]"),
        ("shm-size", "\"1g\"", "shm_size", "\"1g\""), ("net", "\"host\"", "network", "\"host\""),
        ("m", "\"4g\"", "memory", "\"4g\""), ("cpus", "\"1.5\"", "cpus", "1.5"), ("gpus", "\"2\"", "gpus", "2"),
        ("ulimit", "[\"memlock=-1\", \"nofile=1:2\"]", "ulimits", "{\"memlock\": \"-1\", \"nofile\": \"1:2\"}"),
        ("cap-add", "\"SYS_PTRACE\"", "cap_add", "[\"SYS_PTRACE\"]"), ("user", "1000", "user", "\"1000\""),
        ("stop-timeout", "20", "stop_grace", "\"20s\""), ("entrypoint", "\"sh\"", "entry_point", "\"sh\""),
        ("read-only", "true", "read_only", "true"), ("w", "\"/x\"", "workdir", "\"/x\""),
    ])
    func `an option becomes the key of the template`(option: String, value: String, key: String, own: String) throws {
        let member = try #require(DockerOptions.imported(option, try JSONValue(parsing: value)))
        #expect(member.key == key)
        #expect(try member.value == JSONValue(parsing: own))
        #expect(member.notes.count == (option == key ? 0 : 1))
    }

    /// The template's own check has the message about a member that is wrong in both forms.
    @Test(arguments: [
        ("gpus", "\"all\""), ("memory", "\"4g\""), ("env", "{\"A\": \"1\"}"), ("env", "[1]"), ("env", "3"),
        ("cpus", "\"{{n}}\""),
        ("ulimits", "[\"x\"]"), ("gpu", "1"), ("", "1"), ("volumes", "[\"/a:/b\"]"), ("cpus", "\"inf\""),
    ])
    func `a member that needs no conversion stays`(option: String, value: String) throws {
        #expect(DockerOptions.imported(option, try JSONValue(parsing: value)) == nil)
    }

    @Test func `what cannot be kept is named with a way out`() throws {
        let variable = try #require(DockerOptions.imported("env", .array([.string("TOKEN"), .string("A=1")])))
        #expect(variable.value == .object(["A": .string("1")]))
        #expect(variable.notes.first?.message.contains("\"TOKEN\" has no value") == true)
        #expect(variable.notes.first?.hint?.hasSuffix("launch submit --env TOKEN=VALUE") == true)
        for option in ["rm", "privileged", "device", "env-file", "p", "ipc", "label", "restart"] {
            let member = try #require(DockerOptions.imported(option, .bool(true)))
            #expect(member.key == nil && member.notes.first?.hint?.isEmpty == false)
        }
    }
}
