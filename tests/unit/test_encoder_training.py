"""Training the encoder: from parallel text and a teacher's vectors to a file, the same each time."""

from __future__ import annotations

import gzip
import hashlib
import json
import sys

import numpy as np
import pytest

from bot.language.normalise import has_arabic_script
from bot.understanding.static_encoder import StaticEncoder
from tools.encoder import __main__ as program
from tools.encoder.arabizi import to_arabizi
from tools.encoder.corpora import read_pairs

MEANINGS = {
    "home": [
        ("I want to go home", "je veux rentrer chez moi", "اريد العودة الى بلدي"),
        ("I want to go back home", "je veux retourner chez moi", "اريد العودة الى بلدي قريبا"),
        ("we want to go home soon", "nous voulons rentrer bientôt chez nous", "نريد العودة الى بلدنا"),
    ],
    "sick": [
        ("my child is sick", "mon enfant est malade", "طفلي مريض"),
        ("my child is very sick", "mon enfant est très malade", "طفلي مريض جدا"),
        ("the child needs a doctor", "l'enfant a besoin d'un médecin", "الطفل مريض ويحتاج طبيبا"),
    ],
    "money": [
        ("they took my money", "ils ont pris mon argent", "اخذوا فلوسي"),
        ("they took all my money", "ils ont pris tout mon argent", "اخذوا كل فلوسي"),
        ("my money was stolen", "on a volé mon argent", "سرقوا فلوسي"),
    ],
    "work": [
        ("my boss does not pay me", "mon patron ne me paie pas", "صاحب العمل لا يدفع راتبي"),
        ("the boss did not pay my work", "le patron n'a pas payé mon travail", "صاحب العمل لم يدفع"),
        ("I work and the boss pays nothing", "je travaille et le patron ne paie rien", "اعمل وصاحب العمل لا يدفع"),
    ],
}
OWN = ("they want my money at the gate", "on me demande mon argent à la porte")


