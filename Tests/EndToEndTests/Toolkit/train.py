"""A script for the sagemaker-training toolkit, in the style of AWS's documentation. It does not depend on launch."""

import argparse
import json
import os

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    # Hyperparameters are arguments.
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    # Paths are environment variables.
    parser.add_argument("--model-dir", type=str, default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--output-data-dir", type=str, default=os.environ["SM_OUTPUT_DATA_DIR"])
    parser.add_argument("--train", type=str, default=os.environ["SM_CHANNEL_TRAIN"])
    parser.add_argument("--hosts", type=json.loads, default=os.environ["SM_HOSTS"])
    parser.add_argument("--current-host", type=str, default=os.environ["SM_CURRENT_HOST"])
    args = parser.parse_args()

    if args.learning_rate > 1:
        raise ValueError(f"learning rate {args.learning_rate} is too high")

    points = []
    for name in sorted(os.listdir(args.train)):
        with open(os.path.join(args.train, name)) as file:
            points += [[float(word) for word in line.split(",")] for line in file]

    # y = slope * x, by gradient descent.
    slope = 0.0
    for epoch in range(args.epochs):
        errors = [slope * x - y for x, y in points]
        slope -= args.learning_rate * sum(error * x for error, (x, _) in zip(errors, points)) / len(points)
        print(f"epoch={epoch} loss={sum(error * error for error in errors) / len(points):.6f}")

    with open(os.path.join(args.model_dir, "model.json"), "w") as file:
        json.dump({"slope": slope}, file)
    with open(os.path.join(args.output_data_dir, "seen.json"), "w") as file:
        json.dump({
            "arguments": vars(args),
            "epochs": os.environ["SM_HP_EPOCHS"],
            "learning_rate": os.environ["SM_HP_LEARNING-RATE"],
            "hyperparameters": json.loads(os.environ["SM_HPS"]),
            "channels": json.loads(os.environ["SM_CHANNELS"]),
            "instance_type": json.loads(os.environ["SM_RESOURCE_CONFIG"])["current_instance_type"],
            "input_config": json.loads(os.environ["SM_INPUT_DATA_CONFIG"]),
            "training_env": json.loads(os.environ["SM_TRAINING_ENV"])["job_name"],
        }, file)
