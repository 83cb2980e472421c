"""Makes the sentence encoder of ``bot.understanding.static_encoder``."""
