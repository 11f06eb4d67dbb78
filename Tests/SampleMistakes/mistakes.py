#!/usr/bin/env python3
"""Programs full of a learner's mistakes, and how often the message names the learner's own line.

mistakes.py write FOLDER COUNT [SEED]   writes main.swift and Second.swift: COUNT mistakes of each form
mistakes.py run FOLDER PROGRAM          makes each mistake in a run of its own, and prints the rates of each form
mistakes.py check COUNT [release]       does both in a package of its own that depends on this one

The files beside this script, which the tests compile, are `mistakes.py write Tests/SampleMistakes 3 1`.
`MISTAKE n` stands at the end of each line that is wrong.
"""
import os
import random
import re
import subprocess
import sys
import tempfile
import time


class Mistake:
    """A wrong call: statements that prepare it, and the wrong expression, which is a Tensor."""

    def __init__(self, r):
        self.a, self.b = r.sample(range(2, 9), 2)
        self.parameters = "x: Tensor, y: Tensor, ids: IntTensor"
        self.arguments = f"x: Tensor.ones([{self.a}, {self.b}]), y: Tensor.ones([{self.a}, {self.b + 1}]), ids: IntTensor([0, {self.b + 40}])"
        n = self.b + self.a * self.b + r.randrange(1, 5)
        self.expression = [
            "x + y", "x * y", "x - y", "x.matmul(y)" if self.b != self.a else "x + y", f"x.reshape({n}, 3)" if self.a * self.b != 3 * n else "x - y",
            "Tensor.cat([x, y])", f"x.softmax(dim: {r.randrange(2, 9)})", f"Linear({self.b + 3}, {self.a})(x)",
            f"Embedding({self.b + 10}, 4)(ids)", f"x.transpose(0, {r.randrange(2, 9)})", f"x[{self.a + r.randrange(9)}]",
            "crossEntropy(x, ids)", f"x.sum(dim: {r.randrange(2, 7)})", f"LayerNorm({self.b + 2})(x)",
        ][r.randrange(14)]


MARK = "// MISTAKE "


