"""Calls the stub of SageMaker through the installed boto3, for StubTests, and prints boto3's results as JSON.

Usage: boto3_training_jobs.py begin|end URL KEY SECRET. `begin` makes jobs, `end` describes them at a later time of the
stub. Exits with 3 if boto3 is not installed. Each reply is also compared with the model: unknown and missing members,
types and enumerations, which boto3 itself does not check.
"""

import json
import sys

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
    from botocore.validate import ParamValidator
except ImportError:
    sys.exit(3)

WHEN, URL, KEY, SECRET = sys.argv[1:5]
faults = []


def enums(value, shape, path):
    """Values that the model does not know."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                enums(value[name], member, f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            enums(item, shape.member, f"{path}[]")
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        faults.append(f"{path}: {value}")


def check(http_response, parsed, model, **_):
    if http_response.status_code != 200 or model.output_shape is None:
        return
    raw = json.loads(http_response.content)
    report = ParamValidator().validate(raw, model.output_shape)
    if report.has_errors():
        faults.append(f"{model.name}: {report.generate_report()}")
    enums(raw, model.output_shape, model.name)


client = boto3.client(
    "sagemaker", endpoint_url=URL, region_name="eu-central-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
    config=Config(retries={"total_max_attempts": 1}))
client.meta.events.register("after-call.sagemaker", check)


def request(name, **more):
    return {
        "TrainingJobName": name,
        "RoleArn": "arn:aws:iam::123456789012:role/train",
        "AlgorithmSpecification": {"TrainingImage": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/i:1",
                                   "TrainingInputMode": "File",
                                   "MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*)"}]},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 10,
                           "KeepAlivePeriodInSeconds": 60},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "HyperParameters": {"lr": "0.1"},
        "Environment": {"QUOTE": "\"ü\"\n"},
        "Tags": [{"Key": "launch-run", "Value": name}],
        **more,
    }


SINGLE = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10}


def error(call, *words, **members):
    try:
        call(*words, **members)
    except ClientError as refused:
        response = refused.response
        return [response["Error"]["Code"], response["Error"]["Message"],
                response["ResponseMetadata"]["HTTPStatusCode"]]
    return None


def listing(**members):
    """The pages of a list, each as the names on it."""
    pages, token = [], {}
    while True:
        page = client.list_training_jobs(**members, **token)
        pages.append([job["TrainingJobName"] for job in page["TrainingJobSummaries"]])
        if "NextToken" not in page:
            return pages
        token = {"NextToken": page["NextToken"]}


result = {}
if WHEN == "begin":
    arn = client.create_training_job(**request("done-1"))["TrainingJobArn"]
    result["arn"] = arn
    for name in ["failed-1", "endless-1", "capacity-1"]:
        client.create_training_job(**request(name))
    for number in range(12):
        client.create_training_job(**request(f"many-{number}"))
    client.create_training_job(**request(
        "spot-1", EnableManagedSpotTraining=True, ResourceConfig=SINGLE,
        StoppingCondition={"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}))
    client.create_training_job(**request("overdue-1", StoppingCondition={"MaxRuntimeInSeconds": 50}))
    result["no-spot"] = error(client.create_training_job, **request(
        "no-spot", StoppingCondition={"MaxRuntimeInSeconds": 1, "MaxWaitTimeInSeconds": 2}))
    result["duplicate"] = error(client.create_training_job, **request("done-1"))
    result["quota"] = error(client.create_training_job, **request(
        "too-many", ResourceConfig={"InstanceType": "ml.p5.48xlarge", "InstanceCount": 3, "VolumeSizeInGB": 1}))
    result["name"] = error(client.create_training_job, **request("-bad_name"))
    result["unknown"] = error(client.describe_training_job, TrainingJobName="nobody")
    result["tagged"] = client.add_tags(ResourceArn=arn, Tags=[{"Key": "more", "Value": "yes"}])["Tags"]
    result["tags"] = client.list_tags(ResourceArn=arn)["Tags"]
    result["new"] = client.describe_training_job(TrainingJobName="done-1")
else:
    for name in ["done-1", "failed-1", "endless-1", "capacity-1", "spot-1", "overdue-1"]:
        result[name] = client.describe_training_job(TrainingJobName=name)
    result["pages"] = listing(SortBy="CreationTime", SortOrder="Ascending")
    result["newest"] = listing(SortOrder="Descending", MaxResults=100)
    result["running"] = listing(StatusEquals="InProgress", MaxResults=2)
    result["many"] = listing(NameContains="many-1", SortBy="Name", MaxResults=1)
    result["late"] = listing(CreationTimeAfter=result["done-1"]["CreationTime"].replace(year=2100))
    result["stop-done"] = error(client.stop_training_job, TrainingJobName="done-1")
    result["stop"] = error(client.stop_training_job, TrainingJobName="endless-1")
    result["stop-again"] = error(client.stop_training_job, TrainingJobName="endless-1")
    result["delete-live"] = error(client.delete_training_job, TrainingJobName="endless-1")
    result["stopping"] = client.describe_training_job(TrainingJobName="endless-1")
    result["delete"] = error(client.delete_training_job, TrainingJobName="done-1")
    result["deleted"] = error(client.describe_training_job, TrainingJobName="done-1")

result["faults"] = faults
print(json.dumps(result, default=lambda time: time.timestamp()))
