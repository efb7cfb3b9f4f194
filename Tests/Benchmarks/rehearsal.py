"""What a rehearsal costs over a bare `docker run` of the same image and command, in pairs: scripts/benchmark --rehearsals.

    rehearsal.py LAUNCH COUNT SECONDS

Both run `sleep SECONDS` in the base image of the examples, without network; each pair begins with the other one. The time
is that of the whole command, from its start to its end.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

IMAGE = "launch-example-base:1"
QUEUE = """
RoleArn: arn:aws:iam::123456789012:role/bench
AlgorithmSpecification: {TrainingInputMode: File}
InputDataConfig:
  - {ChannelName: train, DataSource: {S3DataSource: {S3DataType: S3Prefix, S3Uri: "s3://bucket/train/"}}}
OutputDataConfig: {S3OutputPath: "s3://bucket/output"}
CheckpointConfig: {S3Uri: "s3://bucket/checkpoints"}
ResourceConfig: {InstanceType: ml.m5.large, InstanceCount: 1, VolumeSizeInGB: 5}
StoppingCondition: {MaxRuntimeInSeconds: 600}
EnableNetworkIsolation: true
"""


def timed(words, environment):
    began = time.monotonic()
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr}")
    return time.monotonic() - began


def main(launch, count, seconds):
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, LAUNCH_HOME=f"{folder}/home", XDG_CONFIG_HOME=folder)
        os.mkdir(f"{folder}/data")
        with open(f"{folder}/data/rows.csv", "w") as file:
            file.write("1,2\n" * 10_000)
        with open(f"{folder}/queue.yaml", "w") as file:
            file.write(QUEUE)
        subprocess.run([launch, "queue", "create", "bench", "--resource", "sagemaker", "--config",
                        f"{folder}/queue.yaml"], env=environment, check=True, capture_output=True)
        bare = ["docker", "run", "--rm", "--network", "none", IMAGE, "sleep", seconds]
        rehearsed = [launch, "run", "--rehearse", "-q", "bench", "--image", IMAGE, "--keep-local",
                     "--channel", f"train={folder}/data", "--entry-point", "sleep", "--", seconds]
        pairs = []
        for number in range(count):
            order = [bare, rehearsed] if number % 2 == 0 else [rehearsed, bare]
            times = {id(words): timed(words, environment) for words in order}
            pairs.append((times[id(rehearsed)], times[id(bare)]))
            print(f"\r{number + 1} of {count}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    print(f"{'sleep ' + seconds:34}{'rehearsed':>12}{'docker run':>12}{'ratio':>8}")
    print(f"{f'median of {count} pairs, seconds':34}{statistics.median(a for a, _ in pairs):12.3f}"
          f"{statistics.median(b for _, b in pairs):12.3f}{statistics.median(ratios):8.3f}")
    print(f"{'ratios':34}{f'{ratios[0]:.3f} to {ratios[-1]:.3f}':>32}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
