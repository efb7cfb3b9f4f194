import Testing

@testable import LaunchSageMaker

/// The forms in which a request names a place in S3, and the resources of IAM that they are.
struct S3LocationTests {
    private static let region = "us-east-1"

    private func read(_ uri: String) -> S3Location? {
        S3Location(uri, in: .init(partition: "aws", region: Self.region, account: "123456789012"))
    }

    @Test(arguments: [
        ("s3://data/tr/train", "arn:aws:s3:::data", "arn:aws:s3:::data/tr/train*"),
        ("s3://data", "arn:aws:s3:::data", "arn:aws:s3:::data/*"),
        ("s3://data/", "arn:aws:s3:::data", "arn:aws:s3:::data/*"),
        ("s3://*/models/*", "arn:aws:s3:::*", "arn:aws:s3:::*/models/**"),
        ("https://s3.us-east-1.amazonaws.com/data/train", "arn:aws:s3:::data", "arn:aws:s3:::data/train*"),
        ("https://s3.amazonaws.com/data/train", "arn:aws:s3:::data", "arn:aws:s3:::data/train*"),
        ("https://s3-us-west-2.amazonaws.com/data/train", "arn:aws:s3:::data", "arn:aws:s3:::data/train*"),
        ("https://data.s3.us-east-1.amazonaws.com/train", "arn:aws:s3:::data", "arn:aws:s3:::data/train*"),
        ("https://my.data.s3.amazonaws.com/train", "arn:aws:s3:::my.data", "arn:aws:s3:::my.data/train*"),
        (
            "https://data.s3.dualstack.eu-west-1.amazonaws.com/train", "arn:aws:s3:::data",
            "arn:aws:s3:::data/train*"
        ),
        ("https://data.s3.cn-north-1.amazonaws.com.cn/train", "arn:aws:s3:::data", "arn:aws:s3:::data/train*"),
        (
            "s3://arn:aws:s3:us-east-1:123456789012:accesspoint/team/train",
            "arn:aws:s3:us-east-1:123456789012:accesspoint/team",
            "arn:aws:s3:us-east-1:123456789012:accesspoint/team/object/train*"
        ),
        (
            "s3://arn:aws:s3:us-east-1:123456789012:accesspoint:team/train",
            "arn:aws:s3:us-east-1:123456789012:accesspoint/team",
            "arn:aws:s3:us-east-1:123456789012:accesspoint/team/object/train*"
        ),
        (
            "https://team-123456789012.s3-accesspoint.us-east-1.amazonaws.com/train",
            "arn:aws:s3:us-east-1:123456789012:accesspoint/team",
            "arn:aws:s3:us-east-1:123456789012:accesspoint/team/object/train*"
        ),
        (
            "s3://team-a1b2c3-s3alias/train", "arn:aws:s3:us-east-1:*:accesspoint/*",
            "arn:aws:s3:us-east-1:*:accesspoint/*/object/train*"
        ),
    ])
    func `its resources`(uri: String, container: String, objects: String) throws {
        let place = try #require(read(uri))
        #expect(place.container == container)
        #expect(place.beginningWithKey == objects)
        #expect(place.directory == nil)
    }

    @Test func `a directory bucket has sessions`() throws {
        let place = try #require(read("s3://fast--use1-az4--x-s3/train"))
        #expect(place.directory == "arn:aws:s3express:us-east-1:123456789012:bucket/fast--use1-az4--x-s3")
        #expect(place.container == nil && place.inFolder == nil)
    }

    @Test(arguments: [
        "", "s3://", "s3:///key", "bucket/key", "https://example.com/data", "s3://arn:aws:s3:::bucket/key",
    ])
    func `what is not in S3`(_ uri: String) {
        #expect(read(uri) == nil)
    }

    @Test(arguments: [("s3://b/out", "b/out/*"), ("s3://b/out/", "b/out/*"), ("s3://b", "b/*")])
    func `a folder is not a prefix of a name`(uri: String, objects: String) throws {
        #expect(try #require(read(uri)).inFolder == "arn:aws:s3:::\(objects)")
    }
}
