"""Tests of Daleel. How they are laid out: design style, part 2, "Tests"."""
