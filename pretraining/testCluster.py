"""Trains with two worker processes on this machine, kills one, starts both again and checks that they continue and finish.

    python pretraining/testCluster.py [--fixture FOLDER]

With --fixture the trained model is kept as FOLDER/cluster.keras, and Keras' predictions as FOLDER/cluster.json, for the
unit test that imports the model.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TRAIN = HERE / "keras_train.py"
EPOCHS = 6
WAIT_SECONDS = 900


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports


def start_workers(folder, run):
    """Starts two processes, each with its own log."""
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    workers = []
    for index in range(2):
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(task), "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, TRAIN, folder / "texts", folder / "cluster.keras", "--backup", folder / "backup"]
        command += ["--architecture", "lstm", "--hidden", "8", "--embedding", "3", "--length", "32"]
        command += ["--epochs", str(EPOCHS), "--rate", "0.01"]
        with open(folder / f"run{run}-worker{index}.log", "w") as log:
            workers.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
    return workers


def wait_until(condition, what, workers):
    end = time.time() + WAIT_SECONDS
    while not condition():
        if time.time() > end:
            for worker in workers:
                worker.kill()
            sys.exit(f"FAILED: {what} did not happen in {WAIT_SECONDS} s.")
        time.sleep(0.2)


def saved_epochs(folder):
    try:
        return json.loads((folder / "backup" / "training_metadata.json").read_text())["epoch"]
    except (OSError, ValueError):
        return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fixture", type=pathlib.Path)
    fixture = parser.parse_args().fixture
    folder = pathlib.Path(tempfile.mkdtemp(prefix="understudy-cluster-"))
    (folder / "texts").mkdir()
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]:
        shutil.copy(HERE.parent / name, folder / "texts")

    first = start_workers(folder, 1)
    wait_until(lambda: saved_epochs(folder) >= 2 or first[0].poll() is not None, "the second epoch", first)
    first[1].send_signal(signal.SIGKILL)
    reached = saved_epochs(folder)
    wait_until(lambda: first[1].poll() is not None, "the death of worker 1", first)
    time.sleep(10)
    # TensorFlow may notice the death at once, or wait for a long time.
    first[0].kill()
    first[0].wait()
    if (folder / "cluster.keras").exists() or not 2 <= reached < EPOCHS:
        sys.exit(f"FAILED: the kill came too late, after {reached} of {EPOCHS} epochs; see {folder}.")

    second = start_workers(folder, 2)
    wait_until(lambda: all(worker.poll() is not None for worker in second), "the end of both workers", second)
    logs = [(folder / f"run2-worker{index}.log").read_text() for index in range(2)]
    epochs = [[int(line.split()[3]) for line in log.splitlines() if line.endswith("begins")] for log in logs]
    wanted = list(range(saved_start(epochs), EPOCHS + 1))
    if any(worker.returncode != 0 for worker in second) or epochs != [wanted, wanted] or wanted[0] <= reached:
        sys.exit(f"FAILED: killed after epoch {reached}, the workers then did the epochs {epochs}; see {folder}.")
    print(f"passed: killed after epoch {reached} of {EPOCHS}, both went on with epoch {wanted[0]} and finished")

    if fixture is not None:
        keep(folder / "cluster.keras", fixture)
    shutil.rmtree(folder)


def saved_start(epochs):
    return epochs[0][0] if epochs[0] else 0


def keep(path, fixture):
    """Keeps the model and Keras' predictions."""
    import keras
    import numpy as np

    shutil.copy(path, fixture / "cluster.keras")
    model = keras.models.load_model(fixture / "cluster.keras")
    tokens = [0, 300, 1000, 261, 4000]
    probs = np.asarray(model(np.array([tokens], "int32")))[0]
    ids = sorted({*np.argsort(-probs.max(0))[:20].tolist(), *range(0, 4096, 200)})
    steps = [[float(f"{value:.6g}") for value in row] for row in probs[:, ids]]
    (fixture / "cluster.json").write_text(json.dumps({"tokens": tokens, "ids": ids, "probs": steps}) + "\n")


main()