def forms(r, k):
    """Each form: (file, declarations, the call that makes the mistake). `{M}` ends the wrong line."""
    def m():
        return Mistake(r)

    out = {}
    a = m()
    out["last line of callAsFunction"] = ("main", f"""
nonisolated final class Block{k}: Module {{
  let linear = Linear(3, 3)
  func callAsFunction({a.parameters}) -> Tensor {{
    let z = linear(Tensor.ones([2, 3])).sum()
    if z.item > 1e9 {{ print("large") }}
    return {a.expression}  {{M}}
  }}
}}""", f"use(Block{k}()({a.arguments}))")
    n = r.sample(range(20, 60), 2)
    a = m()
    out["twins that differ in one number"] = ("main", f"""
func twin{k}a(_ x: Tensor) -> Tensor {{
  let y = x * 2
  return y.reshape({n[0]}, 3).relu()  {{M}}
}}
func twin{k}b(_ x: Tensor) -> Tensor {{
  let y = x * 2
  return y.reshape({n[1]}, 3).relu()  {{M2}}
}}""", f"use(twin{k}a(.ones([{n[0]}, 3]))); use(twin{k}b(.ones([{n[0]}, 3])))")
    a = m()
    out["within a closure"] = ("main", f"""
let closure{k} = {{ ({a.parameters}) -> Tensor in
  let z = x.relu()
  if z.count > 100_000 {{ note("large") }}
  return {a.expression}  {{M}}
}}""", f"use(closure{k}({re.sub(r'(x|y|ids): ', '', a.arguments)}))")
    a, b, c = m(), m(), m()
    picked = r.randrange(3)
    marks = ["{M}" if i == picked else "" for i in range(3)]
    out["within a switch"] = ("main", f"""
func switched{k}(_ choice: Int, {a.parameters}) -> Tensor {{
  switch choice {{
  case 0: return {a.expression}  {marks[0]}
  case 1: return {b.expression}  {marks[1]}
  default: return {c.expression}  {marks[2]}
  }}
}}""", f"use(switched{k}({picked}, {[a, b, c][picked].arguments}))")
    a = m()
    op = r.choice(["+", "-", "*", "/", ".==", ".>", ".<"])
    out["operator"] = ("main", f"""
func operated{k}(_ x: Tensor, _ y: Tensor) -> Tensor {{
  let z = x * 3
  let w = (z {op} y) * 2  {{M}}
  return w + 1
}}""", f"use(operated{k}(.ones([{a.a}, {a.b}]), .ones([{a.a}, {a.b + 2}])))")
    a = m()
    call = a.expression
    out["top-level statement"] = ("top", "", f"""
  let x = Tensor.ones([{a.a}, {a.b}])
  let y = Tensor.ones([{a.a}, {a.b + 1}])
  let ids = IntTensor([0, {a.b + 40}])
  show("Shapes", x.shape + y.shape + ids.shape)
  let z = {call}  {{M}}
  show("Result", z.shape)""")
    a = m()
    kind = r.choice(["struct", "final class", "class"])
    out["method in a second file"] = ("second", f"""
{kind} Method{k} {{
  var count = 0
  init() {{}}
  func forward({a.parameters}) -> Tensor {{
    let z = x.relu().sum()
    return ({a.expression}) * z  {{M}}
  }}
}}""", f"use(Method{k}().forward({a.arguments}))")
    a = m()
    out["nested closures and map"] = ("main", f"""
func nested{k}({a.parameters}) -> Tensor {{
  let parts = (0..<3).map {{ i in
    [x, x * 2].map {{ x in
      {a.expression}  {{M}}
    }}
  }}
  return parts[0][0]
}}""", f"use(nested{k}({a.arguments}))")
    a = m()
    out["guard and if let"] = ("main", f"""
func guarded{k}(_ x: Tensor?, y: Tensor, ids: IntTensor) -> Tensor? {{
  guard let x else {{ return nil }}
  if let w = Optional({a.expression}), w.rank > 1 {{ return w * 2 }}  {{M}}
  return nil
}}""", f"if let z = guarded{k}({a.arguments.replace('x: ', '', 1)}) {{ use(z) }}")
    a = m()
    out["generic function"] = ("main", f"""
func generic{k}<Numbers: Collection<Int>>(_ numbers: Numbers, {a.parameters}) -> [Tensor] {{
  var result: [Tensor] = []
  for number in numbers {{
    let scaled = x * Float(number)
    result.append(({a.expression}) + scaled.sum())  {{M}}
  }}
  return result
}}""", f"use(generic{k}([1, 2], {a.arguments})[0])")
    a = m()
    out["loop"] = ("main", f"""
func looped{k}({a.parameters}) -> Tensor {{
  var sum = Tensor.zeros([1])
  for step in 0..<4 {{
    if step < 2 {{ sum = sum + Float(step); continue }}
    sum = {a.expression}  {{M}}
  }}
  return sum
}}""", f"use(looped{k}({a.arguments}))")
    a = m()
    out["only line of a function"] = ("main", f"""
func only{k}({a.parameters}) -> Tensor {{
  {a.expression}  {{M}}
}}""", f"use(only{k}({a.arguments}))")
    a = m()
    out["property, initializer, subscript"] = ("second", [f"""
struct Held{k} {{
  let x: Tensor, y: Tensor, ids: IntTensor
  var result: Tensor {{ {a.expression} }}  {{M}}
}}""", f"""
final class Held{k} {{
  let result: Tensor
  init({a.parameters}) {{
    let z = x.relu()
    result = {a.expression}  {{M}}
    if z.count == 3 {{ note("three") }}
  }}
}}""", f"""
struct Held{k} {{
  let x: Tensor, y: Tensor, ids: IntTensor
  subscript(_ index: Int) -> Tensor {{
    {a.expression}  {{M}}
  }}
  var result: Tensor {{ self[0] }}
}}""", f"""
final class Held{k} {{
  let x: Tensor, y: Tensor, ids: IntTensor
  init({a.parameters}) {{ (self.x, self.y, self.ids) = (x, y, ids) }}
  lazy var result = {a.expression}  {{M}}
}}"""][k % 4], f"use(Held{k}({a.arguments}).result)")
    a = m()
    out["local function, throwing, default value"] = ("main", [f"""
func inner{k}({a.parameters}) -> Tensor {{
  func local(_ z: Tensor) -> Tensor {{
    let w = {a.expression}  {{M}}
    return w * z
  }}
  return local(x.sum())
}}""", f"""
func inner{k}({a.parameters}) -> Tensor {{
  func attempt(_ n: Int) throws -> Tensor {{
    if n > 3 {{ throw Refused() }}
    return {a.expression}  {{M}}
  }}
  do {{ return try attempt(1) }} catch {{ return x }}
}}""", f"""
func inner{k}({a.parameters}) -> Tensor {{
  let z: Tensor? = x.count > 100_000 ? x : nil
  return z ?? ({a.expression})  {{M}}
}}""", f"""
func inner{k}({a.parameters}) -> Tensor {{
  noGrad {{
    {a.expression}  {{M}}
  }}
}}"""][k % 4], f"use(inner{k}({a.arguments}))")
    a, b = m(), m()
    out["method through a protocol or a subclass"] = ("main", [f"""
nonisolated struct First{k}: Model {{ func run({a.parameters}) -> Tensor {{ {a.expression} }} }}  {{M}}
nonisolated struct Other{k}: Model {{ func run({a.parameters}) -> Tensor {{ {b.expression} }} }}""", f"""
nonisolated class Other{k}: Model {{ func run({a.parameters}) -> Tensor {{ {b.expression} }} }}
nonisolated final class First{k}: Other{k} {{
  override func run({a.parameters}) -> Tensor {{
    {a.expression}  {{M}}
  }}
}}"""][k % 2], f"let models: [any Model] = [First{k}(), Other{k}()]; use(models[0].run({a.arguments}))")
    a = m()
    out["a chain over several lines"] = ("main", f"""
func chained{k}({a.parameters}) -> Tensor {{
  x
    .relu()
    .reshape(-1)
    .reshape({a.a * a.b + 1}, {r.randrange(2, 9)})  {{M}}
    .softmax(dim: 0)
}}""", f"use(chained{k}({a.arguments}))")
    a = m()
    out["condition, interpolation, argument"] = ("main", [f"""
func placed{k}({a.parameters}) -> Tensor {{
  if ({a.expression}).count > 3 {{ return x }}  {{M}}
  return y
}}""", f"""
func placed{k}({a.parameters}) -> Tensor {{
  note("shape \\(({a.expression}).shape)")  {{M}}
  return y
}}""", f"""
func placed{k}({a.parameters}) -> Tensor {{
  let both = [x.relu(), {a.expression}]  {{M}}
  return both[0]
}}""", f"""
func placed{k}({a.parameters}) -> Tensor {{
  return x.count > 1 ? {a.expression} : y  {{M}}
}}"""][k % 4], f"use(placed{k}({a.arguments}))")
    return out


