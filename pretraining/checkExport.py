"""Opens exported models with real Keras, without custom objects, and compares their predictions: `npm run test:keras`.

    python pretraining/checkExport.py FOLDER        FOLDER as test/support/kerasExportTrial.ts wrote it
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np

loaders = [("Keras " + keras.__version__, keras.models.load_model, (".keras", ".h5"))]
try:
    import tf_keras

    loaders.append(("Keras 2 (tf_keras)", tf_keras.models.load_model, (".h5",)))
except ImportError:
    print("SKIPPED: Keras 2; pip install tf_keras to check .h5 files with it, too.")

folder = sys.argv[1]
with open(os.path.join(folder, "expected.json")) as file:
    expected = json.load(file)
passed = failed = 0
for name, case in expected.items():
    for title, load, endings in loaders:
        if not name.endswith(endings):
            continue
        try:
            model = load(os.path.join(folder, name))
            probs = np.asarray(model(np.array([case["tokens"]], "int32")))[0]
            difference = float(np.abs(probs - np.array(case["probs"])).max())
            fault = None if difference < 1e-4 else f"off by {difference}"
        except Exception as error:  # A model that Keras refuses is a failure like any other.
            fault = repr(error)
        passed += fault is None
        failed += fault is not None
        print(f"{'failed' if fault else 'passed'}: {name} in {title}{': ' + fault if fault else ''}")
print(f"\n{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
