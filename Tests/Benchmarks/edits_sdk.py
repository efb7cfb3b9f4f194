"""Creates a training job with ModelTrainer of the SageMaker Python SDK for each line of input: see edits.py.

    edits_sdk.py SOURCE IMAGE
"""

import logging
import os
import sys

os.environ["SAGEMAKER_SUPPRESS_V2_WARNING"] = "1"
logging.disable(logging.CRITICAL)
# What the SDK prints must not be read as an answer.
answers, sys.stdout = sys.stdout, sys.stderr

import boto3
import botocore.handlers
from sagemaker.modules import Session
from sagemaker.modules.configs import Compute, SourceCode
from sagemaker.modules.train import ModelTrainer

# The server does not answer 'Expect: 100-continue', as S3 does. botocore would wait a second for each file.
botocore.handlers.BUILTIN_HANDLERS = [
    handler for handler in botocore.handlers.BUILTIN_HANDLERS if handler[1] is not botocore.handlers.add_expect_header]
boto = boto3.Session(region_name="us-east-1")
session = Session(boto_session=boto, default_bucket="bench")
# It would look up the bucket at the first job.
session._default_bucket = "bench"


def answer(words):
    answers.write(words + "\n")
    answers.flush()


answer("ready")
for _ in sys.stdin:
    try:
        trainer = ModelTrainer(
            training_image=sys.argv[2], source_code=SourceCode(source_dir=sys.argv[1], entry_script="train.py"),
            compute=Compute(instance_type="ml.m5.large", instance_count=1), base_job_name="bench",
            role="arn:aws:iam::123456789012:role/bench", sagemaker_session=session)
        trainer.train(wait=False, logs=False)
        answer("created")
    except BaseException as error:
        answer(f"{type(error).__name__}: {error}".replace("\n", " "))