HEAD = """// Written by mistakes.py.
// swift-format-ignore-file
import Layers
import Tensors

nonisolated protocol Model { func run(x: Tensor, y: Tensor, ids: IntTensor) -> Tensor }
struct Refused: Error {}
var notes: [String] = []
func note(_ text: String) { notes.append(text) }
func show(_ name: String, _ shape: [Int]) { if CommandLine.arguments.count > 2 { print(name, shape) } }
func use(_ x: Tensor) { if CommandLine.arguments.count > 2 { print(x.shape, x.scalars.first ?? 0) } }
let picked = Int(CommandLine.arguments[1])!
"""




def write(folder, count, seed=1):
    r = random.Random(seed)
    files = {"main": HEAD, "Second": "// Written by mistakes.py.\n// swift-format-ignore-file\nimport Layers\nimport Tensors\n"}
    calls = []
    for k in range(count):
        for name, (place, declarations, call) in forms(r, k).items():
            mark = f"{MARK}{len(calls)} {name}"
            if "{M2}" in declarations:
                declarations = declarations.replace("{M}", "").replace("{M2}", mark)
            declarations = declarations.replace("{M}", mark)
            if place == "top":
                calls.append(call.replace("{M}", mark))
            else:
                files["Second" if place == "second" else "main"] += declarations + "\n"
                calls.append("\n  " + call)
    for index, call in enumerate(calls):
        files["main"] += f"\nif picked == {index} {{{call}\n}}\n"
    os.makedirs(folder, exist_ok=True)
    for name, text in files.items():
        with open(f"{folder}/{name}.swift", "w") as file:
            file.write("\n".join(line.rstrip() for line in text.split("\n")))


