"""Trains the encoder: `make encoder`, or

    python -m tools.encoder --corpora FOLDER --teacher FOLDER [--ours FILE] [--output FILE] [--report FILE] [--size 128] …

What it needs besides the hotline is in requirements/encoder.txt. The teacher's vectors are kept in a folder (--vectors) for
the next run. The same corpora, recipe and seed give the same table, up to the rounding of sums by other processors.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np

from bot.understanding.onnx_featurizer import OnnxEncoder
from bot.understanding.static_encoder import VERSION, WEIGHTS, StaticEncoder
from tools.encoder.corpora import Pair, read_pairs
from tools.encoder.student import Recipe, Student, new_student, train

OURS = Path(__file__).with_name("pairs.tsv")
LARGEST = 35_000_000
"""Bytes that the file may have: it lies in the repository."""


def main() -> None:
    """Train, write the table and the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True, help="a folder with model.onnx and tokenizer.json")
    parser.add_argument("--ours", type=Path, default=OURS)
    parser.add_argument("--output", type=Path, default=WEIGHTS)
    parser.add_argument("--report", type=Path, help="where figures of the training are written, as JSON")
    parser.add_argument("--vectors", type=Path, default=Path("var/teacher"), help="where the teacher's vectors are kept")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--without", action="append", default=[], help="a corpus to leave out")
    for one in fields(Recipe):
        parser.add_argument(f"--{one.name}", type=type(one.default), default=one.default)
    arguments = parser.parse_args()
    recipe = Recipe(**{one.name: getattr(arguments, one.name) for one in fields(Recipe)})
    began = time.monotonic()
    pairs = [pair for pair in read_pairs(arguments.corpora, arguments.ours) if pair.source not in arguments.without]
    sources = Counter(pair.source for pair in pairs)
    say(", ".join(f"{name} {count}" for name, count in sources.items()))
    targets = targets_of(pairs, arguments, recipe.size)
    samples = [pair.sample for pair in pairs]
    student = new_student(samples, recipe)
    say(f"{len(samples)} texts, {len(student.rows)} features")
    train(student, samples, targets, recipe, say)
    made = arguments.output.with_suffix(".new.npz")
    size = write(student, made)
    if size > LARGEST:
        made.unlink()
        sys.exit(f"the file would have more than {LARGEST / 1e6:g} MB: raise --seen, or lower --size")
    made.replace(arguments.output)
    say(f"{arguments.output}: {size / 1e6:.1f} MB, {time.monotonic() - began:.0f} s")
    if arguments.report:
        figures = {
            "recipe": asdict(recipe), "pairs": dict(sources), "features": len(student.rows), "bytes": size,
            "losses": [round(loss, 4) for loss in student.losses], "seconds": round(time.monotonic() - began),
        }  # fmt: skip
        arguments.report.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def targets_of(pairs: list[Pair], arguments: argparse.Namespace, size: int) -> np.ndarray:
    """Return where each pair's meaning lies: the teacher's vectors on their main axes, of length one."""
    texts = sorted({text for pair in pairs for text in pair.english})
    vectors = known_vectors(texts, arguments)
    middle = vectors.mean(axis=0)
    axes = np.linalg.svd((vectors - middle)[:: max(1, len(vectors) // 20_000)], full_matrices=False)[2][:size]
    placed = (vectors - middle) @ axes.T
    rows = {text: row for row, text in enumerate(texts)}
    targets = np.stack([placed[[rows[text] for text in pair.english]].mean(axis=0) for pair in pairs])
    return (targets / np.linalg.norm(targets, axis=1, keepdims=True)).astype(np.float32)


def known_vectors(texts: list[str], arguments: argparse.Namespace) -> np.ndarray:
    """Return the teacher's vectors of texts; of those that it was not asked before, it is asked."""
    path = arguments.vectors / "vectors.npz"
    known: dict[str, np.ndarray] = {}
    if path.exists():
        with np.load(path) as file:
            known = dict(zip(file["keys"].tolist(), file["vectors"]))
    keys = [hashlib.blake2b(text.encode(), digest_size=12).hexdigest() for text in texts]
    missing = [number for number, key in enumerate(keys) if key not in known]
    if missing:
        say(f"asking the teacher for {len(missing)} texts")
        teacher = OnnxEncoder(arguments.teacher, prefix="", threads=arguments.threads)
        # Texts of one length side by side: none is filled up to the length of another.
        missing.sort(key=lambda number: len(texts[number]))
        found = teacher.encode([texts[number] for number in missing])
        known |= {keys[number]: vector.astype(np.float16) for number, vector in zip(missing, found)}
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[key] for key in keys]).astype(np.float32)


def write(student: Student, path: Path) -> int:
    """Write the table in whole numbers of eight bits, each row with a scale of its own; return the size of the file."""
    rounded = StaticEncoder.rounded(student.rows, student.table)
    names = "\n".join(sorted(student.rows, key=student.rows.__getitem__)).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        version=np.array(VERSION),
        features=np.frombuffer(names, dtype=np.uint8),
        table=rounded.table,
        scales=rounded.scales.astype(np.float16),
    )
    return path.stat().st_size


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


if __name__ == "__main__":
    main()
