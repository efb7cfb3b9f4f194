import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

@Suite struct ObjectsTests {
    @Test func `the environment's objects are reached with its credentials`() async throws {
        let stub = try AWSStub()
        stub.s3.add(bucket: "data", region: "eu-west-1")
        let keys = stub.keys.permanent()
        let home = try TemporaryDirectory()
        let made = try AWSEnvironment.plugin.make(
            Options(["region": .string("eu-west-1"), "endpoint_url": .string(stub.url)]),
            PluginContext(variables: [
                "HOME": home.path, "AWS_EC2_METADATA_DISABLED": "true", "no_proxy": "127.0.0.1",
                "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
            ]))
        let environment = try #require(made as? AWSEnvironment)
        let store = try await environment.objects()
        _ = try await store.put([1, 2, 3], bucket: "data", key: "model/weights")
        #expect(stub.s3.content(bucket: "data", key: "model/weights") == [1, 2, 3])
        var read: [UInt8] = []
        for try await chunk in try await store.get(bucket: "data", key: "model/weights") { read += chunk }
        #expect(read == [1, 2, 3])
    }
}
