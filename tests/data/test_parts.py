"""Parts that a dataset does not have: no message on both sides of one, and nothing lost."""

from pathlib import Path

import numpy as np
from datasets import Dataset

from qbert_demo.data.catalogue import IMDB, SMS_SPAM
from qbert_demo.data.catalogue_rows import load_task
from qbert_demo.data.parts import TEST_SHARE, cut, message, without
from qbert_demo.data.rows import Rows

TEMPLATES = ("You won {}! Call {}", "you WON {} - call {}.", "see u at {} or {}", "{}:{}?!")


def messages(n: int) -> Rows:
    """Some alone, some twice, and some that differ in digits, punctuation and case alone."""
    random = np.random.default_rng(1)
    texts = [f"message of friend {'abcdefghij'[k % 10] * (k // 10 + 1)}" for k in range(n)]
    texts += texts[:40]
    texts += [t.format(*random.integers(0, 99, 2)) for t in TEMPLATES for _ in range(20)]
    return Rows(tuple(texts), tuple(k % 2 for k in range(len(texts))), "made up")


def test_no_message_stands_on_both_sides_and_none_is_lost() -> None:
    rows = messages(300)
    train, test = cut(rows, 0)
    sides = [{message(text) for text in side.texts} for side in (train, test)]
    assert not sides[0] & sides[1]
    assert sorted(zip(train.texts + test.texts, train.labels + test.labels, strict=True)) == sorted(
        zip(rows.texts, rows.labels, strict=True)
    )
    distinct = len(sides[0] | sides[1])
    assert len(sides[1]) == round(TEST_SHARE * distinct)
    assert distinct < len(set(rows.texts)) - 40


def test_the_choice_hangs_on_the_seed_and_keeps_the_order() -> None:
    rows = messages(300)
    assert cut(rows, 0) == cut(rows, 0)
    assert cut(rows, 0)[1].texts != cut(rows, 1)[1].texts
    positions = [rows.texts.index(text) for text in cut(rows, 0)[0].texts]
    firsts = list(dict.fromkeys(positions))
    assert firsts == sorted(firsts)


def test_messages_differ_by_their_letters_or_else_by_everything() -> None:
    assert message("Call 0800-12 NOW!") == message("call 0900 now")
    assert message("call now") != message("call me")
    assert message("12:30") != message("12:45")
    assert message("Größe?") == message("größe")


def test_rows_that_stand_in_the_reported_split_are_left_out() -> None:
    rows = Rows(("a", "b", "c", "b"), (0, 1, 0, 1), "made up")
    kept = without(rows, ["b", "x"])
    assert (kept.texts, kept.labels) == (("a", "c"), (0, 0))
    assert kept.origin == "made up, less 2 rows of the reported split"


def write(root: Path, dataset: str, config: str, column: str, **splits: list[str]) -> None:
    folder = root / dataset / config
    folder.mkdir(parents=True)
    lines = ["---", "configs:", f"- config_name: {config}", "  data_files:"]
    for split, texts in splits.items():
        table = Dataset.from_dict({column: texts, "label": [k % 2 for k in range(len(texts))]})
        table.to_parquet(folder / f"{split}-00000-of-00001.parquet")
        lines += [f"  - split: {split}", f"    path: {config}/{split}-*"]
    (root / dataset / "README.md").write_text("\n".join([*lines, "---", ""]))


def test_a_task_is_loaded_in_its_parts(tmp_path: Path) -> None:
    sms = list(messages(100).texts)
    write(tmp_path, SMS_SPAM.repo_id, SMS_SPAM.config, SMS_SPAM.text, train=sms)
    train, test = (load_task(SMS_SPAM, split, tmp_path) for split in ("train", "test"))
    assert len(train) + len(test) == len(sms)
    assert len(test) < len(train) / 2
    assert not {message(t) for t in train.texts} & {message(t) for t in test.texts}
    assert test.origin.endswith("fixed split, seed 0")

    shared = {"train": ["one", "two", "three"], "test": ["three", "four"]}
    write(tmp_path, IMDB.repo_id, IMDB.config, IMDB.text, **shared)
    assert load_task(IMDB, "train", tmp_path).texts == ("one", "two")
    assert load_task(IMDB, "test", tmp_path).texts == ("three", "four")
