"""The edit loop as a drawing: each sample a dot, medians as bars, on a logarithmic axis."""
import math
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, LINE, GROUP = 860, 300, 90, 22, 62


def nice(seconds):
    return "%g s" % seconds if seconds >= 1 else "%g ms" % round(seconds * 1000, 1)


def draw(rows, machine):
    """SVG of the rows, each with "step", "peer", "samples" and "median"."""
    times = [x["seconds"] for r in rows for side in r["samples"].values() for x in side] or [0.01, 1]
    low, high = 10 ** math.floor(math.log10(min(times))), 10 ** math.ceil(math.log10(max(times)))
    height = 70 + GROUP * len(rows)
    at = lambda s: LEFT + (WIDTH - LEFT - RIGHT) * math.log(s / low) / math.log(high / low)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="13">' % (WIDTH, height),
           '<rect width="100%" height="100%" fill="white"/>',
           '<text x="12" y="22" font-size="15">From an edit to a new image: ours and a shell script</text>',
           '<text x="12" y="%d" fill="#666">%s; each dot is one run, bars are medians</text>' % (height - 10, escape(machine))]
    tick = low
    while tick <= high * 1.001:
        out += ['<line x1="%.1f" y1="36" x2="%.1f" y2="%d" stroke="#ddd"/>' % (at(tick), at(tick), height - 28),
                '<text x="%.1f" y="34" fill="#666" text-anchor="middle" font-size="11">%s</text>' % (at(tick), nice(tick))]
        tick *= 10
    for i, row in enumerate(rows):
        top = 48 + GROUP * i
        out.append('<text x="12" y="%d">%s</text>' % (top + 12, escape(row["step"])))
        for k, (side, colour) in enumerate((("ours", "#1b7f4d"), ("peer", "#b0581c"))):
            if side not in row["samples"]:
                continue
            y, middle = top + 6 + LINE * k, row["median"][side]
            out += ['<rect x="%d" y="%d" width="%.1f" height="12" fill="%s" opacity="0.35"/>' % (LEFT, y - 6, at(middle) - LEFT, colour),
                    '<text x="%.1f" y="%d" fill="%s">%s</text>' % (WIDTH - RIGHT + 8, y + 5, colour, nice(middle))]
            out += ['<circle cx="%.1f" cy="%d" r="3" fill="%s"/>' % (at(x["seconds"]), y, colour) for x in row["samples"][side]]
    return "\n".join(out + ["</svg>", ""])
