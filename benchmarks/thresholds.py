"""The curve behind the thresholds of ``bot.understanding.decision_maker``: what each would do on some sets.

    .venv/bin/python benchmarks/thresholds.py SET…

Prints Markdown tables for ``docs/understanding.md``: the threshold for answering, then the one for asking about danger, each
with the other at its default.
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


def main() -> None:
    understanding = Understanding(home_of(read_environment()) / "models")
    parsed = []
    for path in map(Path, sys.argv[1:]):
        for entry in evaluate.read_set(path):
            message = UserMessage(text=entry["text"])
            parsed.append((entry["topic"], asyncio.run(understanding._agent.processor.parse_message(message))))
    defaults = DecisionMaker.get_default_config()
    curves = {"answer": (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.8, 0.9), "danger_sum": (0.05, 0.1, 0.15, 0.2, 0.3, 0.5)}
    for name, values in curves.items():
        print(f"\n| `{name}` | one tap | right at once | wrong answers | safety recall | false alarms |")
        print("|---|---|---|---|---|---|")
        for value in values:
            row = figures(parsed, {**defaults, name: value})
            mark = " (default)" if value == defaults[name] else ""
            print(f"| {value}{mark} | " + " | ".join(f"{100 * share:.1f} %" for share in row) + " |")


def figures(parsed: list, thresholds: dict[str, float]) -> list[float]:
    judged = []
    for topic, message in parsed:
        decision, suggestions = decide(message["topics"], message["safety"], thresholds)
        result = {"topic": message["topics"][0][0], "decision": decision, "suggestions": suggestions, "language": ""}
        judged.append(evaluate.Judged("", "", "", topic, result))
    found = evaluate.figures(judged)
    return [found[key] for key in ("within_one_tap", "answered_right", "wrong_answers", "safety_recall", "false_alarms")]


if __name__ == "__main__":
    main()
