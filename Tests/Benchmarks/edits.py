"""From a one-line edit of a folder of 20 MB to CreateTrainingJob: scripts/benchmark --edits.

    edits.py LAUNCH BENCH COUNT [PYTHON]

LAUNCH and BENCH are the programs launch and launch-bench. PYTHON is a Python with the SageMaker Python SDK; without it,
its column is empty. AWS and the registry are those of the tests, on loopback. A time begins before the edit's command and
ends when the stub gets CreateTrainingJob; that of docker is the time of 'docker build' and 'docker push' alone. The ways
take turns. An agent for each way runs already; the process of the SDK has imported it already.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

BASE = "launch-example-base:1"
QUEUE = """
RoleArn: arn:aws:iam::123456789012:role/bench
OutputDataConfig: {S3OutputPath: "s3://bench/output"}
ResourceConfig: {InstanceType: ml.m5.large, InstanceCount: 1, VolumeSizeInGB: 5}
# The registry is not ECR.
AlgorithmSpecification: {TrainingImageConfig: {TrainingRepositoryAccessMode: Vpc}}
VpcConfig: {SecurityGroupIds: [sg-12345678], Subnets: [subnet-12345678]}
StoppingCondition: {MaxRuntimeInSeconds: 600}
"""


class Server:
    """launch-bench serve-edits."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "serve-edits"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url, self.key, self.secret, self.registry = self.process.stdout.readline().split()

    def last(self):
        """The number of training jobs, and the time of the last."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        count, moment = self.process.stdout.readline().split()
        return int(count), float(moment)

    def await_job(self, before, began):
        """The seconds from `began` to the next job."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            count, moment = self.last()
            if count > before:
                return moment - began
            time.sleep(0.002)
        sys.exit("no training job within 60 s")


