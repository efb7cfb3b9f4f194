import LaunchHost
import Testing

@Suite struct ExplainTests {
    private func explain(_ key: String) throws -> String {
        try Explain.key(key, catalog: Fake.catalog)
    }

    @Test func `a key of the top level is explained`() throws {
        #expect(
            try explain("max_jobs") == """
                max_jobs
                  How many jobs the agent runs at once; -1 means no limit.
                  value:    -1 or a whole number from 1 to 1000000
                  default:  1
                  example:  4, or -1 for no limit
                """)
    }

    @Test func `a key of the store is explained`() throws {
        #expect(
            try explain("store.port") == """
                store.port
                  The port. Default: PGPORT, then 5432.
                  value:    a whole number from 1 to 65535
                  optional
                  example:  5432
                """)
        #expect(try explain("store.type").contains("\n  default:  \"sqlite\""))
    }

    @Test func `a key of a block is explained`() throws {
        #expect(
            try explain("builder.platform") == """
                builder.platform (type: docker)
                  What the image is built for.
                  value:    linux/amd64 or linux/arm64
                  default:  "linux/amd64"
                """)
        #expect(
            try explain("registry.uri") == """
                registry.uri (type: local)
                  Host and path.
                  value:    text
                  optional
                  example:  localhost:5000/team

                registry.uri (type: ecr)
                  The repository.
                  value:    text
                  required
                """)
        #expect(try explain("platform") == explain("builder.platform"))
        #expect(try explain("builder.cache.size").hasPrefix("builder.cache.size (type: docker)"))
    }

    @Test func `a role and its type are explained`() throws {
        #expect(
            try explain("builder.type") == """
                builder.type
                  Which builder is used; without the block it is {type: docker}.
                    docker: Builds with docker or podman.
                    noop: Builds nothing.
                  value:    docker or noop
                  required
                """)
        #expect(
            try explain("builder") == """
                builder
                  Builds images from source.
                  value:    a mapping
                  optional
                  example:
                    type: docker
                    platform: linux/arm64
                    timeout: 10m
                """)
    }

    @Test func `an unknown key is an error that suggests the nearest`() throws {
        let error = try #require(throws: LaunchError.self) { try explain("builder.platfrom") }
        #expect(error.kind == .usage)
        #expect(
            error.message
                == "the key \"builder.platfrom\" does not exist in launch-config.yaml or a queue's file; did you mean \"builder.platform\"?"
        )
    }

    @Test func `every listed key can be explained`() throws {
        let keys = Explain.keys(Fake.catalog)
        #expect(keys.contains("runner.network") && Set(keys).count == keys.count)
        for key in keys { #expect(try explain(key).hasPrefix(key)) }
    }
}

@Suite struct ReferenceTests {
    @Test func `tables contain nested keys`() throws {
        let docker = try #require(Fake.catalog.declarations.first { $0.type == "docker" })
        #expect(
            Reference.markdown(docker) == """
                ### `type: docker`

                Builds with docker or podman.

                | key | value | default | meaning |
                | --- | --- | --- | --- |
                | `destination` | text |  | The repository that images are pushed to. |
                | `platform` | linux/amd64 or linux/arm64 | `"linux/amd64"` | What the image is built for. |
                | `timeout` | a length of time, e.g. 90s, 10m or 2h | `"30m"` | The longest build. Example: `30m`. |
                | `pull` | true or false | `true` | Whether base images are pulled. |
                | `build_args` | a mapping of text |  | Build arguments. |
                | `cache` | a mapping |  | The build cache. |
                | `cache.size` | a size, e.g. 512m or 8g |  | How much. Example: `10g`. |

                | capability | value | meaning |
                | --- | --- | --- |
                | `builds` | yes | It can build images. |

                ```yaml
                builder:
                  type: docker
                  platform: linux/arm64
                  timeout: 10m
                ```
                """)
    }

    @Test func `the reference has a section for every plugin`() {
        let text = Reference.markdown(Fake.catalog)
        for declaration in Fake.catalog.declarations { #expect(text.contains("### `type: \(declaration.type)`")) }
        #expect(text.contains("Keys of a queue's template:"))
    }

    @Test func `a block and a list of blocks name their keys, which can be explained`() throws {
        let hooks = try Explain.key("hooks", catalog: Fake.catalog)
        #expect(hooks.contains("  keys:     name (required), on (required), run, url, secret, format, queues\n"))
        #expect(try Explain.key("hooks.on", catalog: Fake.catalog).contains("budget > AMOUNT CURRENCY"))
        #expect(try Explain.key("queue.hooks.url", catalog: Fake.catalog).hasPrefix("queue.hooks.url\n"))
        #expect(throws: LaunchError.self) { try Explain.key("queue.hooks.run", catalog: Fake.catalog) }
        #expect(try Explain.key("telemetry", catalog: Fake.catalog).contains("  keys:     otlp (required), headers\n"))
    }
}