def run(folder, program):
    """Returns whether no form has more than 5 mistakes in 100 without the right line, and whether no line was wrong."""
    right = {}
    for file in ["main.swift", "Second.swift"]:
        for number, line in enumerate(open(f"{folder}/{file}"), 1):
            if MARK in line:
                index, name = line.split(MARK)[1].strip().split(" ", 1)
                right[int(index)] = (name, f"{os.path.basename(os.path.abspath(folder))}/{file}:{number}", line.strip())
    rates = {}
    slowest = 0
    for index, (name, place, line) in sorted(right.items()):
        start = time.time()
        result = subprocess.run([program, str(index)], capture_output=True, text=True)
        slowest = max(slowest, time.time() - start)
        errors = [text for text in result.stderr.split("\n") if text]
        found = re.search(r"\(at (.*)\)$", errors[0]) if errors else None
        if len(errors) != 1 or not errors[0].startswith("error: ") or result.returncode != 1:
            outcome = "other"
        elif not found:
            outcome = "none"
        else:
            outcome = "right" if found[1] == place else "wrong"
        rates.setdefault(name, dict(right=0, none=0, wrong=0, other=0))[outcome] += 1
        if outcome in ["wrong", "other"]:
            print(f"{outcome}: {place} {line}\n  {' | '.join(errors)[:300]}")
    print(f"{'form of mistake':42} right  none wrong other")
    for name, rate in rates.items():
        print(f"{name:42}" + "".join(f"{rate[kind]:6}" for kind in rate))
    print(f"slowest: {slowest:.2f} s")
    isOften = all(rate["right"] >= 0.95 * sum(rate.values()) for rate in rates.values())
    return isOften, all(rate["wrong"] + rate["other"] == 0 for rate in rates.values())


PACKAGE = """// swift-tools-version: 6.2
import PackageDescription
let package = Package(
  name: "learner",
  dependencies: [.package(path: "%(path)s")],
  targets: [
    .executableTarget(
      name: "Mistakes",
      dependencies: [
        .product(name: "Layers", package: "%(name)s"), .product(name: "Tensors", package: "%(name)s"),
      ],
      swiftSettings: [.defaultIsolation(MainActor.self)])
  ])
"""


def check(count, configuration="debug"):
    course = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with tempfile.TemporaryDirectory() as package:
        sources = f"{package}/Sources/Mistakes"
        write(sources, count)
        with open(f"{package}/Package.swift", "w") as file:
            file.write(PACKAGE % dict(path=course, name=os.path.basename(course)))
        subprocess.run(["swift", "build", "-c", configuration, "--package-path", package], check=True)
        often, never = run(sources, f"{package}/.build/{configuration}/Mistakes")
    return never and (often or configuration == "release")


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "write":
        write(arguments[0], *map(int, arguments[1:]))
    elif command == "run":
        sys.exit(0 if all(run(*arguments)) else 1)
    elif command == "check":
        sys.exit(0 if check(int(arguments[0]), *arguments[1:]) else 1)