def key_of(text):
    """Return the key under which the teacher's vector of a text is kept."""
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """A function that trains with some options, and returns the file and what was told."""
    corpora, vectors, ours = tmp_path / "corpora", tmp_path / "vectors", tmp_path / "ours.tsv"
    corpora.mkdir()
    vectors.mkdir()
    rows = [dict(zip(("en", "fr", "ar"), row)) for sentences in MEANINGS.values() for row in sentences]
    with gzip.open(corpora / "small.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    ours.write_text("fr\t{1}\t{0}\n".format(*OWN), encoding="utf-8")
    # Texts of one meaning lie around one axis.
    noise, keys, found = np.random.default_rng(1), [], []
    for axis, sentences in enumerate(MEANINGS.values()):
        for english, *_ in [*sentences, *([OWN] if axis == 2 else [])]:
            keys.append(key_of(english))
            found.append(np.eye(16)[axis] + noise.normal(0, 0.05, 16))
    np.savez(vectors / "vectors.npz", keys=np.array(keys), vectors=np.array(found, dtype=np.float16))

    def train(*options, output="encoder.npz"):
        given = {
            "corpora": corpora, "teacher": tmp_path / "no_teacher", "ours": ours, "vectors": vectors,
            "output": tmp_path / output, "size": 6, "seen": 1, "epochs": 12, "batch": 16,
        }  # fmt: skip
        arguments = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        monkeypatch.setattr(sys, "argv", ["tools.encoder", *arguments, *map(str, options)])
        program.main()
        return tmp_path / output, capsys.readouterr().err

    train.folder, train.corpora, train.ours = tmp_path, corpora, ours
    return train


def test_what_is_trained_can_be_loaded_and_translations_lie_together(run):
    encoder = StaticEncoder.load(run()[0])
    assert encoder.size == 6
    rows = [row for sentences in MEANINGS.values() for row in sentences]
    english = np.stack([encoder.encode((row[0], "en")) for row in rows])
    for column, language in ((1, "fr"), (2, "ar")):
        likeness = np.stack([encoder.encode((row[column], language)) for row in rows]) @ english.T
        same = np.kron(np.eye(len(MEANINGS)), np.ones((3, 3))).astype(bool)
        assert likeness[same].min() > likeness[~same].max() + 0.2, language


def test_arabic_in_latin_letters_is_learned_from_arabic_script(run):
    encoder = StaticEncoder.load(run()[0])
    spelled = encoder.encode((to_arabizi(MEANINGS["sick"][0][2], 0), "ar"))
    near = {meaning: float(spelled @ encoder.encode((rows[0][0], "en"))) for meaning, rows in MEANINGS.items()}
    assert max(near, key=near.get) == "sick"


def test_the_same_seed_gives_the_same_table_and_another_one_another(run):
    first, second, other = (run("--seed", seed, output=f"{number}.npz")[0] for number, seed in enumerate((7, 7, 8)))
    with np.load(first) as one, np.load(second) as same, np.load(other) as another:
        assert all(np.array_equal(one[name], same[name]) for name in one.files)
        assert not np.array_equal(one["table"], another["table"])


def test_the_report_tells_recipe_texts_size_and_a_loss_that_falls(run):
    path, told = run("--report", run.folder / "report.json")
    report = json.loads((run.folder / "report.json").read_text(encoding="utf-8"))
    with np.load(path) as file:
        assert report["features"] == len(file["table"]) == len(file["scales"])
    assert report["bytes"] == path.stat().st_size
    assert (report["recipe"]["size"], report["recipe"]["seed"]) == (6, 7)
    # Our own pairs are read twice; an English text is paired with itself once.
    assert report["pairs"] == {"small": 24, "ours": 2, "arabizi": 12, "english": 13}
    assert len(report["losses"]) == 12
    assert report["losses"][-1] < report["losses"][0] / 2
    assert "epoch 12 of 12" in told


def test_a_corpus_can_be_left_out(run):
    run("--without", "ours", "--without", "arabizi", "--report", run.folder / "report.json")
    pairs = json.loads((run.folder / "report.json").read_text(encoding="utf-8"))["pairs"]
    assert set(pairs) == {"small", "english"}


def test_features_that_are_rare_or_not_wanted_get_no_vector(run):
    def names(*options):
        with np.load(run(*options)[0]) as file:
            return file["features"].tobytes().decode().split("\n")

    assert set(names("--kinds", "wW")) < set(names())
    assert {name[0] for name in names("--kinds", "wW")} == {"w", "W"}
    assert "wargent" in names("--seen", 4)
    assert "wretourner" not in names("--seen", 2)


def test_a_file_that_is_too_large_stops_the_run_with_what_to_change(run, monkeypatch):
    monkeypatch.setattr(program, "LARGEST", 100)
    with pytest.raises(SystemExit) as stopped:
        run()
    assert str(stopped.value) == "the file would have more than 0.0001 MB: raise --seen, or lower --size"


def test_pairs_of_one_purpose_mean_something_like_all_that_english_speakers_say_for_it(tmp_path):
    rows = [{"intent": "card", "en": text} for text in ("my card is lost", "where is my card")]
    rows += [{"intent": "card", "ar": f"بطاقتي ضاعت {number}"} for number in range(10)]
    with gzip.open(tmp_path / "banking77_en_ar.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    found = [pair for pair in read_pairs(tmp_path, None) if pair.source == "banking77_en_ar"]
    assert len(found) == 2
    assert {pair.english for pair in found} == {("my card is lost", "where is my card")}


# Arabic in Latin letters


def test_the_same_seed_spells_the_same_and_another_one_otherwise():
    text = "نريد العودة الى بلدنا لان صاحب العمل لا يدفع"
    assert to_arabizi(text, 1) == to_arabizi(text, 1)
    assert len({to_arabizi(text, seed) for seed in range(10)}) > 5


def test_no_arabic_letter_is_left_and_other_words_stay():
    for _, _, text in (row for rows in MEANINGS.values() for row in rows):
        made = to_arabizi(f"{text} IOM 2024", 3)
        assert not has_arabic_script(made)
        assert made.endswith(" iom 2024")
    every = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي ءأإآؤئىة"
    assert not has_arabic_script(to_arabizi(every, 1))