class Bench:
    def __init__(self, launch, server, folder, python):
        self.launch, self.server, self.folder = launch, server, folder
        self.source = f"{folder}/source"
        self.edits = 0
        self.environment = dict(
            os.environ, LAUNCH_HOME=f"{folder}/home", HOME=folder, XDG_CONFIG_HOME=folder, AWS_ENDPOINT_URL=server.url,
            AWS_ACCESS_KEY_ID=server.key, AWS_SECRET_ACCESS_KEY=server.secret, AWS_DEFAULT_REGION="us-east-1",
            AWS_EC2_METADATA_DISABLED="true", NO_PROXY="*", no_proxy="*")
        os.makedirs(f"{self.source}/lib")
        generator = random.Random(1)
        for number in range(400):
            # Text that gzip makes about half as large, as it does with code.
            with open(f"{self.source}/lib/part{number:03}.py", "w") as file:
                for _ in range(650):
                    file.write(f"VALUE_{generator.getrandbits(32):010} = {generator.getrandbits(180)}\n")
        with open(f"{self.source}/train.py", "w") as file:
            file.write("print('one')\n")
        with open(f"{folder}/Dockerfile", "w") as file:
            file.write(f"FROM {server.registry}/team/python:1\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"python3\", \"train.py\"]\n")
        # The SDK must call no service but the stub.
        with open(f"{folder}/sdk.yaml", "w") as file:
            file.write("SchemaVersion: '1.0'\nSageMaker: {PythonSDK: {Modules: {TelemetryOptOut: true}}}\n")
        self.environment["SAGEMAKER_USER_CONFIG_OVERRIDE"] = f"{folder}/sdk.yaml"
        self.agents = []
        self.sdk = None
        if python:
            program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "edits_sdk.py")
            self.sdk = subprocess.Popen([python, program, self.source, self.image()], env=self.environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            if self.sdk.stdout.readline().strip() != "ready":
                sys.exit(f"{python} cannot use the SageMaker Python SDK: python edits_sdk.py shows why")

    def image(self):
        return f"{self.server.registry}/team/python:1"

    def run(self, *words):
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def begin(self, name, builder):
        """Makes a queue, and starts its agent."""
        with open(f"{self.folder}/{name}.yaml", "w") as file:
            file.write(f"queues: [{name}]\nmax_jobs: 4\nenvironment: {{type: aws, region: us-east-1}}\n"
                       f"registry: {{type: local, uri: {self.server.registry}/team}}\n{builder}")
        with open(f"{self.folder}/queue.yaml", "w") as file:
            file.write(QUEUE)
        config = ["-c", f"{self.folder}/{name}.yaml"]
        self.run(self.launch, "queue", "create", name, "--resource", "sagemaker", "--config", f"{self.folder}/queue.yaml")
        log = open(f"{self.folder}/{name}.log", "w")
        self.agents.append(subprocess.Popen([self.launch, "agent"] + config, env=self.environment, stdout=log, stderr=log))

    def edit(self):
        self.edits += 1
        with open(f"{self.source}/train.py", "a") as file:
            file.write(f"print({self.edits})\n")

    def submit(self, name, *options):
        before, _ = self.server.last()
        began = time.time()
        run = self.run(self.launch, "submit", "-c", f"{self.folder}/{name}.yaml", "-q", name, *options).split()[-1]
        taken = self.server.await_job(before, began)
        self.run(self.launch, "wait", run)
        return taken

    def code(self):
        return self.submit("code", "--image", self.image(), "--code", self.source, "-E", "python3 train.py")

    def append(self):
        return self.submit("append", "--source", self.source)

    def docker(self):
        name = f"{self.server.registry}/team/docker:{self.edits}"
        began = time.time()
        self.run("docker", "build", "--quiet", "--tag", name, "--file", f"{self.folder}/Dockerfile", self.source)
        self.run("docker", "push", "--quiet", name)
        taken = time.time() - began
        self.run("docker", "image", "rm", "--force", name)
        return taken

    def trainer(self):
        before, _ = self.server.last()
        began = time.time()
        self.sdk.stdin.write("\n")
        self.sdk.stdin.flush()
        said = self.sdk.stdout.readline().strip()
        if said != "created":
            sys.exit(f"the SageMaker Python SDK created no training job: {said}")
        return self.server.await_job(before, began)

    def end(self):
        for process in self.agents + [self.sdk] * bool(self.sdk):
            process.terminate()
            process.wait()
        subprocess.run(["docker", "image", "rm", "--force", self.image()], capture_output=True)


def main(launch, program, count, python=None):
    server = Server(program)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        bench = Bench(launch, server, folder, python)
        bench.run("docker", "tag", BASE, bench.image())
        bench.run("docker", "push", "--quiet", bench.image())
        bench.begin("code", "builder: {type: noop}\n")
        bench.begin("append", f"builder: {{type: append, base_image: '{bench.image()}', entrypoint: [python3, train.py]}}\n")
        ways = {"code channel": bench.code, "append": bench.append, "docker": bench.docker}
        if python:
            ways["ModelTrainer"] = bench.trainer
        times = {name: [] for name in list(ways) + ["code, unchanged", "append, unchanged"]}
        try:
            # The first round pays for what happens once.
            for number in range(count + 1):
                for name, way in ways.items():
                    bench.edit()
                    taken = [(name, way())]
                    if name in ("code channel", "append"):
                        taken.append((name.split()[0] + ", unchanged", way()))
                    if number > 0:
                        for key, value in taken:
                            times[key].append(value)
                print(f"\r{number} of {count}", end="", file=sys.stderr, flush=True)
            print(file=sys.stderr)
        finally:
            bench.end()
    middle = {name: statistics.median(values) for name, values in times.items() if values}
    print(f"{'edit of 20 MB to a training job':34}{'seconds':>12}{'docker':>12}{'ratio':>8}{'ModelTrainer':>14}{'ratio':>8}")
    for name in ("code channel", "append", "code, unchanged", "append, unchanged"):
        theirs, sdk = middle["docker"], middle.get("ModelTrainer")
        row = f"{name:34}{middle[name]:12.3f}{theirs:12.3f}{theirs / middle[name]:7.1f}x"
        print(row + (f"{sdk:14.3f}{sdk / middle[name]:7.1f}x" if sdk else f"{'-':>14}{'-':>8}"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:5])
