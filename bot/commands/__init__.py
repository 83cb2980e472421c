"""What the commands of ``daleel`` do; ``bot.cli`` only reads their options."""
