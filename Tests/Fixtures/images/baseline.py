"""A baseline JPEG encoder that takes any sampling factors and any number of components, which Pillow's does not."""
import math, struct

ZIGZAG = sorted(range(64), key=lambda i: (i // 8 + i % 8, (i // 8) if (i // 8 + i % 8) % 2 else (i % 8)))
# One code for every size of a DC difference, and one of 8 bits for every run and size of an AC coefficient: the lengths
# are not the shortest, but such tables are valid and simple.
DC = {size: (size, 4) for size in range(12)}
AC = {run << 4 | size: (number, 8) for number, (run, size) in enumerate(
    [(0, 0), (15, 0)] + [(run, size) for run in range(16) for size in range(1, 11)])}


def marker(code, data):
    return b"\xff" + bytes([code]) + struct.pack(">H", len(data) + 2) + data


def table(codes, length, head):
    counts = [0] * 16
    counts[length - 1] = len(codes)
    return marker(0xC4, bytes([head]) + bytes(counts) + bytes(codes))


COSINES = [[math.cos((2 * x + 1) * u * math.pi / 16) / (2 if u else math.sqrt(8)) for x in range(8)] for u in range(8)]


def transform(block):
    rows = [[sum(row[x] * COSINES[u][x] for x in range(8)) for u in range(8)] for row in block]
    return [sum(rows[y][u] * COSINES[v][y] for y in range(8)) for v in range(8) for u in range(8)]


class Bits:
    def __init__(self):
        self.bits = ""

    def code(self, entry):
        self.bits += format(entry[0], f"0{entry[1]}b")

    def value(self, number, size):
        if size:
            self.bits += format(number if number > 0 else number + (1 << size) - 1, f"0{size}b")

    def bytes(self):
        bits = self.bits + "1" * (-len(self.bits) % 8)
        data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
        return data.replace(b"\xff", b"\xff\0")


def jpeg(planes, width, height, factors, segments=b"", step=8):
    """planes[c] is a function (x, y) -> 0...255 of the full picture; factors[c] is (horizontal, vertical)."""
    most_h, most_v = max(h for h, _ in factors), max(v for _, v in factors)
    out, before = Bits(), [0] * len(planes)
    for my in range(-(-height // (8 * most_v))):
        for mx in range(-(-width // (8 * most_h))):
            for index, (plane, (h, v)) in enumerate(zip(planes, factors)):
                for by in range(v):
                    for bx in range(h):
                        dx, dy = most_h / h, most_v / v
                        block = [[plane(
                            min(width - 1, int(((mx * h + bx) * 8 + x) * dx)),
                            min(height - 1, int(((my * v + by) * 8 + y) * dy))) - 128 for x in range(8)] for y in range(8)]
                        transformed = transform(block)
                        coefficients = [round(transformed[i] / step) for i in ZIGZAG]
                        difference, before[index] = coefficients[0] - before[index], coefficients[0]
                        size = abs(difference).bit_length()
                        out.code(DC[size])
                        out.value(difference, size)
                        run = 0
                        last = max([i for i in range(64) if coefficients[i]], default=0)
                        for i in range(1, last + 1):
                            if coefficients[i] == 0:
                                run += 1
                                continue
                            while run > 15:
                                out.code(AC[0xF0])
                                run -= 16
                            size = abs(coefficients[i]).bit_length()
                            out.code(AC[run << 4 | size])
                            out.value(coefficients[i], size)
                            run = 0
                        if last < 63:
                            out.code(AC[0])
    parts = b"".join(bytes([i + 1, h << 4 | v, 0]) for i, (h, v) in enumerate(factors))
    return (
        b"\xff\xd8" + segments + marker(0xDB, bytes([0] + [step] * 64))
        + marker(0xC0, struct.pack(">BHHB", 8, height, width, len(planes)) + parts)
        + table(list(DC), 4, 0x00) + table(list(AC), 8, 0x10)
        + marker(0xDA, bytes([len(planes)]) + b"".join(bytes([i + 1, 0]) for i in range(len(planes))) + b"\0\x3f\0")
        + out.bytes() + b"\xff\xd9")
