import LaunchHost
import Testing

@testable import LaunchSageMaker

/// The possible names of instance types and buckets.
struct NameFormTests {
    private let types: [String] = {
        guard let place = ServiceModel.bundled.shapes.first(where: { $0.name == "TrainingInstanceType" }),
            case .text(let rules) = place.kind
        else { return [] }
        return rules.words
    }()

    @Test
    func `Each type of the model has the form of a type`() {
        #expect(types.count > 200)
        for type in types { #expect(UnknownType(type, among: types).isPossible, "\(type)") }
    }

    @Test(arguments: [
        "ml.zz99.xlarge", "ml.m5.3xlarge", "ml.p5.36xlarge", "ml.u-6tb1.112xlarge", "ml.m9i-flex.large",
        "ml.x2iedn.metal",
        "ml.c7i.metal-24xl", "ml.mm5.xlarge", "ml.g7e.48xlarge",
    ])
    func `An unknown name with the form of a type is a warning, however similar it is to a known type`(_ type: String) {
        #expect(UnknownType(type, among: types).isPossible)
    }

    @Test(arguments: [
        "local", "local_gpu", "$INSTANCE_TYPE", "${type}", "ml.p3", "ml.p3.", "ml..xlarge", "m5.xlarge",
        "ml.m5.2xl",
        "ml.m5.xlarge ", "ml.M5.xlarge", "ml.m5.02xlarge", "ml.m5.99999xlarge", "ml.p.large", "ml.m5-.large", "",
        "ml.m5.xlarge.x",
        "ml.m5.metal-24", "cpu", "<type>", "ml.５x.large",
    ])
    func `A name without this form is an error`(_ type: String) {
        #expect(!UnknownType(type, among: types).isPossible)
    }

    @Test(arguments: [
        "s3://my-bucket/x", "s3://abc", "s3://a.b-c9/", "s3://arn:aws:s3:us-east-1:123456789012:accesspoint/mine/x",
        "s3://my-ap-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias/x", "s3://b--use1-az4--x-s3/x",
        "https://s3.us-east-1.amazonaws.com/my-bucket/x", "https://bucket.example.com:9000/x",
    ])
    func `Valid buckets, access points and addresses`(_ uri: String) {
        #expect(BucketName.fault(in: uri) == nil)
    }

    @Test(arguments: [
        "s3://My-Bucket/x", "s3://my_bucket/x", "s3://a..b/x", "s3://-abc/x",
        "s3://\(String(repeating: "a", count: 64))/x",
    ])
    func `Names that only old buckets can have are warnings`(_ uri: String) {
        #expect(BucketName.fault(in: uri)?.severity == .warning)
    }

    @Test(arguments: [
        "s3://{bucket}/x", "s3://$BUCKET/x", "s3://<bucket/x", "s3://ab/x", "s3://a b c/x", "s3://bücket/x",
        "s3://x:y/z",
        "s3://\(String(repeating: "a", count: 256))/x", "https://{bucket}.s3.amazonaws.com/x",
    ])
    func `Names that no bucket can have are errors`(_ uri: String) {
        #expect(BucketName.fault(in: uri)?.severity == .error)
    }

    @Test
    func `Each suggested path of a member exists in the model`() {
        let model = ServiceModel.bundled
        #expect(model.homes(of: "kms_key_id").first == "OutputDataConfig.KmsKeyId")
        #expect(model.homes(of: "InstanceType").contains("ResourceConfig.InstanceGroups[].InstanceType"))
        #expect(model.homes(of: "Whatever").isEmpty)
        for homes in model.homes.values {
            for home in homes {
                let path = FieldPath(parsing: home.replacing("[]", with: "[0]").replacing("[KEY]", with: ".k"))
                #expect(path.map { model.canonical($0).description } == path?.description, "\(home)")
            }
        }
    }
}
