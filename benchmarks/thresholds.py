"""The curve behind the thresholds of ``bot.understanding.decision_maker``: what each would do on some sets.

    .venv/bin/python benchmarks/thresholds.py SET…

Prints Markdown tables for ``docs/understanding.md``: the threshold for answering, then those for asking about danger, each
with the others at their defaults. The last two columns are of the same messages, each beside a harmless one.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from rasa.core.channels.channel import UserMessage

from bot.commands import evaluate
from bot.commands.understand import Understanding
from bot.settings import home_of, read_environment
from bot.understanding.decision_maker import DecisionMaker, decide

SHOWN = (
    ("within_one_tap", "one tap"),
    ("answered_right", "right at once"),
    ("wrong_answers", "wrong answers"),
    ("safety_recall", "safety recall"),
    ("false_alarms", "false alarms"),
)


def main() -> None:
    understanding = Understanding(home_of(read_environment()) / "models")
    entries = [
        (evaluate.language_of_file(path), entry) for path in map(Path, sys.argv[1:]) for entry in evaluate.read_set(path)
    ]
    alone = [(entry["topic"], parsed(understanding, entry["text"])) for _, entry in entries]
    beside_another = [(entry["topic"], parsed(understanding, both)) for _, entry, _, both in evaluate.beside_harmless(entries)]
    defaults = DecisionMaker.get_default_config()
    curves = {
        "answer": (0.3, 0.4, 0.5, 0.6, 0.68, 0.8, 0.9),
        "danger_sum": (0.05, 0.1, 0.15, 0.2, 0.3, 0.5),
        "danger": (0.4, 0.5, 0.55, 0.6, 0.7, 0.8, 0.95),
    }
    for name, values in curves.items():
        print(
            f"\n| `{name}` | " + " | ".join(title for _, title in SHOWN) + " | beside: safety recall | beside: false alarms |"
        )
        print("|---" * (len(SHOWN) + 3) + "|")
        for value in values:
            thresholds = {**defaults, name: value}
            one, two = figures(alone, thresholds), figures(beside_another, thresholds)
            row = [*(one[key] for key, _ in SHOWN), two["safety_recall"], two["false_alarms"]]
            mark = " (default)" if value == defaults[name] else ""
            print(f"| {value}{mark} | " + " | ".join(f"{100 * share:.1f} %" for share in row) + " |", flush=True)


def parsed(understanding: Understanding, text: str) -> dict:
    return asyncio.run(understanding._agent.processor.parse_message(UserMessage(text=text)))


def figures(messages: list, thresholds: dict[str, float]) -> dict[str, float]:
    judged = []
    for topic, message in messages:
        decision, suggestions = decide(message["topics"], message["safety"], thresholds)
        result = {"topic": message["topics"][0][0], "decision": decision, "suggestions": suggestions, "language": ""}
        judged.append(evaluate.Judged("", "", "", topic, result))
    return evaluate.figures(judged)


if __name__ == "__main__":
    main()
