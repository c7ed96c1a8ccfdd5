"""Logs or downloads a folder with a Python library, and prints the milliseconds of that, without the imports.

Usage: libraries.py LIBRARY log SOURCE STATE | libraries.py LIBRARY download TARGET STATE | libraries.py LIBRARY version
Everything is kept below STATE; nothing is sent anywhere.
"""

import importlib.metadata
import json
import os
import sys
import time

library, action = sys.argv[1:3]
if action == "version":
    print(importlib.metadata.version(library))
    sys.exit()

folder, state = sys.argv[3:5]
os.environ.update(
    HOME=state,
    TRACKIO_DIR=f"{state}/trackio",
    WANDB_MODE="offline",
    WANDB_SILENT="true",
    WANDB_DIR=state,
    WANDB_CACHE_DIR=f"{state}/cache",
    WANDB_DATA_DIR=f"{state}/data",
    MLFLOW_TRACKING_URI=f"sqlite:///{state}/mlflow.db",
    MLFLOW_DISABLE_TELEMETRY="true",
    DO_NOT_TRACK="true",
)
os.chdir(state)


def trackio_log():
    import trackio

    trackio.init(project="bench", embed=False)
    yield
    artifact = trackio.Artifact("data", type="dataset")
    artifact.add_dir(folder)
    trackio.log_artifact(artifact)
    trackio.finish()


def trackio_download():
    import trackio

    trackio.init(project="bench", embed=False)
    yield
    trackio.use_artifact("data:latest").download(folder)
    trackio.finish()


def wandb_log():
    import wandb

    run = wandb.init(project="bench")
    yield
    artifact = wandb.Artifact("data", type="dataset")
    artifact.add_dir(folder)
    run.log_artifact(artifact)
    run.finish()


def mlflow_log():
    import mlflow

    mlflow.set_experiment("bench")
    yield
    with mlflow.start_run(run_name="bench"):
        mlflow.log_artifacts(folder, "data")


def mlflow_download():
    import mlflow

    mlflow.set_experiment("bench")
    run_id = mlflow.search_runs(max_results=1, order_by=["start_time DESC"], output_format="list")[0].info.run_id
    yield
    mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="data", dst_path=folder)


steps = globals()[f"{library}_{action}"]()
next(steps)
start = time.perf_counter()
next(steps, None)
print()
print(json.dumps({"ms": (time.perf_counter() - start) * 1000}))
