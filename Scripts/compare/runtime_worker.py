"""A model in ONNX Runtime or OpenVINO, as `transformers_worker.py --export` wrote it, with the same orders.

Each is set up for the shortest time of one request: every optimization of the graph, as many threads as the others have,
and numbers of 32 bits throughout.
"""

import argparse
import json
import os

import numpy

from serving import peak_bytes, serve


def onnxruntime(graph, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    names = {each.name for each in session.get_inputs()}
    return names, lambda inputs: session.run(["logits"], inputs)[0]


def openvino(graph, threads):
    import openvino

    settings = {
        "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32", "EXECUTION_MODE_HINT": "ACCURACY"}
    compiled = openvino.Core().compile_model(openvino.convert_model(graph), "CPU", settings)
    names = {each.any_name for each in compiled.inputs}
    request = compiled.create_infer_request()
    return names, lambda inputs: request.infer(inputs, share_inputs=True, share_outputs=True)[0]


RUNTIMES = {"onnxruntime": onnxruntime, "openvino": openvino}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("runtime", choices=RUNTIMES)
    parser.add_argument("directory", help="holds model.onnx and inputs.npz")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--logits", action="store_true")
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    names, run = RUNTIMES[options.runtime](os.path.join(options.directory, "model.onnx"), options.threads)
    with numpy.load(os.path.join(options.directory, "inputs.npz")) as file:
        # What the result does not depend on is no input of the graph.
        inputs = {name: file[name] for name in file.files if name in names}
    if options.serve:
        serve({"model": lambda: run(inputs)})
    else:
        logits = run(inputs).flatten().tolist()
        print(json.dumps(dict(logits=logits, peakBytes=peak_bytes())))


if __name__ == "__main__":
    main()
