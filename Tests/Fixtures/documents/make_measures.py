"""Records how far documents' data are from references: edit distances, tree edit distances, F1 of fields.

    pip install zss==1.2.0
    python make_measures.py      # writes measures.json beside this file

Trees and costs are those that Kim et al. 2022 (Donut) describe in section 4.2 and use in their published program; the
distance between trees is computed by the package zss (Zhang and Shasha 1989). The documents are random ones, made
worse by random edits.
"""

import json
import pathlib
import random

import zss

ROOT, ITEM = ("name", ""), ("item", "")


def edit_distance(first, second):
    """Levenshtein's distance by its recursive definition, from the ends, with a memory."""
    known = {}

    def distance(i, j):
        if i == 0 or j == 0:
            return i + j
        if (i, j) not in known:
            same = distance(i - 1, j - 1) + (first[i - 1] != second[j - 1])
            known[i, j] = min(same, distance(i - 1, j) + 1, distance(i, j - 1) + 1)
        return known[i, j]

    return distance(len(first), len(second))


def below(value):
    """The nodes that stand for a value: leaves for texts, a node for each object of a list."""
    if isinstance(value, list):
        return [node for element in value for node in below(element)]
    if isinstance(value, dict):
        inner = members(value)
        return [node(ITEM, inner)] if inner else []
    text = str(value).strip()
    return [zss.Node(("text", text))] if text else []


def members(data):
    pairs = [(key, below(data[key])) for key in sorted(data, key=lambda key: (len(key), key))]
    return [node(("name", key), nodes) for key, nodes in pairs if nodes]


def node(label, children):
    result = zss.Node(label)
    for child in children:
        result.addkid(child)
    return result


def size(node):
    return len(node.label[1]) if node.label[0] == "text" else 1


def change(first, second):
    texts = [node.label[1] for node in (first, second) if node.label[0] == "text"]
    if len(texts) == 2:
        return edit_distance(*texts)
    return 1 + len(texts[0]) if texts else int(first.label != second.label)


def tree_distance(first, second):
    return int(zss.distance(first, second, zss.Node.get_children, size, size, change))


def fields(data, name=""):
    if isinstance(data, dict):
        return [field for key in data for field in fields(data[key], f"{name}.{key}" if name else key)]
    if isinstance(data, list):
        return [field for value in data for field in fields(value, name)]
    return [(name, data.strip())] if data.strip() else []


def receipt(draw):
    def digits(count):
        return "".join(draw.choice("0123456789") for _ in range(count))

    items = [
        {"name": draw.choice(["tea", "rye bread", "soap", "pen", "oil"]), "price": f"{digits(1)}.{digits(2)}"}
        for _ in range(draw.randint(1, 3))
    ]
    data = {"store": draw.choice(["NORTH MARKET", "Café Zoë"]), "date": f"{digits(4)}-{digits(2)}-{digits(2)}"}
    return data | {"items": items, "total": f"{digits(2)}.{digits(2)}"}


def worsened(data, draw):
    """A copy with a few random mistakes: characters, whole members and items, and names."""
    data = json.loads(json.dumps(data))
    for _ in range(draw.randint(0, 4)):
        kind = draw.randrange(5)
        keys = [key for key in data if isinstance(data[key], str)]
        key = draw.choice(keys) if keys else None
        if kind == 0 and key and data[key]:
            place = draw.randrange(len(data[key]))
            data[key] = data[key][:place] + draw.choice(["7", "", "x ", "é"]) + data[key][place + 1 :]
        elif kind == 1 and key:
            del data[key]
        elif kind == 2 and data.get("items"):
            data["items"].pop(draw.randrange(len(data["items"])))
        elif kind == 3 and data.get("items"):
            data["items"].insert(0, {"name": draw.choice(["tea", " "]), "price": "1.00"})
        elif kind == 4 and key:
            data[draw.choice(["total", "sum", "shop"])] = data.pop(key)
    return data


def measured(data, reference):
    first, second = node(ROOT, members(data)), node(ROOT, members(reference))
    wrong, whole = tree_distance(first, second), tree_distance(node(ROOT, []), second)
    written, wanted = fields(data), fields(reference)
    right, rest = 0, list(wanted)
    for field in written:
        if field in rest:
            rest.remove(field)
            right += 1
    return {
        "data": data,
        "reference": reference,
        "distance": wrong,
        "size": whole,
        "accuracy": max(0, 1 - wrong / whole),
        "right": right,
        "written": len(written),
        "wanted": len(wanted),
    }


def main():
    draw = random.Random(0)
    references = [receipt(draw) for _ in range(24)]
    cases = [measured(worsened(reference, draw), reference) for reference in references]
    cases += [measured({}, references[0]), measured(references[1], references[0])]
    words = ["", "kitten", "sitting", "12.50", "125.0", "café", "cafe\u0301", "NORTH MARKET", "N0RTH MARKFT."]
    texts = [{"first": a, "second": b, "distance": edit_distance(a, b)} for a in words for b in words]
    path = pathlib.Path(__file__).parent / "measures.json"
    path.write_text(json.dumps({"texts": texts, "documents": cases}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
